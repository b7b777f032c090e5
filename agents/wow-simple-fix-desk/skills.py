# This file is yours: waooaw wrote it once, and no update touches it.
"""Simple Fix Desk: its skills, one method each. The work itself is done by waooaw.desk."""

import os
from collections.abc import Mapping
from typing import TypedDict

from waooaw import Task
from waooaw.desk.work import Done, Worker


class TicketInput(TypedDict, total=False):
    """What the event says of the ticket."""

    ticket: str


class FixInput(TypedDict, total=False):
    """What the event says of a fix that was asked for."""

    ticket: str
    says: str


class Skills:
    """Hold one method for each skill; the agent calls the one that its decision names."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        """Work at the desk that the environment names."""
        self._worker = Worker("wow-simple-fix-desk", env)

    async def propose_fix(self, task: Task[TicketInput]) -> Done:
        """Ask for the known fix, or pass the ticket up where nothing is known."""
        return await self._worker.propose_fix(task.key, task.input.get("ticket", ""))

    async def confirm_fix(self, task: Task[FixInput]) -> Done:
        """Solve a ticket whose fix this desk asked for."""
        ticket, says = task.input.get("ticket", ""), task.input.get("says", "")
        return await self._worker.confirm_fix(task.key, ticket, says)

    async def give_up_fix(self, task: Task[FixInput]) -> Done:
        """Pass a ticket up whose fix this desk asked for, and that did not help."""
        ticket, says = task.input.get("ticket", ""), task.input.get("says", "")
        return await self._worker.give_up_fix(task.key, ticket, says)
