# This file is yours: waooaw wrote it once, and no update touches it.
"""What the skills do at a desk with real files."""

import pathlib

import pytest
from waooaw.testing import DeskBench, MakeAgent

from wow_architect_desk import skills
from wow_architect_desk.agent import WowArchitectDesk


@pytest.fixture
def desk(tmp_path: pathlib.Path, make_agent: MakeAgent) -> DeskBench:
    """Return the agent at a desk of its own."""
    return DeskBench(tmp_path, make_agent, WowArchitectDesk, skills.Skills)


def test_hands_over(desk: DeskBench) -> None:
    """A person gets the ticket, with the request, the reasons and the history."""
    triaged = desk.triaged("R-1", "All refunds fail, every customer is affected.")

    assert desk.handles("ticket.triaged", triaged) == "handed-over"
    package = desk.told("ticket.handed-over")["handover"]
    assert package["schema"] == "waooaw.handover/1"
    assert package["ticket"]["desk"] == "human"
    assert [one["step"] for one in package["history"]][-1] == "moved"


def test_hands_over_what_is_a_persons_from_the_start(desk: DeskBench) -> None:
    """Law goes to a person at once, who gets the same package."""
    triaged = desk.triaged("R-1", "Our lawyer asks whether keeping this breaks the GDPR.")

    assert triaged["to"] == "human"
    assert desk.handles("ticket.triaged", triaged) == "handed-over"
    assert desk.told("ticket.handed-over")["handover"]["request"]["id"] == "R-1"
