"""What requests mean, as vectors in the index's file, searched exactly: every one is looked at.

At 100,000 requests that takes milliseconds (docs/triage.md, "Similar requests"); an approximate
search would be one more thing to install, and would miss some.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from waooaw.database import Database
from waooaw.triage.arrays import Array, arrays
from waooaw.triage.embedding import DIMENSIONS, Embedding
from waooaw.triage.likeness import RANKED, entry_of
from waooaw.triage.requests import Request

__all__ = ["Vectors"]

#: So many are embedded, then committed: what is interrupted loses a second or two.
_AT_ONCE = 128
#: So many are read, then converted.
_READ_AT_ONCE = 8_192
#: Below this, two likenesses differ by the order of additions only.
_DIGITS = 5
_LACKING = """SELECT number, title, opening FROM requests WHERE number > ? AND NOT EXISTS (
    SELECT 1 FROM vectors WHERE vectors.number = requests.number AND model = ?
) ORDER BY number LIMIT ?"""
# Another process may have replaced the request meanwhile.
_KEEP = """INSERT OR REPLACE INTO vectors (number, model, vector, created)
    SELECT number, ?, ?, created FROM requests WHERE number = ? AND title = ? AND opening = ?"""
# A damaged one is none.
_WHOLE = f"length(vector) = {2 * DIMENSIONS}"
_HOW_MANY = f"SELECT count(*) FROM vectors WHERE model = ? AND {_WHOLE}"  # noqa: S608 - a number
_ALL = f"""SELECT number, coalesce(created, -1e300), vector FROM vectors
    WHERE model = ? AND {_WHOLE} ORDER BY number"""  # noqa: S608 - a number


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Hold all vectors, as the file had them at one moment.

    Attributes:
        stamp: Changes when the file does.
        numbers: Of the requests.
        created: When they were written, seconds since 1970; long ago where none says.
        matrix: Requests × dimensions.
    """

    stamp: tuple[int, int]
    numbers: Array
    created: Array
    matrix: Array


class Vectors:
    """Keep a vector a request, and find the nearest.

    Args:
        database: The index's file.
        embedding: Makes the vectors.
    """

    def __init__(self, database: Database, embedding: Embedding) -> None:
        self._database = database
        self._embedding = embedding
        self._loaded: _Loaded | None = None

    def complete(self) -> None:
        """Give a vector to every request that has none of this embedding."""
        last = -1
        while rows := self._lacking(last):
            vectors = self._embedding.vectors([f"{title}\n{opening}" for _, title, opening in rows])
            self._keep(rows, vectors)
            last = rows[-1][0]

    def nearest(self, request: Request) -> list[int]:
        """Return the requests that mean most alike, best first; no later ones."""
        meaning = entry_of(request).meaning
        loaded = self._database.blocking(self._current)
        if not meaning or not len(loaded.numbers):
            return []
        np = arrays()
        asked = np.frombuffer(self._embedding.vectors([meaning])[0], "<f4")
        likeness = np.round(loaded.matrix @ asked, _DIGITS)
        if request.created is not None:
            likeness[loaded.created > request.created.timestamp()] = -np.inf
        # Those at least as near as the last that counts, of which there may be several.
        last = max(0, len(likeness) - RANKED)
        some = np.flatnonzero(likeness >= np.partition(likeness, last)[last])
        order = some[np.lexsort((loaded.numbers[some], -likeness[some]))][:RANKED]
        return [int(loaded.numbers[at]) for at in order if likeness[at] > -np.inf]

    def _lacking(self, last: int) -> list[tuple[int, str, str]]:
        def work(connection: sqlite3.Connection) -> list[tuple[int, str, str]]:
            return connection.execute(_LACKING, (last, self._embedding.name, _AT_ONCE)).fetchall()

        return self._database.blocking(work)

    def _keep(self, rows: Sequence[tuple[int, str, str]], vectors: Sequence[bytes]) -> None:
        np = arrays()
        kept = [
            (self._embedding.name, np.frombuffer(vector, "<f4").astype("<f2").tobytes(), *row)
            for vector, row in zip(vectors, rows, strict=True)
        ]

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_KEEP, kept)
            connection.execute("COMMIT")

        self._database.blocking(work)

    def _current(self, connection: sqlite3.Connection) -> _Loaded:
        """Return the vectors, read again only where the file has changed."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        stamp = (version, connection.total_changes)
        if self._loaded is None or self._loaded.stamp != stamp:
            self._loaded = self._read(connection, stamp)
        return self._loaded

    def _read(self, connection: sqlite3.Connection, stamp: tuple[int, int]) -> _Loaded:
        np = arrays()
        # One moment for both: what another process adds meanwhile is read the next time.
        connection.execute("BEGIN")
        (whole,) = connection.execute(_HOW_MANY, (self._embedding.name,)).fetchone()
        numbers, created = np.empty(whole, "i8"), np.empty(whole)
        matrix = np.empty((whole, DIMENSIONS), "<f4")
        rows = connection.execute(_ALL, (self._embedding.name,))
        at = 0
        while some := rows.fetchmany(_READ_AT_ONCE):
            here = slice(at, at + len(some))
            numbers[here] = [number for number, _, _ in some]
            created[here] = [seconds for _, seconds, _ in some]
            joined = b"".join(vector for _, _, vector in some)
            matrix[here] = np.frombuffer(joined, "<f2").reshape(-1, DIMENSIONS)
            at = here.stop
        connection.execute("COMMIT")
        return _Loaded(stamp, numbers, created, matrix)
