"""Doing what was decided: announce, run the skill, confirm; and finish what a crash interrupted."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from waooaw.approvals import declined, needs_approval
from waooaw.boundaries import Guard
from waooaw.database import storable
from waooaw.decisions import ActionState, Decision
from waooaw.events import Event
from waooaw.journal import Journal, decision_in, event_in
from waooaw.spec import AgentSpec
from waooaw.store import Context, Entry, EntryState
from waooaw.tasks import Done, Failed, Ran, Task, Unwritten, run, task_input

__all__ = ["Execution"]

_ENDS: dict[type[Ran], ActionState] = {
    Done: ActionState.DONE,
    Failed: ActionState.FAILED,
    Unwritten: ActionState.NOT_WRITTEN,
}


class Execution:
    """Carry decisions of one agent out, each once.

    Args:
        spec: The agent's specification.
        skills: An object with a method for each skill that is written; None where there is none.
        journal: Where effects are announced and confirmed.
        guard: What is asked again before an effect that had to wait.
        time_limit: For one call of a skill.
    """

    def __init__(
        self,
        spec: AgentSpec,
        *,
        skills: object | None,
        journal: Journal,
        guard: Guard,
        time_limit: timedelta,
    ) -> None:
        self._spec = spec
        self._skills = skills
        self._journal = journal
        self._guard = guard
        self._time_limit = time_limit

    async def carried_out(self, decision: Decision, event: Event) -> Decision:
        """Record a new decision, do what it says, and return it with what became of it."""
        state = EntryState.FINAL
        if decision.action is ActionState.NONE and self._spec.skill(decision.outcome or ""):
            state = EntryState.ACTING
            if needs_approval(self._spec, decision):
                decision = dataclasses.replace(decision, action=ActionState.WAITING)
                state = EntryState.WAITING
        entry = self._journal.entry(decision, event, state)
        standing = await self._journal.record(entry)
        if standing is not None:
            # Another process was quicker.
            return await self.resumed(standing)
        if state is EntryState.ACTING:
            # The boundaries were asked a moment ago, about this very decision.
            return await self._acted(entry, decision, event, await self._journal.context(entry))
        return decision

    async def resumed(self, entry: Entry) -> Decision:
        """Return the recorded decision; finish its effect where that was left in the middle."""
        decision = decision_in(entry)
        if entry.state is EntryState.FINAL:
            return decision
        if entry.state is EntryState.WAITING and await self._journal.approval(entry) is None:
            return decision
        finished = await self._journal.taken(entry)
        if finished is not None:
            return decision_in(finished)
        event = event_in(entry)
        base = await self._journal.context(entry)
        word = await self._journal.approval(entry)
        granted = not needs_approval(self._spec, decision) if word is None else word.granted
        if not granted:
            # Also what a crash right after a refusal comes back to, whatever the spec says by now.
            return await self._journal.confirm(entry, declined(decision, word), base=base)
        if self._spec.skill(decision.outcome or "") is not None:  # else it fails, and says so
            # What the agent remembers may have changed since the decision was made.
            decision = self._guard.checked(decision, event, base.values)
            if decision.action is ActionState.REFUSED:
                return await self._journal.confirm(entry, decision, base=base)
        return await self._acted(entry, decision, event, base)

    async def _acted(
        self, entry: Entry, decision: Decision, event: Event, base: Context
    ) -> Decision:
        """Run the skill of an announced decision, and confirm how it ended."""
        before = json.dumps(base.values, sort_keys=True)
        # A deep copy: what the skill changes is told from what was there.
        memory = json.loads(before)
        async with self._journal.kept(entry):
            ran = await self._ran(decision, event, memory)
        after = before
        if isinstance(ran, Done):
            try:
                after = json.dumps(memory, sort_keys=True, allow_nan=False)
            except (TypeError, ValueError, RecursionError) as error:
                ran = Failed(f"{type(error).__name__}: the memory is no JSON: {error}")
        return await self._journal.confirm(
            entry,
            dataclasses.replace(decision, action=_ENDS[type(ran)]),
            base=base,
            memory=None if after == before else json.loads(after),
            output=ran.output if isinstance(ran, Done) else None,
            error=_error(ran, decision),
        )

    async def _ran(self, decision: Decision, event: Event, memory: dict[str, Any]) -> Ran:
        name = decision.outcome or ""
        skill = self._spec.skill(name)
        if skill is None:
            return Failed(f"LookupError: the specification has no skill {name!r} any more")
        # The developer's own object: what it has is only known when it is asked.
        method: Callable[[Task[Any]], object] | None = getattr(self._skills, name, None)
        task = Task(
            event=event,
            input=task_input(skill, event.data),
            decision=decision,
            key=event.id,
            memory=memory,
        )
        return await run(method, task, skill, time_limit=self._time_limit)


def _error(ran: Ran, decision: Decision) -> str | None:
    match ran:
        case Done():
            return None
        case Failed(error, details):
            return storable(f"{error}\n{details}".rstrip())
        case Unwritten():
            return f"NotWritten: the skill {decision.outcome!r} is not written yet"
