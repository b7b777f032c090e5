"""Train the models that triage ships, and measure them. Needs scikit-learn (`waooaw[learn]`).

Run: python tests/bench/triage_training.py DATA [--write]

DATA is a folder with nlbse24_train.jsonl, apache4_first_half.jsonl and mozilla_summaries.jsonl;
their text may not be published, what is learned from it may. Prints what docs/triage.md carries.
`--write` puts the weights into waooaw/triage/weights, and what scikit-learn itself says of some
public requests into tests/unit/triage/data, which the plain Python scores are held to.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from bench.triage_fitting import SPACES, Fitted, Sample, fitted, sample
from bench.triage_measures import (
    above,
    calibration_for,
    coverage,
    f1,
    flagged,
    folds,
    left_out,
    mean_f1,
)
from places import ROOT

from waooaw.triage.alarm_words import alarm_words
from waooaw.triage.features import Space, terms
from waooaw.triage.figures import macro_f1
from waooaw.triage.learning import Labelled, learn
from waooaw.triage.linear import model_content, probabilities

_KEEP = {"type": 10_000, "security": 3_000, "urgency": 6_000}
#: What another tracker's labels count beside ours: "Improvement" is not quite a feature.
_FOREIGN = 0.05
_AIM = 0.925
_LEARNED = 60
_DRAWS = 4
_SEVERE = {"blocker", "critical", "major"}
#: How precise the suggestion is that a defect is severe, where that share of defects is.
_SURELY = 0.9
_SEVERE_SHARE = 0.1


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def samples_of_types(data: Path) -> tuple[list[Sample], list[Sample]]:
    own = [
        sample(row["title"], row["body"], row["project"], row["label"])
        for row in _rows(data / "nlbse24_train.jsonl")
    ]
    foreign = [
        sample(
            row["title"],
            row["body"],
            row["project"],
            "bug" if row["type"] == "Bug" else "feature",
            _FOREIGN,
        )
        for row in _rows(data / "apache4_first_half.jsonl")
    ]
    return own, foreign


def _types(data: Path) -> tuple[Fitted, str, dict[str, Any]]:
    own, foreign = samples_of_types(data)
    gold = [one.label for one in own]
    home: list[np.ndarray[Any, Any]] = []
    figures: dict[str, Any] = {"cross-validated": [], "accuracy": []}
    for seed in (0, 1):
        scores = folds(own, foreign, seed, keep=_KEEP["type"])
        home.append(scores)
        figures["cross-validated"].append(mean_f1(own, scores))
        figures["accuracy"].append(float(np.mean(above(own, scores))))
    figures["coverage at 0.92"] = [coverage(own, scores, 0.92) for scores in home]
    away = left_out(own, foreign, keep=_KEEP["type"])
    figures["project left out"] = {
        name: f1(gold, away, [i for i, one in enumerate(own) if one.project == name])
        for name in sorted({one.project for one in own})
    }
    figures["project left out, mean"] = float(np.mean(list(figures["project left out"].values())))
    model = fitted([*own, *foreign], keep=_KEEP["type"])
    model.projects = frozenset(one.project for one in own)
    model.at_home = calibration_for([*own, *own], np.concatenate(home), _AIM)
    model.elsewhere = calibration_for(own, away, _AIM)
    figures["calibration"] = {"at home": model.at_home, "elsewhere": model.elsewhere}
    source = (
        "NLBSE'24 train (1,500 issues of 5 projects) and, counting a twentieth, 2,000 Apache "
        "issues (Bug, Improvement); the mean of logistic regression and NB-weighted regression"
    )
    return model, source, figures


def _security(data: Path) -> tuple[Fitted, str, dict[str, Any]]:
    rows = _rows(data / "apache4_first_half.jsonl")
    samples = [
        sample(
            row["title"],
            row["body"],
            row["project"],
            "yes" if row["security_noisy"] else "no",
            5.0 if row["security_noisy"] else 1.0,
        )
        for row in rows
    ]
    gold = np.array([one.label == "yes" for one in samples])
    worded = np.array([bool(alarm_words(row["title"], row["body"])) for row in rows])
    early = _first_halves(samples)
    late = [index for index in range(len(samples)) if index not in early]
    model = fitted([samples[index] for index in sorted(early)], keep=_KEEP["security"])
    scores = model.scores(samples)
    margin = scores[:, model.labels.index("yes")] - scores[:, model.labels.index("no")]
    likely = 1 / (1 + np.exp(-margin))
    # What words leave: the model may flag one in three hundred more.
    threshold = float(np.sort(likely[late][~worded[late]])[-max(len(late) // 300, 1)])
    figures = {
        "words, all": flagged(gold, worded),
        "words, later halves": flagged(gold[late], worded[late]),
        "model, later halves": flagged(gold[late], (likely >= threshold)[late]),
        "either, later halves": flagged(gold[late], (worded | (likely >= threshold))[late]),
        "threshold": threshold,
    }
    model = fitted(samples, keep=_KEEP["security"])
    model.projects = frozenset(one.project for one in samples)
    model.at_home = model.elsewhere = (1.0, round(threshold, 3))
    source = "2,000 Apache issues (Ambari, Camel, Derby, Wicket), explicit security topics"
    return model, source, figures


def _first_halves(samples: Sequence[Sample]) -> set[int]:
    """Return the first half of each project in time; the file is in that order."""
    early: set[int] = set()
    for name in {one.project for one in samples}:
        places = [index for index, one in enumerate(samples) if one.project == name]
        early.update(places[: len(places) // 2])
    return early


def _urgency(data: Path) -> tuple[Fitted, str, dict[str, Any]]:
    rows = [row for row in _rows(data / "mozilla_summaries.jsonl") if row["severity"] != "normal"]
    samples = [
        sample(row["title"], "", "mozilla", "severe" if row["severity"] in _SEVERE else "mild")
        for row in rows
    ]
    spaces = {Space.TITLE: SPACES[Space.TITLE]}
    # Every fifth is held out; the file is in no order.
    train = [one for index, one in enumerate(samples) if index % 5]
    test = [one for index, one in enumerate(samples) if index % 5 == 0]
    model = fitted(train, keep=_KEEP["urgency"], spaces=spaces)
    scores = model.scores(test)
    figures: dict[str, Any] = {
        "held out": len(test),
        "macro-F1": f1([one.label for one in test], scores, range(len(test)), model.labels),
        "coverage at 0.9": coverage(test, scores, 0.9, model.labels),
    }
    model.at_home = calibration_for(test, scores, 0.9, model.labels)
    temperature = model.at_home[0] * 1.5
    margin = scores[:, model.labels.index("severe")] - scores[:, model.labels.index("mild")]
    likely = 1 / (1 + np.exp(-margin / temperature))
    severe = np.array([one.label == "severe" for one in test])
    # Chosen on one half of what is held out, told of the other.
    threshold = _surely(likely[::2], severe[::2])
    model.elsewhere = (temperature, threshold)
    figures["asked about"] = _asked(likely[1::2] >= threshold, severe[1::2])
    figures["asked about, Apache"] = _asked_elsewhere(data, model)
    source = (
        "38,000 Mozilla summaries: blocker, critical, major against minor, trivial, enhancement"
    )
    return model, source, figures


def _surely(likely: np.ndarray[Any, Any], severe: np.ndarray[Any, Any]) -> float:
    """Return the least likelihood from which *_SURELY* are severe, where one in ten defects is."""
    steps = [round(0.5 + 0.01 * step, 2) for step in range(50)]
    return next(step for step in steps if _asked(likely >= step, severe)["precision"] >= _SURELY)


def _asked(flags: np.ndarray[Any, Any], severe: np.ndarray[Any, Any]) -> dict[str, float]:
    """Return how many are asked about, and the precision where *_SEVERE_SHARE* are severe.

    The file was drawn by class: three of four are severe in it, which they are nowhere else.
    """
    recall, false_alarms = float(flags[severe].mean()), float(flags[~severe].mean())
    hits = recall * _SEVERE_SHARE
    alarms = hits + false_alarms * (1 - _SEVERE_SHARE)
    return {
        "recall": round(recall, 3),
        "false alarms": round(false_alarms, 4),
        "precision": round(hits / alarms, 3) if alarms else 0.0,
    }


def _asked_elsewhere(data: Path, model: Fitted) -> dict[str, int]:
    """Return how many Apache issues would be asked about, and how many of them were grave."""
    rows = _rows(data / "apache4_first_half.jsonl")
    exported = model.exported("urgency", "a bench")
    severe = exported.labels.index("severe")
    temperature, threshold = model.elsewhere
    asked = [
        row["priority"]
        for row in rows
        if probabilities(exported.scores(terms(row["title"], "")), temperature)[severe] >= threshold
    ]
    grave = sum(priority in {"Blocker", "Critical"} for priority in asked)
    return {"issues": len(rows), "asked about": len(asked), "blocker or critical": grave}


def _after_learning(data: Path) -> dict[str, Any]:
    """Return the F1 on a project that was left out, after `triage learn` on 60 of its requests."""
    own, foreign = samples_of_types(data)
    figures: dict[str, Any] = {}
    for name in sorted({one.project for one in own}):
        inside = [one for one in own if one.project == name]
        outside = [one for one in own if one.project != name]
        model = fitted([*outside, *foreign], keep=_KEEP["type"]).exported("type", "a bench")
        rows = [Labelled(one.terms, one.label, str(at)) for at, one in enumerate(inside)]
        values, promoted = [], 0
        for draw in range(_DRAWS):
            order = np.random.RandomState(draw).permutation(len(rows)).tolist()
            lesson = learn([rows[at] for at in order[:_LEARNED]], model, None)
            promoted += lesson.promoted
            names = lesson.adaptation.labels
            rest = [rows[at] for at in order[_LEARNED:]]
            scores = [lesson.adaptation.scores(model, row.terms) for row in rest]
            guesses = [names[int(np.argmax(one))] for one in scores]
            values.append(macro_f1([row.label for row in rest], guesses))
        figures[name] = {"macro-F1": round(float(np.mean(values)), 4), "promoted": promoted}
    figures["mean"] = round(float(np.mean([one["macro-F1"] for one in figures.values()])), 4)
    return figures


_MODELS = {"type": _types, "security": _security, "urgency": _urgency}


def main() -> int:
    """Train, print what was measured, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", choices=sorted(_MODELS))
    parser.add_argument("--learning", action="store_true", help="measure `triage learn` alone")
    arguments = parser.parse_args()
    if arguments.learning:
        sys.stdout.write(f"{json.dumps(_after_learning(arguments.data), indent=1)}\n")
        return 0
    for name in [arguments.only] if arguments.only else list(_MODELS):
        model, source, figures = _MODELS[name](arguments.data)
        sys.stdout.write(f"{name}: {json.dumps(figures, indent=1, default=str)}\n")
        if arguments.write:
            exported = model.exported(name, source)
            weights = ROOT / "waooaw" / "triage" / "weights" / f"{name}.json"
            weights.write_text(model_content(exported), encoding="utf-8")
            _write_truth(name, model)
            sys.stdout.write(f"{weights}: {weights.stat().st_size:,} bytes\n")
    return 0


def _write_truth(name: str, model: Fitted) -> None:
    """Write what scikit-learn says of public requests, with the weights that were exported."""
    folder = ROOT / "tests" / "unit" / "triage" / "data"
    rows = _rows(folder / "requests.jsonl")
    samples = [sample(row["title"], row["body"], "", "") for row in rows]
    # The terms are kept too: how text is cleaned may change, the arithmetic may not.
    kept = [
        json.dumps({"id": row["id"], "terms": one.terms}, ensure_ascii=False) + "\n"
        for row, one in zip(rows, samples, strict=True)
    ]
    (folder / "terms.jsonl").write_text("".join(kept), encoding="utf-8")
    scores = model.scores(samples)
    truth = {row["id"]: list(values) for row, values in zip(rows, scores.tolist(), strict=True)}
    (folder / f"{name}_scores.json").write_text(
        json.dumps({"labels": model.labels, "scores": truth}, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    sys.exit(main())
