"""Make the index of advisories in SQLite, from sources that anybody may have made.

One folder holds the index and a pointer that names it. The pointer is replaced last, by a rename:
who reads sees the old index or the new one, never a part of either.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import BufferedReader
from pathlib import Path

from waooaw.errors import EnvironmentFault, InputError
from waooaw_cli.adapters.advisory_index import file_digest
from waooaw_cli.adapters.locks import held
from waooaw_cli.factory.advisories import Entry, Opened
from waooaw_cli.gates.advisories import Advisory
from waooaw_cli.gates.advisory_database import POINTER, Database, database_at

__all__ = ["IndexStore", "opened_source"]

_PATIENCE = timedelta(minutes=10)
_MOST_ENTRIES = 1_000_000
_MOST_SOURCE_BYTES = 500_000_000
_MOST_RECORD_BYTES = 5_000_000
_MOST_TOTAL_BYTES = 4_000_000_000
_TABLE = "CREATE TABLE advisory (name TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL)"


def _content(advisory: Advisory) -> str:
    return json.dumps(
        {
            "aliases": list(advisory.aliases),
            "summary": advisory.summary,
            "severity": advisory.severity,
            "versions": sorted(advisory.versions),
            "ranges": [[list(event) for event in events] for events in advisory.ranges],
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )


class IndexStore:
    """Answer the port `Store` of imports.

    Args:
        folder: Where the index goes; it is made when missing.
        patience: How long to wait for another import into the same folder.
    """

    def __init__(self, folder: Path, *, patience: timedelta = _PATIENCE) -> None:
        self._folder = folder
        self._patience = patience
        self._beside: Path | None = None
        self._index: sqlite3.Connection | None = None

    @contextmanager
    def writing(self) -> Iterator[Callable[[Advisory], None]]:
        """Yield what adds an advisory; nothing of it is left unless it is published.

        Raises:
            EnvironmentFault: Nothing can be written there, or another import takes too long.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with held(self._folder / ".lock", patience=self._patience) as ours:
                if not ours:
                    raise EnvironmentFault(
                        f"another import into {self._folder} does not end",
                        hint="wait for it or end it, then run again",
                    )
                for left in self._folder.glob(".*.new*"):
                    left.unlink(missing_ok=True)  # of an import that was killed
                self._beside = self._folder / f".{uuid.uuid4().hex[:8]}.new"
                try:
                    yield self._begun(self._beside)
                finally:
                    self._close()
        except (sqlite3.Error, OSError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise EnvironmentFault(
                f"the advisories can't be kept in {self._folder}: {why}",
                hint="make room, or name another folder with WAOOAW_ADVISORIES",
            ) from error

    def _begun(self, beside: Path) -> Callable[[Advisory], None]:
        index = self._index = sqlite3.connect(beside)
        # The file counts only once it is whole and renamed: no journal is needed to take back.
        index.execute("PRAGMA journal_mode = OFF")
        index.execute("PRAGMA synchronous = OFF")
        index.execute(_TABLE)
        index.execute("BEGIN")

        def add(advisory: Advisory) -> None:
            index.execute(
                "INSERT INTO advisory VALUES (?, ?, ?)",
                (advisory.name, advisory.id, _content(advisory)),
            )

        return add

    def _close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None
        if self._beside is not None:
            for left in self._folder.glob(f"{self._beside.name}*"):
                left.unlink(missing_ok=True)
            self._beside = None

    def publish(self, about: Callable[[Path, int, str], Database]) -> Database:
        """Put the new index in force; to be called while writing."""
        if self._index is None or self._beside is None:
            raise RuntimeError("nothing is being written")
        self._index.execute("CREATE INDEX by_name ON advisory (name, id)")
        self._index.commit()
        self._index.close()
        self._index = None
        with self._beside.open("rb+") as file:
            os.fsync(file.fileno())
        digest = file_digest(self._beside)
        target = self._folder / f"index-{digest[:16]}.sqlite"
        database = about(target, self._beside.stat().st_size, digest)
        before = None
        with suppress(ValueError):
            before = database_at(self._folder)
        self._beside.replace(target)
        pointer = self._folder / f"{self._beside.name}.json"
        pointer.write_text(json.dumps(database.content(), indent=2, sort_keys=True), "utf-8")
        pointer.replace(self._folder / POINTER)
        # Who read the old pointer just now still finds its index; the one before that is removed.
        kept = {target, before.index if before else target}
        for old in self._folder.glob("index-*.sqlite"):
            if old not in kept:
                with suppress(OSError):  # Windows removes no file that is open
                    old.unlink()
        return database


@contextmanager
def opened_source(path: Path) -> Iterator[Opened]:
    """Open a folder or a zip file of records. Nothing is extracted, so no name leads anywhere.

    Raises:
        InputError: There is no such thing, it is no zip file, or there is too much in it.
    """
    if path.is_dir():
        yield _folder_source(path)
        return
    try:
        with path.open("rb") as file:
            yield _zip_source(path, file)
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: no such file or folder", hint="name a zip file or a folder of OSV records"
        ) from error
    except PermissionError as error:
        raise InputError(f"{path}: may not be read", hint="check its permissions") from error


