"""Letters that were sent, kept beside the tickets: each occasion of a ticket has one, or none.

A letter is announced before it is handed over and confirmed after. Where a process ends in between,
nobody knows whether it arrived: it is uncertain, and a person decides.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, assert_never

from waooaw.database import Database
from waooaw.desk.letters import Letter, Occasion
from waooaw.desk.ports import Delivered, Delivery, Refused, Unclear
from waooaw.desk.rows import moment, second
from waooaw.desk.standings import Actor, ActorKind
from waooaw.desk.tables import storable_id
from waooaw.desk.templates import LetterKind
from waooaw.desk.wording import line
from waooaw.errors import InputError, shown
from waooaw.moments import rfc3339
from waooaw.triage.memory import PATIENCE, SCHEMA

__all__ = ["LEASE", "Kept", "LetterState", "Outbox"]

#: For so long a letter may be on its way; ports give up long before.
LEASE = timedelta(minutes=10)
_LONGEST_ERROR = 300
_ENDED = "the program ended while it was on its way"
_COLUMNS = "number, id, kind, occasion, tone, subject, body, port, state, at, sent, error, decided"


class LetterState(StrEnum):
    """Name how far a letter is."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Kept:
    """Hold a letter as it was kept.

    Attributes:
        number: Counts letters.
        port: By which it went.
        sent: When it was out; None where it is not, or nobody knows.
        error: Why it is not out, or why nobody knows; redacted.
        decided: Who decided about it, once it was uncertain; as `str(Actor)`, or empty.
    """

    number: int
    letter: Letter
    port: str
    state: LetterState
    sent: datetime | None = None
    error: str = ""
    decided: str = ""


