"""The six steps, from an event to a journalled decision."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fakes.refund_desk import CountingSkills, refund, refund_desk
from hypothesis import given
from hypothesis import strategies as st

from waooaw import Agent, Decision, Event, InputError, Task
from waooaw.decisions import ActionState, Tier
from waooaw.journal import decision_in, event_in
from waooaw.names import AGENT_ATTRIBUTES
from waooaw.spec import FieldType
from waooaw.store import Entry, EntryState, SqliteStore
from waooaw.tasks import has_type

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "journal.db")
    yield store
    store.close()


def desk(store: SqliteStore, skills: object | None = None, **changes: Any) -> Agent:
    return Agent(refund_desk(**changes), skills=skills, store=store, now=lambda: NOON)


def handled(agent: Agent, event: Event) -> Decision:
    return asyncio.run(agent.handle(event))


def entry_of(agent: Agent, event_id: str) -> Any:
    return asyncio.run(agent.store.find(agent.spec.name, event_id))


def test_a_rule_decides_and_its_skill_acts(store: SqliteStore) -> None:
    """The first rule that matches decides; its skill runs once and the line says so."""
    skills = CountingSkills()

    decision = handled(desk(store, skills), refund(120))

    assert decision.plain() | {"latency_ms": 0} == {
        "schema": "waooaw.decision/1",
        "agent": "wow-refund-desk",
        "agent_version": "0.1.0",
        "event": "e-1",
        "woke": True,
        "outcome": "issue_refund",
        "rule": "small",
        "boundary": None,
        "tier": "rules",
        "confidence": 1.0,
        "because": "Small refunds are paid.",
        "cites": ["POL-7"],
        "cost_usd": 0.0,
        "latency_ms": 0,
        "action": "done",
        "at": "2026-01-01T12:00:00Z",
    }
    assert skills.keys == ["e-1"]
    assert skills.inputs == [{"order_id": "A1", "amount": 120}]


@pytest.mark.parametrize(
    ("event", "outcome", "rule", "action"),
    [
        pytest.param(refund(9, customer={"blocked": True}), "reject", "blocked", "none", id="rule"),
        pytest.param(refund(900), "escalate", None, "none", id="otherwise"),
        pytest.param(refund(200_000), "ask_for_receipt", "no-receipt", "not-written", id="stub"),
        pytest.param(refund(9, channel="cash"), "escalate", "small", "refused", id="boundary"),
        pytest.param(refund(0), None, None, "none", id="asleep"),
    ],
)
def test_every_end_is_told(
    event: Event, outcome: str | None, rule: str | None, action: str, store: SqliteStore
) -> None:
    """What was decided and what became of it are two things, and both are in the line."""
    decision = handled(desk(store, CountingSkills()), event)

    assert (decision.outcome, decision.rule, decision.action) == (outcome, rule, action)


def test_an_event_that_does_not_wake_is_journalled(store: SqliteStore) -> None:
    """Sleeping is on the record: nothing was decided, by nobody, for nothing."""
    agent = desk(store)

    decision = handled(agent, refund(0))

    assert decision_in(entry_of(agent, "e-1")) == decision
    assert (decision.woke, decision.tier, decision.confidence) == (False, None, None)
    assert (decision.because, decision.cites, decision.cost_usd) == ("", (), Decimal(0))


def test_redelivery_gives_the_same_bytes(store: SqliteStore) -> None:
    """An event that comes again, whatever it says by now, gets the recorded decision."""
    skills = CountingSkills()
    agent = desk(store, skills)
    first = handled(agent, refund(120))

    again = handled(agent, refund(9_000))

    assert again.to_json() == first.to_json()
    assert skills.keys == ["e-1"]


def test_a_hundred_deliveries_at_once_are_one_decision(store: SqliteStore) -> None:
    """However many tasks bring the same event at the same time, it is decided and done once."""
    skills = CountingSkills(pause_s=0.01)
    agent = desk(store, skills)

    async def together() -> list[Decision]:
        return await asyncio.gather(*(agent.handle(refund(120)) for _ in range(100)))

    decisions = asyncio.run(together())

    assert len({decision.to_json() for decision in decisions}) == 1
    assert skills.keys == ["e-1"]
    assert len(asyncio.run(agent.journal())) == 1


def test_two_processes_decide_an_event_once(tmp_path: Path) -> None:
    """Agents that share nothing but the file agree on one decision, and one of them acts."""
    skills = CountingSkills(pause_s=0.05)
    stores = [SqliteStore(tmp_path / "journal.db") for _ in range(4)]
    agents = [desk(store, skills) for store in stores]

    async def together() -> list[Decision]:
        return await asyncio.gather(
            *(agent.handle(refund(120, event_id=f"e-{n}")) for n in range(10) for agent in agents)
        )

    decisions = asyncio.run(together())

    assert len({decision.to_json() for decision in decisions}) == 10
    assert sorted(skills.keys) == sorted(f"e-{n}" for n in range(10))
    for store in stores:
        store.close()


def test_whoever_is_late_takes_the_recorded_decision(tmp_path: Path) -> None:
    """Two processes that decide at the same moment: the journal has one, and both tell it."""

    class Late(SqliteStore):
        """Sees nothing at its first look, as if the other wrote right afterwards."""

        looked = False

        async def find(self, agent: str, event_id: str) -> Entry | None:
            if not self.looked:
                self.looked = True
                return None
            return await super().find(agent, event_id)

    skills = CountingSkills()
    stores = [SqliteStore(tmp_path / "journal.db"), Late(tmp_path / "journal.db")]
    first, late = (handled(desk(store, skills), refund(120)) for store in stores)
    for store in stores:
        store.close()

    assert late.to_json() == first.to_json()
    assert skills.keys == ["e-1"]


def test_a_boundary_without_an_answer_refuses(store: SqliteStore) -> None:
    """A boundary that cannot be evaluated refuses, and the journal says what was missing."""
    skills = CountingSkills()
    agent = desk(store, skills)
    event = Event(
        id="e-1", source="/s", type="refund.requested", data={"amount": 5, "order_id": "A"}
    )

    decision = handled(agent, event)

    assert (decision.outcome, decision.boundary) == ("escalate", "no-cash")
    assert skills.keys == []
    assert "channel" in decision.trace.faults[-1]


def test_a_rule_without_an_answer_does_not_match(store: SqliteStore) -> None:
    """A rule whose condition fails is passed over; the fault is journalled."""
    agent = desk(
        store,
        rules=[
            {"id": "odd", "when": "event.data.nothing == 1", "then": "reject", "because": "Odd."},
            {"id": "any", "when": "true", "then": "approve", "because": "Fine."},
        ],
        boundaries={},
    )

    decision = handled(agent, refund(120))

    assert (decision.rule, decision.outcome) == ("any", "approve")
    assert "nothing" in json.loads(entry_of(agent, "e-1").trace)["faults"][0]


def test_a_wake_condition_without_an_answer_lets_it_sleep(store: SqliteStore) -> None:
    """An event that lacks what waking asks for does not wake, and the journal says why."""
    agent = desk(store)
    event = Event(id="e-1", source="/s", type="refund.requested", data={})

    decision = handled(agent, event)

    assert not decision.woke
    assert not agent.should_wake(event)
    assert "amount" in json.loads(entry_of(agent, "e-1").trace)["faults"][0]


def test_a_skill_that_raises_has_failed(store: SqliteStore) -> None:
    """The error is journalled with where it came from, and a person is told."""

    def explode(task: Task[Any]) -> object:
        raise ValueError(f"no account for {task.input['order_id']}")

    agent = desk(store, CountingSkills(explode))

    decision = handled(agent, refund(120))
    entry = entry_of(agent, "e-1")

    assert (decision.outcome, decision.action) == ("issue_refund", "failed")
    assert entry.error.startswith("ValueError: no account for A1\n")
    assert "in explode" in entry.error
    assert entry.escalated_to == "on-call@example.com"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(None, "TypeError: the skill returned NoneType, not a mapping", id="none"),
        pytest.param({"refund_id": 7}, "TypeError: the skill returned 'refund_id'", id="type"),
        pytest.param({"x": {1, 2}}, "TypeError: the skill returned what is no JSON", id="set"),
        pytest.param({"x": float("nan")}, "ValueError: the skill returned what is", id="nan"),
    ],
)
def test_what_a_skill_must_not_return(answer: object, message: str, store: SqliteStore) -> None:
    """A skill returns what it declared, as JSON; anything else has failed."""
    agent = desk(store, CountingSkills(lambda _: answer))

    decision = handled(agent, refund(120))

    assert decision.action is ActionState.FAILED
    assert entry_of(agent, "e-1").error.startswith(message)


def test_a_skill_that_exits_does_not_end_the_process(store: SqliteStore) -> None:
    """`sys.exit` in a skill is that skill's failure."""

    def leave(task: Task[Any]) -> object:
        raise SystemExit(3)

    decision = handled(desk(store, CountingSkills(leave)), refund(120))

    assert decision.action is ActionState.FAILED


