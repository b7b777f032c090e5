"""Triage's speed: a thousand requests in a batch, one when warm, one in a new process, 20 MB.

Run it with `nox -s bench`, or alone: ``python tests/bench/triage_speed.py [FILE.jsonl…]``. Without
files it takes the committed requests, a thousand of them; with files the first thousand of those.
A batch's seconds are CPU time, which others on the machine change little; a new process is timed by
the clock. Exit code 1 when a figure misses its bar.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.factory import Figure, program, seconds

from waooaw.triage.assessment import assess
from waooaw.triage.intake import read_requests
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.learned import LearnedTypes, security_concern

__all__ = ["triaging"]

_CASES = Path(__file__).parents[1] / "cases" / "triage"
_COMMITTED = (_CASES / "seamonkey.jsonl", _CASES / "phrasings.jsonl")
_MANY = 1_000
_RUNS = 5
_WARM = 400
_OUTAGE = "All refunds fail since 9:10, every customer is affected"
_FIELDS = ("id", "title", "body", "project")


def triaging(folder: Path, files: Sequence[Path] = _COMMITTED) -> list[Figure]:
    """Return the figures; the batch of them is written into *folder*."""
    rows = [row for file in files for row in _rows(file)][:_MANY]
    batch = folder / "batch.jsonl"
    batch.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    huge = folder / "huge.txt"
    huge.write_text("The invoice of a customer is wrong again. " * 480_000, "utf-8")
    cold = [seconds([program("waooaw"), "triage", _OUTAGE], folder) for _ in range(_RUNS)]
    many = [_cpu(["batch", str(batch)], folder) for _ in range(_RUNS)]
    whole = [_cpu(["--file", str(huge)], folder) for _ in range(_RUNS)]
    return [
        Figure(f"{len(rows):,} requests in a batch, CPU", min(many) * _MANY / len(rows), 5, "s"),
        Figure("one request warm, 95th percentile, CPU", _warm_ms(batch), 10, "ms"),
        # The least of them: what else the machine does only adds.
        Figure("one request in a new process", min(cold), 0.4, "s"),
        Figure("a request of 20 MB, CPU", min(whole), 1.5, "s"),
    ]


def _rows(path: Path) -> list[dict[str, Any]]:  # Any: JSON
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [{name: row[name] for name in _FIELDS if name in row} for row in rows]


def _cpu(arguments: Sequence[str], folder: Path) -> float:
    """Return how many seconds of CPU one run of `waooaw triage` takes, all of it."""
    before = os.times()
    done = subprocess.run(
        [program("waooaw"), "triage", *arguments], cwd=folder, capture_output=True, check=False
    )
    after = os.times()
    if done.returncode != 0:
        sys.exit(f"triage {arguments}: exit {done.returncode}\n{done.stderr.decode()}")
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system


def _warm_ms(batch: Path) -> float:
    """Return what one request takes in a process that has judged others before, in ms of CPU."""
    knowledge = Knowledge(types=LearnedTypes(), concerns=security_concern)
    requests = read_requests(batch.read_bytes(), source=batch.name)[:_WARM]
    took = []
    for round_ in range(2):
        for request in requests:
            # Nothing that was kept of the request itself helps.
            one = replace(request, body=f"{request.body}\n{round_}")
            begun = time.process_time()
            assess(one, knowledge)
            took.append((time.process_time() - begun) * 1_000)
    return statistics.quantiles(took[_WARM:], n=20)[-1]


def main() -> int:
    """Measure, print, and say by the exit code whether all bars are met."""
    files = [Path(name).absolute() for name in sys.argv[1:]] or list(_COMMITTED)
    with tempfile.TemporaryDirectory() as name:
        os.environ["WAOOAW_STATE_DIR"] = str(Path(name) / "state")
        figures = triaging(Path(name), files)
    sys.stdout.writelines(figure.line() + "\n" for figure in figures)
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
