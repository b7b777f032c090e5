"""A support desk of a test's own, with real files, and one agent that works at it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from waooaw.agent import Agent
from waooaw.bus import open_bus
from waooaw.desk.standings import Standing
from waooaw.desk.store import Desk
from waooaw.desk.work import BUS, MEMORY, Worker
from waooaw.events import Event
from waooaw.testing.plugin import MakeAgent

__all__ = ["DeskBench"]

_MOST_EVENTS = 10_000


class DeskBench:
    """Hold a triage memory, a bus, and an agent with its own skills.

    Args:
        folder: Where the files stand; empty.
        make_agent: The fixture of that name.
        agent_class: The agent.
        skills: Makes its skills, given the environment.
    """

    def __init__(
        self,
        folder: Path,
        make_agent: MakeAgent,
        agent_class: type[Agent],
        skills: Callable[[Mapping[str, str]], object],
    ) -> None:
        self._memory = folder / "tickets.db"
        self.env = {MEMORY: str(self._memory), BUS: f"sqlite:///{folder / 'bus.db'}"}
        self._agent = make_agent(agent_class, skills=skills(self.env))
        self._count = 0

    def triaged(self, id_: str, body: str, **fields: Any) -> dict[str, Any]:  # Any: JSON
        """Have a request judged as the triage desk does; return what it tells the others."""
        worker = Worker("wow-triage-desk", self.env)
        request = {"id": id_, "body": body, **fields}
        asyncio.run(worker.judge(f"request-{id_}-{self._next()}", request))
        return self.told("ticket.triaged")

    def handles(self, topic: str, data: Mapping[str, Any], id_: str = "") -> str:  # Any: JSON
        """Give the agent an event, and return what it did, or how that ended."""
        event = Event(
            id=id_ or f"event-{self._next()}", source="/tests", type=topic, data=dict(data)
        )
        decision = asyncio.run(self._agent.handle(event))
        entry = asyncio.run(self._agent.store.find(self._agent.spec.name, event.id))
        if entry is None or entry.output is None:
            return str(decision.action)
        return str(json.loads(entry.output)["did"])

    def published(self, topic: str) -> list[dict[str, Any]]:  # Any: JSON
        """Return the data of all events of a topic, oldest first."""

        async def all_of_them() -> list[dict[str, Any]]:  # Any: JSON
            with closing(open_bus(self.env[BUS])) as bus:
                held = await bus.receive("tests", most=_MOST_EVENTS, hold=timedelta(0))
            return [one.event.data for one in held if one.event.type == topic]

        return asyncio.run(all_of_them())

    def told(self, topic: str) -> dict[str, Any]:  # Any: JSON
        """Return the data of the last event of a topic."""
        return self.published(topic)[-1]

    def standing(self, ticket: str) -> Standing:
        """Return where a ticket stands."""
        with closing(Desk(self._memory)) as desk:
            standing = desk.standing(ticket)
        if standing is None:
            raise AssertionError(f"no ticket {ticket!r} is at a desk")
        return standing

    def _next(self) -> int:
        self._count += 1
        return self._count
