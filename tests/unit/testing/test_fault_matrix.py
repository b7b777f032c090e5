"""The fault matrix: an agent of the runtime survives it, and one that breaks its word is found."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.refund_desk import SPEC, refund_desk
from places import ROOT

from waooaw.agent import Agent
from waooaw.bus import MemoryBus
from waooaw.decisions import Decision
from waooaw.errors import EnvironmentFault, InputError
from waooaw.events import Event
from waooaw.spec import AgentSpec
from waooaw.store import SqliteStore
from waooaw.testing import (
    Call,
    DuplicatingBus,
    JournalDamage,
    JournalFull,
    JournalLock,
    LosingBus,
    RecordedSkills,
    ReorderingBus,
    Trial,
    burst,
    scenarios,
)
from waooaw.testing.faults import DisturbedBus
from waooaw.testing.matrix import MATRIX, Area, Outcome
from waooaw.testing.workbench import Workbench

_BY_NAME = {one.name: one for one in MATRIX}
_ASKS = {
    "event": {"type": "refund.requested", "data": {"amount": 900, "channel": "card"}},
    "expect": {"outcome": "escalate"},
}


def _asking(**limits: float) -> AgentSpec:
    """A desk whose third example reaches the model."""
    return refund_desk(
        otherwise="model",
        model={"name": "claude-sonnet-4-5"},
        examples=[*SPEC["examples"], _ASKS],
        limits={"monthly_usd": 30, "decision_usd": 0.01} | limits,
    )


_FOREIGN = "the agent ran a skill under 5 ids that are no event's id"


class Desk(Agent):
    """An agent of the runtime, as the recipe makes them."""

    @classmethod
    def own_spec(cls) -> AgentSpec:
        return _asking()


@scenarios(Desk)
def test_an_agent_of_the_runtime_survives(trial: Trial) -> None:
    """In every scenario no event is lost, no effect is doubled, and the fault did happen."""
    outcome = trial.scenario.outcome(Desk, Desk.own_spec(), crowd=30)

    assert outcome == Outcome(None, tried=True)


def test_a_trial_says_what_does_not_hold() -> None:
    """A test of an agent's own asks for the sentence, and gets none where all holds."""
    (trials,) = scenarios(Desk).mark.args[1:]

    assert next(one for one in trials if one.scenario.name == "bus-reorders").problem() is None
    assert scenarios(Desk).mark.kwargs["ids"] == list(_BY_NAME)


@pytest.mark.parametrize("scenario", [one for one in MATRIX if one.area is Area.MODEL])
def test_an_agent_without_a_model_gives_no_occasion(scenario: Any) -> None:
    """What never asks a model can't be told nonsense: nothing was tried, and nothing is wrong."""
    assert scenario.outcome(Desk, refund_desk()) == Outcome(tried=False)


def test_a_model_that_is_too_dear_to_be_asked() -> None:
    """Where asking may cost more than one decision is allowed to, no answer can be nonsense."""
    spec = _asking(decision_usd=0.000_001)

    assert _BY_NAME["model-babbles"].outcome(Desk, spec) == Outcome(tried=False)
    assert _BY_NAME["model-costs-too-much"].outcome(Desk, spec) == Outcome(tried=True)


class Swallowing(Desk):
    """Decide every fifth event without journalling it."""

    _heard = 0

    async def handle(self, event: Event) -> Decision:
        Swallowing._heard += 1
        if Swallowing._heard % 5 == 0:
            return await self.make_decision(event)
        return await super().handle(event)


class Raising(Desk):
    """Die of every third event, each time that it comes."""

    async def handle(self, event: Event) -> Decision:
        if event.id.endswith("3"):
            raise ZeroDivisionError("three")
        return await super().handle(event)


class Leaving(Desk):
    """Leave the process."""

    async def handle(self, event: Event) -> Decision:
        raise SystemExit(event.id)


class Renaming(Desk):
    """Give every event a fresh id, and so every effect a fresh key."""

    async def handle(self, event: Event) -> Decision:
        return await super().handle(event.model_copy(update={"id": uuid.uuid4().hex}))


class Deferring(Desk):
    """Keep every tenth event for later."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._kept: list[Event] = []

    async def handle(self, event: Event) -> Decision:
        if event.id.endswith("0") and event not in self._kept:
            self._kept.append(event)
            decision = await self.make_decision(event)
        else:
            decision = await super().handle(event)
            for kept in self._kept:
                await super().handle(kept)
        return decision


class Lying(Desk):
    """Tell another outcome than the journal's."""

    async def handle(self, event: Event) -> Decision:
        from dataclasses import replace

        return replace(await super().handle(event), outcome="approve")


