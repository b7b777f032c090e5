# This file is yours: waooaw wrote it once, and no update touches it.
"""Triage Desk: its skills, one method each. The work itself is done by waooaw.desk."""

import os
from collections.abc import Mapping

from waooaw import Task
from waooaw.desk.work import Done, Worker


class Skills:
    """Hold one method for each skill; the agent calls the one that its decision names."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        """Work at the desk that the environment names."""
        self._worker = Worker("wow-triage-desk", env)

    async def judge_request(self, task: Task[object]) -> Done:
        """Judge the request, keep it redacted, and tell the other desks."""
        # Any field of a request counts, also those that the specification does not list.
        return await self._worker.judge(task.key, task.event.data)
