"""A bench that one agent is tried on: a journal, a bus, recorded skills, and what has to hold."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from waooaw.agent import Agent
from waooaw.bus import Bus, SqliteBus
from waooaw.decisions import ActionState, Decision
from waooaw.errors import WaooawError
from waooaw.events import Event
from waooaw.models import Model
from waooaw.process import consume
from waooaw.spec import AgentSpec
from waooaw.store import Entry, EntryState, SqliteStore
from waooaw.testing.recorder import Call, CountedModel, RecordedSkills

__all__ = ["HOLD", "Workbench"]

#: After this time an event that was not acknowledged comes again.
HOLD = timedelta(seconds=0.05)
#: For how long a locked journal is waited for.
_PATIENCE = timedelta(seconds=0.1)
#: After this time an effect that was not confirmed is taken over.
_LEASE = timedelta(seconds=0.15)
#: How often what went wrong is tried again before an event counts as lost.
_TRIES = 12
_SHOWN = 3


class Workbench:
    """Hold what one scenario needs, with real files.

    Args:
        agent_type: The agent's class.
        spec: Its specification.
        folder: Where the journal and the bus stand; empty.
        crowd: How many events are many.
    """

    def __init__(
        self, agent_type: type[Agent], spec: AgentSpec, folder: Path, *, crowd: int
    ) -> None:
        self.agent_type = agent_type
        self.spec = spec
        self.folder = folder
        self.crowd = crowd
        #: Whether what was to go wrong did.
        self.happened = False
        #: Who is asked in place of the agent's model.
        self.model: Model = CountedModel()
        #: The journal of the agent that was made last.
        self.store: SqliteStore
        #: Told of each call of a skill, while it runs.
        self.on_call: Callable[[Call], None] = lambda _: None
        self.skills = RecordedSkills(spec, on_call=self._called)
        #: What the agent decided, in the order that it did.
        self.decisions: list[Decision] = []
        #: What kept it from a decision, in the order that it happened.
        self.troubles: list[str] = []

    def _called(self, call: Call) -> None:
        self.on_call(call)

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.folder / "journal.db"

    @contextmanager
    def bus(self) -> Iterator[SqliteBus]:
        """Open the bus, as one process would."""
        with closing(SqliteBus(self.folder / "bus.db")) as bus:
            yield bus

    @contextmanager
    def agent(self) -> Iterator[Agent]:
        """Make an agent on the journal, as a process of its own would."""
        with closing(SqliteStore(self.journal, patience=_PATIENCE)) as store:
            self.store = store
            yield self.agent_type(
                self.spec, skills=self.skills, store=store, model=self.model, lease=_LEASE
            )

    async def consume(self, agent: Agent, bus: Bus, *, tries: int = _TRIES) -> None:
        """Let the agent decide until nothing is on the bus any more, or it has failed too often.

        Args:
            agent: Who decides.
            bus: What it hears.
            tries: After how many troubles to give up; what is left stays on the bus.
        """
        while tries > 0:
            try:
                await consume(agent, bus, self.decisions.append, hold=HOLD)
            except Exception as error:  # noqa: BLE001 - the agent's own code, whatever it raises
                tries -= 1
                self.troubled(error)
            # What is held for a consumer that failed is not seen until its hold is over.
            await asyncio.sleep(HOLD.total_seconds())
            if not await self.waiting():
                return

    async def waiting(self) -> int:
        """Return how many events are on the bus that are due and not acknowledged, at most one."""
        with self.bus() as bus:
            return len(await bus.receive(self.spec.name, most=1, hold=timedelta(0)))

    def troubled(self, error: Exception) -> None:
        """Keep what kept the agent from a decision."""
        said = error.message if isinstance(error, WaooawError) else str(error)
        # The folder's name is another one each time, which would make each finding a new one.
        said = said.replace(f"{self.folder}{os.sep}", "")
        self.troubles.append(f"{type(error).__name__}: {' '.join(said.split())}")

    def problem(self, events: Sequence[Event], *, repeats: bool = False) -> str | None:
        """Return what does not hold after *events* were sent, in a sentence; None where all holds.

        Args:
            events: What was sent; an event that was sent twice is there once.
            repeats: Whether a skill may have run again under the same key: it may where its
                effect could not be confirmed.
        """
        damage = self._damage()
        if damage is not None:
            return damage
        entries = {entry.event_id: entry for entry in self._entries()}
        sent = {event.id for event in events}
        for found in (
            self._lost([event.id for event in events], entries),
            _strangers(entries.keys() - sent, "decided", "nobody sent"),
            self._effects(entries, repeats=repeats),
            self._contradictions(entries),
        ):
            if found is not None:
                return found
        return None

    def entries(self) -> tuple[Entry, ...]:
        """Return what the journal holds, oldest first."""
        return tuple(self._entries())

    def _entries(self) -> Sequence[Entry]:
        with closing(SqliteStore(self.journal)) as store:
            return asyncio.run(store.entries(self.spec.name, limit=1_000_000))

    def _damage(self) -> str | None:
        if not self.journal.is_file():
            return "there is no journal: nothing was decided"
        try:
            with closing(sqlite3.connect(self.journal)) as connection:
                said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        except sqlite3.Error as error:
            said = [str(error)]
        return None if said == ["ok"] else f"the journal is damaged: {said[0]}"

    def _lost(self, sent: Sequence[str], entries: dict[str, Entry]) -> str | None:
        lost = [
            event
            for event in sent
            if event not in entries or entries[event].state is EntryState.ACTING
        ]
        if not lost:
            return None
        why = f"; the last trouble was {self.troubles[-1]}" if self.troubles else ""
        return f"{len(lost)} of {len(sent)} events were lost ({_some(lost)}){why}"

    def _effects(self, entries: dict[str, Entry], *, repeats: bool) -> str | None:
        keys = Counter(call.key for call in self.skills.calls)
        foreign = _strangers(keys.keys() - entries.keys(), "ran a skill under", "are no event's id")
        if foreign is not None:
            return foreign
        skills: dict[str, set[str]] = {}
        for call in self.skills.calls:
            skills.setdefault(call.key, set()).add(call.skill)
        doubled = [key for key, count in keys.items() if count > 1 and not repeats]
        doubled += [key for key, names in skills.items() if len(names) > 1]
        if doubled:
            return f"{len(doubled)} effects were doubled ({_some(doubled)})"
        done = {key for key, entry in entries.items() if _decision(entry)["action"] == _DONE}
        missing = sorted(done - keys.keys())
        if missing:
            return f"{len(missing)} effects are in the journal and never ran ({_some(missing)})"
        return None

    def _contradictions(self, entries: dict[str, Entry]) -> str | None:
        for decision in self.decisions:
            entry = entries.get(decision.event)
            outcome = None if entry is None else _decision(entry)["outcome"]
            if decision.outcome != outcome:
                return (
                    f"{decision.event!r} was decided {decision.outcome!r},"
                    f" and the journal says {outcome!r}"
                )
        return None


_DONE = ActionState.DONE.value


def _decision(entry: Entry) -> dict[str, object]:
    plain: dict[str, object] = json.loads(entry.decision)
    return plain


def _strangers(ids: set[str], did: str, what: str) -> str | None:
    if not ids:
        return None
    return f"the agent {did} {len(ids)} ids that {what} ({_some(sorted(ids))})"


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - _SHOWN
    return ", ".join(ids[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
