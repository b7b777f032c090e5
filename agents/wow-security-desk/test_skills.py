# This file is yours: waooaw wrote it once, and no update touches it.
"""What the skills do at a desk with real files."""

import pathlib

import pytest
from waooaw.testing import DeskBench, MakeAgent

from wow_security_desk import skills
from wow_security_desk.agent import WowSecurityDesk


@pytest.fixture
def desk(tmp_path: pathlib.Path, make_agent: MakeAgent) -> DeskBench:
    """Return the agent at a desk of its own."""
    return DeskBench(tmp_path, make_agent, WowSecurityDesk, skills.Skills)


def test_asks_for_the_known_fix(desk: DeskBench) -> None:
    """A known fault has its fix asked for, and is solved once that was done."""
    triaged = desk.triaged("R-1", "The certificate expires in 3 days")

    assert desk.handles("ticket.triaged", triaged) == "proposed"
    assert desk.told("fix.due")["source"] == "renew-a-certificate"
    assert desk.standing("R-1").owed_since is not None

    assert desk.handles("fix.done", {"ticket": "R-1", "says": "Done."}) == "solved"
    assert desk.standing("R-1").state == "solved"


def test_passes_up_what_the_fix_did_not_cure(desk: DeskBench) -> None:
    """A fix that did not help is a reason for the next desk."""
    desk.handles("ticket.triaged", desk.triaged("R-1", "The certificate expires in 3 days"))

    assert desk.handles("fix.failed", {"ticket": "R-1", "says": "It came back."}) == "passed"
    assert "It came back." in desk.told("ticket.passed")["reason"]
    assert desk.standing("R-1").desk == "L3"
