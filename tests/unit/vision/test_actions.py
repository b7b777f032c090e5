"""The guardian: rules on actions, asked about each decision of a running agent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fakes.plain_desk import desk
from fakes.policy_text import ACTION_RULE, policy_text
from hypothesis import given
from hypothesis import strategies as st

from waooaw import Event, InputError
from waooaw.expressions import Condition, Scope, compile_condition
from waooaw.rulebook import Verdict
from waooaw.spec import AgentSpec
from waooaw.vision import Layers, Rule, Severity, Subject, layers_of, rules_on
from waooaw.vision.actions import Action, violated_by_action
from waooaw.vision.examples import judged_example
from waooaw.vision.guardian import Guardian, Judged
from waooaw.vision.rules import Requirement

TODAY = date(2026, 6, 1)
PAY = {"name": "pay", "description": "Pay it.", "effect": "external", "input": {"note": "string"}}


def layers(*rules: str, **fields: str) -> Layers:
    return layers_of((("vision/p.yaml", policy_text(*rules, **fields)),) if rules else (), TODAY)


def judged(
    verdict: Verdict,
    *,
    spec: AgentSpec | None = None,
    data: Any = None,
    by: Layers | None = None,
    because: str = "It is small.",
    today: date = TODAY,
    source: str = "/shop",
) -> Judged:
    event = Event.from_mapping(
        {"id": "e-1", "type": "refund.requested", "source": source, "data": data or {}}
    )
    guardian = Guardian(spec or desk(skills=[PAY]), by or layers())
    return guardian.judged(Action(verdict, because), event, {}, today)


@pytest.mark.parametrize("rule", rules_on(Subject.ACTION), ids=lambda rule: rule.id)
def test_the_examples_of_every_rule_are_true(rule: Rule) -> None:
    """The bad one is stopped by that rule alone, the good one by none of them."""
    every = rules_on(Subject.ACTION)

    assert [one.rule for one in judged_example(every, Subject.ACTION, rule.bad, least=True)] == [
        rule.id
    ]
    assert judged_example(every, Subject.ACTION, rule.good, least=True) == ()


@pytest.mark.parametrize(
    ("verdict", "stops"),
    [
        (Verdict("approve", rule="small"), None),
        (Verdict("pay", rule="small"), None),
        (Verdict("reject", tier="otherwise"), None),
        (Verdict("pay", tier="model", confidence=0.9), "VIS-A001"),
        (Verdict("pay", tier="cache", confidence=0.9), "VIS-A001"),
        (Verdict("pay", tier="otherwise"), "VIS-A002"),
        (Verdict("wire_everything", rule="small"), "VIS-A003"),
        (Verdict("approve", tier="model", confidence=0.9, cost_usd=5.0), "VIS-A005"),
        (Verdict("approve", tier="model", confidence=float("nan")), "VIS-A007"),
        (Verdict("approve", tier="model", confidence=0.9, cost_usd=-1.0), "VIS-A007"),
    ],
    ids=str,
)
def test_the_core_stops_what_nobody_may_do(verdict: Verdict, stops: str | None) -> None:
    """Whatever decided it: an effect needs a rule or a person, and figures have to be possible."""
    found = judged(verdict)

    assert (found.stopped.rule if found.stopped else None) == stops


def test_a_reason_is_part_of_a_decision() -> None:
    """A decision that gives none is stopped, and the rule is cited with layer and version."""
    found = judged(Verdict("approve", rule="small"), because="")

    assert found.stopped is not None
    assert found.stopped.message == "approve is decided without a reason"
    assert found.stopped.citation.startswith("VIS-A006 (core ")


def test_an_approval_is_what_a_model_needs() -> None:
    """A skill that waits for a person may be chosen by a model."""
    spec = desk(skills=[PAY], boundaries={"approval": ["pay"]})

    assert judged(Verdict("pay", tier="model", confidence=0.9), spec=spec).stopped is None


@pytest.mark.parametrize(
    ("note", "stopped"), [("AKIAIOSFODNN7EXAMPLE", True), ("Thank you.", False)], ids=str
)
def test_a_secret_does_not_leave(note: str, stopped: bool) -> None:
    """What the skill would be handed is looked at, not what else the event brings."""
    found = judged(Verdict("pay", rule="small"), data={"note": note, "other": "AKIA" + "A" * 16})

    assert (found.stopped is not None) is stopped


@pytest.mark.parametrize(
    ("source", "stopped"),
    [("/agents/wow-desk", True), ("wow-desk", True), ("/shop/wow-desk-two", False)],
)
def test_an_agent_does_not_act_on_its_own_events(source: str, stopped: bool) -> None:
    """Else it would go round in circles in the world."""
    found = judged(Verdict("pay", rule="small"), source=source)

    assert (found.stopped is not None) is stopped


def test_a_policy_judges_actions_too_and_is_cited() -> None:
    """Its name and version stand in the citation, the event's value in the message."""
    found = judged(Verdict("pay", rule="small"), data={"amount": 2000}, by=layers(ACTION_RULE))

    assert found.stopped is not None
    assert found.stopped.message == "2000 is too much for pay"
    assert found.stopped.citation == "PAY-003 (policy payments 1.2.0)"
    assert judged(Verdict("pay", rule="x"), data={"amount": 2}, by=layers(ACTION_RULE)) == Judged()


