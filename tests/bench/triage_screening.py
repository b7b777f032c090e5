"""Measure what labels of security teach the thresholds of its model. Needs `waooaw[learn]`.

Run: python tests/bench/triage_screening.py DATA

DATA is a folder with apache4_first_half.jsonl. Each project in turn is the one that labels its
requests, with a model that was trained on the other three; seven of ten are learned from, sixty
draws, and where that is promoted, recall and the share flagged are told of the rest.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from bench.triage_fitting import fitted, sample

from waooaw.triage.alarm_words import alarm_words
from waooaw.triage.features import terms
from waooaw.triage.learned import shipped_screen
from waooaw.triage.linear import probabilities
from waooaw.triage.screening import Screen, ScreenLesson, Suspect, screen_lesson

_DRAWS = 60
_LEARNED = 0.7
_KEEP = 3_000
#: As triage_training.py weighs concerns.
_WEIGHT = 5.0


def _suspects(data: Path) -> dict[str, list[Suspect]]:
    """Return the requests of each project, as a model sees them that was trained on the others."""
    lines = (data / "apache4_first_half.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    samples = [
        sample(
            row["title"],
            row["body"],
            row["project"],
            "yes" if row["security_noisy"] else "no",
            _WEIGHT if row["security_noisy"] else 1.0,
        )
        for row in rows
    ]
    found: dict[str, list[Suspect]] = {}
    for name in sorted({row["project"] for row in rows}):
        outside = [one for one in samples if one.project != name]
        model = fitted(outside, keep=_KEEP).exported("security", "a bench")
        place = model.labels.index("yes")
        for row in rows:
            if row["project"] == name:
                scores = model.scores(terms(row["title"], row["body"]))
                words = alarm_words(row["title"], row["body"])
                likely = round(probabilities(scores)[place], 4)
                one = Suspect(bool(words), likely, bool(row["security_noisy"]))
                found.setdefault(name, []).append(one)
    return found


def _counts(screen: Screen, rows: Sequence[Suspect]) -> tuple[int, int, int, int]:
    """Return concerns found, concerns, requests flagged, requests."""
    flags = [screen.flags(row.likely, worded=row.worded) for row in rows]
    found = [flag for flag, row in zip(flags, rows, strict=True) if row.concern]
    return sum(found), len(found), sum(flags), len(rows)


def _told(rows: Sequence[Suspect], current: Screen) -> dict[str, object]:
    lessons, before, after = [], [0] * 4, [0] * 4
    for draw in range(_DRAWS):
        order = Random(draw).sample(range(len(rows)), len(rows))
        taught = int(len(rows) * _LEARNED)
        lesson = screen_lesson([rows[at] for at in order[:taught]], current)
        if not isinstance(lesson, ScreenLesson):
            continue
        lessons.append(lesson.promoted)
        if lesson.promoted:
            rest = [rows[at] for at in order[taught:]]
            before = [one + new for one, new in zip(before, _counts(current, rest), strict=True)]
            after = [
                one + new for one, new in zip(after, _counts(lesson.screen, rest), strict=True)
            ]
    figures: dict[str, object] = {"learned": len(lessons), "promoted": sum(lessons)}
    for name, counts in (("before", before), ("after", after)):
        if counts[1]:
            shares = counts[0] / counts[1], counts[2] / counts[3]
            figures[name] = {"recall": round(shares[0], 3), "flagged": round(shares[1], 3)}
    return figures


def main() -> int:
    """Print the figures of each project, and of all together."""
    suspects = _suspects(Path(sys.argv[1]))
    suspects["all"] = [one for rows in suspects.values() for one in rows]
    figures = {name: _told(rows, shipped_screen()) for name, rows in suspects.items()}
    sys.stdout.write(f"{json.dumps(figures, indent=1)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
