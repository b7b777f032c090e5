"""Past requests that read like this one: shown to people, never acted on.

SQLite's full-text search (FTS5, porter stems, BM25 with title 3 : body 1) on one file. Two
questions are asked, the title and the body's rarest terms, and two rankings fused: by the title,
and by the sum of both (BM25 adds up over terms). As a yes-or-no decision likeness is worthless
(docs/triage.md, "Measured"), so nothing is ever closed, merged or routed by it. Fusion: Cormack,
Clarke and Büttcher, "Reciprocal Rank Fusion", SIGIR 2009, with their k = 60.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from waooaw.database import Database, Schema, storable
from waooaw.triage.markup import plain
from waooaw.triage.redaction import without_secrets
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest
from waooaw.triage.search_terms import Stems, search_terms, searchable

__all__ = ["SimilarIndex"]

_SCHEMA = Schema(
    noun="index of requests",
    application_id=0x77616F78,
    migrations=(
        (
            """CREATE TABLE requests (
                number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
                resolution TEXT NOT NULL, created REAL
            ) STRICT""",
            """CREATE VIRTUAL TABLE words USING fts5(
                title, body, tokenize = 'porter unicode61'
            )""",
            "CREATE VIRTUAL TABLE stems USING fts5vocab('words', 'row')",
        ),
    ),
    anew="finds nothing until requests are imported again",
)
_PATIENCE = timedelta(seconds=5)
_READ = 8_000
_SHOWN = 10
_RANKED = 150
_FUSED = 30
_FROM_BODY = 10
_BODY_READ = 2_000
#: A term in more requests than this says little and costs much; a title keeps three of any.
_COMMON = 4_000
_FEWEST_OF_TITLE = 3
_MOST_OF_TITLE = 24
_K = 60
_QUESTION = """SELECT rowid, -rank FROM words WHERE words MATCH ? AND rank MATCH 'bm25(3.0, 1.0)'
    ORDER BY rank LIMIT ?"""
_QUESTION_BEFORE = """SELECT words.rowid, -rank FROM words JOIN requests ON number = words.rowid
    WHERE words MATCH ? AND rank MATCH 'bm25(3.0, 1.0)'
    AND (created IS NULL OR created <= ?) ORDER BY rank LIMIT ?"""


class SimilarIndex:
    """Keep past requests in one file, and find those that read alike.

    Args:
        path: The file, made if it is not there; `:memory:` for one that ends with the process.

    Raises:
        InputError: The file is none of ours.
        EnvironmentFault: It cannot be written here.
    """

    def __init__(self, path: Path | str) -> None:
        self._database = Database(path, _SCHEMA, patience=_PATIENCE)
        self._stems = Stems()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
        self._stems.close()

    def add(self, requests: Iterable[Request]) -> None:
        """Index requests, redacted, all or none; one that is known is replaced."""
        rows = {request.id: _row(request) for request in requests}

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            for id_, (title, resolution, created, words) in rows.items():
                found = connection.execute(
                    "SELECT number FROM requests WHERE id = ?", (id_,)
                ).fetchone()
                if found is not None:
                    connection.execute("DELETE FROM words WHERE rowid = ?", found)
                    connection.execute("DELETE FROM requests WHERE number = ?", found)
                number = connection.execute(
                    "INSERT INTO requests (id, title, resolution, created) VALUES (?, ?, ?, ?)",
                    (storable(id_), title, resolution, created),
                ).lastrowid
                connection.execute(
                    "INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", (number, *words)
                )
            connection.execute("COMMIT")

        self._database.blocking(work)

    def similar(self, request: Request) -> tuple[SimilarRequest, ...]:
        """Return the ten that read most alike, best first; never itself, nor a later one.

        The score is the share of the best possible one: 1 is first in both rankings.
        """

        def work(connection: sqlite3.Connection) -> tuple[SimilarRequest, ...]:
            whole = connection.execute("SELECT count(*) FROM requests").fetchone()[0]
            if not whole:
                return ()
            title, rare = self._questions(connection, request, whole)
            by_title = _asked(connection, title, request.created)
            by_body = _asked(connection, rare, request.created)
            both = {
                number: by_title.get(number, 0.0) + by_body.get(number, 0.0)
                for number in (*by_title, *by_body)
            }
            fused = _fused([_ranked(by_title), _ranked(both)])
            return _named(connection, fused, request.id)

        return self._database.blocking(work)

    def _questions(
        self, connection: sqlite3.Connection, request: Request, whole: int
    ) -> tuple[Sequence[str], Sequence[str]]:
        title = search_terms(plain(request.title[:_READ])[0])
        body = Counter(search_terms(plain(request.body[:_READ])[0][:_BODY_READ]))
        counts = self._stems.counts(connection, dict.fromkeys((*title, *body)))
        known = connection.execute(
            "SELECT count(*) FROM requests WHERE id = ?", (request.id,)
        ).fetchone()[0]
        # What only this request itself has finds nothing else.
        counts = {term: count - known for term, count in counts.items()}
        asked = _of_title(list(dict.fromkeys(title)), counts)
        rare = _rarest(body, counts, whole)
        return asked, tuple(term for term in rare if term not in asked)


def _row(request: Request) -> tuple[str, str, float | None, tuple[str, str]]:
    title = storable(without_secrets(plain(request.title[:_READ])[0]))
    body = storable(without_secrets(plain(request.body[:_READ])[0]))
    created = request.created.timestamp() if request.created is not None else None
    resolution = storable(without_secrets(request.resolution[:_READ]))
    return " ".join(title.split()), resolution, created, (searchable(title), searchable(body))


def _of_title(terms: Sequence[str], counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return what is searched for of a title: no common terms, if enough are left."""
    known = sorted((term for term in terms if counts[term] > 0), key=lambda term: counts[term])
    rare = [term for term in known if counts[term] <= _COMMON]
    kept = rare if len(rare) >= _FEWEST_OF_TITLE else known[:_FEWEST_OF_TITLE]
    return tuple(kept[:_MOST_OF_TITLE])


