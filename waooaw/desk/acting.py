"""What agents did, kept beside the tickets: a deed and its steps in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

from waooaw.database import Database
from waooaw.desk.deeds import Deed, Did
from waooaw.desk.standings import Standing
from waooaw.desk.tables import required_standing, storable_id, write_steps
from waooaw.events import Event
from waooaw.triage.memory import PATIENCE, SCHEMA

__all__ = ["Deeds"]


class Deeds:
    """Keep the deeds of one agent.

    Args:
        path: The triage memory, made if it is not there.
        agent: The agent's name.

    Raises:
        InputError: The file is none of ours.
        EnvironmentFault: It cannot be written here.
    """

    def __init__(self, path: Path, agent: str) -> None:
        self._database = Database(path, SCHEMA, patience=PATIENCE)
        self._agent = agent

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def find(self, key: str) -> Deed | None:
        """Return what was done under *key*, without its steps; None where nothing was."""
        return self._database.blocking(lambda connection: _deed(connection, self._agent, key))

    def of(self, id_: str) -> frozenset[Did]:
        """Return what the agent did for that ticket so far."""

        def work(connection: sqlite3.Connection) -> frozenset[Did]:
            rows = connection.execute(
                "SELECT DISTINCT did FROM deeds WHERE id = ? AND agent = ?",
                (storable_id(id_), self._agent),
            )
            return frozenset(Did(did) for (did,) in rows)

        return self._database.blocking(work)

    def carry_out(self, key: str, id_: str, how: Callable[[Standing], Deed]) -> Deed:
        """Act on a ticket because of an event, once, and return what was done.

        Args:
            key: The event's; what was done under it before stands.
            id_: The ticket.
            how: Given where the ticket stands, says what is done.

        Raises:
            InputError: There is no such ticket, or *how* refuses.
        """

        def work(connection: sqlite3.Connection) -> Deed:
            connection.execute("BEGIN IMMEDIATE")
            before = _deed(connection, self._agent, key)
            if before is not None:
                return before
            deed = how(required_standing(connection, id_))
            write_steps(connection, deed.steps)
            events = json.dumps([json.loads(event.to_json()) for event in deed.events])
            connection.execute(
                "INSERT INTO deeds VALUES (?, ?, ?, ?, ?)",
                (self._agent, storable_id(key), storable_id(id_), deed.did.value, events),
            )
            connection.execute("COMMIT")
            return deed

        return self._database.blocking(work)


def _deed(connection: sqlite3.Connection, agent: str, key: str) -> Deed | None:
    row = connection.execute(
        "SELECT did, events FROM deeds WHERE agent = ? AND key = ?", (agent, storable_id(key))
    ).fetchone()
    if row is None:
        return None
    return Deed(Did(row[0]), events=tuple(map(Event.from_mapping, json.loads(row[1]))))
