"""What an agent asks of the place where it remembers: journal, context, approvals, money, answers.

Everything is kept per agent, so many agents may share one store, and many processes one agent.
Times of leases are the machine's own, not the agent's `now`: they only say whether another process
is still at work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

__all__ = [
    "ApprovalRecord",
    "Context",
    "Entry",
    "EntryState",
    "MemoryChange",
    "Spending",
    "Store",
    "Tally",
]


class EntryState(StrEnum):
    """Say how far an entry is.

    `ACTING`: the effect is announced and not confirmed. `WAITING`: for a person. `FINAL`: nothing
    about it changes any more.
    """

    ACTING = "acting"
    WAITING = "waiting"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold what the journal knows of one event.

    Attributes:
        agent: The agent's name.
        event_id: The event's id; one entry for each.
        subject: The event's subject, or empty.
        at: When it was decided.
        woke: Whether the event woke the agent.
        tier: Where the decision came from; None where there is none.
        state: How far it is.
        decision: The decision as one line of JSON.
        trace: What replaying needs beside it, as JSON.
        event: The whole event, as structured-mode JSON.
        output: What the skill returned, as JSON.
        error: Why the action failed: type and message, then the traceback.
        escalated_to: Whom the decision was handed to, if anyone.
        attempts: How often the effect was begun.
    """

    agent: str
    event_id: str
    subject: str
    at: datetime
    woke: bool
    tier: str | None
    state: EntryState
    decision: str
    trace: str
    event: str
    output: str | None = None
    error: str | None = None
    escalated_to: str | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """Hold what an agent remembers about one subject.

    Attributes:
        version: Counts the changes; 0 where nothing was ever remembered.
        values: Plain JSON by name.
    """

    version: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)  # any JSON


@dataclass(frozen=True, slots=True)
class MemoryChange:
    """Hold what is remembered about a subject from now on.

    Attributes:
        base: The version that it was made from; the new one is the next.
        values: All of it, as plain JSON by name.
    """

    base: int
    values: Mapping[str, Any]  # any JSON


@dataclass(frozen=True, slots=True)
class ApprovalRecord:
    """Hold what a person said to a waiting action.

    Attributes:
        by: Who said it.
        granted: Whether the action may run.
        note: Why, in that person's words; may be empty.
    """

    by: str
    granted: bool
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Spending:
    """Describe one model call that is about to cost money.

    Attributes:
        month: The month that pays, as `2026-01`.
        worst_usd: The most that it can cost.
        limit_usd: What the month may cost in all.
    """

    agent: str
    event_id: str
    model: str
    month: str
    worst_usd: Decimal
    limit_usd: Decimal


@dataclass(frozen=True, slots=True)
class Tally:
    """Count the journalled decisions of events that woke an agent.

    Attributes:
        woken: All of them.
        by_model: Those that the model made, its cache left out.
    """

    woken: int
    by_model: int


class Store(Protocol):
    """Keep what an agent must not forget.

    Every method raises `StoreBusy` when the store stays locked, and `EnvironmentFault` when the
    machine fails (a full disk). Each one is a transaction: it happened, or it did not.
    """

    async def find(self, agent: str, event_id: str) -> Entry | None:
        """Return the entry of an event, if it has one."""
        ...

    async def entries(self, agent: str, *, limit: int = 1_000) -> tuple[Entry, ...]:
        """Return the newest *limit* entries, oldest first."""
        ...

    async def context(self, agent: str, subject: str) -> Context:
        """Return what the agent remembers about *subject*."""
        ...

    async def record(self, entry: Entry, *, owner: str, lease: timedelta) -> Entry | None:
        """Write *entry* unless its event has one.

        An entry that is `ACTING` belongs to *owner* until *lease* has passed.

        Returns:
            None when it was written, else the entry that stands.
        """
        ...

    async def take(self, entry: Entry, *, owner: str, lease: timedelta) -> bool:
        """Begin the effect of *entry* (again), unless another owner's lease still holds.

        Of several that ask at once, one is told yes.
        """
        ...

    async def renew(self, entry: Entry, *, owner: str, lease: timedelta) -> None:
        """Keep an entry that *owner* is working on for another *lease*."""
        ...

    async def confirm(
        self, entry: Entry, *, owner: str, change: MemoryChange | None
    ) -> Entry | None:
        """Write how it ended, and what is remembered, in one transaction.

        Where another process has taken the entry over in the meantime, its word stands.

        Returns:
            The entry that stands; None, and nothing written, where the memory is no longer the
            version that *change* was made from.
        """
        ...

    async def approve(self, entry: Entry, record: ApprovalRecord) -> ApprovalRecord:
        """Keep what a person said to a waiting entry; the first word stands and is returned."""
        ...

    async def approval(self, agent: str, event_id: str) -> ApprovalRecord | None:
        """Return what a person said, if anyone did."""
        ...

    async def reserve(self, spending: Spending) -> int | None:
        """Set money aside for a model call; None when the month has not that much left."""
        ...

    async def settle(self, call: int, cost_usd: Decimal) -> None:
        """Replace what was set aside by what it cost."""
        ...

    async def spent(self, agent: str, month: str) -> Decimal:
        """Return what the agent's model calls of a month cost, reservations included."""
        ...

    async def tally(self, agent: str) -> Tally:
        """Count decisions, for the model's share."""
        ...

    async def earlier_answer(self, agent: str, key: str) -> str | None:
        """Return what `keep_answer` kept under *key*."""
        ...

    async def keep_answer(self, agent: str, key: str, answer: str) -> None:
        """Keep a model's answer for the same question later."""
        ...

    def close(self) -> None:
        """Let go of the file; nothing may be asked afterwards."""
        ...
