"""The index of past requests in PostgreSQL, where several machines share one.

Full text with English stems, of the same terms as in SQLite's index; the rank of a request is the
sum over the terms of PostgreSQL's own rank (title 3 : body 1) times how rare the term is, since
PostgreSQL's alone knows nothing of that. With an embedding, pgvector's HNSW finds the neighbours.
Everything lies in the schema ``waooaw``.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from waooaw.database import storable
from waooaw.triage.embedding import DIMENSIONS, Embedding
from waooaw.triage.likeness import RANKED, SHOWN, Entry, Words, by_all, entry_of
from waooaw.triage.postgres import Postgres
from waooaw.triage.postgres_schema import prepare
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest

if TYPE_CHECKING:
    import psycopg

__all__ = ["PostgresIndex"]

_TERM = re.compile(r"[^\W_]{1,60}")
_AT_ONCE = 128
_ADD = """INSERT INTO waooaw.similar_requests
    (key, id, title, opening, resolution, created, words)
    VALUES (%s, %s, %s, %s, %s, %s,
        setweight(to_tsvector('pg_catalog.english', %s), 'A') ||
        setweight(to_tsvector('pg_catalog.english', %s), 'D'))"""
# In the order of the stems.
_COUNT = """INSERT INTO waooaw.similar_stems AS known (stem, requests)
    SELECT stem, %s * count(*)
    FROM waooaw.similar_requests, unnest(tsvector_to_array(words)) AS stem
    WHERE key = ANY(%s) GROUP BY stem ORDER BY stem
    ON CONFLICT (stem) DO UPDATE SET requests = known.requests + excluded.requests"""
_COUNTS = """SELECT term, min(coalesce(requests, 0))
    FROM unnest(%s::text[]) AS term,
        unnest(tsvector_to_array(to_tsvector('pg_catalog.english', term))) AS found
        LEFT JOIN waooaw.similar_stems ON stem = found
    GROUP BY term"""
#: ts_rank's weights are those of D, C, B and A. 1: divided by 1 + the logarithm of the length.
#: OFFSET 0: ranked before they are grouped, so that no texts are carried along.
_ASK = """SELECT number, round(sum(rank)::numeric, 6)
    FROM (
        SELECT number, worth * ts_rank('{0.3333,0,0,1}', words, query, 1) AS rank
        FROM unnest(%s::text[], %s::float8[]) AS asked (term, worth),
            plainto_tsquery('pg_catalog.english', term) AS query
            JOIN waooaw.similar_requests ON words @@ query
        WHERE %s::float8 IS NULL OR created IS NULL OR created <= %s
        OFFSET 0
    ) AS found
    GROUP BY number ORDER BY 2 DESC, 1 LIMIT %s"""
_LACKING = """SELECT number, title, opening FROM waooaw.similar_requests AS there
    WHERE number > %s AND NOT EXISTS (
        SELECT FROM waooaw.similar_vectors AS kept
        WHERE kept.number = there.number AND model = %s
    ) ORDER BY number LIMIT %s"""
# Another process may have replaced the request meanwhile.
_KEEP = """INSERT INTO waooaw.similar_vectors (number, model, vector)
    SELECT number, %s, %s::vector FROM waooaw.similar_requests WHERE number = %s FOR KEY SHARE
    ON CONFLICT (number) DO UPDATE SET model = excluded.model, vector = excluded.vector"""
_NEAREST = """SELECT number FROM waooaw.similar_vectors JOIN waooaw.similar_requests USING (number)
    WHERE model = %s AND (%s::float8 IS NULL OR created IS NULL OR created <= %s)
    ORDER BY vector <#> %s::vector LIMIT %s"""
# The index goes on looking until enough neighbours are early enough.
_SEARCHING = """SELECT set_config('hnsw.ef_search', '200', true),
    set_config('hnsw.iterative_scan', 'strict_order', true)"""