def test_what_has_no_answer_is_stopped() -> None:
    """An event without the field that a rule asks for is not innocent."""
    found = judged(Verdict("pay", rule="small"), by=layers(ACTION_RULE))

    assert found.stopped is not None
    assert "could not be judged" in found.stopped.message


def test_a_warning_advises_and_stops_nothing() -> None:
    """It goes into the journal with its citation."""
    by = layers(ACTION_RULE.replace("severity: error", "severity: warning"))

    found = judged(Verdict("pay", rule="small"), data={"amount": 2000}, by=by)

    assert found.stopped is None
    assert found.advice == ("PAY-003 (policy payments 1.2.0) advises: 2000 is too much for pay",)


def test_a_policy_judges_on_its_days_only() -> None:
    """An agent runs for months: the day is asked for anew with every decision."""
    by = layers(ACTION_RULE, effective="2026-06-01", expires="2026-06-30")
    guardian = Guardian(desk(skills=[PAY]), by)
    event = Event.from_mapping(
        {"id": "e-1", "type": "refund.requested", "source": "/shop", "data": {"amount": 2000}}
    )
    action = Action(Verdict("pay", rule="small"), "It is small.")

    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 6, 30)]
    stopped = [guardian.judged(action, event, {}, day).stopped is not None for day in days]

    assert stopped == [True, False, True]


def test_policies_that_contradict_the_core_start_no_agent() -> None:
    """Conflicts are found when the rules are loaded, not when they bite."""
    by = layers(ACTION_RULE.replace("PAY-003", "VIS-A001"))

    with pytest.raises(InputError, match="VIS-A001 is a rule of waooaw"):
        Guardian(desk(), by)


CONDITIONS = (
    "true",
    "false",
    "event.data.amount > 10",
    "event.data.amount / event.data.zero > 1",
    'decision.tier == "model" // a comment',
    "event.data.lines.all(line, line > 0)",
    "decision.confidence >= 0.5 || decision.rule != ''",
)


@given(
    pairs=st.lists(
        st.tuples(st.sampled_from((None, *CONDITIONS)), st.sampled_from(CONDITIONS)),
        min_size=1,
        max_size=70,
    ),
    data=st.fixed_dictionaries(
        {}, optional={"amount": st.integers(), "zero": st.just(0), "lines": st.lists(st.integers())}
    ),
    tier=st.sampled_from(("rules", "model")),
)
def test_asked_as_one_says_what_each_would_say(
    pairs: list[tuple[str | None, str]], data: dict[str, Any], tier: str
) -> None:
    """Whatever conditions are joined: faults, comments and all."""

    def compiled(text: str) -> Condition:
        return compile_condition(text, Scope.ACTION)

    rules = [
        replace(
            rules_on(Subject.ACTION)[0],
            id=f"PAY-{number:03}",
            judgement=Requirement((), None if when is None else compiled(when), compiled(need), ()),
        )
        for number, (when, need) in enumerate(pairs)
    ]
    event = Event.from_mapping({"type": "a", "data": data}, default_id="e")
    action = Action(Verdict("approve", tier=tier), "x")

    def said(chosen: Sequence[Rule]) -> list[str]:
        return [one.rule for one in violated_by_action(chosen, desk(), action, event)]

    assert said(rules) == [name for rule in rules for name in said([rule])]


def test_the_first_rule_that_is_not_met_is_named_whatever_stands_behind_it() -> None:
    """The core comes first; sixty rules are asked as one and told apart only where one objects."""
    many = [ACTION_RULE.replace("PAY-003", f"PAY-{number:03}") for number in range(50)]
    by = layers(*many)

    found = judged(Verdict("pay", tier="model", confidence=0.9), data={"amount": 2000}, by=by)
    policy = judged(Verdict("pay", rule="small"), data={"amount": 2000}, by=by)

    assert found.stopped is not None
    assert found.stopped.rule == "VIS-A001"
    assert policy.stopped is not None
    assert policy.stopped.rule == "PAY-000"
    assert {rule.severity for rule in rules_on(Subject.ACTION)} == {Severity.ERROR}