class _Wordless(Exception):
    def __str__(self) -> str:
        raise ZeroDivisionError


class _Unmade(InputError):
    def __init__(self) -> None:
        """Leave out what its parent would do."""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(_Wordless(), "_Wordless: (its words cannot be had)", id="wordless"),
        pytest.param(ValueError("\ud800"), "ValueError: \\ud800", id="surrogate"),
        pytest.param(ValueError("a\nb"), "ValueError: a b", id="lines"),
        pytest.param(asyncio.CancelledError("pool closed"), "CancelledError: pool closed", id="c"),
        pytest.param(InputError("BANK is not set"), "BANK is not set", id="ours"),
        pytest.param(
            InputError("BANK is not set\nhere", hint="BANK=URL\n2"),
            "BANK is not set here (hint: BANK=URL 2)",
            id="ours with the way out",
        ),
        pytest.param(
            InputError("x" * 9_000, hint="y" * 9_000),
            f"{'x' * 500} (hint: {'y' * 500})",
            id="ours and long",
        ),
        pytest.param(_Unmade(), "_Unmade: (its words cannot be had)", id="ours and unmade"),
    ],
)
def test_odd_errors_of_a_skill_are_journalled(
    error: BaseException, told: str, store: SqliteStore
) -> None:
    """Whatever a skill raises, the cycle ends with the entry of a failed action."""

    def fail(task: Task[Any]) -> object:
        raise error

    agent = desk(store, CountingSkills(fail))

    assert handled(agent, refund(120)).action is ActionState.FAILED
    assert entry_of(agent, "e-1").error.splitlines()[0] == told


