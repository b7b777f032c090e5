"""Several rankings made one, by the places in them: reciprocal rank fusion.

Scores of different searches can't be compared, places can. Source: Cormack, Clarke and Büttcher,
"Reciprocal Rank Fusion", SIGIR 2009, with their k = 60.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["fused", "ranked"]

_K = 60


def ranked(scores: Mapping[int, float], *, most: int) -> list[int]:
    """Return the numbers with the highest scores, best first; of equals the lower number."""
    return sorted(scores, key=lambda number: (-scores[number], number))[:most]


def fused(rankings: Sequence[Sequence[int]]) -> list[tuple[float, int]]:
    """Return what all rankings say together, best first, scores in [0, 1]; 1 is first in each."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, number in enumerate(ranking):
            scores[number] = scores.get(number, 0.0) + _K / (_K + place) / len(rankings)
    best = [(score, number) for number, score in scores.items()]
    return sorted(best, key=lambda one: (-one[0], one[1]))
