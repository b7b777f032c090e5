from __future__ import annotations

import json
from typing import Any

import pytest

from waooaw_cli.render.decisions import decision_json, decision_line

DECISION = {
    "schema": "waooaw.decision/1",
    "agent": "wow-refund-desk",
    "agent_version": "0.1.0",
    "event": "e-1",
    "woke": True,
    "outcome": "issue_refund",
    "rule": "small-refund",
    "boundary": None,
    "tier": "rules",
    "confidence": 1.0,
    "because": "Small refunds are within the desk's authority.",
    "cites": ["POL-7"],
    "cost_usd": 0.0,
    "latency_ms": 0.4,
    "action": "done",
    "at": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param(
            {},
            "e-1: issue_refund, by rule small-refund, action done"
            " - Small refunds are within the desk's authority.",
            id="rule",
        ),
        pytest.param(
            {"outcome": "approve", "rule": None, "tier": "model", "action": "none"},
            "e-1: approve, by model - Small refunds are within the desk's authority.",
            id="model",
        ),
        pytest.param(
            {"outcome": "escalate", "boundary": "no-cash", "action": "refused", "because": ""},
            "e-1: escalate, by rule small-refund, refused by boundary no-cash, action refused",
            id="boundary",
        ),
        pytest.param(
            {"rule": None, "tier": None, "action": "failed", "because": "x"},
            "e-1: issue_refund, action failed - x",
            id="no-tier",
        ),
        pytest.param(
            {"woke": False, "outcome": None, "rule": None, "tier": None, "because": ""},
            "e-1: asleep",
            id="asleep",
        ),
        pytest.param(
            {"event": "e\n2", "because": "a\x1b[2Jb", "rule": None, "tier": None},
            "e\\n2: issue_refund, action done - a\\x1b[2Jb",
            id="hostile",
        ),
    ],
)
def test_a_decision_is_one_line_for_a_person(changes: dict[str, Any], line: str) -> None:
    """It says what was decided, by what and why, and never holds a time or a cost."""
    assert decision_line(DECISION | changes) == line


def test_the_kind_of_event_is_told_where_it_is_known() -> None:
    """The decision itself does not hold it."""
    line = decision_line(DECISION, event_type="refund.requested")

    assert line.startswith("e-1 (refund.requested): issue_refund")


def test_a_decision_is_one_line_of_json_with_sorted_keys() -> None:
    """The same decision gives the same bytes, and nothing of it is lost."""
    line = decision_json(DECISION | {"because": "a\nb é"})

    assert json.loads(line) == DECISION | {"because": "a\nb é"}
    assert list(json.loads(line)) == sorted(DECISION)
    assert len(line.splitlines()) == 1
