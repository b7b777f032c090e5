"""The rules on two versions of a specification."""

from __future__ import annotations

import pytest
from fakes.plain_desk import desk

from waooaw.spec import AgentSpec
from waooaw.vision import Rule, Severity, Subject, judge_change, rules_on
from waooaw.vision.examples import example_versions


def rules(before: AgentSpec, after: AgentSpec) -> list[str]:
    return [one.rule for one in judge_change(before, after)]


@pytest.mark.parametrize("rule", rules_on(Subject.CHANGE), ids=lambda rule: rule.id)
def test_the_bad_example_is_worse_and_the_good_one_is_not(rule: Rule) -> None:
    """What `waooaw explain` shows of a change is true."""
    assert rules(*example_versions(rule.bad)) == [rule.id]
    assert rule.id not in rules(*example_versions(rule.good))


def test_nothing_is_worse_in_what_is_the_same() -> None:
    """A specification compared with itself has lost nothing."""
    assert judge_change(desk(), desk()) == ()


@pytest.mark.parametrize(
    ("then", "expected"), [("approve", ["VIS-R006"]), ("escalate", [])], ids=["decides", "stays"]
)
def test_a_rule_that_escalated_and_decides_now_is_worse(then: str, expected: list[str]) -> None:
    """The rule is still there under its id, and no longer asks anybody."""

    def with_rule(outcome: str) -> AgentSpec:
        rule = {"id": "odd", "when": "event.data.odd == true", "because": "It is odd."}
        return desk(rules=[rule | {"then": outcome}])

    found = judge_change(with_rule("escalate"), with_rule(then))

    assert [one.rule for one in found] == expected
    assert all(one.after == ("rules", 0, "then") for one in found)


def test_an_escalating_rule_that_is_gone_is_worse_unless_another_does_the_same() -> None:
    """Under another id, with the same condition, it still escalates."""
    rule = {"id": "odd", "when": "event.data.odd == true", "then": "escalate", "because": "Odd."}
    before = desk(rules=[rule])

    assert rules(before, desk()) == ["VIS-R006"]
    assert rules(before, desk(rules=[rule | {"id": "strange"}])) == []


def test_limits_of_service_advise_and_money_objects() -> None:
    """Money is refused, milliseconds are remarked."""
    found = judge_change(desk(), desk(limits={"monthly_usd": 99.0, "p95_ms": 250.0}))

    assert [(one.severity, one.subject) for one in found] == [
        (Severity.ERROR, "monthly_usd"),
        (Severity.WARNING, "p95_ms"),
    ]
    assert found[0].message == "monthly_usd goes from 30 to 99 USD"


def test_an_approval_of_a_skill_that_is_gone_is_not_missed() -> None:
    """Who removes the skill, which is another matter, need not keep its approval."""
    skill = {"name": "pay", "description": "Pay it.", "effect": "external"}
    before = desk(skills=[skill], boundaries={"approval": ["pay"]})

    assert rules(before, desk()) == ["VIS-R011"]
    assert rules(before, desk(skills=[skill])) == ["VIS-R005"]
