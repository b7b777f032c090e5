"""Measure how well, and how fast, past requests are found that read like a new one.

Run: python tests/bench/triage_similar.py seamonkey.jsonl [--others FILE…] [--many 100000]

The recall is that of known duplicates, each asked with all others in the index. `--others` puts
requests of other trackers beside them. `--many` fills an index with that many requests, whose
titles and paragraphs are drawn from the files, and times the answer.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waooaw.triage.requests import Request
from waooaw.triage.similar import SimilarIndex

_ASKED = 200


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _request(row: dict[str, Any]) -> Request:
    return Request(str(row["id"]), row["title"], row["body"])


def _groups(rows: Sequence[dict[str, Any]]) -> dict[str, set[str]]:
    """Return for each request that has a known duplicate all that are the same."""
    there = {row["id"] for row in rows}
    groups: dict[str, set[str]] = {}
    for row in rows:
        for other in row["duplicates"]:
            if other in there:
                one = groups.get(row["id"], {row["id"]}) | groups.get(other, {other})
                for member in one:
                    groups[member] = one
    return groups


def _recall(rows: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> dict[str, float]:
    index = SimilarIndex(":memory:")
    index.add(_request(row) for row in (*rows, *others))
    groups = _groups(rows)
    by_id = {row["id"]: row for row in rows}
    places = []
    for id_, same in groups.items():
        found = [one.id for one in index.similar(_request(by_id[id_]))]
        places.append(next((at for at, one in enumerate(found, 1) if one in same), 0))
    index.close()
    return {
        "queries": len(places),
        **{
            f"recall@{most}": round(sum(0 < at <= most for at in places) / len(places), 4)
            for most in (1, 5, 10)
        },
    }


def _speed(rows: Sequence[dict[str, Any]], many: int) -> dict[str, float]:
    draw = random.Random(0)
    titles = [row["title"] for row in rows]
    paragraphs = [part for row in rows for part in row["body"].split("\n\n") if part.strip()]

    def made(number: int) -> Request:
        body = "\n\n".join(draw.sample(paragraphs, 3))
        return Request(f"n{number}", f"{draw.choice(titles)} {draw.choice(titles)}", body)

    with tempfile.TemporaryDirectory() as folder:
        index = SimilarIndex(Path(folder) / "similar.db")
        begun = time.perf_counter()
        index.add(made(number) for number in range(many))
        filled = time.perf_counter() - begun
        times = []
        for row in draw.sample(list(rows), min(_ASKED, len(rows))):
            begun = time.perf_counter()
            index.similar(_request(row))
            times.append((time.perf_counter() - begun) * 1000)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        index.close()
    return {
        "requests": many,
        "filled_s": round(filled, 1),
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        "most_ms": round(max(times), 1),
        "mb": round(size / 1e6, 1),
    }


def main() -> int:
    """Print what was measured, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--others", type=Path, nargs="*", default=[])
    parser.add_argument("--many", type=int, default=0)
    arguments = parser.parse_args()
    rows = _rows(arguments.file)
    others = [row for path in arguments.others for row in _rows(path)]
    measured: dict[str, Any] = {"alone": _recall(rows, [])}
    if others:
        measured[f"among {len(others)} others"] = _recall(rows, others)
    if arguments.many:
        measured["speed"] = _speed([*rows, *others], arguments.many)
    sys.stdout.write(json.dumps(measured, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
