"""Temporary folders; those that a killed run left behind are cleared by a later one."""

from __future__ import annotations

import functools
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["cleared", "scratch"]

# No run keeps one for nearly as long.
_OLD_SECONDS = 3_600
_MOST = 200
# Only what `scratch` makes: the folder of logs beside them is kept.
_OURS = re.compile(r"waooaw-(bundle|cache|fix|mypy|plan|profile|tests|types)-[a-z0-9_]{8}")


#: Linux keeps what stands here in memory; journals and databases of tests need not reach a disk.
_MEMORY = "/dev/shm"  # noqa: S108 - `TemporaryDirectory` makes a folder of its own in it
_ROOM_BYTES = 4 * 1024**3


@contextmanager
def scratch(purpose: str, *, memory: bool = False) -> Iterator[Path]:
    """Yield a new folder in the system's temporary one; it is removed at the end.

    Args:
        purpose: A word for its name, one of those that `cleared` knows.
        memory: Whether it may be kept in memory, where there is much room and the user has named
            no other place.
    """
    place = _MEMORY if memory and _has_room(_MEMORY) else tempfile.gettempdir()
    _clear_once(place)
    with tempfile.TemporaryDirectory(
        prefix=f"waooaw-{purpose}-", dir=place, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def _has_room(folder: str) -> bool:
    if any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")):
        return False
    if not (os.path.isdir(folder) and os.access(folder, os.W_OK)):  # noqa: PTH112 - a constant
        return False
    return shutil.disk_usage(folder).free >= _ROOM_BYTES


@functools.cache
def _clear_once(folder: str) -> None:
    cleared(Path(folder), now=time.time())


def cleared(folder: Path, *, now: float) -> int:
    """Remove what runs that were killed more than an hour ago left in *folder*.

    Only folders of this user, and no links; what can't be removed stays.

    Args:
        folder: The system's temporary folder.
        now: Seconds since the epoch.

    Returns:
        How many were removed, at most 200.
    """
    old = []
    with suppress(OSError), os.scandir(folder) as entries:
        old = [
            entry.path for entry in entries if _OURS.fullmatch(entry.name) and _is_old(entry, now)
        ]
    for path in old[:_MOST]:
        shutil.rmtree(path, ignore_errors=True)
    return len(old[:_MOST])


def _is_old(entry: os.DirEntry[str], now: float) -> bool:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:  # another run was quicker
        return False
    # Windows has no such number, and a temporary folder for each user.
    owned = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return owned and stat.S_ISDIR(status.st_mode) and now - status.st_mtime > _OLD_SECONDS
