"""Many cycles in a row: does the agent keep something of every event?"""

from __future__ import annotations

import asyncio
import gc
import itertools
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from waooaw.agent import Agent
from waooaw.spec import AgentSpec
from waooaw.store import SqliteStore
from waooaw.testing.load import burst
from waooaw.testing.memory import held_bytes
from waooaw.testing.recorder import CountedModel, RecordedSkills

__all__ = ["Growth", "growth"]

_LEGS = 4
#: One leg has this many cycles unless they take longer than `_LEG`.
_CYCLES = 1_000
_FEWEST_CYCLES = 5
_LEG = timedelta(seconds=0.5)
#: Less than this for each event may be the allocator's own doing.
_LEAST_BYTES = 256
_LEAST_BYTES_A_LEG = 64 * 1_024


@dataclass(frozen=True, slots=True)
class Growth:
    """Hold what many cycles left behind.

    Attributes:
        cycles: How many there were.
        bytes_per_event: By how much the process grew for each, after the first leg.
        steady: Whether it grew by 256 bytes for each event or more in every leg but the first,
            and, run for as long again, in all of those: what a cache of any bound does not.
    """

    cycles: int
    bytes_per_event: float
    steady: bool


def growth(
    agent_type: type[Agent], spec: AgentSpec, folder: Path, *, leg: timedelta = _LEG
) -> Growth:
    """Run whole cycles on a journal in *folder*, and look at the memory held now and then.

    Args:
        agent_type: The agent's class; its skills are recorded, its model is a stand-in.
        spec: Its specification.
        folder: Where the journal may stand; on a disk, so that it does not count as memory.
        leg: How long one leg takes at most.
    """
    with closing(SqliteStore(folder / "endurance.db")) as store:
        # Two MiB of pages that SQLite fills as it goes would look like the agent's own.
        asyncio.run(store._database.run(_small_cache))  # noqa: SLF001 - a connection's own setting
        agent = agent_type(spec, skills=_Forgetful(spec), store=store, model=_ForgetfulModel())
        run = _Run(agent, spec, leg)
        held = [run.leg()]
        while True:
            held.extend(run.leg() for _ in range(_LEGS - 1))
            grown = [later - earlier for earlier, later in itertools.pairwise(held)]
            steady = min(grown) >= max(_LEAST_BYTES * run.length, _LEAST_BYTES_A_LEG)
            if not steady or len(held) > _LEGS:
                break
    per_event = (held[-1] - held[0]) / (run.length * len(grown))
    return Growth(run.length * len(held), per_event, steady)


def _small_cache(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA cache_size = -64")


class _Forgetful(RecordedSkills):
    """Record nothing: what is kept of each event would count as the agent's."""

    def __init__(self, spec: AgentSpec) -> None:
        super().__init__(spec, on_call=lambda _: self.calls.clear())


class _ForgetfulModel(CountedModel):
    """The same for the model."""

    def __init__(self) -> None:
        super().__init__(asked=_Nothing())


class _Nothing(set[str]):
    def add(self, _: str, /) -> None:
        """Keep nothing."""


class _Run:
    def __init__(self, agent: Agent, spec: AgentSpec, leg: timedelta) -> None:
        self._leg_s = leg.total_seconds()
        self._agent = agent
        self._events = burst(spec, len(spec.examples))
        self._count = 0
        self.length = _CYCLES

    def leg(self) -> int:
        """Run one leg, and return the bytes that are held after it."""
        first = self._count == 0
        asyncio.run(self._cycles(self.length, stop_early=first))
        if first:
            self.length = self._count
        gc.collect()
        return held_bytes()

    async def _cycles(self, most: int, *, stop_early: bool) -> None:
        end = time.monotonic() + self._leg_s
        for number in range(1, most + 1):
            self._count += 1
            event = self._events[self._count % len(self._events)]
            await self._agent.handle(event.model_copy(update={"id": f"leg-{self._count}"}))
            if stop_early and number >= _FEWEST_CYCLES and time.monotonic() >= end:
                return
