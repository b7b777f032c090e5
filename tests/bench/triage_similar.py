"""Measure how well, and how fast, past requests are found that read like a new one.

Run: python tests/bench/triage_similar.py seamonkey.jsonl [--others FILE…] [--many 100000]
     [--vectors] [--database postgresql://…]

The recall is that of known duplicates, each asked with all others in the index. `--others` puts
requests of other trackers beside them. `--many` fills an index with that many requests, whose
titles and paragraphs are drawn from the files, and times the answer. `--vectors` compares meanings
as well; `--many` then takes vectors that are made of words, since the real ones take an hour.
`--database` takes PostgreSQL in the place of a file, and drops its schema `waooaw` each time.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waooaw.triage.embedding import Embedding, shipped_model
from waooaw.triage.likeness import RequestIndex
from waooaw.triage.requests import Request
from waooaw.triage.similar import SimilarIndex
from waooaw.triage.similar_postgres import PostgresIndex

sys.path.insert(0, str(Path(__file__).parents[1]))
from duplicates import places, request
from fakes.embeddings import WordsAsVectors

_ASKED = 200


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _index(place: Path | str, database: str | None, embedding: Embedding | None) -> RequestIndex:
    if database is None:
        return SimilarIndex(place, embedding)
    import psycopg

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS waooaw CASCADE")
    return PostgresIndex(database, embedding)


def _recall(
    rows: Sequence[dict[str, Any]],
    others: Sequence[dict[str, Any]],
    database: str | None,
    embedding: Embedding | None,
) -> dict[str, float]:
    index = _index(":memory:", database, embedding)
    index.add(request(row) for row in (*rows, *others))
    found = places(rows, index)
    index.close()
    return {
        "queries": len(found),
        **{
            f"recall@{most}": round(sum(0 < at <= most for at in found) / len(found), 4)
            for most in (1, 5, 10)
        },
    }


def _speed(
    rows: Sequence[dict[str, Any]], many: int, database: str | None, embedding: Embedding | None
) -> dict[str, float]:
    draw = random.Random(0)
    titles = [row["title"] for row in rows]
    paragraphs = [part for row in rows for part in row["body"].split("\n\n") if part.strip()]

    def made(number: int) -> Request:
        body = "\n\n".join(draw.sample(paragraphs, 3))
        return Request(f"n{number}", f"{draw.choice(titles)} {draw.choice(titles)}", body)

    with tempfile.TemporaryDirectory() as folder:
        index = _index(Path(folder) / "similar.db", database, embedding)
        begun = time.perf_counter()
        index.add(made(number) for number in range(many))
        filled = time.perf_counter() - begun
        begun = time.perf_counter()
        index.similar(made(many))
        first = (time.perf_counter() - begun) * 1000
        times = []
        for row in draw.sample(list(rows), min(_ASKED, len(rows))):
            begun = time.perf_counter()
            index.similar(request(row))
            times.append((time.perf_counter() - begun) * 1000)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        index.close()
    return {
        "requests": many,
        "filled_s": round(filled, 1),
        "first_ms": round(first, 1),
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        "most_ms": round(max(times), 1),
        "mb": round(size / 1e6, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def main() -> int:
    """Print what was measured, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--others", type=Path, nargs="*", default=[])
    parser.add_argument("--many", type=int, default=0)
    parser.add_argument("--vectors", action="store_true")
    parser.add_argument("--database")
    arguments = parser.parse_args()
    database = arguments.database
    embedding = shipped_model() if arguments.vectors else None
    rows = _rows(arguments.file)
    others = [row for path in arguments.others for row in _rows(path)]
    measured: dict[str, Any] = {"alone": _recall(rows, [], database, embedding)}
    if others:
        measured[f"among {len(others)} others"] = _recall(rows, others, database, embedding)
    if arguments.many:
        measured["speed"] = _speed(
            [*rows, *others],
            arguments.many,
            database,
            WordsAsVectors() if arguments.vectors else None,
        )
    sys.stdout.write(json.dumps(measured, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