class PostgresIndex:
    """Keep past requests in a PostgreSQL database, and find those that read alike.

    Args:
        address: ``postgresql://…``, with or without a password.
        embedding: Finds those that mean alike in other words; None: words alone are compared.

    Raises:
        InputError: It is no such address, psycopg is not installed, or a newer waooaw was there.
        EnvironmentFault: It can't be reached or used, or lacks pgvector and there is an embedding.
    """

    def __init__(self, address: str, embedding: Embedding | None = None) -> None:
        self._embedding = embedding
        self._postgres = Postgres(address)
        try:
            prepare(self._postgres, vectors=embedding is not None)
        except BaseException:
            self._postgres.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        self._postgres.close()

    def add(self, requests: Iterable[Request]) -> None:
        """Index requests, redacted, all or none; one that is known is replaced.

        With an embedding, every request of the index that has no vector yet gets one then.
        """
        rows = {_text(request.id): entry_of(request) for request in requests}
        keys = [_key(id_) for id_ in rows]

        def work(connection: psycopg.Connection[Any]) -> None:
            # One writer at a time: two that count the same stems would wait for each other.
            connection.execute("LOCK TABLE waooaw.similar_stems IN SHARE ROW EXCLUSIVE MODE")
            connection.execute(_COUNT, (-1, keys))
            connection.execute("DELETE FROM waooaw.similar_requests WHERE key = ANY(%s)", (keys,))
            with connection.cursor() as cursor:
                cursor.executemany(_ADD, [_row(id_, entry) for id_, entry in rows.items()])
            connection.execute(_COUNT, (1, keys))

        if rows:
            self._postgres.run(work, writing=True)
        if self._embedding is not None:
            self._complete(self._embedding)

    def similar(self, request: Request) -> tuple[SimilarRequest, ...]:
        """Return the ten that read most alike, best first; never itself, nor a later one.

        The score is the share of the best possible one: 1 is first in every ranking.
        """
        vector = None
        if self._embedding is not None and (meaning := entry_of(request).meaning):
            vector = _written(self._embedding.vectors([meaning])[0])

        def work(connection: psycopg.Connection[Any]) -> tuple[SimilarRequest, ...]:
            own, whole = _standing(connection, request)
            if not whole:
                return ()
            words = Words(request)
            terms = [_text(term) for term in words.terms]
            known = dict(connection.execute(_COUNTS, (terms,)).fetchall())
            # What only this request itself has finds nothing else.
            counts = {term: known.get(_text(term), own) - own for term in words.terms}
            question = words.question(counts, whole)
            before = None if request.created is None else request.created.timestamp()
            by_title = _asked(connection, question.title, counts, whole, before)
            by_body = _asked(connection, question.body, counts, whole, before)
            near = () if vector is None else self._nearest(connection, vector, before)
            return _named(connection, by_all(by_title, by_body, near), _text(request.id))

        return self._postgres.run(work)

    def _nearest(
        self, connection: psycopg.Connection[Any], vector: str, before: float | None
    ) -> list[int]:
        name = "" if self._embedding is None else self._embedding.name
        connection.execute(_SEARCHING)
        rows = connection.execute(_NEAREST, (name, before, before, vector, RANKED))
        return [number for (number,) in rows.fetchall()]

    def _complete(self, embedding: Embedding) -> None:
        """Give a vector to every request that has none of this embedding."""
        last = 0
        while rows := self._postgres.run(_lacking(last, embedding.name)):
            vectors = embedding.vectors(
                [f"{title}\n{opening}".strip() for _, title, opening in rows]
            )
            kept = [
                (embedding.name, _written(vector), number)
                for vector, (number, _, _) in zip(vectors, rows, strict=True)
            ]
            self._postgres.run(_keeping(kept), writing=True)
            last = rows[-1][0]


def _lacking(
    last: int, model: str
) -> Callable[[psycopg.Connection[Any]], list[tuple[int, str, str]]]:
    def work(connection: psycopg.Connection[Any]) -> list[tuple[int, str, str]]:
        return connection.execute(_LACKING, (last, model, _AT_ONCE)).fetchall()

    return work


def _keeping(rows: Sequence[tuple[str, str, int]]) -> Callable[[psycopg.Connection[Any]], None]:
    def work(connection: psycopg.Connection[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(_KEEP, rows)

    return work


def _standing(connection: psycopg.Connection[Any], request: Request) -> tuple[int, int]:
    """Return whether the request itself is in the index, 0 or 1, and how many are."""
    row = connection.execute(
        """SELECT (SELECT count(*) FROM waooaw.similar_requests WHERE key = %s),
            (SELECT count(*) FROM waooaw.similar_requests)""",
        (_key(_text(request.id)),),
    ).fetchone()
    return (0, 0) if row is None else (row[0], row[1])


def _asked(
    connection: psycopg.Connection[Any],
    terms: Sequence[str],
    counts: Mapping[str, int],
    whole: int,
    before: float | None,
) -> dict[int, float]:
    """Return the best matches by their numbers, with their scores."""
    if not terms:
        return {}
    # How rare it is: as BM25 has it. Source: Robertson and Zaragoza, 2009, formula 3.15.
    worth = [math.log(1 + (whole - counts[one] + 0.5) / (counts[one] + 0.5)) for one in terms]
    asked = ([_text(term) for term in terms], worth, before, before, RANKED)
    return {number: float(score) for number, score in connection.execute(_ASK, asked).fetchall()}


def _named(
    connection: psycopg.Connection[Any], best: Sequence[tuple[float, int]], own_id: str
) -> tuple[SimilarRequest, ...]:
    some = best[: SHOWN + 1]
    rows = connection.execute(
        "SELECT number, id, title, resolution FROM waooaw.similar_requests WHERE number = ANY(%s)",
        ([number for _, number in some],),
    )
    known = {number: named for number, *named in rows.fetchall()}
    found = [
        SimilarRequest(id_, title, round(score, 4), resolution)
        for score, number in some
        if number in known  # else another process has replaced it meanwhile
        for id_, title, resolution in [known[number]]
        if id_ != own_id
    ]
    return tuple(found[:SHOWN])


def _row(id_: str, entry: Entry) -> tuple[object, ...]:
    return (
        _key(id_),
        id_,
        *map(_text, (entry.title, entry.opening, entry.resolution)),
        entry.created,
        *(_terms(words) for words in (entry.title_words, entry.body_words)),
    )


def _terms(words: str) -> str:
    # Word by word, so that PostgreSQL takes nothing for an address, a file or a number.
    return " ".join(_TERM.findall(words.lower()))


def _text(text: str) -> str:
    # PostgreSQL's text has no NUL.
    return storable(text).replace("\0", " ")


def _key(id_: str) -> bytes:
    # An id may be longer than an entry of an index.
    return hashlib.sha256(id_.encode()).digest()


def _written(vector: bytes) -> str:
    numbers = struct.unpack(f"<{DIMENSIONS}f", vector)
    return f"[{','.join(f'{number:.7g}' for number in numbers)}]"
