"""The digest of the core that this version of waooaw ships: where it differs, nothing is judged.

It is written by hand, so that nobody changes the core without noticing. A test says what it has to
be after a change of `core.yaml` or `code.yaml`.
"""

from __future__ import annotations

__all__ = ["CORE_DIGEST", "STANDARD_DIGEST"]

CORE_DIGEST = "9deecfc33e67f8681aa67274e2ec1ddcc6c86aec26ff3ad8d85f4e78d0d45d7f"
STANDARD_DIGEST = "443031a2c8cd65e4e1297c058f455c129cf2d67cee10c9b6437c299f4f88924a"