class Impatient(Desk):
    """Take what is not journalled for done."""

    async def handle(self, event: Event) -> Decision:
        try:
            return await super().handle(event)
        except (EnvironmentFault, InputError):
            return await Desk(self.spec, skills=self.skills).handle(event)


@pytest.mark.parametrize(
    ("agent_class", "scenario", "said"),
    [
        (Swallowing, "bus-reorders", "of 24 events were lost"),
        (Swallowing, "load-at-once", "of 35 events were lost"),
        (Raising, "bus-duplicates", "the last trouble was ZeroDivisionError: three"),
        (Raising, "load-at-once", "the agent raised ZeroDivisionError: three"),
        (Leaving, "load-in-order", "the agent raised RuntimeError: SystemExit("),
        (Renaming, "bus-drops-events", "24 of 24 events were lost"),
        (Deferring, "load-in-order", "'burst-10' came late"),
        (Lying, "bus-drops-acknowledgements", "was decided 'approve', and the journal says"),
        (Impatient, "store-locks", "events were lost"),
        (Impatient, "store-fills", "events were lost"),
        (Impatient, "store-corrupts", "events were decided and acknowledged on a damaged journal"),
    ],
)
def test_what_an_agent_does_wrong_is_found(
    agent_class: type[Agent], scenario: str, said: str
) -> None:
    """Each way to lose an event, or to do a thing twice, is a sentence that names it."""
    outcome = _BY_NAME[scenario].outcome(agent_class, refund_desk(), crowd=35)

    assert said in (outcome.problem or "")


class Choosy(Desk):
    """Refuse to begin while something is wrong with the journal: the second time, here."""

    _begun = 0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        Choosy._begun += 1
        if Choosy._begun == 2:
            raise EnvironmentFault("the journal looks odd")


def test_an_agent_may_refuse_to_begin() -> None:
    """An agent that does not start on a damaged journal loses nothing by it."""
    outcome = _BY_NAME["store-corrupts"].outcome(Choosy, refund_desk())

    assert outcome == Outcome(None, tried=True)


class Spendthrift(Desk):
    """Forget what was spent: every event has a journal of its own to ask from."""

    async def handle(self, event: Event) -> Decision:
        with closing(SqliteStore()) as empty:
            await Desk(self.spec, skills=self.skills, store=empty, model=self.model).handle(event)
        return await super().handle(event)


def test_a_budget_that_is_not_kept_is_found() -> None:
    """A model that is asked again after the month's money is gone is told with the number."""
    outcome = _BY_NAME["model-costs-too-much"].outcome(Spendthrift, _asking())

    assert outcome.problem is not None
    assert "times after the month's budget was spent" in outcome.problem


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(Desk, refund_desk(), tmp_path, crowd=10)


def _decided(bench: Workbench, events: Sequence[Event]) -> None:
    async def each() -> None:
        with bench.agent() as agent:
            for event in events:
                bench.decisions.append(await agent.handle(event))

    asyncio.run(each())


def test_a_bench_without_a_journal(bench: Workbench) -> None:
    """Where nothing was ever journalled, that is the first thing to say."""
    assert bench.problem(burst(bench.spec, 1)) == "there is no journal: nothing was decided"


def test_a_bench_whose_journal_is_damaged(bench: Workbench) -> None:
    """A journal that is not whole is no proof of anything."""
    events = burst(bench.spec, 8)
    _decided(bench, events)
    JournalDamage(bench.journal, bench.folder / "backup.db").strike()

    assert (bench.problem(events) or "").startswith("the journal is damaged: ")


def test_a_trouble_names_no_passing_folder(bench: Workbench) -> None:
    """What went wrong reads the same in every run, wherever the bench's files stand."""
    bench.troubled(EnvironmentFault(f"{bench.journal}: the journal cannot\nbe used"))
    bench.troubled(ZeroDivisionError("three"))

    assert bench.troubles == [
        "EnvironmentFault: journal.db: the journal cannot be used",
        "ZeroDivisionError: three",
    ]


def test_an_effect_without_confirmation_is_a_lost_event(bench: Workbench) -> None:
    """An effect that was announced and never confirmed is not decided."""
    events = burst(bench.spec, 2)
    _decided(bench, events)
    with closing(sqlite3.connect(bench.journal)) as connection, connection:
        connection.execute("UPDATE journal SET state = 'acting' WHERE event_id = 'burst-1'")

    assert bench.problem(events) == "1 of 2 events were lost (burst-1)"


