"""numpy, where it is installed: imported when it is needed, on one thread."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import Any, TypeAlias

__all__ = ["Array", "arrays"]

#: numpy's arrays; they have no types where numpy is not installed.
Array: TypeAlias = Any
_THREADS = "OPENBLAS_NUM_THREADS"


def arrays() -> ModuleType:
    """Return numpy, which computes on one thread if nobody says otherwise.

    More threads wait for each other in a loop: where other programs run as well, a title takes ten
    times longer, and hardly less where none do.
    """
    if "numpy" not in sys.modules and _THREADS not in os.environ:
        # Read when the library is loaded; programs that we start are not meant.
        os.environ[_THREADS] = "1"
        try:
            return import_module("numpy")
        finally:
            del os.environ[_THREADS]
    return import_module("numpy")
