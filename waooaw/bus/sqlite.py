"""The embedded bus: a log in one SQLite file, shared by any number of processes on a machine."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from waooaw.bus.interface import Delivery
from waooaw.database import MEMORY, Database, Schema, storable
from waooaw.events import Event

__all__ = ["SqliteBus"]

#: "WAOB" in ASCII; see `waooaw.database.Schema`.
_APPLICATION_ID = 0x57414F42
#: Append to the list; never edit what was released.
_MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE log (position INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL)",
        "CREATE TABLE groups (name TEXT PRIMARY KEY, after INTEGER NOT NULL) WITHOUT ROWID",
        """CREATE TABLE deliveries (
            grp TEXT NOT NULL,
            position INTEGER NOT NULL,
            held_until REAL NOT NULL,
            attempts INTEGER NOT NULL,
            PRIMARY KEY (grp, position)
        ) WITHOUT ROWID""",
    ),
)
_SCHEMA = Schema("bus", _APPLICATION_ID, _MIGRATIONS, anew="holds none of the events")
_PATIENCE = timedelta(seconds=5)
_Held = tuple[int, int, str]


class SqliteBus:
    """Carry events through one SQLite file.

    Args:
        path: The file, made if it is not there.
        patience: How long to wait while another process holds it.

    Raises:
        InputError: The file is no bus of waooaw's.
        EnvironmentFault: It cannot be opened or written here.
        StoreBusy: It stayed locked for longer than *patience*.
    """

    def __init__(self, path: Path | str = MEMORY, *, patience: timedelta = _PATIENCE) -> None:
        self._database = Database(path, _SCHEMA, patience=patience)

    async def publish(self, events: Sequence[Event]) -> None:
        """Append events to the log, all of them or none."""
        rows = [(storable(event.to_json()),) for event in events]

        def work(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO log (event) VALUES (?)", rows)
            db.execute("COMMIT")

        await self._database.run(work)

    async def receive(self, group: str, *, most: int, hold: timedelta) -> tuple[Delivery, ...]:
        """Return up to *most* deliveries: first what comes again, then what is new."""
        now = time.time()

        def work(db: sqlite3.Connection) -> list[_Held]:
            # Looked at first, so that an idle consumer takes no lock.
            if not _anything(db, group, now):
                return []
            db.execute("BEGIN IMMEDIATE")
            held = _held(db, group, most, now)
            until = now + hold.total_seconds()
            db.executemany(
                "INSERT INTO deliveries (grp, position, held_until, attempts) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (grp, position) DO UPDATE "
                "SET held_until = excluded.held_until, attempts = excluded.attempts",
                [(group, position, until, attempt) for position, attempt, _ in held],
            )
            db.execute("COMMIT")
            return held

        return tuple(
            Delivery(position, Event.from_mapping(json.loads(event)), attempt)
            for position, attempt, event in await self._database.run(work)
        )

    async def acknowledge(self, group: str, positions: Sequence[int]) -> None:
        """Say that the group is done with these deliveries."""
        rows = [(group, position) for position in positions]

        def work(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("DELETE FROM deliveries WHERE grp = ? AND position = ?", rows)
            db.execute("COMMIT")

        await self._database.run(work)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _anything(db: sqlite3.Connection, group: str, now: float) -> bool:
    (found,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM deliveries WHERE grp = ? AND held_until <= ?) "
        "OR EXISTS (SELECT 1 FROM log WHERE position > "
        "coalesce((SELECT after FROM groups WHERE name = ?), 0))",
        (group, now, group),
    ).fetchone()
    return bool(found)


def _held(db: sqlite3.Connection, group: str, most: int, now: float) -> list[_Held]:
    """Return position, attempt and event of what is due, and move the group on."""
    again: list[_Held] = db.execute(
        "SELECT position, attempts + 1, event FROM deliveries JOIN log USING (position) "
        "WHERE grp = ? AND held_until <= ? ORDER BY position LIMIT ?",
        (group, now, most),
    ).fetchall()
    new: list[_Held] = db.execute(
        "SELECT position, 1, event FROM log WHERE position > "
        "coalesce((SELECT after FROM groups WHERE name = ?), 0) ORDER BY position LIMIT ?",
        (group, most - len(again)),
    ).fetchall()
    if new:
        db.execute(
            "INSERT INTO groups (name, after) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET after = excluded.after",
            (group, new[-1][0]),
        )
    return [*again, *new]
