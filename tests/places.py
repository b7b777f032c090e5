"""Where things stand that several tests read."""

from __future__ import annotations

from pathlib import Path

__all__ = ["CASES", "ROOT"]

#: The checkout.
ROOT = Path(__file__).parent.parent
#: The answers files, `valid` and `invalid`.
CASES = Path(__file__).parent / "cases" / "answers"
