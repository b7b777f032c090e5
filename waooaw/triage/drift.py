"""Whether requests changed: those that came lately against those before.

What was learned, written as a rule or counted as usual holds for requests like those it was made
for. Compared are shares: of types and desks, of what was not certain, of what people put right, and
of words that the model knows. A share has drifted if chance explains it in one of a hundred looks
at most, over all shares together, and if it differs by five points: less changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import fmean, median
from typing import Any

from waooaw.triage.adaptation import Adaptation
from waooaw.triage.chance import holm, likelier, unlike
from waooaw.triage.features import Space
from waooaw.triage.linear import WeighedSpace, shipped
from waooaw.triage.tickets import Correction, Ticket

__all__ = [
    "BEFORE",
    "LOOKS_BACK",
    "NEEDED",
    "Drift",
    "Measure",
    "Shift",
    "drift",
    "drift_content",
]

#: What is recent: as few days as hold enough requests.
_RECENT_DAYS = (30, 90)
BEFORE = timedelta(days=180)
#: How far back tickets are looked at.
LOOKS_BACK = timedelta(days=_RECENT_DAYS[-1]) + BEFORE
#: On either side; of fewer, a share may be off by fifteen points.
NEEDED = 50
_BY_CHANCE = 0.01
_LEAST_SHIFT = 0.05
_DIGITS = 4

#: Of thirty days: more say no more, and cost time.
_MOST_READ = 500
_READ = 8_000
_WORD = re.compile(r"[a-z][a-z0-9_]{1,39}")
_SPACES = (Space.TITLE, Space.BODY, Space.PROSE)
#: What a person writes about a ticket, and no mistake of ours.
_NO_OVERRIDES = frozenset({"agents", "resolution"})


class Measure(StrEnum):
    """Name what is compared: each is a share of requests, or of their words."""

    TYPE = "type"
    ROUTE = "route"
    ABSTAINED = "abstained"
    CORRECTED = "corrected"
    KNOWN_WORDS = "known_words"


@dataclass(frozen=True, slots=True)
class Shift:
    """Hold a share, lately and before.

    Attributes:
        measure: What is compared.
        value: Of which type, desk or field; empty for words.
        before: The share before, from 0 to 1.
        recent: The share lately.
        chance: How likely chance alone shifts any of all that are compared so far.
    """

    measure: Measure
    value: str
    before: float
    recent: float
    chance: float

    @property
    def teaches(self) -> bool:
        """Whether to learn again may help; if not, somebody has to look."""
        return self.measure in {Measure.TYPE, Measure.KNOWN_WORDS} or (
            self.measure is not Measure.ROUTE and self.value == "type"
        )


@dataclass(frozen=True, slots=True)
class Drift:
    """Hold what was compared, and what drifted.

    Attributes:
        days: How many days count as recent.
        recent: How many requests came in them.
        before: How many came in the half year before those.
        compared: How many shares were compared; 0 where requests are too few.
        shifts: What drifted, the surest first.
    """

    days: int
    recent: int
    before: int
    compared: int
    shifts: tuple[Shift, ...]

    @property
    def enough(self) -> bool:
        """Whether there are enough requests on either side to say anything."""
        return min(self.recent, self.before) >= NEEDED


@dataclass(frozen=True, slots=True)
class _Seen:
    """Hold what counts of one ticket.

    Attributes:
        at: When it came, as far as that is known.
        untouched: Whether nobody put anything right.
        known: Which share of its words the model knows; None where they were not looked at.
    """

    at: datetime
    kind: str
    route: str
    abstained: frozenset[str]
    corrected: frozenset[str]
    untouched: bool
    known: float | None


def drift(tickets: Iterable[Ticket], now: datetime, *, types: Adaptation | None = None) -> Drift:
    """Return what drifted among *tickets* that were judged.

    Args:
        tickets: Those since `LOOKS_BACK` at least, in any order.
        now: What is recent ends here.
        types: What was learned here: its words are known too.
    """
    seen = list(_seen(tickets, now, _known_words(types)))
    for days in _RECENT_DAYS:
        since = now - timedelta(days=days)
        recent = [one for one in seen if one.at >= since]
        before = [one for one in seen if since - BEFORE <= one.at < since]
        found = Drift(days, len(recent), len(before), 0, ())
        if found.enough:
            shares = list(_shares(recent, before))
            return replace(found, compared=len(shares), shifts=_shifts(shares))
    return found


def _seen(tickets: Iterable[Ticket], now: datetime, known: frozenset[str]) -> Iterator[_Seen]:
    months: Counter[int] = Counter()
    for ticket in tickets:
        if ticket.result is None:
            continue
        # A correction judges anew, and is later than the request: the first is nearest to it.
        moments = [datetime.fromisoformat(one.at) for one in ticket.corrections]
        at = min([ticket.at, *moments])
        month = (now - at) // timedelta(days=_RECENT_DAYS[0])
        months[month] += 1
        yield _Seen(
            at,
            str(ticket.result.get("type", "")),
            str(ticket.result.get("route", "")),
            frozenset(map(str, ticket.result.get("abstained", ()))),
            frozenset(one.field for one in ticket.corrections if _overrides(one)),
            not ticket.corrections,
            _known(ticket, known) if months[month] <= _MOST_READ else None,
        )


def _overrides(one: Correction) -> bool:
    return one.field not in _NO_OVERRIDES and one.value.lower() != one.was.lower()


def _shares(recent: Sequence[_Seen], before: Sequence[_Seen]) -> Iterator[Shift]:
    everything = [*recent, *before]
    for kind in sorted({one.kind for one in everything}):
        flags = [[one.kind == kind for one in side] for side in (recent, before)]
        yield _share(Measure.TYPE, kind, *flags)
    for route in sorted({one.route for one in everything}):
        flags = [[one.route == route for one in side] for side in (recent, before)]
        yield _share(Measure.ROUTE, route, *flags)
    for field in sorted({field for one in everything for field in one.abstained}):
        # What a person put right is no longer open, so it says nothing of what was.
        flags = [
            [field in one.abstained for one in side if one.untouched] for side in (recent, before)
        ]
        if all(flags):
            yield _share(Measure.ABSTAINED, field, *flags)
    for field in sorted({field for one in everything for field in one.corrected}):
        # What came lately may still be put right: fewer corrections say nothing.
        flags = [[field in one.corrected for one in side] for side in (recent, before)]
        yield _share(Measure.CORRECTED, field, *flags, rises=True)
    words = [[one.known for one in side if one.known is not None] for side in (recent, before)]
    if all(words):
        usual = median(words[1])
        # More known words are no harm. Words of one request go together, so requests are counted.
        flags = [[share < usual for share in side] for side in words]
        chance = _share(Measure.KNOWN_WORDS, "", *flags, rises=True).chance
        yield Shift(Measure.KNOWN_WORDS, "", fmean(words[1]), fmean(words[0]), chance)


def _share(
    measure: Measure, value: str, recent: list[bool], before: list[bool], *, rises: bool = False
) -> Shift:
    counts = sum(recent), len(recent), sum(before), len(before)
    chance = likelier(*counts) if rises else unlike(*counts)
    return Shift(measure, value, counts[2] / counts[3], counts[0] / counts[1], chance)


def _shifts(shares: Sequence[Shift]) -> tuple[Shift, ...]:
    counted = holm([one.chance for one in shares])
    shifts = [
        replace(one, chance=chance)
        for one, chance in zip(shares, counted, strict=True)
        if chance <= _BY_CHANCE and abs(one.recent - one.before) >= _LEAST_SHIFT
    ]
    return tuple(sorted(shifts, key=lambda one: (one.chance, one.measure, one.value)))


def _known_words(types: Adaptation | None) -> frozenset[str]:
    """Return the words that the model of types weighs."""
    spaces: list[Mapping[Space, WeighedSpace]] = [shipped("type").spaces]
    if types is not None:
        spaces.append(types.spaces)
    return frozenset(
        term
        for one in spaces
        for space, weighed in one.items()
        if space in _SPACES
        for term in weighed.terms
    )


def _known(ticket: Ticket, known: frozenset[str]) -> float | None:
    """Return which share of a request's words is known; None where it has no words."""
    text = f"{ticket.request.title}\n{ticket.request.body[:_READ]}"
    words = set(_WORD.findall(text.lower()))
    return len(words & known) / len(words) if words else None


def drift_content(found: Drift) -> dict[str, Any]:  # Any: JSON
    """Return *found* as plain JSON; `verdict` is `none`, `drifted` or `too-few`."""
    verdict = "too-few" if not found.enough else "drifted" if found.shifts else "none"
    return {
        "schema": "waooaw.triage-drift/1",
        "verdict": verdict,
        "recent": {"days": found.days, "requests": found.recent},
        "before": {"days": BEFORE.days, "requests": found.before},
        "needed": NEEDED,
        "compared": found.compared,
        "shifts": [
            {
                "measure": one.measure.value,
                "value": one.value,
                "before": round(one.before, _DIGITS),
                "recent": round(one.recent, _DIGITS),
                "chance": float(f"{one.chance:.2g}"),
                "advice": "learn-again" if one.teaches else "look",
            }
            for one in found.shifts
        ],
    }
