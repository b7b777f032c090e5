"""What can happen to a ticket, as functions from where it stands to where it stands then.

Nothing here reads a clock or a file. What is not allowed is refused with the way out: agents move
tickets up and never down, people link duplicates, and people alone close.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from waooaw.desk.clock import Clock
from waooaw.desk.standings import Actor, ActorKind, Entry, Standing, State, Step
from waooaw.errors import InputError
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel, rank

__all__ = [
    "CLOCK",
    "Judgement",
    "Stepped",
    "answered",
    "arrived",
    "closed",
    "escalated",
    "judged_again",
    "linked",
    "moved",
    "next_desk",
    "noted",
    "reopened",
    "resumed",
    "solved",
    "taken",
    "unlinked",
    "waiting",
]

CLOCK = Actor(ActorKind.CLOCK, "clock")
_TRIAGE = Actor(ActorKind.AGENT, "triage")


@dataclass(frozen=True, slots=True)
class Stepped:
    """Hold where a ticket stands after a step, and the step's entry in its history."""

    standing: Standing
    entry: Entry


@dataclass(frozen=True, slots=True)
class Judgement:
    """Hold what the desk needs of a result of triage.

    Attributes:
        at: When it was judged.
        chosen: Whether a person chose the route.
    """

    type: RequestType
    severity: SeverityLevel
    route: Route
    at: datetime
    chosen: bool = False


def arrived(id_: str, judgement: Judgement, at: datetime, *, settled: bool = False) -> Stepped:
    """Return the ticket at the desk that triage gave it to.

    Args:
        id_: The ticket's.
        judgement: What triage said last.
        at: When it was judged first.
        settled: Whether it is known how it was settled: then nobody owes an answer.
    """
    standing = Standing(
        id=id_,
        desk=judgement.route,
        state=State.SOLVED if settled else State.NEW,
        type=judgement.type,
        severity=judgement.severity,
        routed=judgement.route,
        first_desk=judgement.route,
        judged=judgement.at,
        arrived=at,
        asked=at,
        owed_since=None if settled else at,
        solved=at if settled else None,
    )
    says = f"{judgement.type}, {judgement.severity}"
    return Stepped(
        standing, Entry(id_, at, str(_TRIAGE), Step.ARRIVED, standing.desk, standing.desk, says)
    )


def judged_again(standing: Standing, judgement: Judgement) -> Stepped:
    """Return the ticket with what triage says of it now.

    It follows the route as long as nobody moved or took it, or where a person chose the route. Else
    it only moves up: what was found out about it at a desk counts for more.
    """
    untouched = standing.desk is standing.routed and standing.state is State.NEW
    follows = (
        untouched
        or (judgement.chosen and judgement.route is not standing.routed)
        or rank(judgement.route) > rank(standing.desk)
    )
    desk = judgement.route if follows and standing.state.open else standing.desk
    there = replace(
        standing,
        desk=desk,
        type=judgement.type,
        severity=judgement.severity,
        routed=judgement.route,
        judged=judgement.at,
    )
    if desk is not standing.desk:
        there = _handed(there, judgement.at)
    says = f"{judgement.type}, {judgement.severity}"
    return _stepped(standing, there, Step.JUDGED, _TRIAGE, judgement.at, says)


def taken(standing: Standing, actor: Actor, at: datetime) -> Stepped:
    """Return the ticket with *actor* working on it. It is owed an answer as before."""
    _require_open(standing, "taken")
    state = State.TAKEN if standing.state is State.NEW else standing.state
    there = replace(standing, state=state, taken_by=str(actor), asked=at)
    return _stepped(standing, there, Step.TAKEN, actor, at, "")


def answered(standing: Standing, actor: Actor, at: datetime, says: str) -> Stepped:
    """Return the ticket with the customer answered: the clock of the promise stops."""
    _require_open(standing, "answered")
    _require_words(standing, says, "what the customer was answered")
    there = _told(standing, at)
    if there.state is State.NEW:
        there = replace(there, state=State.TAKEN, taken_by=there.taken_by or str(actor))
    return _stepped(standing, there, Step.ANSWERED, actor, at, says)


def noted(standing: Standing, actor: Actor, at: datetime, says: str) -> Stepped:
    """Return the ticket as it is, with what was tried or found out in its history."""
    _require_words(standing, says, "what was tried or found out")
    return _stepped(standing, standing, Step.NOTED, actor, at, says)


def moved(standing: Standing, to: Route, actor: Actor, at: datetime, says: str) -> Stepped:
    """Return the ticket at another desk. Whoever moves it says why.

    Raises:
        InputError: It is there already, is not open, has no reason, or an agent moves it down.
    """
    _require_open(standing, "moved")
    if to is standing.desk:
        raise InputError(f"{standing.id}: is at {to} already", hint="name another desk")
    if not says.strip():
        raise InputError(
            f"{standing.id}: nobody says why it moves to {to}",
            hint="say what was tried, and what the next desk should do",
        )
    if actor.kind is not ActorKind.PERSON and rank(to) < rank(standing.desk):
        raise InputError(
            f"{standing.id}: {actor} can't move it down from {standing.desk} to {to}",
            hint="a person may",
        )
    there = _handed(replace(standing, desk=to), at)
    return _stepped(standing, there, Step.MOVED, actor, at, says)


def waiting(standing: Standing, actor: Actor, at: datetime, says: str) -> Stepped:
    """Return the ticket waiting for the customer, who was asked something."""
    _require_open(standing, "waiting")
    _require_words(standing, says, "what the customer was asked")
    there = replace(_told(standing, at), state=State.WAITING)
    return _stepped(standing, there, Step.WAITING, actor, at, says)


