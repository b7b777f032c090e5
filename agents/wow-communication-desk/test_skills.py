# This file is yours: waooaw wrote it once, and no update touches it.
"""What the skills do at a desk with real files."""

import pathlib

import pytest
from waooaw.testing import DeskBench, MakeAgent

from wow_communication_desk import skills
from wow_communication_desk.agent import WowCommunicationDesk


@pytest.fixture
def desk(tmp_path: pathlib.Path, make_agent: MakeAgent) -> DeskBench:
    """Return the agent at a desk of its own."""
    return DeskBench(tmp_path, make_agent, WowCommunicationDesk, skills.Skills)


def test_acknowledges(desk: DeskBench) -> None:
    """Every request is acknowledged, and stays where it is."""
    triaged = desk.triaged("R-1", "All refunds fail, every customer is affected.")

    assert desk.handles("ticket.triaged", triaged) == "told"
    assert desk.told("customer.letter.due")["kind"] == "acknowledgement"
    assert desk.standing("R-1").state == "new"


def test_asks_back(desk: DeskBench) -> None:
    """A request that says nothing is asked back, and waits for the reply."""
    triaged = desk.triaged("R-1", "hello")

    assert desk.handles("ticket.triaged", triaged) == "asked"
    assert desk.told("customer.letter.due")["questions"]
    assert desk.standing("R-1").state == "waiting"


def test_tells_the_solution(desk: DeskBench) -> None:
    """Who asked is told what helped."""
    desk.triaged("R-1", "How do I pause my agent?")

    assert desk.handles("ticket.solved", {"ticket": "R-1", "resolution": "Press Pause."}) == "told"
    assert desk.told("customer.letter.due")["text"] == "Press Pause."


def test_tells_that_a_person_looks(desk: DeskBench) -> None:
    """Who asked is told that a person looks at it."""
    desk.triaged("R-1", "All refunds fail, every customer is affected.")

    assert desk.handles("ticket.handed-over", {"ticket": "R-1"}) == "told"
    assert desk.told("customer.letter.due")["kind"] == "progress"
