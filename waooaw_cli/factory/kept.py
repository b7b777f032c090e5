"""The use case behind `waooaw cache`: how much is kept for the next run, and letting go of it."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Kept", "clear", "kept"]

_WHAT = {
    "results": "verdicts of gates, by what they are a function of",
    "mypy": "what mypy knows of libraries",
    "environments": "interpreters with the dependencies of agents",
}
_LOCKED = "mypy"
_LEFT = re.compile(rf"({'|'.join(_WHAT)})\.[0-9a-f]{{8}}\.old")


@dataclass(frozen=True, slots=True)
class Kept:
    """Say how much of one kind is kept.

    Attributes:
        name: Its folder in the cache.
        meaning: What it is.
        files: How many there are.
        size_bytes: How much they take together.
    """

    name: str
    meaning: str
    files: int
    size_bytes: int


def kept(cache: Path) -> tuple[Kept, ...]:
    """Return what is kept in the folder *cache*, by kind."""
    return tuple(Kept(name, meaning, *_size(cache / name)) for name, meaning in _WHAT.items())


def clear(cache: Path, *, lock: Callable[[Path], AbstractContextManager[bool]]) -> None:
    """Remove what is kept in the folder *cache*; what a run that lasts has locked stays.

    Args:
        cache: The folder; nothing else in it is touched.
        lock: Tries to take a lock's file for as long as its block lasts.

    Raises:
        OSError: Something can't be removed.
    """
    for name in _WHAT:
        folder = cache / name
        if not folder.is_dir() or folder.is_symlink():
            continue
        if name == _LOCKED:
            for slot in folder.iterdir():
                if slot.is_dir():
                    with lock(slot.with_name(f"{slot.name}.lock")) as ours:
                        if ours:
                            shutil.rmtree(slot)
            continue
        # Renamed first: a run that begins now starts anew, and never sees a half.
        beside = cache / f"{name}.{uuid.uuid4().hex[:8]}.old"
        folder.rename(beside)
        shutil.rmtree(beside)
    for left in cache.glob("*.old"):  # of a run that was killed
        if _LEFT.fullmatch(left.name):
            shutil.rmtree(left, ignore_errors=True)
    with suppress(FileNotFoundError):
        (cache / "program.json").unlink()


def _size(folder: Path) -> tuple[int, int]:
    """Return how many files are below *folder* and what they take; links are not followed."""
    files = size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += (Path(place) / name).lstat().st_size
                files += 1
    return files, size
