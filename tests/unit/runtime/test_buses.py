"""Every bus, held to the same contract."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.refund_desk import CountingSkills, refund, refund_desk

from waooaw import Agent, Decision, InputError
from waooaw.bus import Bus, MemoryBus, SqliteBus, open_bus
from waooaw.process import consume
from waooaw.store import SqliteStore

LONG = timedelta(minutes=1)
NOW = timedelta(0)


@pytest.fixture(params=["memory", "sqlite"])
def bus(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bus]:
    make: Callable[[], Bus] = MemoryBus
    if request.param == "sqlite":
        make = lambda: SqliteBus(tmp_path / "bus.db")  # noqa: E731 - one of two factories
    bus = make()
    yield bus
    bus.close()


def published(bus: Bus, count: int) -> list[str]:
    events = [refund(1, event_id=f"e-{number}") for number in range(count)]
    asyncio.run(bus.publish(events))
    return [event.id for event in events]


def received(bus: Bus, group: str = "desk", *, most: int = 10, hold: timedelta = LONG) -> list[str]:
    deliveries = asyncio.run(bus.receive(group, most=most, hold=hold))
    return [f"{one.event.id}#{one.attempt}" for one in deliveries]


def test_events_come_in_order_and_each_once(bus: Bus) -> None:
    """What is published is received in the order of the log, in portions of the asked size."""
    _ = published(bus, 5)

    assert received(bus, most=3) == ["e-0#1", "e-1#1", "e-2#1"]
    assert received(bus, most=3) == ["e-3#1", "e-4#1"]
    assert received(bus) == []


def test_each_group_sees_everything(bus: Bus) -> None:
    """Groups do not take events from each other."""
    _ = published(bus, 2)

    assert received(bus, "one") == received(bus, "two") == ["e-0#1", "e-1#1"]


def test_what_is_not_acknowledged_comes_again_first(bus: Bus) -> None:
    """After its hold a delivery comes again, counted, before what is new; acknowledged ones not."""
    _ = published(bus, 3)
    deliveries = asyncio.run(bus.receive("desk", most=2, hold=NOW))
    asyncio.run(bus.acknowledge("desk", [deliveries[0].position]))

    assert received(bus, most=2) == ["e-1#2", "e-2#1"]
    assert received(bus) == []


def test_events_arrive_as_they_were(bus: Bus) -> None:
    """Every attribute travels, text that UTF-8 cannot hold included."""
    event = refund(1.5, subject="ann", note="गणित \ud83d")
    asyncio.run(bus.publish([event]))

    (delivery,) = asyncio.run(bus.receive("desk", most=1, hold=LONG))

    assert delivery.event == event


def test_an_agent_consumes_until_nothing_is_there(bus: Bus) -> None:
    """Every event is decided in order, and acknowledged."""
    ids = published(bus, 45)
    skills = CountingSkills()
    agent = Agent(refund_desk(), skills=skills)
    told: list[Decision] = []

    asyncio.run(consume(agent, bus, told.append))
    agent.store.close()

    assert [one.event for one in told] == skills.keys == ids
    assert received(bus, agent.spec.name, hold=NOW) == []


def test_a_consumer_that_stops_leaves_the_rest(bus: Bus) -> None:
    """Asked to stop, it finishes the event at hand; the others come again."""
    _ = published(bus, 5)
    agent = Agent(refund_desk(), skills=CountingSkills())
    told: list[str] = []

    async def until_two() -> None:
        stop = asyncio.Event()

        def tell(decision: Decision) -> None:
            told.append(decision.event)
            if len(told) == 2:
                stop.set()

        await consume(agent, bus, tell, stop=stop, hold=NOW)

    asyncio.run(until_two())

    assert told == ["e-0", "e-1"]
    assert received(bus, agent.spec.name) == ["e-2#2", "e-3#2", "e-4#2"]
    agent.store.close()


def test_an_idle_consumer_waits_for_more(bus: Bus) -> None:
    """A consumer that found nothing sees what is published afterwards."""
    agent = Agent(refund_desk(), skills=CountingSkills())
    told: list[str] = []

    async def late() -> None:
        stop = asyncio.Event()

        def tell(decision: Decision) -> None:
            told.append(decision.event)
            stop.set()

        consuming = asyncio.create_task(consume(agent, bus, tell, stop=stop))
        await asyncio.sleep(0.02)
        await bus.publish([refund(1, event_id="late")])
        await consuming

    asyncio.run(late())
    agent.store.close()

    assert told == ["late"]


CONSUMER = """
    import asyncio, sys
    from datetime import timedelta
    from pathlib import Path
    from fakes.refund_desk import CountingSkills, refund_desk
    from waooaw import Agent
    from waooaw.bus import SqliteBus
    from waooaw.process import consume
    from waooaw.store import SqliteStore

    bus, journal = Path(sys.argv[1]), Path(sys.argv[2])
    agent = Agent(refund_desk(), skills=CountingSkills(), store=SqliteStore(journal))
    tell = lambda decision: print(decision.event, flush=True)
    hold = timedelta(milliseconds=100)
    asyncio.run(consume(agent, SqliteBus(bus), tell, stop=asyncio.Event(), hold=hold))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_a_killed_consumer_held_is_decided_by_the_next(tmp_path: Path) -> None:
    """`kill -9` in the middle: the rest is delivered again, and every event is decided once."""
    bus = SqliteBus(tmp_path / "bus.db")
    ids = published(bus, 400)
    with subprocess.Popen(
        [
            *(sys.executable, "-c", textwrap.dedent(CONSUMER)),
            *(str(tmp_path / "bus.db"), str(tmp_path / "journal.db")),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "tests"},
    ) as running:
        assert running.stdout is not None
        for _ in range(50):
            assert running.stdout.readline()
        running.kill()

    store = SqliteStore(tmp_path / "journal.db")
    agent = Agent(refund_desk(), skills=CountingSkills(), store=store)

    async def the_rest() -> None:
        await asyncio.sleep(0.15)
        await consume(agent, bus, lambda _: None)

    asyncio.run(the_rest())
    entries = asyncio.run(agent.journal(limit=1_000))
    store.close()
    bus.close()

    assert sorted(entry.event_id for entry in entries) == sorted(ids)


@pytest.mark.parametrize("url", ["redis://host", "sqlite:///", "bus.db", ""])
def test_an_unknown_bus_is_told_with_the_known_ones(url: str) -> None:
    """A URL that no bus has is the caller's to mend."""
    with pytest.raises(InputError, match="no bus has the URL") as caught:
        open_bus(url)

    assert caught.value.hint == "known: sqlite:///FILE"


def test_a_bus_s_url_names_its_file(tmp_path: Path) -> None:
    """Three slashes, then the path; an absolute one has four."""
    open_bus(f"sqlite:///{tmp_path / 'events.db'}").close()

    assert (tmp_path / "events.db").is_file()
