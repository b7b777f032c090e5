"""What is done to an agent in the scenarios of the fault matrix.

Each play publishes events, lets something go wrong, tells the bench when it did, and returns the
events that were sent; None where the agent gives no occasion.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from typing import TypeAlias

from waooaw.agent import Agent
from waooaw.bus import Bus
from waooaw.consistency import example_event
from waooaw.errors import WaooawError
from waooaw.events import Event
from waooaw.messages import price
from waooaw.spec import AgentSpec, Otherwise
from waooaw.store import SqliteStore
from waooaw.testing.faults import DisturbedBus, JournalDamage, JournalFull, JournalLock
from waooaw.testing.load import burst
from waooaw.testing.model_server import ModelServer, Reply
from waooaw.testing.recorder import CountedModel, RecordedSkills
from waooaw.testing.workbench import Workbench

__all__ = [
    "DoesNotHold",
    "Play",
    "answered",
    "askers",
    "at_once",
    "by_a_bus",
    "corrupt",
    "full",
    "in_order",
    "locked",
    "too_costly",
    "two_consumers",
]

Play: TypeAlias = Callable[[Workbench], Coroutine[None, None, Sequence[Event] | None]]

_EVENTS = 24
#: Longer than a journal is waited for, so that the agent gives up at least once.
_LOCKED = timedelta(seconds=0.25)
_MODEL_PATIENCE = timedelta(seconds=0.2)


class DoesNotHold(Exception):
    """Say what does not hold, where only the scenario can tell."""


def _few(bench: Workbench) -> list[Event]:
    return burst(bench.spec, min(_EVENTS, bench.crowd))


async def at_once(bench: Workbench) -> Sequence[Event]:
    """Hand an agent all events at the same time, each twice."""
    events = burst(bench.spec, bench.crowd)
    with bench.agent() as agent:
        bench.decisions += await asyncio.gather(
            *(agent.handle(event) for event in (*events, *events))
        )
    bench.happened = True
    return events


async def in_order(bench: Workbench) -> Sequence[Event]:
    """Let one consumer hear all events by a bus: it decides them in the bus's order."""
    events = burst(bench.spec, bench.crowd)
    with bench.bus() as bus, bench.agent() as agent:
        await bus.publish(events)
        await bench.consume(agent, bus)
        journalled = [entry.event_id for entry in await agent.journal()]
    sent = [event.id for event in events]
    if sorted(journalled) == sorted(sent) and journalled != sent:
        late = next(one for one, other in zip(sent, journalled, strict=True) if one != other)
        raise DoesNotHold(f"events were not decided in the order of the bus: {late!r} came late")
    bench.happened = True
    return events


async def two_consumers(bench: Workbench) -> Sequence[Event]:
    """Let two processes share the events of a bus, each with connections of its own."""
    events = burst(bench.spec, bench.crowd)
    with contextlib.ExitStack() as closing_all:
        buses = [closing_all.enter_context(bench.bus()) for _ in range(2)]
        agents = [closing_all.enter_context(bench.agent()) for _ in range(2)]
        await buses[0].publish(events)
        await asyncio.gather(
            *(bench.consume(agent, bus) for agent, bus in zip(agents, buses, strict=True))
        )
    bench.happened = True
    return events


def by_a_bus(disturbed: Callable[[Bus], DisturbedBus], *, sent: int = 1) -> Play:
    """Send everything *sent* times by a bus that is disturbed."""

    async def play(bench: Workbench) -> Sequence[Event]:
        events = _few(bench)
        with bench.bus() as bus, bench.agent() as agent:
            await bus.publish(events * sent)
            in_front = disturbed(bus)
            await bench.consume(agent, in_front)
            bench.happened = in_front.disturbed > 0
        return events

    return play


async def locked(bench: Workbench) -> Sequence[Event]:
    """Lock the journal for too long: before the first decision, and once while a skill runs."""
    events = _few(bench)
    with bench.bus() as bus, bench.agent() as agent:
        await bus.publish(events)
        lock = JournalLock(bench.journal)
        once = itertools.count()

        def lock_once(_: object) -> None:
            if next(once) == 0:
                lock.hold(_LOCKED)

        bench.on_call = lock_once
        try:
            lock.hold(_LOCKED)
            await bench.consume(agent, bus)
        finally:
            lock.close()
    bench.happened = bool(bench.troubles)
    return events


