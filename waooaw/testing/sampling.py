"""Take the time of single decisions, and of whole cycles, over the examples of an agent."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from waooaw.agent import Agent
from waooaw.consistency import example_event
from waooaw.events import Event
from waooaw.spec import AgentSpec
from waooaw.store import SqliteStore
from waooaw.testing.percentiles import LAST, figures, settled
from waooaw.testing.recorder import CountedModel, RecordedSkills

__all__ = ["Look", "Rounds", "Sampler"]

_NS_IN_MS = 1_000_000
#: More samples than these make no figure better; the journal of the cycles is kept in memory.
_ENOUGH = 1_500
_ENOUGH_FOR_A_ROUND = 4_000
#: Three rounds of these have an upper bound of their 95th percentile; see `percentiles.bounds`.
_FEWEST_FOR_A_ROUND = 20
#: When a look ends although an example was not decided yet.
_LONGEST = timedelta(seconds=2)
#: Where each single sample takes longer than so many times the limit, it is no noise.
_CERTAINLY = 2
#: A look that is too slow is repeated, for longer each time: noise only ever makes it slower.
_LOOKS = (timedelta(milliseconds=25), timedelta(milliseconds=250), timedelta(milliseconds=600))


@dataclass(frozen=True, slots=True)
class Look:
    """Hold what one look saw, in milliseconds.

    Attributes:
        decisions: How long single decisions took.
        cycles: How long events took from their arrival to the journal, skills left out.
    """

    decisions: tuple[float, ...]
    cycles: tuple[float, ...]

    @property
    def p95_ms(self) -> float:
        """The 95th percentile of whichever is slower."""
        return max(figures(self.decisions).p95_ms, figures(self.cycles).p95_ms)

    @property
    def least_ms(self) -> float:
        """The quickest sample of whichever is slower."""
        return max(min(self.decisions, default=0.0), min(self.cycles, default=0.0))


@dataclass(frozen=True, slots=True)
class Rounds:
    """Hold looks that were taken until they agreed, or until the time was up.

    Attributes:
        looks: In order.
        settled: Whether the last of them agree about both series and the limit.
    """

    looks: tuple[Look, ...]
    settled: bool

    @property
    def last(self) -> Look:
        """What the last looks saw together, those that were judged."""
        last = self.looks[-LAST:]
        return Look(
            tuple(sample for look in last for sample in look.decisions),
            tuple(sample for look in last for sample in look.cycles),
        )


@dataclass
class Sampler:
    """Time one agent whose skills are recorded and whose model is a stand-in.

    Attributes:
        agent_type: The agent's class.
        spec: Its specification.
        clock: Nanoseconds that only grow.
        cost_usd: What the decisions over the examples say that they cost, one of each.
        asked_model: How many of those asked the model.
    """

    agent_type: type[Agent]
    spec: AgentSpec
    clock: Callable[[], int] = time.perf_counter_ns
    cost_usd: Decimal = Decimal(0)
    asked_model: int = 0

    def __post_init__(self) -> None:
        self._events = [example_event(one, index) for index, one in enumerate(self.spec.examples)]
        self._woken: list[Event] = []
        self._count = 0

    @property
    def woken(self) -> int:
        """How many of the examples woke the agent, known after `warm_up`."""
        return len(self._woken)

    def warm_up(self) -> None:
        """Decide each example once: what that costs, who asks the model, and caches are warm."""

        async def once(agent: Agent) -> None:
            for event in self._woken:
                self.cost_usd += (await agent.make_decision(event)).cost_usd
            for event in self._events:
                await agent.handle(event)

        model = CountedModel()
        with self._agent(model) as agent:
            self._woken = [event for event in self._events if agent.should_wake(event)]
            asyncio.run(once(agent))
            self.asked_model = len(model.asked)

    def quick(self, limit_ms: float) -> tuple[Look, int]:
        """Return a short look, or where that is too slow the best of three, and their number."""
        looks: list[Look] = []
        for budget in _LOOKS:
            looks.append(self.look(budget, enough=_ENOUGH))
            if looks[-1].p95_ms <= limit_ms or looks[-1].least_ms > _CERTAINLY * limit_ms:
                break
        return min(looks, key=lambda look: look.p95_ms), len(looks)

    def until_settled(
        self, limit_ms: float, *, budget: timedelta, most: int, until: float
    ) -> Rounds:
        """Take looks until the last of them agree.

        Args:
            limit_ms: What a decision may take, at the 95th percentile.
            budget: How long each look is.
            most: How many looks there are at most.
            until: When to stop after three looks, by `time.monotonic`.
        """
        looks: list[Look] = []
        while True:
            looks.append(self.look(budget, enough=_ENOUGH_FOR_A_ROUND, fewest=_FEWEST_FOR_A_ROUND))
            agree = all(
                settled(series, limit_ms).holds
                for series in (
                    [look.decisions for look in looks],
                    [look.cycles for look in looks],
                )
            )
            late = time.monotonic() >= until and len(looks) >= LAST
            if agree or len(looks) >= most or late:
                return Rounds(tuple(looks), agree)

    def look(self, budget: timedelta, *, enough: int, fewest: int = 0) -> Look:
        """Take samples of decisions for *budget*, and of cycles for as long again.

        Args:
            budget: For each of the two; each example is tried once at least.
            enough: After how many samples to stop before that.
            fewest: How many samples to take whatever it takes, up to two seconds.
        """

        async def both(agent: Agent) -> Look:
            decisions = await self._timed(agent.make_decision, self._woken, budget, enough, fewest)
            cycles = await self._timed(agent.handle, self._events, budget, enough, fewest)
            return Look(decisions, cycles)

        with self._agent(CountedModel()) as agent, _undisturbed():
            return asyncio.run(both(agent))

    async def _timed(
        self,
        act: Callable[[Event], Awaitable[object]],
        events: Sequence[Event],
        budget: timedelta,
        enough: int,
        fewest: int,
    ) -> tuple[float, ...]:
        samples: list[int] = []
        clock = self.clock
        end = clock() + round(budget.total_seconds() * 1_000 * _NS_IN_MS)
        latest = clock() + round(_LONGEST.total_seconds() * 1_000 * _NS_IN_MS)
        while events:
            self._count += 1
            # An id of its own: what was decided before is only looked up.
            event = events[len(samples) % len(events)].model_copy(
                update={"id": f"look-{self._count}"}
            )
            began = clock()
            await act(event)
            ended = clock()
            samples.append(ended - began)
            # Each example once at least: the slow one may be the last.
            whole = len(samples) >= max(len(events), fewest)
            if (ended >= end and whole) or ended >= latest or len(samples) == enough:
                break
        return tuple(sample / _NS_IN_MS for sample in samples)

    @contextmanager
    def _agent(self, model: CountedModel) -> Iterator[Agent]:
        # In memory: the disk of this machine is not the agent's. New each time, or it would grow.
        with closing(SqliteStore(":memory:")) as store:
            yield self.agent_type(
                self.spec, skills=RecordedSkills(self.spec), store=store, model=model
            )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep what is there already out of the collector's way, and the collector at work.

    Its pauses are the agent's where the garbage is; those for the objects of whoever measures, or
    of the process that this one was forked from, are not.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