def _zip_source(path: Path, file: BufferedReader) -> Opened:
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise InputError(
            f"{path} is neither a file nor a folder", hint="name a zip file of records"
        )
    if os.fstat(file.fileno()).st_size > _MOST_SOURCE_BYTES:
        raise InputError(f"{path} is larger than {_MOST_SOURCE_BYTES:,} bytes")
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{path} is no zip file that can be read: {error}",
            hint="download it again; a folder of records may be named too",
        ) from error
    members = sorted(
        (one for one in archive.infolist() if not one.is_dir()), key=lambda one: one.filename
    )
    _bounded(path, len(members))
    entries = (Entry(one.filename, _member(archive, one)) for one in members)
    return Opened(path.as_posix(), digest, len(members), _bounded_total(path, entries))


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    """Return what stands in one member, None where that can't be had; never more than a bound.

    What the directory of the file says of sizes is not believed.
    """
    if stat.S_ISLNK(member.external_attr >> 16):
        return None
    try:
        with archive.open(member) as file:
            content = file.read(_MOST_RECORD_BYTES + 1)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, zlib.error):
        return None
    return content if len(content) <= _MOST_RECORD_BYTES else None


def _folder_source(path: Path) -> Opened:
    names = sorted(_files(path))
    _bounded(path, len(names))
    digest = hashlib.sha256()
    for name in names:  # read twice, so that a source is known by what is in it from the start
        content = _file(path / name)
        digest.update(
            f"{name}\0{hashlib.sha256(content or b'').hexdigest()}\n".encode(
                "utf-8", "surrogateescape"
            )
        )
    entries = (Entry(name, _file(path / name)) for name in names)
    return Opened(path.as_posix(), digest.hexdigest(), len(names), _bounded_total(path, entries))


def _files(folder: Path) -> Iterator[str]:
    """Yield the regular files below *folder*; neither links nor hidden folders are followed."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(place) / name
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def _file(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_RECORD_BYTES + 1)
    except OSError:
        return None
    return content if len(content) <= _MOST_RECORD_BYTES else None


def _bounded(path: Path, count: int) -> None:
    if count > _MOST_ENTRIES:
        raise InputError(f"{path} holds more than {_MOST_ENTRIES:,} files")


def _bounded_total(path: Path, entries: Iterable[Entry]) -> Iterator[Entry]:
    total = 0
    for entry in entries:
        # What was too large to keep was read up to the bound all the same.
        total += _MOST_RECORD_BYTES if entry.content is None else len(entry.content)
        if total > _MOST_TOTAL_BYTES:
            raise InputError(f"{path} holds more than {_MOST_TOTAL_BYTES:,} bytes")
        yield entry