async def full(bench: Workbench) -> Sequence[Event]:
    """Leave the journal no space, before the first decision and once more; then make some."""
    events = _few(bench)
    half = len(events) // 2
    with bench.bus() as bus, bench.agent() as agent:
        full = JournalFull(bench.store)
        for part in (events[:half], events[half:]):
            await bus.publish(part)
            await full.fill()
            # What goes wrong now has to go wrong loudly, and nothing is acknowledged.
            await bench.consume(agent, bus, tries=2)
            await full.free()
            await bench.consume(agent, bus)
    bench.happened = bool(bench.troubles)
    return events


async def corrupt(bench: Workbench) -> Sequence[Event]:
    """Damage the journal between two processes, and restore it from a backup after the second."""
    events = _few(bench)
    half = len(events) // 2
    with bench.bus() as bus:
        await bus.publish(events[:half])
        with bench.agent() as agent:
            await bench.consume(agent, bus)
        await bus.publish(events[half:])
        damage = JournalDamage(bench.journal, bench.folder / "backup.db")
        damage.strike()
        decided = len(bench.decisions)
        try:
            with bench.agent() as agent:
                await bench.consume(agent, bus, tries=1)
        except WaooawError as error:
            bench.troubled(error)
        if len(bench.decisions) > decided:
            raise DoesNotHold("events were decided and acknowledged on a damaged journal")
        damage.restore()
        with bench.agent() as agent:
            await bench.consume(agent, bus)
    bench.happened = bool(bench.troubles)
    return events


def answered(reply: Reply) -> Play:
    """Play with a model that gives no decision: a person has to decide, and nothing is done."""

    async def play(bench: Workbench) -> Sequence[Event] | None:
        asking = await askers(bench.agent_type, bench.spec)
        if not asking:
            return None
        events = [
            event.model_copy(update={"id": f"ask-{number}"})
            for number, event in enumerate(asking * (1 + 2 // len(asking)), 1)
        ]
        with _served(bench, reply) as server:
            await _heard(bench, events)
        bench.happened = bool(server.requests)
        for decision in bench.decisions:
            if decision.outcome != "escalate":
                raise DoesNotHold(
                    f"{decision.event!r} was decided {decision.outcome!r},"
                    " though the model gave no decision"
                )
        return events

    return play


async def too_costly(bench: Workbench) -> Sequence[Event] | None:
    """Let the first answer cost more than a month may: nobody is asked again."""
    asking = await askers(bench.agent_type, bench.spec)
    if not asking or bench.spec.model is None:
        return None
    rate = price(bench.spec.model.name).input_usd
    tokens = int(bench.spec.limits.monthly_usd * 1_000_000 / float(rate)) + 1_000_000
    # Another subject each time: the same question would be answered from the cache.
    events = [
        asking[number % len(asking)].model_copy(update={"id": f"ask-{word}", "subject": word})
        for number, word in enumerate(("first", "second", "third", "fourth"))
    ]
    with _served(bench, Reply(input_tokens=tokens)) as server:
        await _heard(bench, events)
    if len(server.requests) > 1:
        raise DoesNotHold(
            f"the model was asked {len(server.requests) - 1} times after the month's budget was"
            " spent"
        )
    # Also where nobody asked, since asking may cost more than one decision is allowed to.
    bench.happened = True
    return events


async def _heard(bench: Workbench, events: Sequence[Event]) -> None:
    with bench.bus() as bus, bench.agent() as agent:
        await bus.publish(events)
        await bench.consume(agent, bus)


@contextlib.contextmanager
def _served(bench: Workbench, reply: Reply) -> Iterator[ModelServer]:
    """Let the bench's agent ask a server on this machine, by the real client."""
    choice = bench.spec.model
    with ModelServer(reply) as server:
        name = "claude-sonnet-4-5" if choice is None else choice.name
        bench.model = server.model(name, time_limit=_MODEL_PATIENCE)
        yield server


async def askers(agent_type: type[Agent], spec: AgentSpec) -> list[Event]:
    """Return the events of the examples that reach the model."""
    if spec.otherwise is not Otherwise.MODEL:
        return []
    model = CountedModel()
    events = [example_event(example, index) for index, example in enumerate(spec.examples)]
    with closing(SqliteStore()) as store:
        agent = agent_type(spec, skills=RecordedSkills(spec), store=store, model=model)
        for event in events:
            await agent.handle(event)
    return [event for event in events if event.id in model.asked]
