"""The figures by which guesses are judged: precision, recall, F1, coverage, calibration, cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = [
    "Band",
    "OfClass",
    "accuracy",
    "confusion",
    "coverage_at",
    "macro_f1",
    "of_classes",
    "reliability",
]

_BANDS = ((0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01))


@dataclass(frozen=True, slots=True)
class OfClass:
    """Hold how well one class is told.

    Attributes:
        precision: How many of the guesses are right.
        recall: How many of the right ones are guessed.
        f1: The harmonic mean of both.
        count: How many there are.
    """

    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True, slots=True)
class Band:
    """Hold how often guesses of about one confidence are right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def of_classes(gold: Sequence[str], guesses: Sequence[str]) -> Mapping[str, OfClass]:
    """Return how well each class is told, in their order; a class never guessed has precision 0."""
    hits = Counter(one for one, other in zip(gold, guesses, strict=True) if one == other)
    there = Counter(gold)
    said = Counter(guesses)
    found = {}
    for label in sorted(there):
        precision = hits[label] / said[label] if said[label] else 0.0
        recall = hits[label] / there[label]
        both = precision + recall
        f1 = 2 * precision * recall / both if both else 0.0
        found[label] = OfClass(precision, recall, f1, there[label])
    return found


def macro_f1(gold: Sequence[str], guesses: Sequence[str]) -> float:
    """Return the mean of F1 over the classes that there are."""
    classes = of_classes(gold, guesses)
    return sum(one.f1 for one in classes.values()) / len(classes)


def accuracy(gold: Sequence[str], guesses: Sequence[str]) -> float:
    """Return which share of the guesses is right."""
    return sum(one == other for one, other in zip(gold, guesses, strict=True)) / len(gold)


def confusion(gold: Sequence[str], guesses: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """Return how often each class was taken for which."""
    counts = Counter(zip(gold, guesses, strict=True))
    columns = sorted({*gold, *guesses})
    return {row: {to: counts[row, to] for to in columns} for row in sorted(set(gold))}


def coverage_at(
    right: Sequence[bool], confidences: Sequence[float], aim: float
) -> tuple[float, float]:
    """Return which share can be answered, the surest first, at accuracy *aim*, and from where on.

    Guesses of one confidence are taken together: a threshold can't tell them apart.
    """
    order = sorted(zip(confidences, right, strict=True), reverse=True)
    best, threshold, hits = 0, 1.0, 0
    for count, (confidence, hit) in enumerate(order, start=1):
        hits += hit
        last = count == len(order) or order[count][0] < confidence
        if last and hits / count >= aim:
            best, threshold = count, confidence
    return best / len(order), threshold


def reliability(right: Sequence[bool], confidences: Sequence[float]) -> tuple[Band, ...]:
    """Return, by bands of confidence, how often guesses are right."""
    bands = []
    for low, high in _BANDS:
        inside = [
            (confidence, hit)
            for confidence, hit in zip(confidences, right, strict=True)
            if low <= confidence < high
        ]
        if inside:
            count = len(inside)
            mean = sum(confidence for confidence, _ in inside) / count
            bands.append(Band(low, min(high, 1.0), count, mean, sum(h for _, h in inside) / count))
    return tuple(bands)
