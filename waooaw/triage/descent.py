"""Logistic regression over sparse rows, in plain Python: small data learns without scikit-learn.

Stochastic gradient descent on the mean log-loss plus an L2 penalty, with the penalty folded into
one factor for all weights. The order of the rows is fixed, so that the same rows learn the same.
Sources: Bottou, "Stochastic Gradient Descent Tricks", 2012, section 5.1; Wang and Manning,
"Baselines and Bigrams", ACL 2012, for weighing columns by naive Bayes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter, mul

__all__ = ["Regression", "Row", "mixed_regression", "regression"]

_STRENGTH = 1.5
_MIX = 0.3
_SMOOTHING = 0.3
_FIRST_STEP = 0.5
_FEWEST_STEPS = 2_400
_FEWEST_ROUNDS = 12
#: Intercepts are not held back, so they take smaller steps.
_OF_STARTS = 0.1


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one example.

    Attributes:
        columns: Those that hold something, each once, two at least.
        values: What stands in them.
        label: Its number.
        weight: How many examples it counts for.
    """

    columns: tuple[int, ...]
    values: tuple[float, ...]
    label: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Regression:
    """Hold a weight for each label and column, and an intercept for each label."""

    weights: tuple[tuple[float, ...], ...]
    intercepts: tuple[float, ...]

    def scores(self, row: Row) -> tuple[float, ...]:
        """Return a score for each label."""
        return tuple(
            start + sum(map(mul, row.values, _taken(row)(weights)))
            for weights, start in zip(self.weights, self.intercepts, strict=True)
        )


def _taken(row: Row) -> Callable[[Sequence[float]], tuple[float, ...]]:
    """Return what takes a row's columns; a row has two of them at least, so that they are many."""
    taken: Callable[[Sequence[float]], tuple[float, ...]] = itemgetter(*row.columns)
    return taken


def regression(
    rows: Sequence[Row], *, columns: int, labels: int, strength: float = _STRENGTH
) -> Regression:
    """Learn from rows.

    Args:
        rows: Each with two columns at least.
        columns: How many there are.
        labels: How many there are.
        strength: The inverse of the penalty, as scikit-learn's C: the more, the less is held back.
    """
    penalty = 1 / (strength * len(rows))
    weights = [[0.0] * columns for _ in range(labels)]
    starts = [0.0] * labels
    taken = [_taken(row) for row in rows]
    order = list(range(len(rows)))
    shuffled = random.Random(len(rows))  # noqa: S311 - an order, no secret
    rounds = max(_FEWEST_ROUNDS, math.ceil(_FEWEST_STEPS / len(rows)))
    factor = 1.0
    step = 0
    for _ in range(rounds):
        shuffled.shuffle(order)
        for at in order:
            row = rows[at]
            rate = _FIRST_STEP / (1 + _FIRST_STEP * penalty * step)
            step += 1
            shares = _softmax(
                [
                    start + factor * sum(map(mul, row.values, taken[at](known)))
                    for known, start in zip(weights, starts, strict=True)
                ]
            )
            factor *= 1 - rate * penalty
            for label, known in enumerate(weights):
                miss = row.weight * (shares[label] - (label == row.label))
                starts[label] -= rate * miss * _OF_STARTS
                change = rate * miss / factor
                for column, value in zip(row.columns, row.values, strict=True):
                    known[column] -= change * value
    return Regression(
        tuple(tuple(factor * weight for weight in known) for known in weights), tuple(starts)
    )


def mixed_regression(
    rows: Sequence[Row], *, columns: int, labels: int, unweighed: int
) -> Regression:
    """Learn from rows twice, and return the mixture.

    The second time, each label against the others, columns are weighed by how much oftener they
    stand with it: with few rows that finds the words that matter sooner.

    Args:
        rows: Each with two columns at least; values are not negative but in the unweighed ones.
        columns: How many there are.
        labels: How many there are.
        unweighed: How many columns, from the first on, are taken as they are.
    """
    plain = regression(rows, columns=columns, labels=labels)
    weights = []
    starts = []
    for label in range(labels):
        ratio = _ratios(rows, columns, label, unweighed)
        against = [
            Row(
                row.columns,
                tuple(v * ratio[c] for c, v in zip(row.columns, row.values, strict=True)),
                int(row.label == label),
                row.weight,
            )
            for row in rows
        ]
        # Two rows of weights for one margin are held back half as much.
        one = regression(against, columns=columns, labels=2, strength=_STRENGTH / 2)
        weights.append(
            tuple(
                (1 - _MIX) * own + _MIX * times * (yes - no)
                for own, times, no, yes in zip(
                    plain.weights[label], ratio, *one.weights, strict=True
                )
            )
        )
        start = one.intercepts[1] - one.intercepts[0]
        starts.append((1 - _MIX) * plain.intercepts[label] + _MIX * start)
    return Regression(tuple(weights), tuple(starts))


def _ratios(rows: Sequence[Row], columns: int, label: int, unweighed: int) -> list[float]:
    """Return for each column the logarithm of how much oftener it stands with *label*."""
    inside = [_SMOOTHING] * columns
    outside = [_SMOOTHING] * columns
    for row in rows:
        sums = inside if row.label == label else outside
        for column, value in zip(row.columns, row.values, strict=True):
            if column >= unweighed:
                sums[column] += value
    all_inside, all_outside = sum(inside[unweighed:]), sum(outside[unweighed:])
    ratios = [
        math.log((one / all_inside) / (other / all_outside))
        for one, other in zip(inside[unweighed:], outside[unweighed:], strict=True)
    ]
    usual = 2 * sum(map(abs, ratios)) / len(ratios) if ratios else 1.0
    return [1.0] * unweighed + [ratio / (usual or 1.0) for ratio in ratios]


def _softmax(scores: Sequence[float]) -> list[float]:
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]
