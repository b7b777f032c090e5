"""Train the net under the rules, and measure it on writers that it did not see.

Run: python tests/bench/danger_training.py DATA [--write]

DATA is a folder with nlbse24_train.jsonl: reports of developers, which are no danger. The dangers
and the ordinary requests are our own (tests/cases/triage). Needs scikit-learn (`waooaw[learn]`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from bench.triage_fitting import Fitted, Sample, fitted
from places import ROOT

from waooaw.triage.assessment import assess
from waooaw.triage.danger import SPACE, DangerKind, danger_in, danger_terms
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.linear import LinearModel, model_content
from waooaw.triage.requests import Request
from waooaw.triage.results import TriageResult
from waooaw.triage.vocabulary import Route, rank

_KEEP = 5_000
_STRENGTH = 5.0
_KINDS = {
    "leak": DangerKind.EXPOSED,
    "credentials": DangerKind.EXPOSED,
    "security": DangerKind.EXPOSED,
    "outage": DangerKind.GRAVE,
    "money": DangerKind.GRAVE,
    "approval": DangerKind.GRAVE,
    "lost": DangerKind.GRAVE,
    "harm": DangerKind.GRAVE,
    "legal": DangerKind.PERSON,
    "vision": DangerKind.PERSON,
}
#: Thresholds that are printed; the two of `DangerKind` are chosen from them by a person.
_THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
_SUSPECT, _SURE = 0.55, 0.75
_SOURCE = (
    "tests/cases/triage/phrasings.jsonl and indirect.jsonl, and every third of 1,500 issues of five"
    " public trackers as no danger"
)
#: Banks of requests by who wrote them, and when; a fold is left out at a time.
_FOLDS = {**dict.fromkeys("abcd", "o0"), **dict.fromkeys("efgh", "o1"), "i": "o2", "j": "o3"}


@dataclass(frozen=True, slots=True)
class _Row:
    sample: Sample
    bank: str
    title: str
    body: str
    least: Route | None
    page: bool

    @property
    def danger(self) -> bool:
        return self.sample.label != DangerKind.ORDINARY


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _row(row: dict[str, Any], label: str, bank: str) -> _Row:
    title, body = row["title"], row["body"]
    terms = {SPACE: list(danger_terms(f"{title}\n\n{body}" if title and body else title or body))}
    least = Route(row["least"]) if "least" in row else None
    return _Row(Sample(terms, bank, label), bank, title, body, least, bool(row.get("page")))


def _own() -> list[_Row]:
    found = []
    for name in ("phrasings.jsonl", "indirect.jsonl"):
        for number, row in enumerate(_rows(ROOT / "tests" / "cases" / "triage" / name)):
            label = _KINDS.get(row["about"], DangerKind.ORDINARY)
            bank = row["id"].partition("-")[0]
            # One writer's ordinary requests are split, so that each fold meets some unseen.
            bank = _FOLDS.get(bank) or f"o{number % len(_FOLDS)}"
            found.append(_row(row, label, bank))
    return found


def _across_banks(
    own: Sequence[_Row], foreign: Sequence[_Row]
) -> tuple[Any, Any, list[TriageResult]]:
    """Return for each own row how likely it is a danger, which, and what triage says of it.

    Each by a model that saw nothing of the row's bank.
    """
    likely = np.zeros(len(own))
    kinds: Any = np.empty(len(own), dtype=object)
    results: dict[int, TriageResult] = {}
    for bank in sorted({one.bank for one in own}):
        test = [at for at, one in enumerate(own) if one.bank == bank]
        model = _fitted([one.sample for one in (*own, *foreign) if one.bank != bank])
        likely[test], kinds[test] = _read(model, [own[at].sample for at in test])
        knowledge = Knowledge(dangers=partial(danger_in, model=_exported(model)))
        results.update({at: _judged(own[at], knowledge) for at in test})
    return likely, kinds, [results[at] for at in range(len(own))]


def _judged(row: _Row, knowledge: Knowledge) -> TriageResult:
    return assess(Request(id="x", title=row.title, body=row.body), knowledge)


def _through_triage(own: Sequence[_Row], results: Sequence[TriageResult]) -> dict[str, Any]:
    """Return for each bank the share at a desk high enough, and who was woken."""
    figures: dict[str, Any] = {}
    for bank in sorted({one.bank for one in own}):
        pairs = [
            (one, result) for one, result in zip(own, results, strict=True) if one.bank == bank
        ]
        dangers = [
            (rank(result.routing.route) >= rank(one.least), result.routing.page_oncall >= one.page)
            for one, result in pairs
            if one.danger and one.least is not None
        ]
        calm = [
            (rank(result.routing.route) >= rank(Route.L3), result.routing.page_oncall)
            for one, result in pairs
            if not one.danger and one.least is None
        ]
        figures[bank] = {
            "dangers": [len(dangers), *_means(dangers)],
            "ordinary, at L3 or above, paged": [len(calm), *_means(calm)],
        }
    return figures


def _means(pairs: Sequence[tuple[bool, bool]]) -> list[float]:
    return [round(float(one), 3) for one in np.mean(np.array(pairs or [(False, False)]), axis=0)]


def _exported(model: Fitted) -> LinearModel:
    model.projects = frozenset()
    model.at_home, model.elsewhere = (1.0, _SURE), (1.0, _SUSPECT)
    return model.exported("danger", _SOURCE)


def _fitted(samples: Sequence[Sample]) -> Fitted:
    return fitted(samples, keep=_KEEP, spaces={SPACE: (1.0, 2)}, strength=_STRENGTH)


def _read(model: Fitted, samples: Sequence[Sample]) -> tuple[Any, Any]:
    scores = model.scores(samples)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    at = model.labels.index(DangerKind.ORDINARY)
    likely = 1 - shares[:, at]
    shares[:, at] = -1
    return likely, np.array(model.labels, dtype=object)[shares.argmax(axis=1)]


def main() -> int:
    """Train, measure, and with `--write` ship."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    own = _own()
    tracker = [
        _row(row, DangerKind.ORDINARY, "tracker")
        for row in _rows(asked.data / "nlbse24_train.jsonl")
    ]
    seen, unseen = tracker[::3], tracker[1::3]
    likely, kinds, results = _across_banks(own, seen)
    model = _fitted([one.sample for one in (*own, *seen)])
    of_trackers, _ = _read(model, [one.sample for one in unseen])
    danger = np.array([one.danger for one in own])
    right = np.array([one.sample.label for one in own], dtype=object) == kinds
    figures: dict[str, Any] = {
        "dangers": int(danger.sum()),
        "ordinary": int((~danger).sum()),
        "kind right": round(float(right[danger].mean()), 3),
        "found, flagged of ordinary, of a tracker's": {
            str(one): [
                round(float((likely[danger] >= one).mean()), 3),
                round(float((likely[~danger] >= one).mean()), 3),
                round(float((of_trackers >= one).mean()), 4),
            ]
            for one in _THRESHOLDS
        },
        "by rules alone": _through_triage(own, [_judged(one, Knowledge()) for one in own]),
        "with the net": _through_triage(own, results),
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    if asked.write:
        place = ROOT / "waooaw" / "triage" / "weights" / "danger.json"
        place.write_text(model_content(_exported(model)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
