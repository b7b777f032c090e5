"""Every rule that ships is explained by examples, and its examples are true."""

from __future__ import annotations

import pytest
from fakes.plain_desk import desk, desk_with

from waooaw.vision import (
    Layer,
    Rule,
    Subject,
    all_rules,
    core_digest,
    core_rules,
    judge_spec,
    vision_rules,
)
from waooaw.vision.examples import judged_example


def violated(rule: Rule, example: str, *, least: bool) -> set[str]:
    rules = all_rules() if rule.applies_to is Subject.CODE else (rule,)
    if rule.applies_to is Subject.SPEC:
        return {one.rule for one in judge_spec(desk_with(example))}
    return {one.rule for one in judged_example(rules, rule.applies_to, example, least=least)}


JUDGED = [rule for rule in all_rules() if rule.applies_to is not Subject.PACKAGE]


@pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: rule.id)
def test_the_bad_example_violates_its_rule(rule: Rule) -> None:
    """What `waooaw explain` shows as bad is found by that rule."""
    assert rule.id in violated(rule, rule.bad, least=False)


@pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: rule.id)
def test_the_good_example_does_not(rule: Rule) -> None:
    """What `waooaw explain` shows as good is left alone by that rule."""
    assert rule.id not in violated(rule, rule.good, least=True)


def test_a_plain_desk_violates_nothing() -> None:
    """What the examples are laid over is innocent itself."""
    assert judge_spec(desk()) == ()


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_says_why_and_what_to_do(rule: Rule) -> None:
    """Title, reason and way out are sentences, and the two examples differ."""
    assert len(rule.title.split()) > 2
    assert len(rule.why.split()) > 8
    assert len(rule.fix.split()) > 2
    assert rule.bad != rule.good


def test_ids_are_unique_and_the_core_is_large_enough() -> None:
    """No two rules share an id, and the immutable core has more than a dozen."""
    ids = [rule.id for rule in all_rules()]

    assert len(ids) == len(set(ids))
    assert len(core_rules()) >= 12
    assert all(rule.layer is Layer.CORE for rule in core_rules())
    assert all(rule.id.startswith(("VIS-C", "VIS-R", "VIS-A")) for rule in core_rules())


GROUPS = {
    *("Boundaries", "Budget and cost", "Collaboration", "Compatibility", "Deterministic first"),
    *("External effects", "Failures", "Handover", "Idempotent effects", "Journal, bus and runtime"),
    *("Network and models", "Ownership and escalation", "Personal data", "Promises to customers"),
    *("Reasons and citations", "Secrets", "Structure", "Time-outs and the event loop"),
}


def test_the_vision_has_sixty_rules_and_each_carries_a_principle() -> None:
    """Grouped, numbered by what they judge, in the core or beside it."""
    rules = vision_rules()
    begins = {Subject.CHANGE: "VIS-R", Subject.ACTION: "VIS-A"}

    assert len(rules) >= 60
    assert {rule.group for rule in rules} == GROUPS
    for rule in rules:
        usual = "VIS-C" if rule.layer is Layer.CORE else "VIS-S"
        assert rule.id.startswith(begins.get(rule.applies_to, usual))


def test_the_core_has_one_digest() -> None:
    """The digest is a SHA-256 and the same every time it is asked for."""
    digest = core_digest()

    assert len(bytes.fromhex(digest)) == 32
    assert digest == core_digest()
