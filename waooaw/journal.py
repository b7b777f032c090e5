"""Decisions as the store keeps them, and back again; what is announced, confirmed, remembered."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

from waooaw.database import storable
from waooaw.decisions import ActionState, Decision, Trace
from waooaw.errors import EnvironmentFault
from waooaw.events import Event
from waooaw.spec import AgentSpec
from waooaw.store import ApprovalRecord, Context, Entry, EntryState, MemoryChange, Store

__all__ = ["Journal", "decision_in", "event_in"]

_TO_A_PERSON = frozenset({ActionState.FAILED, ActionState.NOT_WRITTEN, ActionState.REFUSED})
_FIRST_LOOK_S = 0.01
_LONGEST_LOOK_S = 0.25


def decision_in(entry: Entry) -> Decision:
    """Return the decision of a journal entry, equal to the one that was recorded."""
    trace = json.loads(entry.trace)
    return Decision.from_mapping(
        json.loads(entry.decision), trace=Trace(**trace | {"faults": tuple(trace["faults"])})
    )


def event_in(entry: Entry) -> Event:
    """Return the event of a journal entry."""
    return Event.from_mapping(json.loads(entry.event))


class Journal:
    """Announce, confirm and find the decisions of one agent.

    Args:
        store: Where they are kept.
        spec: The agent's specification.
        lease: For how long an announced effect is left to the process that announced it. It is
            renewed while the skill runs, so a redelivery waits that long after a crash.
    """

    def __init__(self, store: Store, spec: AgentSpec, *, lease: timedelta) -> None:
        self._store = store
        self._agent = spec.name
        self._escalates_to = spec.collaborators.escalates_to
        self._lease = lease
        self._owner = uuid.uuid4().hex

    async def record(self, entry: Entry) -> Entry | None:
        """Write an entry unless its event has one; return None, or the one that stands."""
        return await self._store.record(entry, owner=self._owner, lease=self._lease)

    async def approval(self, entry: Entry) -> ApprovalRecord | None:
        """Return what a person said to a waiting entry, if anyone did."""
        return await self._store.approval(self._agent, entry.event_id)

    async def context(self, entry: Entry) -> Context:
        """Return what the agent remembers now about the entry's subject."""
        return await self._store.context(self._agent, entry.subject)

    def entry(self, decision: Decision, event: Event, state: EntryState) -> Entry:
        """Return what the journal keeps of a decision."""
        return Entry(
            agent=self._agent,
            event_id=event.id,
            subject=event.subject or "",
            at=decision.at,
            woke=decision.woke,
            tier=decision.tier,
            state=state,
            decision=decision.to_json(),
            trace=_trace(decision.trace),
            event=storable(event.to_json()),
            escalated_to=self._escalated_to(decision),
            attempts=1 if state is EntryState.ACTING else 0,
        )

    async def taken(self, entry: Entry) -> Entry | None:
        """Begin the effect of *entry*, or wait for the process that is at it.

        Returns:
            None when the effect is ours to do; else the entry once somebody else is done with it.
        """
        pause = _FIRST_LOOK_S
        while not await self._store.take(entry, owner=self._owner, lease=self._lease):
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_LOOK_S)
            found = await self._store.find(self._agent, entry.event_id)
            if found is None or found.state is EntryState.FINAL:
                return found
        return None

    @contextlib.asynccontextmanager
    async def kept(self, entry: Entry) -> AsyncIterator[None]:
        """Keep other processes off an effect for as long as the block runs."""
        renewing = asyncio.create_task(self._renew(entry))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.wait([renewing])

    async def _renew(self, entry: Entry) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            # A renewal that is missed lets another process in, under the same idempotency key.
            with contextlib.suppress(EnvironmentFault):
                await self._store.renew(entry, owner=self._owner, lease=self._lease)

    async def confirm(
        self,
        entry: Entry,
        decision: Decision,
        *,
        base: Context,
        memory: Mapping[str, Any] | None = None,
        output: str | None = None,
        error: str | None = None,
    ) -> Decision:
        """Write how an announced effect ended, and what is remembered from now on.

        Where the memory was changed by somebody else since *base*, both changes are kept, name by
        name; the later one wins a name that both changed, and the decision's faults say so.

        Returns:
            The decision that stands: another process's, where it took the effect over.
        """
        seen = base
        while True:
            ended = dataclasses.replace(
                entry,
                state=EntryState.FINAL,
                decision=decision.to_json(),
                trace=_trace(decision.trace),
                output=output,
                error=error,
                escalated_to=self._escalated_to(decision),
            )
            change = None if memory is None else MemoryChange(seen.version, memory)
            standing = await self._store.confirm(ended, owner=self._owner, change=change)
            if standing is not None:
                return decision if standing is ended else decision_in(standing)
            now = await self._store.context(self._agent, entry.subject)
            memory = _merged(base.values, memory or {}, now.values)
            decision = _with_fault(
                decision, f"the memory moved on from version {base.version} to {now.version}"
            )
            seen = now

    def _escalated_to(self, decision: Decision) -> str | None:
        handed_over = decision.outcome == "escalate" or decision.action in _TO_A_PERSON
        return self._escalates_to if handed_over else None


def _trace(trace: Trace) -> str:
    # `dataclasses.asdict` copies deeply, which costs more than all the rest of an entry.
    return json.dumps(
        {
            "spec_digest": trace.spec_digest,
            "context_version": trace.context_version,
            "model": trace.model,
            "prompt_digest": trace.prompt_digest,
            "faults": trace.faults,
        }
    )


def _with_fault(decision: Decision, fault: str) -> Decision:
    trace = dataclasses.replace(decision.trace, faults=(*decision.trace.faults, fault))
    return dataclasses.replace(decision, trace=trace)


def _merged(
    base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> dict[str, Any]:
    changed = {
        name: value for name, value in ours.items() if name not in base or base[name] != value
    }
    kept = {name: value for name, value in theirs.items() if name in ours or name not in base}
    return kept | changed
