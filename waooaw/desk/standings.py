"""Where a ticket stands: its desk, its state, and what is owed to the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waooaw.errors import InputError, shown
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel

__all__ = ["Actor", "ActorKind", "Entry", "Standing", "State", "Step", "actor_of"]

_LONGEST_NAME = 100


class State(StrEnum):
    """Name what a ticket waits for."""

    NEW = "new"
    TAKEN = "taken"
    WAITING = "waiting"
    SOLVED = "solved"
    CLOSED = "closed"

    @property
    def open(self) -> bool:
        """Whether a desk still has something to do."""
        return self in {State.NEW, State.TAKEN, State.WAITING}


class Step(StrEnum):
    """Name what can happen to a ticket; each is an entry of its history."""

    ARRIVED = "arrived"
    JUDGED = "judged"
    TAKEN = "taken"
    ANSWERED = "answered"
    NOTED = "noted"
    MOVED = "moved"
    ESCALATED = "escalated"
    WAITING = "waiting"
    RESUMED = "resumed"
    SOLVED = "solved"
    REOPENED = "reopened"
    CLOSED = "closed"
    LINKED = "linked"
    UNLINKED = "unlinked"


class ActorKind(StrEnum):
    """Name who can act. What only a person may do is refused to the others."""

    PERSON = "person"
    AGENT = "agent"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Actor:
    """Name who did something, such as ``person:ada`` or ``agent:wow-first-desk``."""

    kind: ActorKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


def actor_of(text: str) -> Actor:
    """Return who is meant by *text*: ``person:ada``, ``agent:wow-x``; a bare name is a person.

    Raises:
        InputError: It names nobody.
    """
    kind, sign, name = text.partition(":")
    known = {one.value: one for one in ActorKind if one is not ActorKind.CLOCK}
    if not sign:
        kind, name = ActorKind.PERSON.value, text
    name = name.strip()
    if kind not in known or not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"{shown(text)} is nobody", hint="a name, or agent:NAME for what is no person"
        )
    return Actor(known[kind], name)


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold where a ticket stands. Every moment is aware, in whole seconds.

    Attributes:
        desk: Who has it.
        routed: Where triage last said that it belongs.
        first_desk: Where it arrived.
        judged: When triage last judged it.
        arrived: When it was judged first.
        asked: Since when the desk that has it was asked for an answer; taking it, moving it and
            an escalation each begin anew.
        owed_since: Since when the customer waits for an answer; None where nothing is owed.
        answered: When the customer was answered first.
        taken_by: Who works on it.
        duplicate_of: The ticket that says the same, by a person's word.
    """

    id: str
    desk: Route
    state: State
    type: RequestType
    severity: SeverityLevel
    routed: Route
    first_desk: Route
    judged: datetime
    arrived: datetime
    asked: datetime
    owed_since: datetime | None = None
    answered: datetime | None = None
    taken_by: str | None = None
    solved: datetime | None = None
    closed: datetime | None = None
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one step of a ticket's history; entries are never changed or taken out.

    Attributes:
        actor: As `str(Actor)`.
        desk_from: Who had it before; the same as *desk_to* where it did not move.
        says: What was said, redacted; may be empty.
    """

    id: str
    at: datetime
    actor: str
    step: Step
    desk_from: Route
    desk_to: Route
    says: str = ""
