"""A specification is approved, modified in a way that is named and then passes, or rejected."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from fakes.policy_text import SPEC_RULE, policy_text, spec_rule

from waooaw.vision import Layers, Rule, Ruling, Subject, core_rules, layers_of, vision_rules
from waooaw.vision.examples import example_fields, plain_desk
from waooaw_cli.factory.ruling import Decided, decided

TODAY = date(2026, 6, 1)
MENDABLE = [
    rule for rule in vision_rules() if rule.mend is not None and rule.severity.value == "error"
]
PERSONS = [
    rule
    for rule in core_rules()
    if rule.mend is None and rule.applies_to is Subject.SPEC and rule.severity.value == "error"
]


def layers(*policies: bytes) -> Layers:
    return layers_of(tuple((f"{number}.yaml", one) for number, one in enumerate(policies)), TODAY)


def ruled(folder: Path, example: str, *policies: bytes) -> Decided:
    file = folder / "agent.yaml"
    fields = example_fields(example)
    # Examples of rules are about one thing; what the desk decides may contradict its own example.
    event = {"type": "refund.requested", "data": {"amount": 10, "channel": "card"}}
    plain = plain_desk({"examples": [{"event": event, "expect": {}}]} | fields).plain()
    file.write_text(f"# kept\n{yaml.safe_dump(plain, sort_keys=False)}", encoding="utf-8")
    return decided(file, ".", layers(*policies))


def mended(folder: Path, given: Decided, *policies: bytes) -> Decided:
    assert given.change is not None
    file = folder / "agent.yaml"
    file.write_bytes(given.change.after)
    return decided(file, ".", layers(*policies))


@pytest.mark.parametrize("rule", MENDABLE, ids=lambda rule: rule.id)
def test_what_a_rule_can_mend_passes_then(rule: Rule, tmp_path: Path) -> None:
    """The patch keeps comments, and makes it pass every layer."""
    given = ruled(tmp_path, rule.bad)

    assert given.ruling is Ruling.MODIFY
    assert rule.id in {one.violation.rule for one in given.citations}
    assert given.change is not None
    assert given.change.after.startswith(b"# kept\n")
    assert mended(tmp_path, given).ruling is Ruling.APPROVE


@pytest.mark.parametrize("rule", PERSONS, ids=lambda rule: rule.id)
def test_what_only_a_person_can_decide_is_rejected(rule: Rule, tmp_path: Path) -> None:
    """An owner or a reason is never made up."""
    given = ruled(tmp_path, rule.bad)

    assert given.ruling is Ruling.REJECT
    assert given.change is None
    assert [one.layer for one in given.citations] == ["core"] * len(given.citations)


def test_a_warning_is_cited_and_approved(tmp_path: Path) -> None:
    """It advises."""
    given = ruled(tmp_path, "limits: {error_rate: 0.2}\n")

    assert given.ruling is Ruling.APPROVE
    assert [one.violation.rule for one in given.citations] == ["VIS-S001"]


def test_a_budget_that_a_model_needs_is_a_persons_to_give(tmp_path: Path) -> None:
    """Nothing is free there, and nobody else may spend."""
    bad = "otherwise: model\nlimits: {monthly_usd: 0, decision_usd: 0.01}\n"

    assert ruled(tmp_path, bad).ruling is Ruling.REJECT
    always = 'boundaries: {never: [{id: x, when: "true", because: It is so.}]}\n'
    assert ruled(tmp_path, always).ruling is Ruling.REJECT


def test_a_policy_is_cited_with_its_version_and_mends(tmp_path: Path) -> None:
    """Of two that bound one number the lower one holds."""
    rule = SPEC_RULE.replace("    bad:", "    mend: {set: limits.monthly_usd, to: 50}\n    bad:")
    lower = spec_rule(
        "spec.limits.monthly_usd <= 20.0",
        good="limits: {monthly_usd: 10}",
        bad="limits: {monthly_usd: 40}",
    ).replace("    bad:", "    mend: {set: limits.monthly_usd, to: 20}\n    bad:")
    policies = (policy_text(rule), policy_text(lower, name="finance"))

    given = ruled(tmp_path, "limits: {monthly_usd: 80}", *policies)

    assert given.ruling is Ruling.MODIFY
    assert [(one.layer, one.version) for one in given.citations] == [
        ("policy", "payments 1.2.0"),
        ("policy", "finance 1.2.0"),
    ]
    assert [(one.path, one.value) for one in given.modifications] == [
        (("limits", "monthly_usd"), 20)
    ]
    assert mended(tmp_path, given, *policies).ruling is Ruling.APPROVE


def test_a_mend_that_does_not_help_is_none(tmp_path: Path) -> None:
    """What is offered passes, or nothing is offered."""
    for mend in (
        "{set: limits.monthly_usd, to: 60}",
        "{set: limits.monthly_usd, to: many}",
        "{set: limits.monthly_usd, to: '{spec.none}'}",
        "{set: limits.monthly_usd.deeper, to: 1}",
        "{set: limits.monthly_usd, to: 50, when: spec.kind == 'customer'}",
        "{set: limits.monthly_usd, to: 50, when: spec.nothing}",
        "{add: limits, to: 5}",
    ):
        rule = SPEC_RULE.replace("    bad:", f"    mend: {mend}\n    bad:")
        given = ruled(tmp_path, "limits: {monthly_usd: 80}", policy_text(rule))
        assert given.ruling is Ruling.REJECT, mend


def test_several_entries_go_at_once(tmp_path: Path) -> None:
    """The hindmost first."""
    bad = "collaborators: {consults: [wow-desk, wow-a, wow-desk], escalates_to: x@example.com}"

    given = ruled(tmp_path, bad)

    assert mended(tmp_path, given).ruling is Ruling.APPROVE
    assert b"wow-a" in (tmp_path / "agent.yaml").read_bytes()


def test_nothing_is_approved_while_rules_contradict_each_other(tmp_path: Path) -> None:
    """Which of the two holds is for people to say."""
    taken = policy_text(SPEC_RULE.replace("PAY-001", "VIS-C002"))

    given = ruled(tmp_path, "{}", taken)

    assert given.ruling is Ruling.REJECT
    assert given.conflicts == 1
