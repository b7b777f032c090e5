from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fakes.refund_desk import refund_desk

from waooaw.agent import Agent
from waooaw.decisions import Decision
from waooaw.events import Event
from waooaw.tasks import Task
from waooaw.testing.sampling import Look, Sampler

_MS = 1_000_000
_AT_ONCE = timedelta(0)


class Clock:
    """Let the next decision, or cycle, take the next of the given milliseconds; then the last."""

    def __init__(self, *taken_ms: float) -> None:
        self._taken = itertools.chain(taken_ms, itertools.repeat(taken_ms[-1]))
        self._now = 0

    def __call__(self) -> int:
        return self._now

    def pass_by(self) -> None:
        self._now += round(next(self._taken) * _MS)


def _sampler(agent_type: type[Agent] = Agent) -> Sampler:
    sampler = Sampler(agent_type, refund_desk())
    sampler.warm_up()
    return sampler


def _timed(clock: Clock) -> Sampler:
    class Timed(Agent):
        async def make_decision(self, event: Event, context: Any = None) -> Decision:
            clock.pass_by()
            return await super().make_decision(event, context)

        async def handle(self, event: Event) -> Decision:
            clock.pass_by()
            return await super().handle(event)

    sampler = Sampler(Timed, refund_desk(), clock=clock)
    sampler.warm_up()
    return sampler


def test_each_example_is_tried_once_at_least() -> None:
    """With no time to spend, every example that wakes is decided, and every one goes its cycle."""
    sampler = _sampler()

    look = sampler.look(_AT_ONCE, enough=100)

    assert (len(look.decisions), len(look.cycles), sampler.woken) == (1, 2, 1)
    assert all(sample > 0 for sample in (*look.decisions, *look.cycles))


def test_enough_is_enough() -> None:
    """A look ends when it has enough samples, however much time is left."""
    look = _sampler().look(timedelta(minutes=1), enough=20)

    assert (len(look.decisions), len(look.cycles)) == (20, 20)


def test_a_look_does_not_last_for_ever() -> None:
    """After two seconds a look ends, even if an example was not tried yet."""
    look = _timed(Clock(4_000)).look(_AT_ONCE, enough=100)

    assert (look.decisions, look.cycles) == ((4_000,), (4_000,))


def test_one_quick_look_is_enough() -> None:
    """A look within the limit is not repeated."""
    look, looks = _timed(Clock(20)).quick(100)

    assert (look.p95_ms, looks) == (20, 1)


def test_noise_is_no_finding() -> None:
    """A look that was too slow is repeated; one that is not settles it."""
    # Three cycles and decisions warm up, the first look is disturbed.
    look, looks = _timed(Clock(1, 1, 1, 150, 150, 150, 2)).quick(100)

    assert (look.p95_ms, looks) == (2, 2)


def test_a_slow_agent_is_looked_at_three_times() -> None:
    """The best of three looks stands, and it is still too slow."""
    look, looks = _timed(Clock(1, 1, 1, *[199] * 3, *[190] * 4, 195)).quick(100)

    assert (look.p95_ms, looks) == (190, 3)


def test_what_is_far_too_slow_is_looked_at_once() -> None:
    """Noise does not double what each single decision takes: there is nothing to confirm."""
    look, looks = _timed(Clock(1, 1, 1, 201)).quick(100)

    assert (look.p95_ms, looks) == (201, 1)


def test_rounds_are_taken_until_they_agree() -> None:
    """A round that lies far off is left behind as soon as three in a row agree."""
    sampler = _timed(Clock(1, 1, 1, *[90] * 40, *[40] * 40, 1))

    rounds = sampler.until_settled(
        20, budget=timedelta(milliseconds=60), most=9, until=time.monotonic() + 60
    )

    assert rounds.settled
    assert len(rounds.looks) == 5
    assert rounds.last.p95_ms == 1


@pytest.mark.parametrize(("most", "seconds"), [(4, 60.0), (9, -1.0)], ids=["rounds", "time"])
def test_rounds_that_never_agree_come_to_an_end(most: int, seconds: float) -> None:
    """After so many rounds, or after the time that there is, nothing is settled."""
    steps = itertools.chain.from_iterable([step] * 40 for step in range(10, 90, 5))

    class Drifting(Clock):
        def pass_by(self) -> None:
            self._now += next(steps) * _MS

    rounds = _timed(Drifting(0)).until_settled(
        50, budget=_AT_ONCE, most=most, until=time.monotonic() + seconds
    )

    assert not rounds.settled
    assert len(rounds.looks) == (most if seconds > 0 else 3)


def test_no_skill_is_run() -> None:
    """Whatever an agent's skills would do to the world, they do not do while it is measured."""
    paid: list[str] = []

    class Till:
        async def issue_refund(self, task: Task[Any]) -> dict[str, Any]:
            paid.append(task.key)
            return {"refund_id": "r"}

    class Paying(Agent):
        skillset = Till

    _sampler(Paying).look(_AT_ONCE, enough=100)

    assert paid == []


def test_an_agent_that_never_wakes() -> None:
    """Without a decision there is none to time; that it stays asleep is timed."""

    class Asleep(Agent):
        def should_wake(self, event: Event) -> bool:
            return False

    sampler = _sampler(Asleep)
    look = sampler.look(_AT_ONCE, enough=100)

    assert (look.decisions, len(look.cycles), sampler.woken) == ((), 2, 0)
    assert Look((), ()).p95_ms == 0


@pytest.fixture
def _unfrozen() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_unfrozen")
def test_the_collector_works_and_is_left_as_it_was() -> None:
    """What was there before is out of the collector's way, while samples are taken only."""
    frozen: list[tuple[bool, bool]] = []

    class Watching(Agent):
        async def make_decision(self, event: Event, context: Any = None) -> Decision:
            frozen.append((gc.get_freeze_count() > 1_000, gc.isenabled()))
            return await super().make_decision(event, context)

    sampler = _sampler(Watching)
    frozen.clear()
    sampler.look(_AT_ONCE, enough=100)

    assert frozen == [(True, True)]
    assert gc.get_freeze_count() == 0