def test_an_interrupted_skill_is_not_confirmed(store: SqliteStore) -> None:
    """Ctrl-C and shutdown are no failure of the skill: the effect is finished by the next one."""
    skills = CountingSkills(pause_s=60)
    agent = desk(store, skills)

    async def interrupted() -> None:
        handling = asyncio.create_task(agent.handle(refund(120)))
        await asyncio.sleep(0.05)
        handling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await handling

    asyncio.run(interrupted())

    assert skills.keys == ["e-1"]
    assert entry_of(agent, "e-1").state is EntryState.ACTING


def test_a_skill_has_a_time_limit(store: SqliteStore) -> None:
    """A skill that takes too long is stopped, and has failed."""
    agent = Agent(
        refund_desk(),
        skills=CountingSkills(pause_s=60),
        store=store,
        time_limit=timedelta(milliseconds=20),
    )

    decision = handled(agent, refund(120))

    assert decision.action is ActionState.FAILED
    assert entry_of(agent, "e-1").error == "TimeoutError: longer than 0.02 s"


def test_a_skill_s_own_timeout_is_its_own(store: SqliteStore) -> None:
    """A time-out that the skill itself met is told as it was raised."""

    def slow(task: Task[Any]) -> object:
        raise TimeoutError("the bank did not answer")

    agent = desk(store, CountingSkills(slow))
    _ = handled(agent, refund(120))

    assert entry_of(agent, "e-1").error.startswith("TimeoutError: the bank did not answer\n")


