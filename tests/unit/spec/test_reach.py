"""Rules that can never match and boundaries that can never refuse."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from waooaw.consistency import objections
from waooaw.spec import AgentSpec


def _said(
    *conditions: str, boundary: str = 'event.data.channel == "cash"', topic: str = "refund.asked"
) -> Sequence[str]:
    spec = AgentSpec.model_validate(
        {
            "name": "wow-desk",
            "purpose": "Decide.",
            "domain": "payments",
            "owner": "qa@example.com",
            "wake": [{"topic": topic}],
            "rules": [
                {"id": f"r{number}", "when": when, "then": "approve", "because": "So it is."}
                for number, when in enumerate(conditions)
            ],
            "boundaries": {"never": [{"id": "b", "when": boundary, "because": "It is not ours."}]},
            "collaborators": {"escalates_to": "qa@example.com"},
            "examples": [{"event": {"type": "order.made"}, "expect": {"wakes": False}}],
        }
    )
    return [one.message for one in objections(spec)]


@pytest.mark.parametrize(
    "conditions",
    [
        ("event.data.n <= 500", "event.data.n < 500"),
        ("event.data.n <= 500", "event.data.n <= 500.0 && event.data.gift"),
        ("event.data.n > 5", "event.data.x == 1", "event.data.n > 10 && event.data.n < 20"),
        ("event.data.n >= 5", "event.data.n == 5"),
        ("false",),
        ("event.type == 'order.made'",),
        ("event.data.n > 5 && event.data.n < 3",),
        ("event.data.n > 5 && event.data.n <= 5 && event.data.x",),
    ],
)
def test_a_rule_that_can_never_match(conditions: tuple[str, ...]) -> None:
    """A wider rule before it, another topic or a contradiction: the last rule never decides."""
    [said] = _said(*conditions)

    assert said.startswith(f"the rule 'r{len(conditions) - 1}' can never match")


@pytest.mark.parametrize(
    "conditions",
    [
        ("event.data.n < 500", "event.data.n <= 500"),
        ("event.data.n < 500", "event.data.n < 100 || event.data.n > 600"),
        ("event.data.n < 500", "event.data.m < 100"),
        ("event.data.n < 500 && event.data.gift", "event.data.n < 100"),
        ("event.data.n < 500", "!(event.data.n < 100)"),
        ("event.data.n < 500", "event.data.n < 100 ? event.data.x : event.data.y"),
        ("event.data.n >= 5 && event.data.n <= 5",),
        ("event.data.n > 1 && event.data.n < 9", "event.data.n > 2 && event.data.n < 10"),
    ],
)
def test_a_rule_that_may_match(conditions: tuple[str, ...]) -> None:
    """What is not certain is let pass."""
    assert _said(*conditions) == []


def test_any_topic_may_wake() -> None:
    """Where a pattern wakes the agent, a rule for one topic below it may match."""
    assert _said("event.type == 'order.made'", topic="refund.**") == []


@pytest.mark.parametrize(
    ("boundary", "said"),
    [
        ('decision.outcome == "pay" && event.data.n > 5', "no outcome of this agent fits"),
        ('decision.rule in ["r7", "r8"]', "no rule of this agent fits"),
    ],
)
def test_a_boundary_that_can_never_refuse(boundary: str, said: str) -> None:
    """A boundary about what the agent does not have protects nothing."""
    assert _said("event.data.n > 5", boundary=boundary) == [
        f"the boundary 'b' can never refuse: {said}"
    ]


@pytest.mark.parametrize(
    "boundary",
    [
        'decision.outcome == "approve"',
        'decision.outcome != "pay"',
        'decision.rule == "r0" || decision.outcome == "pay"',
        'decision.rule == ""',
        "decision.confidence < 0.5",
        "false",
    ],
)
def test_a_boundary_that_may_refuse(boundary: str) -> None:
    """What fits some decision is let pass; what is constant is the vision's to judge."""
    assert _said("event.data.n > 5", boundary=boundary) == []
