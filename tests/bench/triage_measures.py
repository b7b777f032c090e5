"""What the models of triage are measured by: folds, projects left out, coverage, temperature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from bench.triage_fitting import Sample, fitted
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

__all__ = [
    "above",
    "calibration_for",
    "coverage",
    "f1",
    "flagged",
    "folds",
    "left_out",
    "mean_f1",
]

Scores: TypeAlias = Any
"""An array of numpy, one row a sample, one column a label; its types are read nowhere."""


def _labels(samples: Sequence[Sample]) -> list[str]:
    return sorted({one.label for one in samples})


def folds(own: Sequence[Sample], foreign: Sequence[Sample], seed: int, *, keep: int) -> Scores:
    """Return scores of *own*, each from a model that saw four fifths without it."""
    strata = [one.project + one.label for one in own]
    scores = np.empty((len(own), len(_labels(own))))
    splitter = StratifiedKFold(5, shuffle=True, random_state=seed)
    for train, test in splitter.split(strata, strata):
        model = fitted([*(own[index] for index in train), *foreign], keep=keep)
        scores[test] = model.scores([own[index] for index in test])
    return scores


def left_out(own: Sequence[Sample], foreign: Sequence[Sample], *, keep: int) -> Scores:
    """Return scores of *own*, each from a model that saw nothing of its project."""
    scores = np.empty((len(own), len(_labels(own))))
    for name in sorted({one.project for one in own}):
        test = [index for index, one in enumerate(own) if one.project == name]
        train = [one for one in own if one.project != name]
        scores[test] = fitted([*train, *foreign], keep=keep).scores([own[i] for i in test])
    return scores


def f1(
    gold: Sequence[str],
    scores: Scores,
    places: Iterable[int],
    labels: Sequence[str] | None = None,
) -> float:
    """Return the macro-F1 over *places*."""
    names = np.array(labels or sorted(set(gold)))
    chosen = list(places)
    guesses = names[scores[chosen].argmax(axis=1)]
    value = f1_score([gold[index] for index in chosen], guesses, average="macro")
    return round(float(value), 4)


def mean_f1(own: Sequence[Sample], scores: Scores) -> float:
    """Return the competition's measure: the mean over projects of macro-F1."""
    gold = [one.label for one in own]
    values = [
        f1(gold, scores, [index for index, one in enumerate(own) if one.project == name])
        for name in sorted({one.project for one in own})
    ]
    return round(float(np.mean(values)), 4)


def above(samples: Sequence[Sample], scores: Scores, labels: Sequence[str] | None = None) -> Scores:
    """Return for each sample whether its highest score is the right label's."""
    names = np.array(labels or _labels(samples))
    right: Scores = names[scores.argmax(axis=1)] == np.array([one.label for one in samples])
    return right


def coverage(
    samples: Sequence[Sample], scores: Scores, accuracy: float, labels: Sequence[str] | None = None
) -> float:
    """Return the share that can be answered, the surest first, at *accuracy*."""
    share, _ = _surest(samples, scores, accuracy, labels)
    return round(share, 4)


def _surest(
    samples: Sequence[Sample], scores: Scores, accuracy: float, labels: Sequence[str] | None
) -> tuple[float, float]:
    likely = _softmax(scores).max(axis=1)
    order = np.argsort(-likely)
    right = above(samples, scores, labels)[order]
    running = np.cumsum(right) / np.arange(1, len(right) + 1)
    enough = np.flatnonzero(running >= accuracy)
    if not len(enough):
        return 0.0, 1.0
    return (int(enough[-1]) + 1) / len(right), float(likely[order][enough[-1]])


def calibration_for(
    samples: Sequence[Sample], scores: Scores, accuracy: float, labels: Sequence[str] | None = None
) -> tuple[float, float]:
    """Return the temperature that makes the scores likeliest, and the threshold for *accuracy*."""
    names = list(labels or _labels(samples))
    gold = np.array([names.index(one.label) for one in samples])
    places = np.arange(len(gold))

    def surprise(temperature: float) -> float:
        return float(-np.log(_softmax(scores / temperature)[places, gold] + 1e-12).mean())

    temperature = min((round(0.3 + 0.02 * step, 2) for step in range(120)), key=surprise)
    _, threshold = _surest(samples, scores / temperature, accuracy, labels)
    return temperature, round(threshold, 3)


def _softmax(scores: Scores) -> Scores:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Scores = powers / powers.sum(axis=1, keepdims=True)
    return shares


def flagged(gold: Scores, flags: Scores) -> dict[str, float]:
    """Return how many of the right ones are flagged, and how many of all."""
    return {
        "recall": round(float(flags[gold].mean()), 3),
        "flagged": round(float(flags.mean()), 3),
        "precision": round(float(gold[flags].mean()), 3) if flags.any() else 0.0,
    }
