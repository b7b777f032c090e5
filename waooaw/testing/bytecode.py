"""Run what is written, whatever bytecode lies beside it.

Python takes a `.pyc` for the source when both the source's size and the second of its last change
fit, and so does pytest. An edit that keeps both, or a file that somebody put there, would be judged
in place of the source.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

__all__ = ["ignore_bytecode"]


def ignore_bytecode(root: Path) -> None:
    """Let no module below *root* come from bytecode, in this process.

    Args:
        root: The package's folder; what is installed elsewhere is imported as ever.
    """
    loading: Any = importlib.import_module("importlib._bootstrap_external")  # `Any`: private

    found = loading.cache_from_source
    below = os.path.realpath(root) + os.sep

    def cache_from_source(path: str, *arguments: Any, **named: Any) -> str:  # `Any`: the library's
        if os.path.realpath(path).startswith(below):
            # The word for "there is no place for bytecode": the source is compiled, nothing kept.
            raise NotImplementedError
        text: str = found(path, *arguments, **named)
        return text

    loading.cache_from_source = cache_from_source
    _ignore_rewritten(root)


def _ignore_rewritten(root: Path) -> None:
    """Let pytest compile its tests too; it looks for bytecode by itself."""
    # Where an agent is measured there is no pytest, and its import would count as the agent's.
    rewrite: Any = sys.modules.get("_pytest.assertion.rewrite")  # `Any`: private
    if rewrite is None:
        return
    found = rewrite._read_pyc  # noqa: SLF001 - pytest has no setting for it; its version is pinned
    below = os.path.realpath(root) + os.sep

    def read_pyc(source: Path, *arguments: Any, **named: Any) -> object:  # `Any`: as above
        if os.path.realpath(source).startswith(below):
            return None
        return found(source, *arguments, **named)

    rewrite._read_pyc = read_pyc  # noqa: SLF001 - as above
