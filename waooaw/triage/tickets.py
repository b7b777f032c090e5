"""What triage remembers: every request that it judged, corrections, and how requests were settled.

One SQLite file. Text is redacted before it is kept. What is remembered never changes what the next
request is told, but for settled requests: those are known by their fingerprints.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from waooaw.database import Database
from waooaw.moments import rfc3339
from waooaw.triage.facts import StatedFacts
from waooaw.triage.fingerprints import fingerprints
from waooaw.triage.keeping import kept_text, kept_value, storable_text
from waooaw.triage.knowledge import Settled
from waooaw.triage.memory import PATIENCE, SCHEMA
from waooaw.triage.requests import Request
from waooaw.triage.vocabulary import SETS

__all__ = ["Correction", "History", "Ticket", "Tickets"]

#: Source: docs/triage.md; below it a first desk would repeat what does not help.
_LEAST_PRECISION = 0.9
_FEWEST_SEEN = 5
_PAGE = 500
_MOST_NAMES = 50
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Correction:
    """Hold one field that a person put right, as text, and when."""

    field: str
    was: str
    value: str
    at: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """Hold a request that triage has seen.

    Attributes:
        request: As it was kept: redacted, and long text cut.
        result: What triage said, as JSON; None for a past request that was only imported.
        corrections: In their order.
        at: When it was kept last: judged, judged anew by a correction, or imported; aware.
    """

    request: Request
    result: Mapping[str, Any] | None  # Any: JSON
    corrections: tuple[Correction, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """Hold how often an entry of the catalogue matched, and how often nobody put it right."""

    seen: int
    right: int

    @property
    def doubtful(self) -> bool:
        """Whether it was wrong too often to be acted on: it is shown as evidence only then."""
        return self.seen >= _FEWEST_SEEN and self.right / self.seen < _LEAST_PRECISION


class Tickets:
    """Keep tickets in one file.

    Args:
        path: The file, made if it is not there.

    Raises:
        InputError: The file is none of ours.
        EnvironmentFault: It cannot be written here.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, SCHEMA, patience=PATIENCE)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def remember(self, judged: Iterable[tuple[Request, Mapping[str, Any]]], at: datetime) -> None:
        """Keep requests and what was said of them, all or none."""
        kept = {storable_text(request.id): (request, result) for request, result in judged}
        rows = [
            (*_kept(request), json.dumps(result, sort_keys=True), rfc3339(at), rfc3339(at))
            for request, result in kept.values()
        ]
        matches = [(id_, rule) for id_, (_, result) in kept.items() for rule in _known_by(result)]

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                """INSERT INTO tickets (id, title, body, about, resolution, result, at, arrived)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
                title = excluded.title, body = excluded.body, about = excluded.about,
                result = excluded.result, at = excluded.at,
                arrived = coalesce(arrived, excluded.arrived)""",
                rows,
            )
            connection.executemany("INSERT OR REPLACE INTO matches VALUES (?, ?)", matches)
            connection.execute("COMMIT")

        self._database.blocking(work)

    def settle(self, requests: Sequence[Request], at: datetime) -> None:
        """Keep past requests with their resolutions and fingerprints, all or none."""
        rows = [(*_kept(request), rfc3339(at)) for request in requests]
        prints = [
            (fingerprint, request.id)
            for request in requests
            if request.resolution.strip()
            for fingerprint in fingerprints(request.text)
        ]

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                """INSERT INTO tickets (id, title, body, about, resolution, at)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title,
                body = excluded.body, about = excluded.about, resolution = excluded.resolution""",
                rows,
            )
            connection.executemany("INSERT OR IGNORE INTO prints VALUES (?, ?)", prints)
            connection.execute("COMMIT")

        self._database.blocking(work)

    def correct(self, id_: str, changes: Sequence[tuple[str, str, str]], at: datetime) -> None:
        """Keep corrections: field, what it was, what it is."""
        # A resolution is text, and text may hold anything.
        rows = [(storable_text(id_), *map(kept_value, change), rfc3339(at)) for change in changes]

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO corrections (id, field, was, value, at) VALUES (?, ?, ?, ?, ?)", rows
            )
            connection.execute("COMMIT")

        self._database.blocking(work)

    def ticket(self, id_: str) -> Ticket | None:
        """Return the ticket of that id, or None."""

        def work(connection: sqlite3.Connection) -> Ticket | None:
            row = connection.execute(
                """SELECT id, title, body, about, resolution, result, at FROM tickets
                WHERE id = ?""",
                (storable_text(id_),),
            ).fetchone()
            return None if row is None else _ticket(connection, row)

        return self._database.blocking(work)

    def kept(self, *, since: datetime | None = None, corrected: bool = False) -> Iterator[Ticket]:
        """Return tickets in the order in which they first came.

        They are read in pages, so that many cost no memory; what is written meanwhile may be
        among them.

        Args:
            since: Leave out what was kept last before this moment.
            corrected: Leave out what nobody put right.
        """
        last = 0
        while True:
            page = self._page(last, since, corrected=corrected)
            yield from (ticket for _, ticket in page)
            if len(page) < _PAGE:
                return
            last = page[-1][0]

    def _page(
        self, after: int, since: datetime | None, *, corrected: bool
    ) -> list[tuple[int, Ticket]]:
        def work(connection: sqlite3.Connection) -> list[tuple[int, Ticket]]:
            rows = connection.execute(
                """SELECT id, title, body, about, resolution, result, at, rowid FROM tickets
                WHERE rowid > ? AND at >= ? AND (NOT ? OR id IN (SELECT id FROM corrections))
                ORDER BY rowid LIMIT ?""",
                (after, "" if since is None else rfc3339(since), corrected, _PAGE),
            ).fetchall()
            return [(row[-1], _ticket(connection, row[:-1])) for row in rows]

        return self._database.blocking(work)

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all tickets, sorted."""

        def work(connection: sqlite3.Connection) -> tuple[str, ...]:
            rows = connection.execute("SELECT id FROM tickets ORDER BY id")
            return tuple(id_ for (id_,) in rows)

        return self._database.blocking(work)

    def histories(self) -> Mapping[str, History]:
        """Return how often each entry of the catalogue was right, by its id."""

        def work(connection: sqlite3.Connection) -> Mapping[str, History]:
            rows = connection.execute(
                """SELECT pattern, count(*), count(corrections.id) FROM matches
                LEFT JOIN corrections ON corrections.id = matches.id
                AND corrections.field = 'known_pattern' AND corrections.value = 'false'
                GROUP BY pattern ORDER BY pattern"""
            )
            return {pattern: History(seen, seen - wrong) for pattern, seen, wrong in rows}

        return self._database.blocking(work)

    def settled(self, prints: Sequence[str]) -> Settled | None:
        """Return a settled request with one of these fingerprints; the first id of several."""

        def work(connection: sqlite3.Connection) -> Settled | None:
            for fingerprint in prints:
                row = connection.execute(
                    """SELECT id, title, resolution, about FROM prints JOIN tickets USING (id)
                    WHERE fingerprint = ? AND resolution <> '' ORDER BY id LIMIT 1""",
                    (fingerprint,),
                ).fetchone()
                if row is not None:
                    stated = json.loads(row[3])["facts"]
                    security = stated.get("security") is True or stated.get("type") == "security"
                    return Settled(row[0], row[1], row[2], security)
            return None

        return self._database.blocking(work)


def _known_by(result: Mapping[str, Any]) -> list[str]:  # Any: JSON
    return [
        reason["rule"]
        for reason in result.get("reasons", ())
        if reason["field"] == "facts.known_pattern" and reason["rule"] != "stated"
    ][:1]


def _kept(request: Request) -> tuple[str, str, str, str, str]:
    """Return a request's columns: redacted before anything is written."""
    # Each text alone: what is taken out of JSON may leave none.
    about = {
        "project": kept_value(request.project[:_LONGEST_NAME]),
        "component": kept_value(request.component[:_LONGEST_NAME]),
        "created": None if request.created is None else request.created.isoformat(),
        "agents": list(request.agents),
        "attachments": [
            kept_value(name[:_LONGEST_NAME]) for name in request.attachments[:_MOST_NAMES]
        ],
        "facts": {
            one.name: value
            for one in fields(StatedFacts)
            if (value := getattr(request.facts, one.name)) is not None
        },
    }
    return (
        storable_text(request.id),
        kept_text(request.title),
        kept_text(request.body),
        json.dumps(about, sort_keys=True),
        kept_text(request.resolution) if request.resolution else "",
    )


def _ticket(
    connection: sqlite3.Connection, row: tuple[str, str, str, str, str, str | None, str]
) -> Ticket:
    corrections = connection.execute(
        "SELECT field, was, value, at FROM corrections WHERE id = ? ORDER BY number", (row[0],)
    )
    return Ticket(
        _restored(row[:5]),
        None if row[5] is None else json.loads(row[5]),
        tuple(Correction(*one) for one in corrections),
        datetime.fromisoformat(row[6]),
    )


def _restored(row: tuple[str, str, str, str, str]) -> Request:
    id_, title, body, about, resolution = row
    known = json.loads(about)
    stated: dict[str, Any] = {  # Any: each field has its own type
        name: SETS[name](value) if name in SETS else value for name, value in known["facts"].items()
    }
    created = known["created"]
    return Request(
        id=id_,
        title=title,
        body=body,
        project=known["project"],
        component=known["component"],
        created=None if created is None else datetime.fromisoformat(created),
        facts=StatedFacts(**stated),
        agents=tuple(known["agents"]),
        attachments=tuple(known["attachments"]),
        resolution=resolution,
    )
