# This file is yours: waooaw wrote it once, and no update touches it.
"""What the skills do at a desk with real files."""

import pathlib

import pytest
from waooaw.testing import DeskBench, MakeAgent

from wow_knowledge_desk import skills
from wow_knowledge_desk.agent import WowKnowledgeDesk


@pytest.fixture
def desk(tmp_path: pathlib.Path, make_agent: MakeAgent) -> DeskBench:
    """Return the agent at a desk of its own."""
    return DeskBench(tmp_path, make_agent, WowKnowledgeDesk, skills.Skills)


def test_answers_what_is_known(desk: DeskBench) -> None:
    """A question of the catalogue is answered with its resolution."""
    triaged = desk.triaged("R-1", "How do I pause my agent?")

    assert desk.handles("ticket.triaged", triaged) == "solved"
    assert "Pause" in desk.told("ticket.solved")["resolution"]
    assert desk.standing("R-1").state == "solved"


def test_passes_up_what_is_not(desk: DeskBench) -> None:
    """Where nothing is known the next desk is asked, with the reason."""
    stated = {"type": "question", "severity": "P2"}
    triaged = desk.triaged("R-1", "Where do the weekly figures come from?", facts=stated)

    assert desk.handles("ticket.triaged", triaged) == "passed"
    assert desk.told("ticket.passed")["to"] == "L2"
    assert desk.told("ticket.passed")["reason"]


def test_leaves_what_a_person_answered(desk: DeskBench) -> None:
    """A ticket that is solved by now is left alone."""
    triaged = desk.triaged("R-1", "How do I pause my agent?")
    desk.handles("ticket.triaged", triaged)

    assert desk.handles("ticket.triaged", triaged) == "left"