class Outbox:
    """Keep letters.

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

    def letters(self, id_: str) -> tuple[Kept, ...]:
        """Return the letters of a ticket in their order, also what failed."""
        return self._database.blocking(lambda connection: _of(connection, id_))

    def concerned(self, since: datetime) -> tuple[str, ...]:
        """Return the tickets that a letter may be due for, the oldest first.

        Args:
            since: What was solved before that needs no letter any more.
        """

        def work(connection: sqlite3.Connection) -> tuple[str, ...]:
            rows = connection.execute(
                """SELECT id FROM standings
                WHERE state NOT IN ('solved', 'closed') OR solved >= ?
                OR duplicate_of IN (SELECT id FROM standings
                    WHERE state NOT IN ('solved', 'closed') OR solved >= ?)
                ORDER BY arrived, id""",
                (rfc3339(second(since)),) * 2,
            )
            return tuple(id_ for (id_,) in rows)

        return self._database.blocking(work)

    def announce(
        self, id_: str, plan: Callable[[Sequence[Kept]], Letter | None], port: str, at: datetime
    ) -> Kept | None:
        """Keep the letter that *plan* writes as being sent; None where there is nothing to send.

        Two at once come one after the other: *plan* is given what was announced by then. One that
        surely did not arrive makes room for another of the same occasion; nothing else does.
        """

        def work(connection: sqlite3.Connection) -> Kept | None:
            connection.execute("BEGIN IMMEDIATE")
            letter = plan(_of(connection, id_))
            if letter is None:
                return None
            occasion = letter.occasion
            place = (letter.id, occasion.kind.value, occasion.name)
            connection.execute(
                """DELETE FROM letters
                WHERE id = ? AND kind = ? AND occasion = ? AND state = 'failed'""",
                place,
            )
            added = connection.execute(
                """INSERT OR IGNORE INTO letters
                (id, kind, occasion, tone, subject, body, port, state, at)
                VALUES (?, ?, ?, ?, ?, ?, ?, 'sending', ?)""",
                (*place, letter.tone, letter.subject, letter.body, port, rfc3339(second(at))),
            )
            kept = _numbered(connection, added.lastrowid) if added.rowcount else None
            connection.execute("COMMIT")
            return kept

        return self._database.blocking(work)

    def confirm(self, kept: Kept, delivery: Delivery, at: datetime) -> Kept:
        """Keep what became of a letter, and return it.

        Where a person has decided about it in the meantime, their word stands: what is sent again
        is announced anew.
        """
        sent, error = None, ""
        match delivery:
            case Delivered():
                state, sent = LetterState.SENT, rfc3339(second(at))
            case Refused(why):
                state, error = LetterState.FAILED, why
            case Unclear(why):
                state, error = LetterState.UNCERTAIN, why
            case other:
                assert_never(other)

        def work(connection: sqlite3.Connection) -> Kept:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                """UPDATE letters SET state = ?, sent = ?, error = ?
                WHERE number = ? AND at = ? AND state IN ('sending', 'uncertain')""",
                (
                    state.value,
                    sent,
                    line(error, most=_LONGEST_ERROR),
                    kept.number,
                    rfc3339(kept.letter.at),
                ),
            )
            now = _numbered(connection, kept.number)
            connection.execute("COMMIT")
            return now

        return self._database.blocking(work)

    def uncertain(self, at: datetime) -> tuple[Kept, ...]:
        """Return the letters of which nobody knows whether they arrived, the oldest first.

        What was announced long ago and never confirmed is one of them from now on.
        """

        def work(connection: sqlite3.Connection) -> tuple[Kept, ...]:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                """UPDATE letters SET state = 'uncertain', error = ?
                WHERE state = 'sending' AND at < ?""",
                (_ENDED, rfc3339(second(at - LEASE))),
            )
            found = _found(connection, "state = 'uncertain' ORDER BY number")
            connection.execute("COMMIT")
            return found

        return self._database.blocking(work)

    def decide(
        self, id_: str, kind: LetterKind, by: Actor, at: datetime, *, again: bool
    ) -> tuple[Kept, ...]:
        """Let a person decide about the uncertain letters of a ticket, and return them.

        Args:
            id_: The ticket's.
            kind: Which letters.
            by: Who decides.
            at: When this is.
            again: Whether they are sent once more, under the same keys; else they arrived.

        Raises:
            InputError: No person decides, or none of them is uncertain.
        """
        _require_person(id_, by)
        self.uncertain(at)

        def work(connection: sqlite3.Connection) -> tuple[Kept, ...]:
            connection.execute("BEGIN IMMEDIATE")
            own = _of(connection, id_)
            mine = [one for one in own if one.letter.occasion.kind is kind]
            numbers = [one.number for one in mine if one.state is LetterState.UNCERTAIN]
            if not numbers:
                raise _nothing_to_decide(id_, kind, mine)
            state = LetterState.SENDING if again else LetterState.SENT
            # What is sent again may be on its way for as long as one that is new.
            column = "at" if again else "sent"
            connection.executemany(
                f"UPDATE letters SET state = ?, decided = ?, {column} = ? WHERE number = ?",  # noqa: S608 - our own name
                [(state.value, str(by), rfc3339(second(at)), number) for number in numbers],
            )
            decided = tuple(_numbered(connection, number) for number in numbers)
            connection.execute("COMMIT")
            return decided

        return self._database.blocking(work)

    def told(self, id_: str) -> list[dict[str, str]]:
        """Return what the customer was told, as JSON: letters, and what a desk answered or asked.

        A letter that surely did not arrive is none of it.
        """

        def work(connection: sqlite3.Connection) -> list[dict[str, str]]:
            rows = connection.execute(
                """SELECT at, step, actor, '', says, 'told', 1, number FROM history
                WHERE id = ? AND step IN ('answered', 'waiting') UNION ALL
                SELECT at, kind, port, subject, body, state, 0, number FROM letters
                WHERE id = ? AND state <> 'failed' ORDER BY at, 7, 8""",
                (storable_id(id_),) * 2,
            )
            names = ("at", "kind", "by", "subject", "body", "state")
            # Moments are whole seconds; within one, a letter went before what a desk said.
            return [dict(zip(names, row[: len(names)], strict=True)) for row in rows]

        return self._database.blocking(work)


def _require_person(id_: str, by: Actor) -> None:
    if by.kind is not ActorKind.PERSON:
        raise InputError(
            f"{shown(id_)}: only a person may decide about an uncertain letter, {by} is none",
            hint="let a person look, and give their name",
        )


def _nothing_to_decide(id_: str, kind: LetterKind, kept: Sequence[Kept]) -> InputError:
    if any(one.state is LetterState.SENDING for one in kept):
        minutes = round(LEASE.total_seconds() / 60)
        return InputError(
            f"{shown(id_)}: its {kind} may still be on its way",
            hint=f"decide when it was announced more than {minutes} minutes ago",
        )
    return InputError(f"{shown(id_)}: no {kind} of it is uncertain", hint="see waooaw desk send")


def _of(connection: sqlite3.Connection, id_: str) -> tuple[Kept, ...]:
    return _found(connection, "id = ? ORDER BY number", storable_id(id_))


def _numbered(connection: sqlite3.Connection, number: int | None) -> Kept:
    (kept,) = _found(connection, "number = ?", number)
    return kept


def _found(connection: sqlite3.Connection, where: str, *values: object) -> tuple[Kept, ...]:
    query = f"SELECT {_COLUMNS} FROM letters WHERE {where}"  # noqa: S608 - our own words
    return tuple(_kept(row) for row in connection.execute(query, values))


def _kept(row: tuple[Any, ...]) -> Kept:  # Any: SQLite's
    number, id_, kind, occasion, tone, subject, body, port, state, at, sent, error, decided = row
    return Kept(
        number=number,
        letter=Letter(id_, Occasion(LetterKind(kind), occasion), tone, subject, body, moment(at)),
        port=port,
        state=LetterState(state),
        sent=None if sent is None else moment(sent),
        error=error,
        decided=decided,
    )