def test_a_plain_function_may_be_a_skill(store: SqliteStore) -> None:
    """A method that is not async works; it merely cannot be interrupted."""

    class Plain:
        def issue_refund(self, task: Task[Any]) -> dict[str, str]:
            return {"refund_id": task.key}

    agent = desk(store, Plain())

    assert handled(agent, refund(120)).action is ActionState.DONE
    assert json.loads(entry_of(agent, "e-1").output) == {"refund_id": "e-1"}


def test_input_holds_what_was_declared_and_fits(store: SqliteStore) -> None:
    """Fields of another type than declared, and fields nobody declared, do not reach a skill."""
    skills = CountingSkills()
    agent = desk(
        store,
        skills,
        wake=[{"topic": "**"}],
        rules=[{"id": "all", "when": "true", "then": "issue_refund", "because": "All."}],
        boundaries={},
    )
    _ = handled(agent, refund(True, event_id="e-1", extra=1))
    _ = handled(agent, Event(id="e-2", source="/s", type="a", data=[1, 2]))

    assert skills.inputs == [{"order_id": "A1"}, {}]


VALUES = ("a", True, 3, 2.5, {"a": 1}, [1], None)


@pytest.mark.parametrize(
    ("kind", "fitting"),
    [
        ("string", ["a"]),
        ("boolean", [True]),
        ("integer", [3]),
        ("number", [3, 2.5]),
        ("object", [{"a": 1}]),
        ("array", [[1]]),
    ],
)
def test_types_are_json_s(kind: str, fitting: list[Any]) -> None:
    """A value has the type that JSON Schema gives it; a boolean is no number, null is none."""
    assert [value for value in VALUES if has_type(value, FieldType(kind))] == fitting


def test_a_null_output_says_nothing(store: SqliteStore) -> None:
    """A field that a skill left null counts as left out."""
    agent = desk(store, CountingSkills(lambda _: {"refund_id": None}))

    assert handled(agent, refund(120)).action is ActionState.DONE


def test_a_decision_that_did_not_wake_is_carried_out_as_it_is(store: SqliteStore) -> None:
    """There is nothing to check or to do, and it is journalled."""
    agent = desk(store)
    asleep = dataclasses.replace(handled(agent, refund(0)), event="e-2")

    decision = asyncio.run(agent.execute_task(asleep, refund(0, event_id="e-2")))

    assert decision == asleep
    assert len(asyncio.run(agent.journal())) == 2


def test_memory_is_versioned_and_recalled(store: SqliteStore) -> None:
    """What a skill remembers about a subject is seen by the next decision about that subject."""

    def trust(task: Task[Any]) -> object:
        task.memory["trusted"] = True
        return {}

    agent = desk(store, CountingSkills(trust))
    _ = handled(agent, refund(120, event_id="e-1", subject="ann"))

    ann = handled(agent, refund(900, event_id="e-2", subject="ann"))
    bob = handled(agent, refund(900, event_id="e-3", subject="bob"))
    context = asyncio.run(agent.context("ann"))

    assert (ann.rule, ann.trace.context_version) == ("remembered", 1)
    assert (bob.rule, bob.trace.context_version) == (None, 0)
    assert (context.version, dict(context.values)) == (1, {"trusted": True})


def test_memory_of_a_failed_skill_is_not_kept(store: SqliteStore) -> None:
    """A skill that failed has remembered nothing."""

    def half(task: Task[Any]) -> object:
        task.memory["trusted"] = True
        raise RuntimeError

    agent = desk(store, CountingSkills(half))
    _ = handled(agent, refund(120))

    assert asyncio.run(agent.context()).version == 0


def test_memory_has_to_be_json(store: SqliteStore) -> None:
    """What cannot be written down cannot be remembered, and the action has failed."""

    def odd(task: Task[Any]) -> object:
        task.memory["when"] = NOON
        return {}

    agent = desk(store, CountingSkills(odd))

    assert handled(agent, refund(120)).action is ActionState.FAILED
    assert "the memory is no JSON" in entry_of(agent, "e-1").error


