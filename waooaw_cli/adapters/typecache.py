"""What mypy remembers between packages: libraries, and what is still written of the packages.

Mypy 2.4 takes a module from its cache when the source has the same size, the same place in its
package, and was written in the same second. Two packages have modules of the same place
(`tests/conftest.py`, two versions of one agent), so a verdict could come from another package's
source. Beside each cache stands therefore which content mypy saw at which place; where the same
size and second come with another content, it is made to forget.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

__all__ = ["forget", "trusted"]

_SEEN = "seen.json"
_MOST_SEEN = 50_000
_DIGEST_BYTES = 16


@contextmanager
def trusted(cache: Path, root: Path, folders: Iterable[str]) -> Iterator[Callable[[], None]]:
    """Let mypy use its cache for the package in *root*, as far as it can't be mistaken.

    Yields what is to be called where mypy gave up before it had seen all: of the rest it keeps
    what it knew.

    Args:
        cache: Mypy's folder; nobody else uses it meanwhile.
        root: The package.
        folders: Those that mypy judges, relative to it.
    """
    judged = tuple(folders)
    now = _stamps(root, judged)
    known = _known(cache / _SEEN)
    if known is None:  # nobody knows what mypy saw: it begins anew
        shutil.rmtree(cache, ignore_errors=True)
        known = {}
    mistakable = {
        place for place, stamp in now.items() if any(map(stamp.mistakable, known.get(place, ())))
    }
    if mistakable:
        forget(cache, {name for place in mistakable for name in _modules(place)})
    # Until the run has ended well, mypy may have kept either.
    either = known | {place: list({*known.get(place, ()), stamp}) for place, stamp in now.items()}
    if len(either) > _MOST_SEEN or not _keep(cache / _SEEN, either):
        shutil.rmtree(cache, ignore_errors=True)
    gave_up = []
    yield lambda: gave_up.append(True)
    if not gave_up and _stamps(root, judged) == now:
        _keep(cache / _SEEN, known | {place: [stamp] for place, stamp in now.items()})


class _Stamp(NamedTuple):
    """Say what a source was: its size, the second of its last change, and its content."""

    size: int
    second: int
    digest: str

    def mistakable(self, other: _Stamp) -> bool:
        """Say whether mypy would take the one for the other, and be wrong."""
        return self[:2] == other[:2] and self.digest != other.digest


def _modules(place: str) -> Iterator[str]:
    """Yield the top-level names under which mypy may know a source."""
    for part in place.split("/")[:2]:
        yield part.partition(".")[0]


def _stamps(root: Path, folders: Iterable[str]) -> dict[str, _Stamp]:
    """Return the stamp of each source, by its place in the package."""
    found = {}
    for folder in folders:
        for place, _, names in os.walk(root / folder):
            for name in names:
                if name.endswith((".py", ".pyi")):
                    path = Path(place) / name
                    with suppress(OSError):
                        content, status = path.read_bytes(), path.stat()
                        digest = hashlib.blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
                        stamp = _Stamp(status.st_size, int(status.st_mtime), digest)
                        found[path.relative_to(root).as_posix()] = stamp
    return found


def _known(file: Path) -> dict[str, list[_Stamp]] | None:
    try:
        said = json.loads(file.read_bytes())
        return {str(place): [_Stamp(*stamp) for stamp in stamps] for place, stamps in said.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _keep(file: Path, known: Mapping[str, list[_Stamp]]) -> bool:
    beside = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(known), encoding="utf-8")
        beside.replace(file)
    except OSError:
        return False
    return True


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
