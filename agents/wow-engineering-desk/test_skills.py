# This file is yours: waooaw wrote it once, and no update touches it.
"""What the skills do at a desk with real files."""

import pathlib

import pytest
from waooaw.testing import DeskBench, MakeAgent

from wow_engineering_desk import skills
from wow_engineering_desk.agent import WowEngineeringDesk


@pytest.fixture
def desk(tmp_path: pathlib.Path, make_agent: MakeAgent) -> DeskBench:
    """Return the agent at a desk of its own."""
    return DeskBench(tmp_path, make_agent, WowEngineeringDesk, skills.Skills)


TRACE = """The import stopped.
Traceback (most recent call last):
  File "/app/imports.py", line 12, in read
ValueError: no such column 'amount'
"""


def test_notes_and_passes_up(desk: DeskBench) -> None:
    """What stays unknown goes to the architects, with the reason."""
    triaged = desk.triaged("R-1", TRACE, facts={"severity": "P1", "type": "bug"})

    assert triaged["to"] == "L2"
    assert desk.handles("ticket.triaged", triaged) == "passed"
    assert desk.told("ticket.passed")["to"] == "L3"
    assert desk.standing("R-1").desk == "L3"


def test_leaves_fixes_of_others_alone(desk: DeskBench) -> None:
    """A fix that another desk asked for is none of ours."""
    desk.triaged("R-1", TRACE, facts={"severity": "P1", "type": "bug"})

    assert desk.handles("fix.done", {"ticket": "R-1"}) == "left"
    assert desk.handles("fix.failed", {"ticket": "R-1"}) == "left"
    assert desk.standing("R-1").state == "new"