def test_concurrent_changes_of_one_memory_are_both_kept(store: SqliteStore) -> None:
    """Two skills that change different names of one memory at once lose nothing."""

    class Slow:
        async def issue_refund(self, task: Task[Any]) -> dict[str, str]:
            task.memory[task.key] = True
            task.memory.setdefault("seen", []).append(task.key)
            await asyncio.sleep(0.02)
            return {}

    agent = desk(store, Slow())

    async def together() -> list[Decision]:
        return await asyncio.gather(*(agent.handle(refund(1, event_id=f"e-{n}")) for n in range(5)))

    decisions = asyncio.run(together())
    context = asyncio.run(agent.context())

    assert {f"e-{n}" for n in range(5)} < set(context.values)
    assert context.version == 5
    moved = [one for one in decisions if "the memory moved on" in "".join(one.trace.faults)]
    assert len(moved) == 4


def test_a_name_that_a_skill_forgets_is_gone(store: SqliteStore) -> None:
    """Deleting from the memory is remembered, too."""

    def toggle(task: Task[Any]) -> object:
        if task.memory.pop("on", None) is None:
            task.memory["on"] = 1
        return {}

    agent = desk(store, CountingSkills(toggle))
    _ = handled(agent, refund(1, event_id="e-1"))
    _ = handled(agent, refund(1, event_id="e-2"))

    assert asyncio.run(agent.context()).values == {}


def test_what_one_skill_forgets_another_does_not_bring_back(store: SqliteStore) -> None:
    """Forgetting one name and changing another at the same time are both kept."""

    class Slow:
        async def issue_refund(self, task: Task[Any]) -> dict[str, str]:
            if task.key == "first":
                task.memory["old"] = 1
            elif task.key == "quick":
                task.memory["new"] = 1
            else:
                del task.memory["old"]
                await asyncio.sleep(0.05)
            return {}

    agent = desk(store, Slow())
    _ = handled(agent, refund(1, event_id="first"))

    async def together() -> None:
        _ = await asyncio.gather(
            *(agent.handle(refund(1, event_id=name)) for name in ("slow", "quick"))
        )

    asyncio.run(together())

    assert asyncio.run(agent.context()).values == {"new": 1}


def test_execute_task_asks_the_boundaries_again(store: SqliteStore) -> None:
    """A decision that somebody made up cannot pass a boundary."""
    skills = CountingSkills()
    agent = desk(store, skills)
    cash = refund(120, channel="cash")
    made_up = asyncio.run(agent.make_decision(refund(120)))

    decision = asyncio.run(agent.execute_task(made_up, cash))

    assert (decision.action, decision.boundary) == (ActionState.REFUSED, "no-cash")
    assert skills.keys == []


def test_execute_task_journals_and_acts_once(store: SqliteStore) -> None:
    """The steps taken one by one end in the same journal as the whole cycle."""
    skills = CountingSkills()
    agent = desk(store, skills)
    made = asyncio.run(agent.make_decision(refund(120)))
    first = asyncio.run(agent.execute_task(made, refund(120)))
    again = asyncio.run(agent.execute_task(made, refund(120)))

    assert made.action is ActionState.NONE
    assert first.to_json() == again.to_json() == handled(agent, refund(120)).to_json()
    assert skills.keys == ["e-1"]


def test_execute_task_wants_the_decision_s_own_event(store: SqliteStore) -> None:
    """A decision about one event is not carried out on another."""
    agent = desk(store)
    made = asyncio.run(agent.make_decision(refund(120)))

    with pytest.raises(InputError, match="is about 'e-1', not 'e-2'"):
        asyncio.run(agent.execute_task(made, refund(120, event_id="e-2")))


def test_make_decision_keeps_nothing(store: SqliteStore) -> None:
    """Deciding leaves no trace; what to remember may be handed in."""
    agent = desk(store)

    decision = asyncio.run(agent.make_decision(refund(900), {"trusted": True}))

    assert decision.rule == "remembered"
    assert asyncio.run(agent.journal()) == ()


