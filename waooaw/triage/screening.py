"""From which likelihood on a developer's report is flagged as a security concern, fitted here.

As shipped, a word of alarm flags, and so does a model at a low threshold where there is none. Both
are thresholds on the model's likelihood; what people said of requests here can move them. They are
chosen on four fifths of what people said and judged on the fifth that is left (five folds).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["FEWEST", "Screen", "ScreenLesson", "Suspect", "TooFewConcerns", "screen_lesson"]

#: Of concerns and of harmless requests each: fewer say nothing of what is missed.
FEWEST = 15
_FOLDS = 5
#: What is put in force flags a tenth less, or finds more: less is chance.
_GAIN = 0.9
#: Where words of alarm stand, the threshold is this part of what would have done: the next concern
#: may be a little less likely than the least likely one so far.
_SLACK = 0.5
#: Thresholds that are tried, evenly taken of those between two requests: more say no more.
_MOST = 200
#: Above every likelihood: nothing is flagged.
_NEVER = 1.01


@dataclass(frozen=True, slots=True)
class Screen:
    """Hold from which likelihood on a request is flagged.

    Attributes:
        worded: Where a word of alarm stands; 0 flags all of them.
        unworded: Where none does.
        learned_from: How many labelled requests taught it; 0 where it is as shipped.
        concerns: How many of those were concerns.
    """

    worded: float
    unworded: float
    learned_from: int = 0
    concerns: int = 0

    def flags(self, likely: float, *, worded: bool) -> bool:
        """Say whether a request of that likelihood is flagged."""
        return likely >= (self.worded if worded else self.unworded)


@dataclass(frozen=True, slots=True)
class Suspect:
    """Hold a labelled request as the screen sees it, and whether it is a concern."""

    worded: bool
    likely: float
    concern: bool


_NOTHING = Suspect(worded=False, likely=0.0, concern=False)


@dataclass(frozen=True, slots=True)
class TooFewConcerns:
    """Say that too few requests are labelled to learn from: concerns, and harmless ones."""

    concerns: int
    harmless: int


@dataclass(frozen=True, slots=True)
class ScreenLesson:
    """Hold what was learned of security, and whether it may be used.

    Attributes:
        screen: What was learned.
        before: Recall, and the share flagged, of what is in force.
        after: Those of what was learned, each request judged by a screen that did not see it.
        promoted: Whether it finds no fewer, flags no more, and does one of both better.
    """

    screen: Screen
    before: tuple[float, float]
    after: tuple[float, float]
    promoted: bool


def screen_lesson(rows: Iterable[Suspect], current: Screen) -> ScreenLesson | TooFewConcerns:
    """Learn thresholds from *rows*, and compare them with those in force.

    Neither chance nor the order of *rows* plays a part.
    """
    # By likelihood, so that every fold has some of each.
    ordered = sorted(rows, key=lambda row: (row.concern, row.worded, row.likely))
    concerns = sum(row.concern for row in ordered)
    if min(concerns, len(ordered) - concerns) < FEWEST:
        return TooFewConcerns(concerns, len(ordered) - concerns)
    flags: list[tuple[Suspect, bool]] = []
    for fold in range(_FOLDS):
        seen = [row for at, row in enumerate(ordered) if at % _FOLDS != fold]
        chosen = _fitted(seen, current)
        flags += [
            (row, chosen.flags(row.likely, worded=row.worded)) for row in ordered[fold::_FOLDS]
        ]
    before = _quality([(row, current.flags(row.likely, worded=row.worded)) for row in ordered])
    after = _quality(flags)
    no_worse = after[0] >= before[0] and after[1] <= before[1]
    better = after[0] > before[0] or after[1] <= before[1] * _GAIN
    return ScreenLesson(_fitted(ordered, current), before, after, no_worse and better)


def _fitted(rows: Sequence[Suspect], current: Screen) -> Screen:
    """Return the screen that finds most while it flags no more than *current*, then flags least."""
    allowed = sum(current.flags(row.likely, worded=row.worded) for row in rows)
    worded = _choices([row for row in rows if row.worded], current.worded)
    unworded = _choices([row for row in rows if not row.worded], current.unworded)
    # Of equals the lower thresholds: what is missed costs more than a look.
    _, _, one, other = max(
        (found + also, -(flagged + more), -threshold, -second)
        for threshold, found, flagged in worded
        for second, also, more in unworded
        if flagged + more <= allowed
    )
    concerns = sum(row.concern for row in rows)
    return Screen(round(-one * _SLACK, 4), round(-other, 4), len(rows), concerns)


def _choices(rows: Sequence[Suspect], current: float) -> list[tuple[float, int, int]]:
    """Return thresholds, with how many concerns each finds and how many requests it flags."""
    ranked = sorted(rows, key=lambda row: -row.likely)
    between = [
        (row.likely + below.likely) / 2
        for row, below in pairwise([*ranked, _NOTHING])
        if row.concern and below.likely < row.likely
    ]
    everything = sorted(row.likely for row in rows)
    concerns = sorted(row.likely for row in rows if row.concern)
    return [
        (
            threshold,
            len(concerns) - bisect_left(concerns, threshold),
            len(everything) - bisect_left(everything, threshold),
        )
        for threshold in sorted({current, _NEVER, *between[:: len(between) // _MOST + 1]})
    ]


def _quality(flags: Sequence[tuple[Suspect, bool]]) -> tuple[float, float]:
    """Return the recall, and the share that is flagged."""
    found = [flagged for row, flagged in flags if row.concern]
    return sum(found) / len(found), sum(flagged for _, flagged in flags) / len(flags)
