"""Past requests that read like this one: shown to people, never acted on.

SQLite's full-text search (FTS5, porter stems, BM25 with title 3 : body 1) on one file. Two
questions are asked, the title and the body's rarest terms, and two rankings fused: by the title,
and by the sum of both (BM25 adds up over terms). With an embedding, those that mean most alike are
a third. As a yes-or-no decision likeness is worthless (docs/triage.md, "Measured"), so nothing is
ever closed, merged or routed by it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from waooaw.database import Database, Schema, storable
from waooaw.triage.embedding import Embedding
from waooaw.triage.likeness import RANKED, SHOWN, Question, Words, by_all, entry_of
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest
from waooaw.triage.search_terms import Stems
from waooaw.triage.vectors import Vectors

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
        (
            "ALTER TABLE requests ADD COLUMN opening TEXT NOT NULL DEFAULT ''",
            """UPDATE requests SET opening = (
                SELECT substr(body, 1, 300) FROM words WHERE rowid = number
            )""",
            # Of title and opening; each 384 little-endian float16.
            """CREATE TABLE vectors (
                number INTEGER PRIMARY KEY, model TEXT NOT NULL, created REAL,
                vector BLOB NOT NULL
            ) STRICT""",
        ),
    ),
    anew="finds nothing until requests are imported again",
)
_PATIENCE = timedelta(seconds=5)
_QUESTION = """SELECT rowid, -rank FROM words WHERE words MATCH ? AND rank MATCH 'bm25(3.0, 1.0)'
    ORDER BY rank LIMIT ?"""
_QUESTION_BEFORE = """SELECT words.rowid, -rank FROM words JOIN requests ON number = words.rowid
    WHERE words MATCH ? AND rank MATCH 'bm25(3.0, 1.0)'
    AND (created IS NULL OR created <= ?) ORDER BY rank LIMIT ?"""


class SimilarIndex:
    """Keep past requests in one file, and find those that read alike.

    Args:
        path: The file, made if it is not there; `:memory:` for one that ends with the process.
        embedding: Finds those that mean alike in other words; None: words alone are compared.

    Raises:
        InputError: The file is none of ours.
        EnvironmentFault: It cannot be written here.
    """

    def __init__(self, path: Path | str, embedding: Embedding | None = None) -> None:
        self._database = Database(path, _SCHEMA, patience=_PATIENCE)
        self._stems = Stems()
        self._vectors = None if embedding is None else Vectors(self._database, embedding)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
        self._stems.close()

    def add(self, requests: Iterable[Request]) -> None:
        """Index requests, redacted, all or none; one that is known is replaced.

        With an embedding, every request of the index that has no vector yet gets one then. That
        takes milliseconds each; what was interrupted is gone on with at the next time.
        """
        rows = {storable(request.id): entry_of(request) for request in requests}

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            for id_, entry in rows.items():
                found = connection.execute(
                    "SELECT number FROM requests WHERE id = ?", (id_,)
                ).fetchone()
                if found is not None:
                    connection.execute("DELETE FROM words WHERE rowid = ?", found)
                    connection.execute("DELETE FROM vectors WHERE number = ?", found)
                    connection.execute("DELETE FROM requests WHERE number = ?", found)
                number = connection.execute(
                    """INSERT INTO requests (id, title, resolution, created, opening)
                    VALUES (?, ?, ?, ?, ?)""",
                    (id_, entry.title, entry.resolution, entry.created, entry.opening),
                ).lastrowid
                connection.execute(
                    "INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)",
                    (number, entry.title_words, entry.body_words),
                )
            connection.execute("COMMIT")

        self._database.blocking(work)
        if self._vectors is not None:
            self._vectors.complete()

    def similar(self, request: Request) -> tuple[SimilarRequest, ...]:
        """Return the ten that read most alike, best first; never itself, nor a later one.

        The score is the share of the best possible one: 1 is first in every ranking.
        """
        near = () if self._vectors is None else self._vectors.nearest(request)

        def work(connection: sqlite3.Connection) -> tuple[SimilarRequest, ...]:
            whole = connection.execute("SELECT count(*) FROM requests").fetchone()[0]
            if not whole:
                return ()
            question = self._question(connection, request, whole)
            by_title = _asked(connection, question.title, request.created)
            by_body = _asked(connection, question.body, request.created)
            return _named(connection, by_all(by_title, by_body, near), request.id)

        return self._database.blocking(work)

    def _question(self, connection: sqlite3.Connection, request: Request, whole: int) -> Question:
        words = Words(request)
        counts = self._stems.counts(connection, words.terms)
        known = connection.execute(
            "SELECT count(*) FROM requests WHERE id = ?", (storable(request.id),)
        ).fetchone()[0]
        # What only this request itself has finds nothing else.
        return words.question({term: count - known for term, count in counts.items()}, whole)


def _asked(
    connection: sqlite3.Connection, terms: Sequence[str], before: datetime | None
) -> dict[int, float]:
    """Return the best matches by their numbers, with their scores."""
    if not terms:
        return {}
    # Quoted, so that no word is an operator of the query language.
    query = " OR ".join(f'"{term}"' for term in terms)
    if before is None:
        return dict(connection.execute(_QUESTION, (query, RANKED)))
    return dict(connection.execute(_QUESTION_BEFORE, (query, before.timestamp(), RANKED)))


def _named(
    connection: sqlite3.Connection, best: Sequence[tuple[float, int]], own_id: str
) -> tuple[SimilarRequest, ...]:
    found: list[SimilarRequest] = []
    for score, number in best:
        row = connection.execute(
            "SELECT id, title, resolution FROM requests WHERE number = ?", (number,)
        ).fetchone()
        if row is None:  # another process has replaced it meanwhile
            continue
        id_, title, resolution = row
        if id_ != storable(own_id):
            found.append(SimilarRequest(id_, title, round(score, 4), resolution))
        if len(found) == SHOWN:
            break
    return tuple(found)
