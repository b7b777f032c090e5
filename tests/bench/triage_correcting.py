"""Measure what `triage learn` learns from tickets that people settled. Needs `waooaw[learn]`.

Run: python tests/bench/triage_correcting.py DATA [--draws 2] [--judged 60] [--careful]

DATA is a folder with nlbse24_train.jsonl and apache4_first_half.jsonl. A project is left out of the
training, sixty of its requests are judged, a person settles them all and corrects the types that
are wrong: every time (`--careful`: only that is measured) or less often. Told is macro-F1 on the
rest of the project: before, of what was learned, and of what is in force then.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bench.triage_fitting import fitted
from bench.triage_training import samples_of_types

from waooaw.errors import InputError
from waooaw.triage.assessment import assess
from waooaw.triage.features import terms
from waooaw.triage.figures import macro_f1
from waooaw.triage.knowledge import Guess, Knowledge
from waooaw.triage.learning import Labelled, labelled, learn
from waooaw.triage.linear import LinearModel, probabilities
from waooaw.triage.requests import Request
from waooaw.triage.results import TriageResult
from waooaw.triage.vocabulary import RequestType

_KEEP = 10_000
#: How often a person who settles a request corrects a type that is wrong.
_CARE = {"every time": 1.0, "7 of 10 times": 0.7, "every second time": 0.5}


@dataclass(frozen=True, slots=True)
class _Unlearned:
    """Tell types by a model that never saw the project."""

    model: LinearModel

    def type_of(self, title: str, body: str, project: str = "") -> Guess | None:
        calibration = self.model.calibration(project)
        shares = probabilities(self.model.scores(terms(title, body)), calibration.temperature)
        best = max(range(len(shares)), key=shares.__getitem__)
        kind = RequestType(self.model.labels[best])
        return Guess(kind, shares[best], shares[best] >= calibration.threshold, "away")


@dataclass(frozen=True, slots=True)
class _Settled:
    """Hold a request, what was said of it, and what is right."""

    row: dict[str, Any]
    said: TriageResult

    @property
    def wrong(self) -> bool:
        return bool(self.said.type.value != self.row["label"])

    def taught(self, label: str) -> Labelled:
        return labelled(self.row["title"], self.row["body"], label)


def _taught(
    settled: Sequence[_Settled], care: float, seed: int
) -> Iterator[tuple[str, list[Labelled]]]:
    """Yield by name what is learned from, where people correct with that much care."""
    rng = Random(seed)
    corrected = [one for one in settled if one.wrong and rng.random() < care]
    rest = [one for one in settled if one not in corrected]
    told = [one.taught(one.row["label"]) for one in corrected]
    yield "corrections alone", told
    right = [one for one in rest if not one.wrong]
    yield (
        "and three confirmed for two",
        [
            *told,
            *(one.taught(one.said.type.value) for one in right[: len(told) * 3 // 2]),
        ],
    )
    yield "and all confirmed", [*told, *(one.taught(one.said.type.value) for one in rest)]
    sure = [one for one in rest if "type" not in one.said.abstained]
    yield (
        "and those confirmed that were sure",
        [
            *told,
            *(one.taught(one.said.type.value) for one in sure),
        ],
    )


def _f1(model: LinearModel, adaptation: Any, rest: Sequence[dict[str, Any]]) -> float:
    names = model.labels if adaptation is None else adaptation.labels
    guesses = []
    for row in rest:
        found = terms(row["title"], row["body"])
        scores = model.scores(found) if adaptation is None else adaptation.scores(model, found)
        guesses.append(names[max(range(len(names)), key=scores.__getitem__)])
    return macro_f1([row["label"] for row in rest], guesses)


def _learned(
    rows: Sequence[Labelled], model: LinearModel, rest: Sequence[dict[str, Any]]
) -> tuple[float, float] | None:
    """Return the F1 of what was learned, and of what is in force then; None where too few."""
    try:
        lesson = learn(rows, model, None)
    except InputError:
        return None
    value = _f1(model, lesson.adaptation, rest)
    return value, value if lesson.promoted else _f1(model, None, rest)


def main() -> int:
    """Print the means after each project and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--draws", type=int, default=2)
    parser.add_argument("--judged", type=int, default=60)
    parser.add_argument("--careful", action="store_true")
    arguments = parser.parse_args()
    cares = {"every time": 1.0} if arguments.careful else _CARE
    lines = (arguments.data / "nlbse24_train.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    own, foreign = samples_of_types(arguments.data)
    found: dict[str, list[tuple[float, float, float] | None]] = {}
    for name in sorted({row["project"] for row in rows}):
        outside = [one for one in own if one.project != name]
        model = fitted([*outside, *foreign], keep=_KEEP).exported("type", "a bench")
        inside = [row for row in rows if row["project"] == name]
        for draw in range(arguments.draws):
            order = Random(draw).sample(inside, len(inside))
            judged, rest = order[: arguments.judged], order[arguments.judged :]
            settled = [_Settled(row, _said(row, model)) for row in judged]
            before = _f1(model, None, rest)
            for key, taught in _lessons(settled, cares, draw):
                values = _learned(taught, model, rest)
                found.setdefault(key, []).append(None if values is None else (before, *values))
            sys.stdout.write(f"{name} {draw}: {_means(found)}\n")
            sys.stdout.flush()
    return 0


def _lessons(
    settled: Sequence[_Settled], cares: Mapping[str, float], seed: int
) -> Iterator[tuple[str, list[Labelled]]]:
    for care, share in cares.items():
        for name, taught in _taught(settled, share, seed):
            yield f"{care}, {name}", taught


def _said(row: dict[str, Any], model: LinearModel) -> TriageResult:
    request = Request(row["title"][:50], row["title"], row["body"], row["project"])
    return assess(request, Knowledge(types=_Unlearned(model)))


def _means(found: dict[str, list[tuple[float, float, float] | None]]) -> str:
    means = {}
    for name, values in found.items():
        told = [one for one in values if one is not None]
        if told:
            columns = [round(sum(column) / len(told), 4) for column in zip(*told, strict=True)]
            labels = ("before", "learned", "in force")
            means[name] = {**dict(zip(labels, columns, strict=True)), "refused": values.count(None)}
    return json.dumps(means, indent=1)


if __name__ == "__main__":
    sys.exit(main())
