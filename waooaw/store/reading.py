"""Read what agents have journalled, all of them, while they go on writing.

Nothing is written and nobody is held up: SQLite's write-ahead log lets readers see the last commit
beside a writer. The file may come from another machine, so a row that can't be an entry is none.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from waooaw.database import Database
from waooaw.documents import Json
from waooaw.errors import EnvironmentFault, InputError
from waooaw.store.interface import Entry, EntryState
from waooaw.store.sqlite import SCHEMA

__all__ = ["JournalReader", "Journalled"]

_PATIENCE = timedelta(seconds=5)
#: A page is one transaction; the largest entries fill some 70 MB.
_PAGE = 64
#: An event has at most a million bytes; what is larger was not written by an agent.
_MOST_CHARACTERS = 1_100_000
_MOST_OF_AN_ERROR = 500
#: A file can be made that answers never; ours takes a hundredth of it.
_LONGEST_S = 60.0
_STEPS = 1_000_000
_COLUMNS = ("agent", "event_id", "subject", "at", "tier", "state", "decision", "trace", "event")
_BOUNDED = ", ".join(
    f"CASE WHEN length({name}) <= {_MOST_CHARACTERS} THEN {name} END" for name in _COLUMNS
)
_ROWS = f"""SELECT position, {_BOUNDED}, woke, substr(error, 1, {_MOST_OF_AN_ERROR}), (
    SELECT granted FROM approvals
    WHERE approvals.agent = journal.agent AND approvals.event_id = journal.event_id
) FROM journal WHERE position > ? ORDER BY position LIMIT {_PAGE}"""  # noqa: S608 - our own names


@dataclass(frozen=True, slots=True)
class Journalled:
    """Hold one entry of a journal, and what a person said to it.

    Attributes:
        entry: The entry, without the skill's output, and of an error its beginning.
        granted: Whether a person let the action run; None where nobody was asked or answered.
    """

    entry: Entry
    granted: bool | None


class JournalReader:
    """Read one journal from its beginning to its end.

    Args:
        path: The file.
        patience: How long to wait while another process holds it as a whole.

    Raises:
        InputError: There is no such file, or it is no journal of waooaw's.
        EnvironmentFault: It can't be read here.
        StoreBusy: It stayed locked for longer than *patience*.
    """

    def __init__(self, path: Path, *, patience: timedelta = _PATIENCE) -> None:
        # A pipe would be waited for.
        if not path.is_file():
            raise InputError(f"{path}: there is no such journal", hint="see waooaw run --journal")
        self._path = path
        self._database = Database(path, SCHEMA, patience=patience, read_only=True)
        self._until = time.monotonic() + _LONGEST_S

    def entries(self, *, limit: int) -> Iterator[Journalled | None]:
        """Yield the newest *limit* entries of all agents, oldest first; None for what can't be one.

        Raises:
            InputError: The file is damaged, or never comes to an end.
            EnvironmentFault: It can't be read any more.
        """
        position = self._database.blocking(lambda db: self._before(db, limit))
        while True:
            after = position
            rows = self._database.blocking(lambda db: self._page(db, after))  # noqa: B023 - at once
            if not rows:
                return
            yield from map(_journalled, rows)
            position = rows[-1][0]

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _before(self, db: sqlite3.Connection, limit: int) -> int:
        # A name that is no table would be a query of whoever made the file.
        tables = db.execute(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN (?, ?)",
            ("journal", "approvals"),
        )
        if tables.fetchone() != (2,):
            raise InputError(f"{self._path}: a damaged journal", hint="restore it from a backup")
        db.text_factory = _text
        db.set_progress_handler(lambda: time.monotonic() > self._until, _STEPS)
        row = db.execute(
            "SELECT position FROM journal ORDER BY position DESC LIMIT 1 OFFSET ?", (limit,)
        ).fetchone()
        # Positions begin at 1, and a file of another hand may hold any.
        return -(2**63) if row is None else int(row[0])

    def _page(self, db: sqlite3.Connection, position: int) -> list[Json]:
        if time.monotonic() > self._until:
            raise EnvironmentFault(
                f"{self._path}: reading it takes longer than {_LONGEST_S:g} s",
                hint="copy it to this machine first",
            )
        return db.execute(_ROWS, (position,)).fetchall()


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _journalled(row: Json) -> Journalled | None:
    """Return the entry of a row, in the order of the query; None where it can't be one."""
    _, agent, event_id, subject, at, tier, state, decision, trace, event, woke, error, granted = row
    texts = (agent, event_id, subject, at, state, decision, trace, event)
    if not all(isinstance(one, str) for one in texts):
        return None
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            return None
        entry = Entry(
            agent=agent,
            event_id=event_id,
            subject=subject,
            at=moment.astimezone(UTC),
            woke=bool(woke),
            tier=tier if isinstance(tier, str) else None,
            state=EntryState(state),
            decision=decision,
            trace=trace,
            event=event,
            error=error if isinstance(error, str) else None,
        )
    except (ValueError, OverflowError):
        return None
    return Journalled(entry, None if granted is None else bool(granted))
