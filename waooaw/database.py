"""One SQLite file of ours: opened with care, migrated, and retried while another process holds it.

A committed transaction survives the process (`kill -9`); with `synchronous=NORMAL` a power cut may
take the last ones, never the file. Source: SQLite, "Write-Ahead Logging", "PRAGMA synchronous".
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from waooaw.errors import DamagedFile, EnvironmentFault, InputError, StoreBusy, WaooawError

__all__ = ["MEMORY", "Database", "Schema", "storable"]

MEMORY = ":memory:"

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_FOREIGN = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.25
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Schema:
    """Describe what a file of ours holds.

    Attributes:
        noun: What a person calls it, such as "journal".
        application_id: Marks the file; see SQLite, "PRAGMA application_id".
        migrations: One item a version; `PRAGMA user_version` counts those that a file has.
        anew: What a new file in the place of a damaged one would mean.
    """

    noun: str
    application_id: int
    migrations: tuple[tuple[str, ...], ...]
    anew: str

    @property
    def one(self) -> str:
        """The noun with its article."""
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"


class Database:
    """Hold one connection, and run transactions on it.

    Args:
        path: The file, made if it is not there; `:memory:` for one that ends with the process.
        schema: What it holds.
        patience: How long to wait while another process holds the file.
        read_only: Whether nothing is ever written: the file has to be there, and who writes to it
            meanwhile is not held up.

    Raises:
        InputError: The file is no database, another program's, or written by a newer waooaw.
        EnvironmentFault: It cannot be opened or written here.
        StoreBusy: It stayed locked for longer than *patience*.
    """

    def __init__(
        self, path: Path | str, schema: Schema, *, patience: timedelta, read_only: bool = False
    ) -> None:
        self.path = path
        self._schema = schema
        self._patience_s = patience.total_seconds()
        # The lock keeps the statements of one transaction together where threads share an agent.
        self._lock = threading.Lock()
        if path != MEMORY:
            _check_place(Path(path), schema.noun)
            if not read_only:
                _make_private(Path(path))
        place = f"{Path(path).absolute().as_uri()}?mode=ro" if read_only else path
        try:
            self._connection = sqlite3.connect(
                place, timeout=0, isolation_level=None, check_same_thread=False, uri=read_only
            )
        except sqlite3.Error as error:
            raise self._translated(error) from error
        try:
            self.blocking(self._prepare_reading if read_only else self._prepare)
        except BaseException:
            self._connection.close()
            raise

    async def run(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run *work* as one transaction, again while the file is locked.

        Raises:
            StoreBusy: It stayed locked; nothing was written.
            EnvironmentFault: The machine failed; nothing was written.
        """
        pause = _FIRST_PAUSE_S
        deadline: float | None = None
        while True:
            try:
                with self._lock:
                    return self._once(work)
            except sqlite3.Error as error:
                if not _is_busy(error):
                    raise self._translated(error) from error
                # The clock is read only when it matters: most transactions meet no lock.
                now = time.monotonic()
                deadline = now + self._patience_s if deadline is None else deadline
                if now >= deadline:
                    raise self._translated(error) from error
            # Jitter, so that two processes do not keep meeting.
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _once(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        connection = self._connection
        try:
            return work(connection)
        finally:
            # Where *work* committed, there is nothing left to roll back.
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def blocking(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run *work* as `run` does, where there is no event loop to wait in.

        Raises:
            StoreBusy: It stayed locked.
            EnvironmentFault: The machine failed.
        """
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                return self._once(work)
            except sqlite3.Error as error:
                if not _is_busy(error) or time.monotonic() >= deadline:
                    raise self._translated(error) from error
            time.sleep(_FIRST_PAUSE_S)

    def _prepare_reading(self, connection: sqlite3.Connection) -> None:
        # The file may come from anywhere: what its schema calls is not trusted.
        # Source: SQLite, "Defense Against The Dark Arts".
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        if self._check_ours(connection) == 0:
            raise InputError(
                f"{self.path}: holds no {self._schema.noun} yet",
                hint=f"name a {self._schema.noun} that something was written to",
            )

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # Looked at before anything is written: a file that is not ours stays as it is.
        self._check_ours(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        version = self._check_ours(connection)
        for number, statements in enumerate(self._schema.migrations[version:], version + 1):
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {self._schema.application_id}")
        connection.execute("COMMIT")

    def _check_ours(self, connection: sqlite3.Connection) -> int:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        if tables and mark != self._schema.application_id:
            raise DamagedFile(
                f"{self.path}: a database of another program, not {self._schema.one} of waooaw",
                hint=f"name another file; {self._schema.one} that is not there yet is made",
            )
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        newest = len(self._schema.migrations)
        if version > newest:
            raise InputError(
                f"{self.path}: {self._schema.one} of version {version}, this waooaw knows {newest}",
                hint="update waooaw",
            )
        return int(version)

    def _translated(self, error: sqlite3.Error) -> WaooawError:
        noun = self._schema.noun
        code = _code(error)
        if code in _BUSY:
            return StoreBusy(
                f"{self.path}: the {noun} stayed locked for {self._patience_s:g} s",
                hint="see which process holds it, or try again",
            )
        if code in _FOREIGN:
            return DamagedFile(
                f"{self.path}: not {self._schema.one} of waooaw, or a damaged one ({error})",
                hint=(
                    "restore it from a backup (with its -wal file beside it, not the damaged "
                    f"one's); a new {noun} {self._schema.anew}"
                ),
            )
        return EnvironmentFault(
            f"{self.path}: the {noun} cannot be used: {error}",
            hint="check free space, permissions, and that it is a file",
        )


def storable(text: str) -> str:
    """Return *text* with halves of surrogate pairs, which UTF-8 has not, written as escapes.

    Inside of JSON that is the escape that they came from, so nothing is lost there.
    """
    return text.encode("utf-8", "backslashreplace").decode()


def _check_place(path: Path, noun: str) -> None:
    try:
        in_a_folder, is_folder = path.parent.is_dir(), path.is_dir()
    except OSError as error:
        # Longer than names may be, for one.
        raise InputError(f"{path}: cannot be a {noun}: {error.strerror}") from error
    if not in_a_folder:
        raise InputError(
            f"{path}: there is no folder {str(path.parent)!r}", hint="make it, or name another"
        )
    if is_folder:
        raise InputError(f"{path}: a folder, not a {noun}", hint="name a file in it")


def _make_private(path: Path) -> None:
    """Make the file, if it is not there, so that nobody else may read it: it may hold anything.

    SQLite gives the files that it puts beside it the same permissions.
    """
    # What can't be made, SQLite says better.
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _code(error: sqlite3.Error) -> int | None:
    # Errors of the Python module itself (a closed connection) carry no code of SQLite's.
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _is_busy(error: sqlite3.Error) -> bool:
    return _code(error) in _BUSY
