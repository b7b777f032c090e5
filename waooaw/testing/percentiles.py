"""Percentiles that were seen, how sure one can be of them, and when rounds of them agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["LAST", "Figures", "Settled", "bounds", "figures", "percentile", "settled"]

#: A bound is wrong for one of twenty series whose samples are independent of each other.
_CONFIDENCE = 0.95
_DEVIATIONS = 1.645  # of a normal distribution, for _CONFIDENCE on one side
# From here on the normal approximation is off by less than one rank.
_MANY = 500
_P95 = 0.95
#: How many rounds in a row have to agree, and how far they may lie apart.
LAST = 3
_APART = 0.10
#: Where samples are few, all of them have to be below this share of the limit.
_FAR = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """Hold what one series of times came to, in milliseconds.

    Attributes:
        p50_ms: The nearest-rank percentiles, each a sample that was seen.
        p95_ms: The same.
        p99_ms: The same.
        low_ms: The 95th percentile is at least this, with a confidence of 95 %.
        high_ms: It is at most this; None where there are too few samples to say so.
        count: How many samples there were.
    """

    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    low_ms: float = 0.0
    high_ms: float | None = 0.0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """Say whether rounds agree, and on what.

    Attributes:
        holds: The last rounds agree, and all that they say lies on one side of the limit.
        figures: Those of the last rounds together.
    """

    holds: bool
    figures: Figures


def percentile(ranked: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile of *ranked*, at least one number in ascending order."""
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def bounds(ranked: Sequence[float], share: float = _P95) -> tuple[float, float | None]:
    """Return between which two samples a percentile lies, each with a confidence of 95 %.

    Of *n* samples the number below the percentile is binomial, whatever their distribution.
    Source: David and Nagaraja, "Order Statistics", section 7.1.

    Returns:
        The lower one, and the higher one or None: of fewer than 59 samples none is surely above
        the 95th percentile.
    """
    count = len(ranked)
    if count >= _MANY:
        spread = _DEVIATIONS * math.sqrt(count * share * (1 - share))
        low, high = math.floor(count * share - spread), math.ceil(count * share + spread) + 1
    else:
        low, high = _exact_ranks(count, share)
    return ranked[max(low, 1) - 1], ranked[high - 1] if high <= count else None


def _exact_ranks(count: int, share: float) -> tuple[int, int]:
    """Return the ranks, from 1, of the samples that bound the percentile."""
    below, low, high = 0.0, 1, count + 1
    for hits in range(count + 1):
        # `below` is the chance that fewer than *hits* samples lie under the percentile.
        if 1 - below >= _CONFIDENCE:
            low = max(hits, 1)
        below += math.comb(count, hits) * share**hits * (1 - share) ** (count - hits)
        if below >= _CONFIDENCE and hits < count:
            return low, hits + 1
    return low, high


def figures(samples_ms: Sequence[float]) -> Figures:
    """Return what *samples_ms* come to; all nothing where there are none."""
    if not samples_ms:
        return Figures()
    ranked = sorted(samples_ms)
    low, high = bounds(ranked)
    return Figures(
        percentile(ranked, 0.50),
        percentile(ranked, _P95),
        percentile(ranked, 0.99),
        low,
        high,
        len(ranked),
    )


def settled(rounds: Sequence[Sequence[float]], limit_ms: float) -> Settled:
    """Judge whether the last rounds agree about the 95th percentile and the limit.

    They agree where their percentiles lie within 10 % of each other, or within 10 % of the limit:
    a decision of 0.1 ms may well take 0.2 ms in the next round when 100 ms are allowed. Either way
    each of them, and the bounds of all together, have to lie on one side of the limit; fewer than
    59 samples have no upper bound, and have to be below half of it.

    Args:
        rounds: The samples of each round in milliseconds, at least one round.
        limit_ms: What is allowed.
    """
    last = [one for one in rounds[-LAST:] if one]
    together = figures([sample for one in last for sample in one])
    if len(last) < LAST:
        return Settled(holds=not any(rounds), figures=together)
    seen = [figures(one).p95_ms for one in last]
    near = max(seen) - min(seen) <= _APART * max(limit_ms, sorted(seen)[len(seen) // 2])
    slow = min(seen) > limit_ms and together.low_ms > limit_ms
    # Of few samples none is surely above the percentile; far below the limit they are enough.
    most = together.high_ms if together.high_ms is not None else max(map(max, last)) / _FAR
    quick = max(*seen, most) <= limit_ms
    return Settled(holds=near and (slow or quick), figures=together)