def test_the_journal_is_enough_to_replay(store: SqliteStore) -> None:
    """Event, specification and memory of an entry give the decision again."""
    agent = desk(store, CountingSkills())
    event = refund(120, subject="ann", note="गणित", n=2**40, list=[None, 1.5])
    recorded = handled(agent, event)
    (entry,) = asyncio.run(agent.journal())

    replayed = asyncio.run(agent.make_decision(event_in(entry)))

    assert decision_in(entry) == recorded
    assert (replayed.outcome, replayed.rule) == (recorded.outcome, recorded.rule)
    assert decision_in(entry).trace.spec_digest == agent.spec.digest
    assert event_in(entry) == event
    assert entry.state is EntryState.FINAL


def test_half_a_surrogate_pair_is_journalled(store: SqliteStore) -> None:
    """JSON may hold text that UTF-8 cannot; such an event is on the record all the same."""
    agent = desk(store)
    event = refund(120, note="half a pair: \ud83d")

    decision = handled(agent, event)

    assert not decision.woke
    assert event_in(entry_of(agent, "e-1")) == event


def test_an_agent_without_a_specification_says_so() -> None:
    """A bare Agent has nothing to decide by."""
    with pytest.raises(InputError, match="Agent has no specification"):
        Agent()


@pytest.mark.parametrize("place", ["agent.yaml", "src/wow_x/agent.yaml"])
def test_the_specification_is_found_beside_the_package(place: str, tmp_path: Path) -> None:
    """A checkout keeps agent.yaml at its root, an installed package beside its modules."""
    package = tmp_path / "src" / "wow_x"
    package.mkdir(parents=True)
    (tmp_path / place).write_text(json.dumps(refund_desk().plain()), encoding="utf-8")

    class WowX(Agent):
        home = package
        skillset = CountingSkills

    agent = WowX()

    assert agent.spec.name == "wow-refund-desk"
    assert isinstance(agent.skills, CountingSkills)
    agent.store.close()


def test_no_skill_may_bear_a_name_of_the_agent() -> None:
    """The list that specifications are held to is the class's own."""
    public = {name for name in dir(Agent) if not name.startswith("_")}
    agent = Agent(refund_desk())
    agent.store.close()
    public |= {name for name in vars(agent) if not name.startswith("_")}

    assert public == AGENT_ATTRIBUTES


texts = st.text(max_size=20)


@given(
    because=texts,
    cites=st.lists(texts, max_size=3),
    confidence=st.floats(0, 1),
    nano=st.integers(0, 10**12),
    latency=st.floats(0, 1e6),
    at=st.datetimes(timezones=st.just(UTC)),
    tier=st.sampled_from([None, *Tier]),
    action=st.sampled_from(ActionState),
)
def test_a_decision_survives_its_line(
    because: str,
    cites: list[str],
    confidence: float,
    nano: int,
    latency: float,
    at: datetime,
    tier: Tier | None,
    action: ActionState,
) -> None:
    """Reading back what was written and writing it again always gives the same bytes."""
    decision = Decision(
        agent="wow-x",
        agent_version="0.1.0",
        event="e",
        woke=True,
        outcome="approve",
        rule=None,
        boundary=None,
        tier=tier,
        confidence=confidence,
        because=because,
        cites=tuple(cites),
        cost_usd=Decimal(nano) / 10**9,
        latency_ms=latency,
        action=action,
        at=at,
    )
    line = decision.to_json()

    assert line.isascii()
    assert Decision.from_mapping(json.loads(line)).to_json() == line


def test_rules_without_an_answer_are_told_where_nothing_else_decided(store: SqliteStore) -> None:
    """A rule that failed is not a rule that did not match: the reason says which of them it was."""
    rule = {"id": "odd", "when": "event.data.missing == 1", "then": "reject", "because": "Odd."}
    agent = desk(store, rules=[rule], boundaries={})

    decision = handled(agent, refund(120))

    assert (decision.outcome, decision.tier) == ("escalate", Tier.OTHERWISE)
    assert decision.because.startswith("No rule matched: escalate. One rule had no answer; ")
    assert "event.data.missing" in decision.because
