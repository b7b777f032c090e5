"""Read what a tool left in a file for us: code of the package may have put anything there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["left_in"]

_MOST_BYTES = 64 * 1024 * 1024


def left_in(file: Path) -> str:
    """Return the text of a plain file, bounded.

    Raises:
        FileNotFoundError: There is none.
        ValueError: It is a link or a device, which may never end, it is too large, or no UTF-8.
    """
    # Not blocking: a pipe would wait for somebody who writes.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if file.is_symlink():
        raise ValueError(f"{file.name} is a link")
    with os.fdopen(os.open(file, flags), "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise ValueError(f"{file.name} is no plain file")
        content = opened.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"{file.name} is larger than {_MOST_BYTES:,} bytes")
    return content.decode("utf-8")
