# This file is yours: waooaw wrote it once, and no update touches it.
"""What the skills do at a desk with real files."""

import pathlib

import pytest
from waooaw.testing import DeskBench, MakeAgent

from wow_triage_desk import skills
from wow_triage_desk.agent import WowTriageDesk


@pytest.fixture
def desk(tmp_path: pathlib.Path, make_agent: MakeAgent) -> DeskBench:
    """Return the agent at a desk of its own."""
    return DeskBench(tmp_path, make_agent, WowTriageDesk, skills.Skills)


REFUNDS = {"id": "R-1", "title": "Refunds", "body": "All refunds fail, every customer is affected."}


def test_judges(desk: DeskBench) -> None:
    """What fails for every customer goes to the architects, and somebody is paged."""
    assert desk.handles("request.received", REFUNDS) == "judged"

    assert desk.told("ticket.triaged")["to"] == "L3"
    assert desk.told("oncall.page.due")["severity"] == "P0"


def test_judges_once(desk: DeskBench) -> None:
    """The same request, sent twice, is judged once."""
    desk.handles("request.received", REFUNDS)

    assert desk.handles("request.received", REFUNDS) == "left"
    assert len(desk.published("ticket.triaged")) == 1
