# This file is yours: waooaw wrote it once, and no update touches it.
"""Architect Desk: its skills, one method each. The work itself is done by waooaw.desk."""

import os
from collections.abc import Mapping
from typing import TypedDict

from waooaw import Task
from waooaw.desk.work import Done, Worker


class TicketInput(TypedDict, total=False):
    """What the event says of the ticket."""

    ticket: str


class Skills:
    """Hold one method for each skill; the agent calls the one that its decision names."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        """Work at the desk that the environment names."""
        self._worker = Worker("wow-architect-desk", env)

    async def complete_package(self, task: Task[TicketInput]) -> Done:
        """Put together all that is known of a ticket for the person who decides."""
        return await self._worker.complete_package(task.key, task.input.get("ticket", ""))
