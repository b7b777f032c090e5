"""What mypy remembers between packages: the libraries, never the packages themselves.

Mypy 2.4 takes a module from its cache when the source has the same size and was written in the same
second. Two packages have modules of the same name (`conftest`, `test_cycle`, two versions of one
agent), so a verdict could come from another package's source.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path

__all__ = ["forget"]


def forget(cache: Path, modules: Iterable[str]) -> None:
    """Remove from mypy's cache folder what it knows of top-level *modules*, whoever they were.

    A cache that can't be understood is removed as a whole: it is made again.
    """
    names = sorted(set(modules))
    try:
        for database in cache.rglob("cache*.db"):
            _delete(database, names)
        for name in names:
            for entry in cache.glob(f"*/{name}*"):
                # Before it kept databases, mypy kept files.
                if entry.name.partition(".")[0] == name and entry.suffix != ".db":
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    except (sqlite3.Error, OSError):
        shutil.rmtree(cache, ignore_errors=True)


def _delete(database: Path, names: list[str]) -> None:
    with contextlib.closing(sqlite3.connect(database, timeout=5)) as connection, connection:
        for name in names:
            # Not LIKE: an underscore in a name would match any letter.
            for mark in ("/", "."):
                begin = name + mark
                connection.execute(
                    "DELETE FROM files2 WHERE substr(path, 1, ?) = ?", (len(begin), begin)
                )
