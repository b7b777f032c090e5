"""A lock between processes that the operating system frees when its owner dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import IO

__all__ = ["held", "taken"]

_POLL_SECONDS = 0.05


@contextmanager
def taken(path: Path) -> Iterator[bool]:
    """Try to take the lock *path*; yield whether it is ours until the block ends.

    Args:
        path: The lock's file; it is made when missing and stays, unless its owner removes it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        ours = _lock(file) and _is_still(file, path)
        try:
            yield ours
        finally:
            if ours:
                _unlock(file)


@contextmanager
def held(path: Path, *, patience: timedelta) -> Iterator[bool]:
    """Wait for the lock *path*; yield False when nobody let go of it in time.

    Args:
        path: The lock's file; it is made when missing and stays.
        patience: How long to wait.
    """
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        with taken(path) as ours:
            if ours or time.monotonic() >= deadline:
                yield ours
                return
        time.sleep(_POLL_SECONDS)


def _lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":  # pragma: no cover - Windows only
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_still(file: IO[bytes], path: Path) -> bool:
    """Tell whether *path* is the file that we locked: its last owner may have removed it since."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _unlock(file: IO[bytes]) -> None:
    if sys.platform == "win32":  # pragma: no cover - Windows only
        import msvcrt

        file.seek(0)
        with suppress(OSError):
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    # Elsewhere the lock goes with the open file.
