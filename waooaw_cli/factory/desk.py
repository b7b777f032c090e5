"""What can be done at the desk: look at the queues, and let something happen to a ticket."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from waooaw.desk import steps
from waooaw.desk.clock import Clock
from waooaw.desk.handover import Handover
from waooaw.desk.measures import Measures, measured
from waooaw.desk.outbox import Outbox
from waooaw.desk.standings import Actor, ActorKind, Entry, Standing, State, Step
from waooaw.desk.steps import Stepped
from waooaw.desk.store import Desk, Queued
from waooaw.errors import InputError, WaooawError, shown
from waooaw.triage.tickets import Tickets
from waooaw.triage.vocabulary import Route
from waooaw_cli.factory.triage_past import indexed
from waooaw_cli.factory.triaging import memory_at, opened
from waooaw_cli.settings import Settings

__all__ = [
    "STEPS",
    "Acted",
    "Overview",
    "StepAsked",
    "escalated",
    "handover",
    "overview",
    "stepped",
]


@dataclass(frozen=True, slots=True)
class Overview:
    """Hold the queues at one moment, and how the desks did.

    Attributes:
        queues: The tickets of each desk that was asked for, the most urgent first.
        measures: Of all desks, over the tickets that arrived since *since*.
    """

    at: datetime
    since: datetime
    queues: Mapping[Route, Sequence[Queued]]
    measures: Measures
    clock: Clock


@dataclass(frozen=True, slots=True)
class StepAsked:
    """Hold what somebody wants to happen.

    Attributes:
        step: One of `STEPS`.
        ids: The tickets; for `link` the ticket and what it is a duplicate of.
        says: What is said about it; may be empty.
        actor: Who says so.
        desk: Where it moves, for `move`.
    """

    step: str
    ids: Sequence[str]
    says: str
    actor: Actor
    desk: Route | None = None


@dataclass(frozen=True, slots=True)
class Acted:
    """Hold where tickets stand after a step.

    Attributes:
        unlearned: Why the solution is not known to the next request alike; None where it is.
    """

    standings: tuple[Standing, ...]
    unlearned: WaooawError | None = None


_How: TypeAlias = Callable[[Standing, Actor, datetime, str], Stepped]
#: What one ticket can be asked to do with nothing but words.
STEPS: Mapping[str, _How] = {
    "take": lambda one, actor, at, _: steps.taken(one, actor, at),
    "answer": steps.answered,
    "note": steps.noted,
    "wait": steps.waiting,
    "resume": steps.resumed,
    "solve": steps.solved,
    "reopen": steps.reopened,
    "close": steps.closed,
    "unlink": lambda one, actor, at, _: steps.unlinked(one, actor, at),
}


@contextmanager
def _desk(settings: Settings) -> Iterator[tuple[Desk, Tickets]]:
    """Open the desk with what triage judged by now taken up."""
    # First, since it makes the folder, which nobody else may read.
    tickets = opened(settings)
    try:
        desk = Desk(memory_at(settings))
        try:
            desk.take_up()
            yield desk, tickets
        finally:
            desk.close()
    finally:
        tickets.close()


def overview(
    settings: Settings,
    clock: Clock,
    now: datetime,
    *,
    desks: Sequence[Route] = (),
    ended: bool = False,
    days: int = 30,
) -> Overview:
    """Return the queues and the measures. Nothing moves by looking.

    Raises:
        WaooawError: The memory can't be used.
    """
    since = now - timedelta(days=days)
    with _desk(settings) as (desk, _):
        queued = desk.queue(*desks, ended=ended)
        standings, moves = desk.since(since), desk.moves_since(since)
    shown_desks = desks or tuple(Route)
    queues = {
        one: sorted(
            (item for item in queued if item.standing.desk is one),
            key=lambda item: _urgency(item.standing, clock, now),
        )
        for one in reversed(Route)
        if one in shown_desks
    }
    return Overview(now, since, queues, measured(standings, moves, clock, now), clock)


def _urgency(standing: Standing, clock: Clock, now: datetime) -> tuple[bool, datetime, str]:
    """Open before ended, what is due first, what nobody promised after that, then by age."""
    never = now + timedelta(days=36_500)
    due = clock.due(standing)
    return (not standing.state.open, due or never, f"{standing.arrived.isoformat()} {standing.id}")


def handover(id_: str, settings: Settings) -> Handover:
    """Return all that is known of a ticket.

    Raises:
        InputError: There is no such ticket.
    """
    with _desk(settings) as (desk, tickets):
        standing = desk.standing(id_)
        ticket = tickets.ticket(id_)
        if standing is None or ticket is None:
            raise _unknown(id_, desk)
        with closing(Outbox(memory_at(settings))) as outbox:
            told = outbox.told(id_)
        return Handover(ticket, standing, desk.history(id_), desk.duplicates(id_), told)


def stepped(asked: StepAsked, settings: Settings, now: datetime) -> Acted:
    """Let it happen, to all the tickets or to none, and return where they stand then.

    Raises:
        InputError: There is no such ticket, or it can't happen to it.
    """
    with _desk(settings) as (desk, tickets):
        for id_ in asked.ids:
            if desk.standing(id_) is None:
                raise _unknown(id_, desk)
        if asked.step == "link":
            id_, to = asked.ids
            return Acted((desk.link(id_, to, asked.actor, now),))
        found = desk.step_all(asked.ids, _how(asked, now))
        try:
            for standing in found:
                if standing.state in {State.SOLVED, State.CLOSED}:
                    _learn(standing, asked.actor, desk, tickets, settings, now)
        except WaooawError as error:
            # It happened all the same; what was not learned is learned when it is closed.
            return Acted(found, error)
        return Acted(found)


def _how(asked: StepAsked, now: datetime) -> Callable[[Standing], Stepped]:
    if asked.step == "move":
        to = asked.desk
        if to is None:
            raise InputError("nobody says where it moves", hint=f"one of {', '.join(Route)}")
        return lambda one: steps.moved(one, to, asked.actor, now, asked.says)
    how = STEPS[asked.step]
    return lambda one: how(one, asked.actor, now, asked.says)


def _learn(
    standing: Standing,
    actor: Actor,
    desk: Desk,
    tickets: Tickets,
    settings: Settings,
    now: datetime,
) -> None:
    """Remember how a ticket was settled, once a person says that it was.

    What an agent took for a solution is none yet: it would settle the next request by itself.
    """
    ticket = tickets.ticket(standing.id)
    if actor.kind is not ActorKind.PERSON or ticket is None:
        return
    words = [entry.says for entry in desk.history(standing.id) if entry.step is Step.SOLVED]
    if standing.solved is None or not words or words[-1] == ticket.request.resolution:
        return
    settled = replace(ticket.request, resolution=words[-1])
    # The index first: where it fails, the next step of the ticket tries both again.
    indexed([settled], settings)
    tickets.settle([settled], now)


def escalated(settings: Settings, clock: Clock, now: datetime) -> tuple[Entry, ...]:
    """Move on what nobody answered in time, and return what moved.

    Raises:
        WaooawError: The memory can't be used.
    """
    with _desk(settings) as (desk, _):
        return desk.escalate(clock, now)


def _unknown(id_: str, desk: Desk) -> InputError:
    known = [one.standing.id for one in desk.queue(ended=True)]
    near = difflib.get_close_matches(id_, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "see waooaw desk"
    return InputError(f"no ticket {shown(id_)} is at a desk", hint=hint)
