"""Logistic regression over sparse rows, in plain Python: small data learns without scikit-learn.

Stochastic gradient descent on the mean log-loss plus an L2 penalty, with the penalty folded into
one factor for all weights. Source: Bottou, "Stochastic Gradient Descent Tricks", 2012, section 5.1.
The order of the rows is fixed, so that the same rows learn the same weights.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter, mul

__all__ = ["Regression", "Row", "regression"]

_FIRST_STEP = 0.5
_FEWEST_STEPS = 9_000
_FEWEST_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one example: its columns, each once, what stands in them, and its label's number."""

    columns: tuple[int, ...]
    values: tuple[float, ...]
    label: int


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
    rows: Sequence[Row], *, columns: int, labels: int, strength: float = 1.5
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
                miss = shares[label] - (label == row.label)
                starts[label] -= rate * miss * _OF_STARTS
                change = rate * miss / factor
                for column, value in zip(row.columns, row.values, strict=True):
                    known[column] -= change * value
    return Regression(
        tuple(tuple(factor * weight for weight in known) for known in weights), tuple(starts)
    )


#: Intercepts are not held back, so they take smaller steps.
_OF_STARTS = 0.1


def _softmax(scores: Sequence[float]) -> list[float]:
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]