@pytest.mark.parametrize(
    ("calls", "repeats", "said"),
    [
        ((), False, None),
        (("issue_refund burst-1",), True, None),
        (("issue_refund burst-1",), False, "1 effects were doubled (burst-1)"),
        (("ask_for_receipt burst-1",), True, "1 effects were doubled (burst-1)"),
        (
            tuple(f"issue_refund other-{number}" for number in range(5)),
            True,
            f"{_FOREIGN} (other-0, other-1, other-2 and 2 more)",
        ),
    ],
    ids=["none", "repeated", "doubled", "two-skills", "foreign"],
)
def test_effects_are_counted_by_their_key(
    bench: Workbench, calls: tuple[str, ...], repeats: bool, said: str | None
) -> None:
    """One effect for each event; it may run again under its key where that was not confirmed."""
    events = burst(bench.spec, 3)
    _decided(bench, events)
    bench.skills.calls += [Call(*one.split()) for one in calls]

    assert bench.problem(events, repeats=repeats) == said


def test_an_effect_that_never_ran(bench: Workbench) -> None:
    """What the journal calls done was done."""
    events = burst(bench.spec, 3)
    _decided(bench, events)
    bench.skills.calls.clear()

    assert bench.problem(events) == (
        "2 effects are in the journal and never ran (burst-1, burst-3)"
    )


def test_an_event_that_nobody_sent(bench: Workbench) -> None:
    """An entry more than events is as wrong as one less."""
    events = burst(bench.spec, 3)
    _decided(bench, events)

    assert bench.problem(events[:2]) == ("the agent decided 1 ids that nobody sent (burst-3)")


def test_recorded_skills_are_those_of_the_specification() -> None:
    """What is no skill is not there, as with the real ones."""
    skills = RecordedSkills(refund_desk())

    assert hasattr(skills, "issue_refund")
    assert not hasattr(skills, "steal")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (DisturbedBus, ["burst-1", "burst-2", "burst-3", "burst-4"]),
        (LosingBus, ["burst-2", "burst-4"]),
        (DuplicatingBus, ["burst-1", "burst-2", "burst-3", "burst-4"] * 2),
        (ReorderingBus, ["burst-4", "burst-3", "burst-2", "burst-1"]),
    ],
)
def test_a_bus_that_is_disturbed(kind: type[DisturbedBus], expected: list[str]) -> None:
    """Each bus goes wrong in its own way, and what it withheld comes in the end."""

    async def heard() -> tuple[list[str], list[str]]:
        bus = kind(MemoryBus())
        await bus.publish(burst(refund_desk(), 4))
        first = await bus.receive("desk", most=9, hold=timedelta(0))
        await bus.acknowledge("desk", [one.position for one in first])
        again = await bus.receive("desk", most=9, hold=timedelta(0))
        assert (bus.disturbed > 0) is (kind is not DisturbedBus)
        bus.close()
        return [one.event.id for one in first], [one.event.id for one in again]

    first, again = asyncio.run(heard())

    assert first == expected
    assert sorted({*first, *again}) == ["burst-1", "burst-2", "burst-3", "burst-4"]


def test_a_lock_is_held_until_it_is_released(tmp_path: Path) -> None:
    """Without a time the lock stays; letting go twice does no harm."""
    path = tmp_path / "journal.db"
    SqliteStore(path).close()
    lock = JournalLock(path)
    lock.hold()

    with (
        closing(sqlite3.connect(path, timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")
    lock.release()
    lock.close()


def test_a_journal_without_space(tmp_path: Path) -> None:
    """A full journal says so, keeps what it has, and goes on once there is space."""
    spec = refund_desk()
    events = burst(spec, 60)

    async def each(agent: Agent) -> None:
        for event in events:
            await agent.handle(event)

    async def fill() -> None:
        with closing(SqliteStore(tmp_path / "journal.db")) as store:
            full = JournalFull(store)
            agent = Agent(spec, skills=RecordedSkills(spec), store=store)
            await full.fill()
            with pytest.raises(EnvironmentFault, match="full"):
                await each(agent)
            await full.free()
            await each(agent)
            assert len(await agent.journal()) == 60

    asyncio.run(fill())


def test_every_scenario_is_documented() -> None:
    """The page that explains the matrix names each scenario once, in its order."""
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]

    assert [row for row in rows if row in _BY_NAME] == list(_BY_NAME)
