"""Where tickets stand, kept beside the tickets: each step and its entry in one transaction.

A ticket comes to the desk by being judged: what triage has kept and the desk has not seen is taken
up before anything is looked at, so that a crash between the two loses nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from waooaw.database import Database
from waooaw.desk.clock import Clock
from waooaw.desk.rows import entry_from, moment, second, standing_from
from waooaw.desk.standings import Actor, Entry, Standing
from waooaw.desk.steps import Judgement, Stepped, arrived, escalated, judged_again, linked
from waooaw.desk.tables import find_standing, required_standing, write_steps
from waooaw.moments import rfc3339
from waooaw.triage.memory import PATIENCE, SCHEMA
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel

__all__ = ["Desk", "Queued"]


@dataclass(frozen=True, slots=True)
class Queued:
    """Hold a ticket of a queue: where it stands, and its redacted title."""

    standing: Standing
    title: str


class Desk:
    """Keep where tickets stand.

    Args:
        path: The triage memory, made if it is not there.

    Raises:
        InputError: The file is none of ours.
        EnvironmentFault: It cannot be written here.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, SCHEMA, patience=PATIENCE)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def take_up(self) -> int:
        """Take up what triage judged since; return how many tickets that concerned."""

        def work(connection: sqlite3.Connection) -> int:
            connection.execute("BEGIN IMMEDIATE")
            rows = connection.execute(
                """SELECT tickets.id, result, at, tickets.arrived, resolution, standings.*
                FROM tickets LEFT JOIN standings ON standings.id = tickets.id
                WHERE result IS NOT NULL
                AND (standings.id IS NULL OR at <> judged)
                ORDER BY tickets.arrived, tickets.id"""
            ).fetchall()
            write_steps(connection, [_taken_up(row) for row in rows])
            connection.execute("COMMIT")
            return len(rows)

        return self._database.blocking(work)

    def standing(self, id_: str) -> Standing | None:
        """Return where a ticket stands; None where there is none of that id."""
        return self._database.blocking(lambda connection: find_standing(connection, id_))

    def queue(self, *desks: Route, ended: bool = False) -> tuple[Queued, ...]:
        """Return the tickets of these desks, or of all; the oldest first.

        Args:
            desks: Whose.
            ended: Whether what is solved or closed is among them.
        """

        def work(connection: sqlite3.Connection) -> tuple[Queued, ...]:
            rows = connection.execute(
                """SELECT standings.*, title FROM standings JOIN tickets USING (id)
                WHERE ? OR state NOT IN ('solved', 'closed')
                ORDER BY standings.arrived, standings.id""",
                (ended,),
            )
            found = (Queued(standing_from(row[:-1]), row[-1]) for row in rows)
            return tuple(one for one in found if not desks or one.standing.desk in desks)

        return self._database.blocking(work)

    def since(self, moment: datetime) -> tuple[Standing, ...]:
        """Return where the tickets stand that arrived at *moment* or later, the oldest first."""

        def work(connection: sqlite3.Connection) -> tuple[Standing, ...]:
            rows = connection.execute(
                "SELECT * FROM standings WHERE arrived >= ? ORDER BY arrived, id",
                (rfc3339(second(moment)),),
            )
            return tuple(standing_from(row) for row in rows)

        return self._database.blocking(work)

    def history(self, id_: str) -> tuple[Entry, ...]:
        """Return what happened to a ticket, in order."""

        def work(connection: sqlite3.Connection) -> tuple[Entry, ...]:
            rows = connection.execute(
                """SELECT id, at, actor, step, desk_from, desk_to, says FROM history
                WHERE id = ? ORDER BY number""",
                (id_,),
            )
            return tuple(entry_from(row) for row in rows)

        return self._database.blocking(work)

    def moves_since(self, moment: datetime) -> tuple[Entry, ...]:
        """Return the steps between desks of tickets that arrived since *moment*, in order."""

        def work(connection: sqlite3.Connection) -> tuple[Entry, ...]:
            rows = connection.execute(
                """SELECT history.id, at, actor, step, desk_from, desk_to, says
                FROM history JOIN standings USING (id)
                WHERE standings.arrived >= ? AND desk_from <> desk_to ORDER BY number""",
                (rfc3339(second(moment)),),
            )
            return tuple(entry_from(row) for row in rows)

        return self._database.blocking(work)

    def duplicates(self, id_: str) -> tuple[str, ...]:
        """Return the tickets that a person linked to this one, by id."""

        def work(connection: sqlite3.Connection) -> tuple[str, ...]:
            rows = connection.execute(
                "SELECT id FROM standings WHERE duplicate_of = ? ORDER BY id", (id_,)
            )
            return tuple(one for (one,) in rows)

        return self._database.blocking(work)

    def step(self, id_: str, how: Callable[[Standing], Stepped]) -> Standing:
        """Let something happen to a ticket, and return where it stands then.

        Two at once happen one after the other: *how* is given where the ticket stands by then.

        Raises:
            InputError: There is no such ticket, or *how* refuses.
        """
        (standing,) = self.step_all((id_,), how)
        return standing

    def step_all(
        self, ids: Sequence[str], how: Callable[[Standing], Stepped]
    ) -> tuple[Standing, ...]:
        """Let the same happen to several tickets: to all of them, or to none.

        Raises:
            InputError: One of them is not there, or *how* refuses it.
        """

        def work(connection: sqlite3.Connection) -> tuple[Standing, ...]:
            connection.execute("BEGIN IMMEDIATE")
            steps = [how(required_standing(connection, id_)) for id_ in dict.fromkeys(ids)]
            write_steps(connection, steps)
            connection.execute("COMMIT")
            return tuple(one.standing for one in steps)

        return self._database.blocking(work)

    def link(self, id_: str, to: str, actor: Actor, at: datetime) -> Standing:
        """Say that a ticket is a duplicate of another; those that were linked to it go along.

        Raises:
            InputError: There is no such ticket, no person says so, or it can't be one.
        """

        def work(connection: sqlite3.Connection) -> Standing:
            connection.execute("BEGIN IMMEDIATE")
            target = required_standing(connection, to)
            stepped = linked(required_standing(connection, id_), target, actor, at)
            rows = connection.execute(
                "SELECT * FROM standings WHERE duplicate_of = ? ORDER BY id",
                (id_,),
            ).fetchall()
            others = [linked(standing_from(row), target, actor, at) for row in rows]
            write_steps(connection, [stepped, *others])
            connection.execute("COMMIT")
            return stepped.standing

        return self._database.blocking(work)

    def escalate(self, clock: Clock, at: datetime) -> tuple[Entry, ...]:
        """Move on what nobody answered in time, and return what moved; all or none.

        Asked twice at the same moment, nothing moves twice.
        """

        def work(connection: sqlite3.Connection) -> tuple[Entry, ...]:
            connection.execute("BEGIN IMMEDIATE")
            rows = connection.execute(
                """SELECT * FROM standings WHERE state NOT IN ('solved', 'closed')
                ORDER BY arrived, id"""
            ).fetchall()
            found = (escalated(standing_from(row), clock, at) for row in rows)
            steps = [one for one in found if one is not None]
            write_steps(connection, steps)
            connection.execute("COMMIT")
            return tuple(one.entry for one in steps)

        return self._database.blocking(work)


def _taken_up(row: tuple[Any, ...]) -> Stepped:  # Any: SQLite's
    id_, text, at, came, resolution, *standing = row
    judgement = _judgement(json.loads(text), datetime.fromisoformat(at))
    if standing[0] is None:
        return arrived(id_, judgement, moment(came), settled=bool(resolution.strip()))
    return judged_again(standing_from(tuple(standing)), judgement)


def _judgement(result: dict[str, Any], at: datetime) -> Judgement:  # Any: JSON
    chosen = any(
        reason["field"] == "route" and reason["rule"] == "corrected" for reason in result["reasons"]
    )
    return Judgement(
        RequestType(result["type"]),
        SeverityLevel(result["severity"]),
        Route(result["route"]),
        at,
        chosen,
    )
