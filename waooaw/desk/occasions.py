"""Which letter is due to a customer now: one at most, since two at once are one too many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waooaw.desk.letters import Case, Occasion
from waooaw.desk.outbox import Kept, LetterState
from waooaw.desk.standings import Step
from waooaw.desk.templates import LetterKind
from waooaw.moments import rfc3339
from waooaw.triage.vocabulary import SeverityLevel

__all__ = ["STALE", "Rhythm", "due"]

_DAY = timedelta(days=1)
#: Who was written to a moment ago needs no news because a day is full.
_LEAST_APART = timedelta(hours=12)
#: What was due longer ago than this is not sent any more: after an outage nobody is flooded.
STALE = timedelta(days=7)
_ONCE = "once"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Hold what of the letters is a setting.

    Attributes:
        follow_up: How long after a solution the customer is asked whether it helped; None: never.
        quiet: Severities that get no letters of progress.
    """

    follow_up: timedelta | None = timedelta(days=3)
    quiet: frozenset[SeverityLevel] = frozenset()


def due(case: Case, letters: Sequence[Kept], rhythm: Rhythm, now: datetime) -> Occasion | None:
    """Return what the customer should be written for, or None.

    A duplicate is told when its original is solved, and how that is going. What surely did not
    arrive counts as never sent.

    Args:
        case: The ticket.
        letters: What its customer was sent.
        rhythm: How often, and how late.
        now: When this is.
    """
    told = [one for one in letters if one.state is not LetterState.FAILED]
    if not case.source.standing.state.open:
        return _after(case, told, rhythm, now)
    return _at_first(case, told, now) or _progress(case, told, rhythm, now)


def _after(case: Case, told: Iterable[Kept], rhythm: Rhythm, now: datetime) -> Occasion | None:
    """Return the letters of what is solved: that it is, and later whether it helped."""
    solved = case.source.standing.solved
    # What was settled before it came here was told by whoever settled it.
    if solved is None or case.source.last(Step.SOLVED) is None:
        return None
    solution = Occasion(LetterKind.RESOLUTION, rfc3339(solved))
    states = {one.letter.occasion: one.state for one in told}
    if solution not in states:
        return solution if now - solved <= STALE else None
    if rhythm.follow_up is None or states[solution] is not LetterState.SENT:
        return None
    asked = Occasion(LetterKind.FOLLOW_UP, _ONCE)
    timely = rhythm.follow_up <= now - solved <= rhythm.follow_up + STALE
    return asked if timely and asked not in states else None


def _at_first(case: Case, told: Iterable[Kept], now: datetime) -> Occasion | None:
    """Return the first letters: that we have it, and what we understood.

    They are one where both are due. What is not sure is not told as understood: then we say that we
    have it and ask, and tell what we understood once somebody has put it right, or taken it as it
    is.
    """
    kinds = {one.letter.occasion.kind for one in told}
    if LetterKind.CLASSIFICATION in kinds or now - case.standing.arrived > STALE:
        return None
    unsure = "type" in (case.ticket.result or {}).get("abstained", ())
    if not unsure or case.standing.taken_by is not None:
        # Who was answered knows more than this letter says.
        known = case.standing.answered is not None and LetterKind.ACKNOWLEDGEMENT in kinds
        return None if known else Occasion(LetterKind.CLASSIFICATION, _ONCE)
    if LetterKind.ACKNOWLEDGEMENT in kinds:
        return None
    return Occasion(LetterKind.ACKNOWLEDGEMENT, _ONCE)


def _progress(case: Case, told: Iterable[Kept], rhythm: Rhythm, now: datetime) -> Occasion | None:
    """Return the letter of the day that is running, unless something was sent in it.

    Who gets none of these all the same gets what their desk said: it has no other way out.
    """
    told = tuple(told)
    last = max((one.letter.at for one in told), default=None)
    says = case.untold(last) or case.asks(last)
    if case.standing.severity in rhythm.quiet and not says:
        return None
    arrived = case.standing.arrived
    day = (now - arrived) // _DAY
    began = arrived + day * _DAY
    silent_since = min(began, now - _LEAST_APART)
    if day < 1 or any(one.letter.at >= silent_since for one in told):
        return None
    return Occasion(LetterKind.PROGRESS, str(day))
