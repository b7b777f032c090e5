"""How the desks do: who has how much, whether escalations were right, how soon, and how old.

Sources of the measures: share per desk, escalation accuracy, first response, ageing. Each is told
with the number of tickets behind it; where there are none it is None, and no 100 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from statistics import quantiles
from typing import Any

from waooaw.desk.clock import Clock
from waooaw.desk.standings import Entry, Standing, Step
from waooaw.moments import rfc3339
from waooaw.triage.routing import RESPOND_WITHIN_MINUTES
from waooaw.triage.vocabulary import Route, SeverityLevel, rank

__all__ = ["AGES", "Escalations", "Measures", "Responses", "measured", "measures_content"]

#: Bounds of the ages of open tickets; the last has none.
AGES: Mapping[str, timedelta | None] = {
    "<4h": timedelta(hours=4),
    "<1d": timedelta(days=1),
    "<3d": timedelta(days=3),
    "<7d": timedelta(days=7),
    ">=7d": None,
}


@dataclass(frozen=True, slots=True)
class Escalations:
    """Hold how tickets moved up, and what became of that.

    Attributes:
        by_desks: Tickets that a desk passed up.
        by_clock: Tickets that moved because nobody answered.
        kept: Of those that a desk passed up, how many the upper desk solved or closed, or passed
            on.
        sent_back: How many it sent down again.
    """

    by_desks: int
    by_clock: int
    kept: int
    sent_back: int

    @property
    def accuracy(self) -> float | None:
        """The share of settled escalations that were not sent back; None before one is settled."""
        settled = self.kept + self.sent_back
        return self.kept / settled if settled else None


@dataclass(frozen=True, slots=True)
class Responses:
    """Hold how soon customers were answered first, in minutes.

    Attributes:
        count: How many were answered.
        owed: How many still wait for a first answer.
        median: None where nobody was answered; so is *p90*, the 90th percentile.
        kept: How many of those that were promised an answer, and got one or are overdue, got it in
            time.
        promised: How many those are.
    """

    count: int
    owed: int
    median: float | None
    p90: float | None
    kept: int
    promised: int


@dataclass(frozen=True, slots=True)
class Measures:
    """Hold the measures of the tickets that arrived in a while.

    Attributes:
        arrived: How many tickets arrived.
        first: How many arrived at each desk.
        now: How many open ones each desk has.
        settled_at: At which desk those that are solved or closed were.
        responses: By severity.
        ages: Open tickets by age; see `AGES`.
        oldest: When the oldest open one arrived.
        overdue: Open ones whose answer is overdue.
    """

    arrived: int
    first: Mapping[Route, int]
    now: Mapping[Route, int]
    settled_at: Mapping[Route, int]
    escalations: Escalations
    responses: Mapping[SeverityLevel, Responses]
    ages: Mapping[str, int]
    oldest: datetime | None
    overdue: int


def measured(
    standings: Sequence[Standing], moves: Iterable[Entry], clock: Clock, now: datetime
) -> Measures:
    """Measure.

    Args:
        standings: The tickets.
        moves: Their steps between desks, in order.
        clock: When answers are due.
        now: When this is.
    """
    still = [one for one in standings if one.state.open]
    return Measures(
        arrived=len(standings),
        first=_by_desk(one.first_desk for one in standings),
        now=_by_desk(one.desk for one in still),
        settled_at=_by_desk(one.desk for one in standings if not one.state.open),
        escalations=_escalations({one.id: one for one in standings}, moves),
        responses={
            severity: _responses([one for one in standings if one.severity is severity], now)
            for severity in sorted(SeverityLevel, key=rank, reverse=True)
        },
        ages=_ages(still, now),
        oldest=min((one.arrived for one in still), default=None),
        overdue=sum(clock.overdue(one, now) for one in still),
    )


def _by_desk(desks: Iterable[Route]) -> dict[Route, int]:
    counts = Counter(desks)
    return {desk: counts[desk] for desk in Route}


def _escalations(standings: Mapping[str, Standing], moves: Iterable[Entry]) -> Escalations:
    by_desks, by_clock, kept, sent_back = set(), set(), 0, 0
    own = sorted((one for one in moves if one.id in standings), key=attrgetter("id"))
    for id_, entries in groupby(own, key=attrgetter("id")):
        path = list(entries)
        for number, entry in enumerate(path):
            if rank(entry.desk_to) < rank(entry.desk_from):
                continue
            if entry.step is Step.ESCALATED:
                by_clock.add(id_)
            if entry.step is not Step.MOVED:
                continue
            by_desks.add(id_)
            after = path[number + 1 :]
            if after:
                back = rank(after[0].desk_to) < rank(after[0].desk_from)
                sent_back += back
                kept += not back
            elif not standings[id_].state.open:
                kept += 1
    return Escalations(len(by_desks), len(by_clock), kept, sent_back)


def _responses(standings: Sequence[Standing], now: datetime) -> Responses:
    minutes = sorted(
        (one.answered - one.arrived).total_seconds() / 60
        for one in standings
        if one.answered is not None
    )
    owed = [one for one in standings if one.answered is None and one.state.open]
    promise = RESPOND_WITHIN_MINUTES[standings[0].severity] if standings else None
    kept = promised = 0
    if promise is not None:
        # What is due at once is kept by whoever picks it up; a minute is the least that is told.
        limit = timedelta(minutes=max(promise, 1))
        late = sum(now - one.arrived > limit for one in owed)
        kept = sum(one <= limit.total_seconds() / 60 for one in minutes)
        promised = len(minutes) + late
    return Responses(
        len(minutes), len(owed), _quantile(minutes, 50), _quantile(minutes, 90), kept, promised
    )


def _quantile(values: Sequence[float], percent: int) -> float | None:
    if len(values) < 2:  # noqa: PLR2004 - quantiles need two
        return values[0] if values else None
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _ages(standings: Iterable[Standing], now: datetime) -> dict[str, int]:
    ages = dict.fromkeys(AGES, 0)
    for one in standings:
        age = now - one.arrived
        ages[next(name for name, bound in AGES.items() if bound is None or age < bound)] += 1
    return ages


def measures_content(measures: Measures) -> dict[str, Any]:  # Any: JSON
    """Return *measures* as plain JSON; shares are in [0, 1], times in minutes."""
    return {
        "arrived": measures.arrived,
        "overdue": measures.overdue,
        "share": {
            desk.value: {
                "arrived": _share(measures.first[desk], measures.arrived),
                "open": measures.now[desk],
                "settled": measures.settled_at[desk],
            }
            for desk in Route
        },
        "escalation": {
            "by_desks": measures.escalations.by_desks,
            "by_clock": measures.escalations.by_clock,
            "kept": measures.escalations.kept,
            "sent_back": measures.escalations.sent_back,
            "accuracy": _rounded(measures.escalations.accuracy, 3),
        },
        "first_response": {
            severity.value: {
                "answered": one.count,
                "waiting": one.owed,
                "median_minutes": _rounded(one.median, 1),
                "p90_minutes": _rounded(one.p90, 1),
                "in_time": _share(one.kept, one.promised),
            }
            for severity, one in measures.responses.items()
        },
        "ageing": {
            "open": dict(measures.ages),
            "oldest": None if measures.oldest is None else rfc3339(measures.oldest),
        },
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
