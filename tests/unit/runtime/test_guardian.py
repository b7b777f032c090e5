"""The vision in the cycle: a violation stops the action, is journalled and cited, and escalates."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fakes.policy_text import ACTION_RULE, policy_text
from fakes.refund_desk import SPEC, CountingSkills, refund, refund_desk

from waooaw import Agent, InputError, ScriptedModel
from waooaw.decisions import ActionState
from waooaw.journal import decision_in
from waooaw.process import main
from waooaw.store import SqliteStore
from waooaw.vision import Layers, layers_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "journal.db")
    yield store
    store.close()


def layers() -> Layers:
    return layers_of((("vision/p.yaml", policy_text(ACTION_RULE)),), date(2026, 1, 1))


def test_a_violation_stops_the_action_is_journalled_and_escalates(store: SqliteStore) -> None:
    """The skill never runs; the journal has the rule, its layer and version, and who is asked."""
    skills = CountingSkills()
    agent = Agent(refund_desk(), skills=skills, store=store, layers=layers(), now=lambda: NOON)

    decision = asyncio.run(agent.handle(refund(120)))
    entry = asyncio.run(store.find("wow-refund-desk", "e-1"))

    assert (decision.outcome, decision.action) == ("escalate", ActionState.REFUSED)
    assert (decision.boundary, decision.rule) == ("PAY-003", "small")
    assert decision.because == "120 is too much for issue_refund"
    assert decision.cites == ("POL-7", "PAY-003 (policy payments 1.2.0)")
    assert skills.keys == []
    assert entry is not None
    assert entry.escalated_to == SPEC["collaborators"]["escalates_to"]
    assert decision_in(entry) == decision


def test_what_holds_goes_on_as_before(store: SqliteStore) -> None:
    """A decision that every rule lets pass is the same with and without the policy."""
    skills = CountingSkills()
    agent = Agent(refund_desk(), skills=skills, store=store, layers=layers(), now=lambda: NOON)

    decision = asyncio.run(agent.handle(refund(20)))

    assert (decision.outcome, decision.action) == ("issue_refund", ActionState.DONE)
    assert decision.cites == ("POL-7",)


def test_a_boundary_of_the_agent_is_asked_first(store: SqliteStore) -> None:
    """Where both refuse, the agent's own boundary is the one that is named."""
    agent = Agent(refund_desk(), store=store, layers=layers(), now=lambda: NOON)

    decision = asyncio.run(agent.handle(refund(120, channel="cash")))

    assert decision.boundary == "no-cash"


def test_an_approved_action_is_judged_again_by_the_rules_of_that_day(store: SqliteStore) -> None:
    """Between the question and the answer a policy may have come into force."""
    waiting = refund_desk(boundaries={"approval": ["issue_refund"]})
    asked = asyncio.run(Agent(waiting, store=store, now=lambda: NOON).handle(refund(120)))
    skills = CountingSkills()
    later = Agent(waiting, skills=skills, store=store, layers=layers(), now=lambda: NOON)

    decision = asyncio.run(later.approve("e-1", by="ann@example.com"))

    assert asked.action is ActionState.WAITING
    assert (decision.action, decision.boundary) == (ActionState.REFUSED, "PAY-003")
    assert skills.keys == []


def test_a_model_that_is_not_sure_does_nothing(store: SqliteStore) -> None:
    """The core judges what a model chose as well."""
    spec = refund_desk(otherwise="model", model={"max_share": 0.5})
    skills = CountingSkills()
    unsure = ScriptedModel(default="ask_for_receipt", confidence=0.3)
    agent = Agent(spec, skills=skills, store=store, model=unsure, now=lambda: NOON)

    decision = asyncio.run(agent.handle(refund(5_000)))

    assert (decision.boundary, decision.outcome) == ("VIS-A004", "escalate")
    assert skills.keys == []


@pytest.fixture
def package(tmp_path: Path) -> type[Agent]:
    (tmp_path / "agent.yaml").write_text(json.dumps(SPEC), encoding="utf-8")
    (tmp_path / "vision").mkdir()
    (tmp_path / "vision" / "p.yaml").write_bytes(policy_text(ACTION_RULE))

    class Desk(Agent):
        home = tmp_path
        skillset = CountingSkills

    return Desk


def test_policies_beside_the_specification_judge_an_installed_agent(package: type[Agent]) -> None:
    """An agent that is made without any word about policies finds its own."""
    decision = asyncio.run(package().handle(refund(120)))

    assert decision.boundary == "PAY-003"


def test_a_policy_that_cannot_be_read_starts_no_agent(package: type[Agent], tmp_path: Path) -> None:
    """What it would forbid must not pass meanwhile."""
    (tmp_path / "vision" / "p.yaml").write_text("rules: [", encoding="utf-8")

    with pytest.raises(InputError):
        package()


def test_a_process_takes_the_policies_that_are_mounted(
    package: type[Agent],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """WAOOAW_POLICIES names a folder; one that is not there is an error, not no policy."""
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    (tmp_path / "event.json").write_text(refund(120).to_json(), encoding="utf-8")
    call = ["--event", str(tmp_path / "event.json"), "--json"]

    monkeypatch.setenv("WAOOAW_POLICIES", str(mounted))
    first = main(package, call)
    free = json.loads(capsys.readouterr().out)
    (mounted / "p.yaml").write_bytes(policy_text(ACTION_RULE, name="mounted"))
    second = main(package, call)
    held = json.loads(capsys.readouterr().out)
    monkeypatch.setenv("WAOOAW_POLICIES", str(tmp_path / "nowhere"))
    third = main(package, call)

    assert (first, second, third) == (0, 0, 2)
    assert (free["boundary"], held["boundary"]) == (None, "PAY-003")
    assert "PAY-003 (policy mounted 1.2.0)" in held["cites"]
