"""Whether an optional package is there, without importing it.

numpy must not be imported by a test before the code under test does: then it would compute on as
many threads as there are processors, which on a busy machine takes ten times longer.
"""

from __future__ import annotations

import importlib.util

import pytest

__all__ = ["skip_without"]


def skip_without(*modules: str) -> None:
    """Skip the test where one of *modules* is not installed."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
