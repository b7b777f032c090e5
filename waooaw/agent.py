"""The agent: six steps from an event to a journalled decision.

Wake, recall, decide, check, act, remember. An event id is decided once, however often and from
however many processes it arrives; whoever asks again gets the recorded decision.

An effect is announced in the journal before it begins and confirmed after it ended. Where a process
died in between, the next delivery of the event runs the skill again with the same idempotency key,
also where the effect is external: a payment that was announced and never made would be worse than
one that is asked for twice under one key. Whatever a skill calls has to honour `Task.key`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from waooaw.boundaries import Guard
from waooaw.database import storable
from waooaw.decisions import ActionState, Decision, Tier, Trace
from waooaw.deliberation import Deliberation, Finding, of_rule
from waooaw.errors import InputError
from waooaw.events import Event
from waooaw.execution import Execution
from waooaw.expressions import Facts
from waooaw.journal import Journal
from waooaw.models import Model, default_model
from waooaw.rulebook import Rulebook
from waooaw.spec import AgentSpec
from waooaw.specfile import read_spec
from waooaw.store import ApprovalRecord, Context, Entry, EntryState, SqliteStore, Store
from waooaw.vision.guardian import Guardian
from waooaw.vision.layers import Layers, layers_in
from waooaw.vision.policy_folder import FOLDER

__all__ = ["Agent"]

_SPECIFICATION = "agent.yaml"
_SKILL_TIME_LIMIT = timedelta(seconds=30)
_LEASE = timedelta(seconds=3)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Agent:
    """Decide and act on events by one specification.

    A generated package subclasses it and names its own `home` and `skillset`.

    Args:
        spec: The specification; the package's own `agent.yaml` by default.
        skills: An object with a method for each skill; the package's own by default.
        store: Where decisions and memory are kept; one that ends with the process by default.
        model: Who is asked where no rule matches and the specification says `otherwise: model`;
            Anthropic's model of the specified name by default.
        layers: The policies that judge beside the vision's core; by default those in `vision/`
            beside the package's own specification.
        now: The time, aware.
        time_limit: For one call of a skill.
        lease: For how long an announced effect is left to the process that announced it.

    Raises:
        InputError: The specification or a policy cannot be read or used.
    """

    #: The folder of the package; `agent.yaml` stands in it (installed) or two above (a checkout).
    home: ClassVar[Path | None] = None
    #: Makes the skills where none are given: a class with a method for each skill.
    skillset: ClassVar[Callable[[], object] | None] = None

    def __init__(
        self,
        spec: AgentSpec | None = None,
        *,
        skills: object | None = None,
        store: Store | None = None,
        model: Model | None = None,
        layers: Layers | None = None,
        now: Callable[[], datetime] = _utc_now,
        time_limit: timedelta = _SKILL_TIME_LIMIT,
        lease: timedelta = _LEASE,
    ) -> None:
        self.spec = spec if spec is not None else self.own_spec()
        self.skills = skills if skills is not None else self._own_skills()
        self.store: Store = store if store is not None else SqliteStore()
        self.model = model if model is not None else default_model(self.spec)
        self._now = now
        self._digest = self.spec.digest
        self._rulebook = Rulebook(self.spec)
        self._deliberation = Deliberation(
            self.spec, store=self.store, model=self.model, home=self.home
        )
        judging = layers if layers is not None else self._own_layers(now().astimezone(UTC).date())
        self._guard = Guard(self._rulebook, Guardian(self.spec, judging), now)
        self._execution = Execution(
            self.spec,
            skills=self.skills,
            journal=Journal(self.store, self.spec, lease=lease),
            guard=self._guard,
            time_limit=time_limit,
        )
        # One at a time for each event id; a lock lives for as long as somebody holds or awaits it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    def own_spec(cls) -> AgentSpec:
        """Read the package's own specification.

        Raises:
            InputError: It is not there, or cannot be used.
        """
        if cls.home is None:
            raise InputError(
                f"{cls.__name__} has no specification", hint="pass one, or set home to its folder"
            )
        return read_spec(_place(cls.home) / _SPECIFICATION)

    @classmethod
    def _own_layers(cls, today: date) -> Layers:
        home = None if cls.home is None else _place(cls.home) / FOLDER
        return layers_in(home, today)

    @classmethod
    def _own_skills(cls) -> object | None:
        return None if cls.skillset is None else cls.skillset()

    def should_wake(self, event: Event) -> bool:
        """Tell whether *event* wakes the agent while it remembers nothing. Pure."""
        return self._rulebook.wakes(event).awake

    async def make_decision(
        self, event: Event, context: Mapping[str, Any] | None = None
    ) -> Decision:
        """Decide about an event that woke the agent, and check the boundaries; do nothing.

        Args:
            event: What to decide about.
            context: What to remember; by default what the store remembers about the subject.
        """
        started = time.perf_counter()
        recalled = (
            await self.context(event.subject or "") if context is None else Context(0, context)
        )
        return await self._decided(
            event, recalled, self._rulebook.facts(event, recalled.values), (), started
        )

    async def execute_task(self, decision: Decision, event: Event) -> Decision:
        """Journal *decision*, do what it says, and return it with what became of it.

        The boundaries are asked again. Where the event has a recorded decision, that one stands
        and nothing is done twice.

        Raises:
            InputError: The decision is about another event.
            StoreBusy: The journal stayed locked.
        """
        if decision.event != event.id:
            raise InputError(f"the decision is about {decision.event!r}, not {event.id!r}")
        async with self._lock(event.id):
            entry = await self.store.find(self.spec.name, event.id)
            if entry is not None:
                return await self._execution.resumed(entry)
            recalled = await self.context(event.subject or "")
            checked = self._guard.checked(decision, event, recalled.values)
            return await self._execution.carried_out(checked, event)

    async def handle(self, event: Event) -> Decision:
        """Take *event* through the whole cycle, once; afterwards return the recorded decision.

        Raises:
            StoreBusy: The journal stayed locked; the event may be delivered again.
        """
        async with self._lock(event.id):
            entry = await self.store.find(self.spec.name, event.id)
            if entry is not None:
                return await self._execution.resumed(entry)
            started = time.perf_counter()
            recalled = await self.context(event.subject or "")
            facts = self._rulebook.facts(event, recalled.values)
            waking = self._rulebook.wakes(event, recalled.values, given=facts)
            if waking.awake:
                decision = await self._decided(event, recalled, facts, waking.faults, started)
            else:
                decision = self._decision(event, recalled, waking.faults, started, None)
            return await self._execution.carried_out(decision, event)

    async def approve(
        self, event_id: str, *, by: str, granted: bool = True, note: str = ""
    ) -> Decision:
        """Say yes or no to an action that waits; the first word stands.

        Args:
            event_id: The event whose decision waits.
            by: Who says so.
            granted: False refuses: the decision escalates, and the skill never runs.
            note: Why, for the journal.

        Raises:
            InputError: Nobody says so, or nothing waits under that id.
            StoreBusy: The journal stayed locked.
        """
        if not by.strip():
            raise InputError("an approval needs a person's name")
        async with self._lock(event_id):
            entry = await self.store.find(self.spec.name, event_id)
            if entry is None:
                raise InputError(f"there is no decision about the event {event_id!r}")
            if entry.state is EntryState.WAITING:
                record = ApprovalRecord(storable(by), granted, storable(note), self._now())
                _ = await self.store.approve(entry, record)
            elif await self.store.approval(self.spec.name, event_id) is None:
                raise InputError(f"the decision about the event {event_id!r} waits for nobody")
            return await self._execution.resumed(entry)

    async def context(self, subject: str = "") -> Context:
        """Return what the agent remembers about *subject*, and in which version."""
        return await self.store.context(self.spec.name, subject)

    async def journal(self, *, limit: int = 1_000) -> tuple[Entry, ...]:
        """Return the newest *limit* journal entries, oldest first."""
        return await self.store.entries(self.spec.name, limit=limit)

    def _lock(self, event_id: str) -> asyncio.Lock:
        lock = self._locks.get(event_id)
        if lock is None:
            lock = self._locks[event_id] = asyncio.Lock()
        return lock

    async def _decided(
        self,
        event: Event,
        recalled: Context,
        facts: Facts,
        faults: tuple[str, ...],
        started: float,
    ) -> Decision:
        match = self._rulebook.match(event, recalled.values, given=facts)
        faults = (*faults, *match.faults)
        if match.rule is not None:
            found = of_rule(match.rule)
        else:
            found = await self._deliberation.find(event, recalled, now=self._now())
            if match.faults and found.tier is Tier.OTHERWISE:
                found = dataclasses.replace(
                    found, because=f"{found.because} {_unanswered(match.faults)}"
                )
        decision = self._decision(event, recalled, faults, started, found)
        return self._guard.checked(decision, event, recalled.values)

    def _decision(
        self,
        event: Event,
        recalled: Context,
        faults: tuple[str, ...],
        started: float,
        found: Finding | None,
    ) -> Decision:
        """Put a finding into words; None where the event did not wake the agent."""
        trace = Trace(
            spec_digest=self._digest,
            context_version=recalled.version,
            model=found.model if found else None,
            prompt_digest=found.prompt_digest if found else None,
            faults=(*faults, found.fault) if found and found.fault else faults,
        )
        return Decision(
            agent=self.spec.name,
            agent_version=self.spec.version,
            event=event.id,
            woke=found is not None,
            outcome=found.outcome if found else None,
            rule=found.rule if found else None,
            boundary=None,
            tier=found.tier if found else None,
            confidence=found.confidence if found else None,
            because=found.because if found else "",
            cites=found.cites if found else (),
            cost_usd=found.cost_usd if found else Decimal(0),
            latency_ms=round((time.perf_counter() - started) * 1_000, 3),
            action=ActionState.NONE,
            at=self._now(),
            trace=trace,
        )


def _place(home: Path) -> Path:
    """Return where the specification stands: in the package, or two folders above in a checkout."""
    return home if (home / _SPECIFICATION).is_file() else home.parent.parent


def _unanswered(faults: tuple[str, ...]) -> str:
    """Say that rules had no answer, which is not the same as not matching."""
    rules = "One rule" if len(faults) == 1 else f"{len(faults)} rules"
    return f"{rules} had no answer; the first: {faults[0]}"
