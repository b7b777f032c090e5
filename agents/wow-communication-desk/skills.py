# This file is yours: waooaw wrote it once, and no update touches it.
"""Communication Desk: its skills, one method each. The work itself is done by waooaw.desk."""

import os
from collections.abc import Mapping
from typing import TypedDict

from waooaw import Task
from waooaw.desk.work import Done, Worker


class TicketInput(TypedDict, total=False):
    """What the event says of the ticket."""

    ticket: str


class SolutionInput(TypedDict, total=False):
    """What the event says of how the ticket was solved."""

    ticket: str
    resolution: str


class Skills:
    """Hold one method for each skill; the agent calls the one that its decision names."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        """Work at the desk that the environment names."""
        self._worker = Worker("wow-communication-desk", env)

    async def acknowledge(self, task: Task[TicketInput]) -> Done:
        """Have a letter sent that says that the request arrived."""
        return await self._worker.acknowledge(task.key, task.input.get("ticket", ""))

    async def ask_back(self, task: Task[TicketInput]) -> Done:
        """Have a letter sent that asks what was not certain, and let the ticket wait."""
        return await self._worker.ask_back(task.key, task.input.get("ticket", ""))

    async def tell_solution(self, task: Task[SolutionInput]) -> Done:
        """Have a letter sent that says how it was solved."""
        ticket, resolution = task.input.get("ticket", ""), task.input.get("resolution", "")
        return await self._worker.tell_solution(task.key, ticket, resolution)

    async def tell_progress(self, task: Task[TicketInput]) -> Done:
        """Have a letter sent that says that a person looks at it now."""
        return await self._worker.tell_progress(task.key, task.input.get("ticket", ""))
