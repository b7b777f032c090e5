"""Many events, at once or by a bus."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from waooaw.agent import Agent
from waooaw.bus import Bus
from waooaw.consistency import example_event
from waooaw.decisions import Decision
from waooaw.events import Event
from waooaw.process import consume
from waooaw.spec import AgentSpec
from waooaw.store import Entry

__all__ = ["burst", "drained", "handle_all", "journalled"]


def burst(spec: AgentSpec, count: int = 100) -> list[Event]:
    """Return *count* events made from the examples in turn, each with its own id."""
    events = [example_event(example, index) for index, example in enumerate(spec.examples)]
    return [
        events[number % len(events)].model_copy(update={"id": f"burst-{number + 1}"})
        for number in range(count)
    ]


def handle_all(agent: Agent, events: Sequence[Event]) -> list[Decision]:
    """Handle all events at the same time; return the decisions in the order of the events."""

    async def together() -> list[Decision]:
        return await asyncio.gather(*(agent.handle(event) for event in events))

    return asyncio.run(together())


def drained(agent: Agent, bus: Bus, events: Sequence[Event]) -> list[Decision]:
    """Publish *events* and let the agent consume until nothing is there; return what it decided.

    An event that was delivered twice has two decisions here, and one in the journal.
    """

    async def until_empty() -> list[Decision]:
        decisions: list[Decision] = []
        await bus.publish(events)
        await consume(agent, bus, decisions.append)
        return decisions

    return asyncio.run(until_empty())


def journalled(agent: Agent) -> tuple[Entry, ...]:
    """Return what the agent's journal holds, oldest first."""
    return asyncio.run(agent.journal())
