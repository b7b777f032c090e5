"""The desk that the tests of a desk's agent work at."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from places import ROOT

from waooaw import Agent
from waooaw.desk.standings import State
from waooaw.testing import DeskBench
from waooaw.testing.plugin import MakeAgent

HOME = ROOT / "agents" / "wow-knowledge-desk"
PAUSE = "How do I pause my agent?"


class WowKnowledgeDesk(Agent):
    """The knowledge desk, as it travels with waooaw."""

    home = HOME


def _skills() -> Callable[[Mapping[str, str]], object]:
    spec = importlib.util.spec_from_file_location("knowledge_skills", HOME / "skills.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    skills: Callable[[Mapping[str, str]], object] = module.Skills
    return skills


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[DeskBench]:
    making = MakeAgent(tmp_path / "journal.db")
    yield DeskBench(tmp_path, making, WowKnowledgeDesk, _skills())
    making.close()


def test_an_agent_works_on_what_was_judged(bench: DeskBench) -> None:
    """A request is judged by the real triage, and the agent's skill acts on the real files."""
    triaged = bench.triaged("R-1", PAUSE)

    assert bench.handles("ticket.triaged", triaged) == "solved"
    assert bench.standing("R-1").state is State.SOLVED
    assert bench.told("ticket.solved")["ticket"] == "R-1"


def test_an_event_that_comes_again_is_decided_once(bench: DeskBench) -> None:
    """Under the same id the recorded decision stands, and nothing is told again."""
    triaged = bench.triaged("R-1", PAUSE)
    bench.handles("ticket.triaged", triaged, "e-1")

    assert bench.handles("ticket.triaged", triaged, "e-1") == "solved"
    assert len(bench.published("ticket.solved")) == 1


def test_how_a_decision_ended_is_told_where_no_skill_did_anything(bench: DeskBench) -> None:
    """An agent that sleeps did nothing, and one whose ticket is not there failed."""
    asleep = {"to": "L2", "type": "bug", "ask": False}
    foreign = {"ticket": "R-9", "to": "L1", "type": "question", "ask": False, "severity": "P2"}

    assert bench.handles("ticket.triaged", asleep) == "none"
    assert bench.handles("ticket.triaged", foreign) == "failed"


def test_a_ticket_that_is_not_there_fails_the_test(bench: DeskBench) -> None:
    """A test that looks at nothing does not pass."""
    bench.triaged("R-1", PAUSE)

    with pytest.raises(AssertionError, match="R-9"):
        bench.standing("R-9")