def resumed(standing: Standing, actor: Actor, at: datetime, says: str) -> Stepped:
    """Return the ticket with the customer's reply: an answer is owed again.

    Raises:
        InputError: It was not waiting.
    """
    if standing.state is not State.WAITING:
        raise InputError(
            f"{standing.id}: does not wait for the customer, it is {standing.state}",
            hint="note it, or reopen what is solved",
        )
    _require_words(standing, says, "what the customer replied")
    there = replace(standing, state=State.TAKEN, owed_since=at, asked=at)
    return _stepped(standing, there, Step.RESUMED, actor, at, says)


def solved(standing: Standing, actor: Actor, at: datetime, says: str) -> Stepped:
    """Return the ticket with a solution that the customer was told. A person closes it.

    Raises:
        InputError: It is not open, or nobody says how it was solved.
    """
    _require_open(standing, "solved")
    _require_words(standing, says, "how it was solved")
    there = replace(_told(standing, at), state=State.SOLVED, solved=at)
    return _stepped(standing, there, Step.SOLVED, actor, at, says)


def reopened(standing: Standing, actor: Actor, at: datetime, says: str) -> Stepped:
    """Return the ticket as new at its desk: an answer is owed again.

    Raises:
        InputError: It is open.
    """
    if standing.state.open:
        raise InputError(f"{standing.id}: is open, it is {standing.state}", hint="note it instead")
    _require_words(standing, says, "why it is opened again")
    there = _handed(replace(standing, solved=None, closed=None, owed_since=at), at)
    return _stepped(standing, there, Step.REOPENED, actor, at, says)


def closed(standing: Standing, actor: Actor, at: datetime, says: str) -> Stepped:
    """Return the ticket closed.

    Raises:
        InputError: No person closes it, it is closed, or open without a word why.
    """
    _require_person(standing, actor, "close it")
    if standing.state is State.CLOSED:
        raise InputError(f"{standing.id}: is closed already", hint="reopen it first")
    if standing.state is not State.SOLVED and standing.duplicate_of is None and not says.strip():
        raise InputError(
            f"{standing.id}: is not solved, it is {standing.state}",
            hint="say why it is closed all the same, or solve it first",
        )
    there = replace(standing, state=State.CLOSED, closed=at, owed_since=None)
    return _stepped(standing, there, Step.CLOSED, actor, at, says)


def linked(standing: Standing, to: Standing, actor: Actor, at: datetime) -> Stepped:
    """Return the ticket as a duplicate of another; it stays open.

    Raises:
        InputError: No person says so, it is the same ticket, or one of a chain.
    """
    _require_person(standing, actor, "say that it is a duplicate")
    if to.id == standing.id:
        raise InputError(f"{standing.id}: is no duplicate of itself", hint="name another ticket")
    if to.duplicate_of is not None:
        raise InputError(
            f"{to.id}: is a duplicate itself, of {to.duplicate_of}", hint="link to that one"
        )
    there = replace(standing, duplicate_of=to.id)
    return _stepped(standing, there, Step.LINKED, actor, at, to.id)


def unlinked(standing: Standing, actor: Actor, at: datetime) -> Stepped:
    """Return the ticket as one of its own.

    Raises:
        InputError: No person says so, or it is no duplicate.
    """
    _require_person(standing, actor, "say that it is no duplicate")
    if standing.duplicate_of is None:
        raise InputError(f"{standing.id}: is no duplicate", hint="there is nothing to take back")
    there = replace(standing, duplicate_of=None)
    return _stepped(standing, there, Step.UNLINKED, actor, at, standing.duplicate_of)


def escalated(standing: Standing, clock: Clock, at: datetime) -> Stepped | None:
    """Return the ticket at the next desk where nobody answered in time; else None.

    One step at a time, so that each desk has its while. A person has nobody above: there the step
    repeats, which is what reminds them.
    """
    deadline = clock.escalates(standing)
    if deadline is None or at < deadline:
        return None
    late = round((at - standing.asked).total_seconds() / 60)
    there = _handed(replace(standing, desk=next_desk(standing.desk)), at)
    says = f"nobody at {standing.desk} answered for {late} minutes"
    return _stepped(standing, there, Step.ESCALATED, CLOCK, at, says)


def next_desk(desk: Route) -> Route:
    """Return the desk above; a person is above all."""
    desks = list(Route)
    return desks[min(rank(desk) + 1, len(desks) - 1)]


def _handed(standing: Standing, at: datetime) -> Standing:
    """Return the ticket as new to those who have it now."""
    return replace(standing, state=State.NEW, taken_by=None, asked=at)


def _told(standing: Standing, at: datetime) -> Standing:
    return replace(standing, owed_since=None, answered=standing.answered or at)


def _stepped(
    before: Standing,
    there: Standing,
    step: Step,
    actor: Actor,
    at: datetime,
    says: str,
) -> Stepped:
    entry = Entry(before.id, at, str(actor), step, before.desk, there.desk, says.strip())
    return Stepped(there, entry)


def _require_open(standing: Standing, what: str) -> None:
    if not standing.state.open:
        raise InputError(
            f"{standing.id}: can't be {what}, it is {standing.state}", hint="reopen it first"
        )


def _require_words(standing: Standing, says: str, what: str) -> None:
    """Refuse a step of which nothing would be known."""
    if not says.strip():
        raise InputError(f"{standing.id}: nobody says {what}", hint="say it in a few words")


def _require_person(standing: Standing, actor: Actor, what: str) -> None:
    if actor.kind is not ActorKind.PERSON:
        raise InputError(
            f"{standing.id}: only a person may {what}, {actor} is none",
            hint="let a person look, and give their name",
        )
