"""Whether a package needs what waooaw does not bring: answered without what reads requirements."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["asks_for_more"]

_LARGEST_BYTES = 1_000_000
# A list of requirements as it is usually written; whatever else there may be is read with care.
_LIST = re.compile(rb"^[ \t]*dependencies[ \t]*=[ \t]*\[([^\[\]#]*)\]", re.MULTILINE)
_MENTION = b"dependenc"
_NAMES = re.compile(rb"[\"']([A-Za-z0-9._-]+)")
_OURS = frozenset({b"waooaw", b"coverage", b"mypy", b"pytest", b"ruff"})


def asks_for_more(root: Path) -> bool:
    """Say whether a package may need what waooaw does not bring; to read that well takes 20 ms."""
    try:
        with (root / "pyproject.toml").open("rb") as file:
            text = file.read(_LARGEST_BYTES)
    except OSError:
        return False
    lists = _LIST.findall(text)
    if len(lists) != text.count(_MENTION):
        return True
    return any(name not in _OURS for one in lists for name in _NAMES.findall(one))
