"""Whether two shares differ by more than chance, exactly, and when many are compared at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["holm", "likelier", "unlike"]

#: Two tables of one likelihood differ in their last digits.
_EQUAL = 1 + 1e-7


def unlike(hits: int, of: int, other_hits: int, other_of: int) -> float:
    """Return how likely two shares are at least so unlike by chance, from 0 to 1.

    Fisher's exact test, two-sided: right for small counts too. Source: Fisher, "The Design of
    Experiments", 1935; two-sided as R's `fisher.test`: all tables that are no likelier.
    """
    chances = _chances(hits, of, other_hits, other_of)
    least = chances[hits] * _EQUAL
    return min(math.fsum(chance for chance in chances.values() if chance <= least), 1.0)


def likelier(hits: int, of: int, other_hits: int, other_of: int) -> float:
    """Return how likely the first share is at least so much higher by chance, from 0 to 1."""
    chances = _chances(hits, of, other_hits, other_of)
    return min(math.fsum(chance for at, chance in chances.items() if at >= hits), 1.0)


def _chances(hits: int, of: int, other_hits: int, other_of: int) -> dict[int, float]:
    """Return how likely each number of hits is on the first side, with all sums as they are."""
    whole = hits + other_hits
    ways = _log_ways(of + other_of, whole)
    return {
        at: math.exp(_log_ways(of, at) + _log_ways(other_of, whole - at) - ways)
        for at in range(max(0, whole - other_of), min(of, whole) + 1)
    }


def _log_ways(of: int, chosen: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(chosen + 1) - math.lgamma(of - chosen + 1)


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """Return *chances* as they count where so many are looked at, in their order.

    Where each is held against a limit, a false alarm among all of them is no likelier than that
    limit. Source: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979.
    """
    counted = [1.0] * len(chances)
    highest = 0.0
    order = sorted(range(len(chances)), key=chances.__getitem__)
    for rank, at in enumerate(order):
        highest = max(highest, min(chances[at] * (len(chances) - rank), 1.0))
        counted[at] = highest
    return tuple(counted)