def _rarest(body: Counter[str], counts: Mapping[str, int], whole: int) -> tuple[str, ...]:
    """Return the terms that tell this body from others: said often here, and rarely elsewhere."""
    worth = {
        term: (1 + math.log(said)) * math.log((whole + 1) / counts[term])
        for term, said in body.items()
        if 0 < counts[term] <= _COMMON
    }
    best = sorted(worth.items(), key=lambda item: (-item[1], item[0]))
    return tuple(term for term, _ in best[:_FROM_BODY])


def _asked(
    connection: sqlite3.Connection, terms: Sequence[str], before: datetime | None
) -> dict[int, float]:
    """Return the best matches by their numbers, with their scores."""
    if not terms:
        return {}
    # Quoted, so that no word is an operator of the query language.
    query = " OR ".join(f'"{term}"' for term in terms)
    if before is None:
        return dict(connection.execute(_QUESTION, (query, _RANKED)))
    return dict(connection.execute(_QUESTION_BEFORE, (query, before.timestamp(), _RANKED)))


def _ranked(scores: Mapping[int, float]) -> list[int]:
    return sorted(scores, key=lambda number: (-scores[number], number))[:_FUSED]


def _fused(rankings: Sequence[Sequence[int]]) -> list[tuple[float, int]]:
    """Return what all rankings say together, the best first; 1 is first in each."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, number in enumerate(ranking):
            scores[number] = scores.get(number, 0.0) + _K / (_K + place) / len(rankings)
    best = [(score, number) for number, score in scores.items()]
    return sorted(best, key=lambda one: (-one[0], one[1]))


def _named(
    connection: sqlite3.Connection, ranked: Sequence[tuple[float, int]], own_id: str
) -> tuple[SimilarRequest, ...]:
    found: list[SimilarRequest] = []
    for score, number in ranked:
        id_, title, resolution = connection.execute(
            "SELECT id, title, resolution FROM requests WHERE number = ?", (number,)
        ).fetchone()
        if id_ != own_id:
            found.append(SimilarRequest(id_, title, round(score, 4), resolution))
        if len(found) == _SHOWN:
            break
    return tuple(found)
