"""Actions that wait for a person."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.refund_desk import SPEC, CountingSkills, refund, refund_desk

from waooaw import ActionState, Agent, Decision, InputError, Task
from waooaw.store import ApprovalRecord, EntryState, SqliteStore

WAITING = {"boundaries": {**SPEC["boundaries"], "approval": ["issue_refund"]}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "journal.db")
    yield store
    store.close()


def desk(store: SqliteStore, skills: object, **changes: Any) -> Agent:
    spec = refund_desk(**WAITING | changes)
    return Agent(spec, skills=skills, store=store, lease=timedelta(milliseconds=50))


def handled(agent: Agent) -> Decision:
    return asyncio.run(agent.handle(refund(120)))


def test_a_skill_that_needs_approval_waits(store: SqliteStore) -> None:
    """The decision stands and is journalled; nothing is done, however often the event comes."""
    skills = CountingSkills()
    agent = desk(store, skills)

    first, again = handled(agent), handled(agent)

    assert (first.outcome, first.action) == ("issue_refund", ActionState.WAITING)
    assert again.to_json() == first.to_json()
    assert skills.keys == []


def test_an_approval_runs_the_skill_once(store: SqliteStore) -> None:
    """Yes runs it, with the input of then; a second yes and the event itself find it done."""
    skills = CountingSkills()
    agent = desk(store, skills)
    _ = handled(agent)

    done = asyncio.run(agent.approve("e-1", by="ann@example.com"))
    again = asyncio.run(agent.approve("e-1", by="bob@example.com"))

    assert done.action is ActionState.DONE
    assert done.to_json() == again.to_json() == handled(agent).to_json()
    assert skills.keys == ["e-1"]
    assert skills.inputs == [{"order_id": "A1", "amount": 120}]


def test_a_refusal_escalates_and_never_runs(store: SqliteStore) -> None:
    """No is the last word: it escalates, and a later yes changes nothing."""
    skills = CountingSkills()
    agent = desk(store, skills)
    _ = handled(agent)

    refused = asyncio.run(agent.approve("e-1", by="ann", granted=False, note="too much"))
    later = asyncio.run(agent.approve("e-1", by="bob"))

    assert (refused.outcome, refused.action) == ("escalate", ActionState.REFUSED)
    assert refused.because == "ann refused issue_refund: too much"
    assert later == refused
    assert skills.keys == []


def test_a_refusal_survives_a_crash(store: SqliteStore) -> None:
    """A process that died right after the refusal leaves nothing that would run."""
    skills = CountingSkills()
    agent = desk(store, skills)
    _ = handled(agent)
    entry = asyncio.run(store.find("wow-refund-desk", "e-1"))
    assert entry is not None
    record = ApprovalRecord("ann", granted=False, note="", at=entry.at)
    _ = asyncio.run(store.approve(entry, record))
    assert asyncio.run(store.take(entry, owner="the dead", lease=timedelta(0)))

    decision = handled(agent)

    assert (decision.outcome, decision.because) == ("escalate", "ann refused issue_refund.")
    assert skills.keys == []


def test_an_approval_survives_a_crash(store: SqliteStore) -> None:
    """A yes that was recorded and not carried out is carried out by the next delivery."""
    skills = CountingSkills()
    agent = desk(store, skills)
    _ = handled(agent)
    entry = asyncio.run(store.find("wow-refund-desk", "e-1"))
    assert entry is not None
    _ = asyncio.run(store.approve(entry, ApprovalRecord("ann", granted=True, note="", at=entry.at)))

    assert handled(agent).action is ActionState.DONE
    assert skills.keys == ["e-1"]


def test_an_announced_effect_that_nobody_granted_is_not_done(store: SqliteStore) -> None:
    """Even a journal that says "acting" does not stand in for a person's word."""
    skills = CountingSkills()
    agent = desk(store, skills)
    _ = handled(agent)
    entry = asyncio.run(store.find("wow-refund-desk", "e-1"))
    assert entry is not None
    assert asyncio.run(store.take(entry, owner="somebody", lease=timedelta(0)))

    assert handled(agent).because == "Nobody approved issue_refund."
    assert skills.keys == []


def test_boundaries_are_asked_again_after_the_wait(store: SqliteStore) -> None:
    """What the agent has learnt since the decision can still forbid the action."""
    boundaries = {
        "never": [
            {
                "id": "frozen",
                "when": "has(context.frozen) && decision.outcome == 'issue_refund'",
                "because": "Payments are frozen.",
            }
        ],
        "approval": ["issue_refund"],
    }

    def freeze(task: Task[Any]) -> object:
        task.memory["frozen"] = True
        return {}

    skills = CountingSkills(freeze)
    agent = desk(store, skills, boundaries=boundaries)
    _ = asyncio.run(agent.handle(refund(120, event_id="e-1")))
    _ = asyncio.run(agent.handle(refund(120, event_id="e-2")))
    _ = asyncio.run(agent.approve("e-1", by="ann"))

    second = asyncio.run(agent.approve("e-2", by="ann"))

    assert (second.action, second.boundary) == (ActionState.REFUSED, "frozen")
    assert skills.keys == ["e-1"]


def test_a_skill_that_is_gone_has_failed(store: SqliteStore) -> None:
    """A newer specification without the skill cannot do what an older one let wait."""
    _ = handled(desk(store, CountingSkills()))
    newer = Agent(
        refund_desk(skills=[], boundaries={}, rules=SPEC["rules"][:1]),
        skills=CountingSkills(),
        store=store,
    )

    decision = asyncio.run(newer.approve("e-1", by="ann"))
    entry = asyncio.run(store.find("wow-refund-desk", "e-1"))

    assert decision.action is ActionState.FAILED
    assert entry is not None
    assert entry.error == "LookupError: the specification has no skill 'issue_refund' any more"


@pytest.mark.parametrize(
    ("event_id", "by", "message"),
    [
        pytest.param("e-9", "ann", "there is no decision about the event 'e-9'", id="unknown"),
        pytest.param("e-2", "ann", "waits for nobody", id="decided"),
        pytest.param("e-1", " ", "needs a person's name", id="nobody"),
    ],
)
def test_what_cannot_be_approved(event_id: str, by: str, message: str, store: SqliteStore) -> None:
    """An approval names somebody, and something that waits."""
    agent = desk(store, CountingSkills())
    _ = handled(agent)
    _ = asyncio.run(agent.handle(refund(900, event_id="e-2")))

    with pytest.raises(InputError, match=message):
        asyncio.run(agent.approve(event_id, by=by))


def test_the_record_of_an_approval_is_kept(store: SqliteStore) -> None:
    """Who said yes, and when, can be looked up later."""
    agent = desk(store, CountingSkills())
    _ = handled(agent)
    _ = asyncio.run(agent.approve("e-1", by="ann", note="known \udce9"))

    record = asyncio.run(store.approval("wow-refund-desk", "e-1"))
    (entry,) = asyncio.run(agent.journal())

    assert record is not None
    assert (record.by, record.granted, record.note) == ("ann", True, "known \\udce9")
    assert (entry.state, entry.attempts) == (EntryState.FINAL, 1)
    assert json.loads(entry.output or "") == {"refund_id": "r-e-1"}
