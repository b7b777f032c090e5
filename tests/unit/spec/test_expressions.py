"""Conditions: what compiles, what is refused, and what an error means."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.errors import ConditionFault, InputError
from waooaw.expressions import Facts, Scope, compile_condition

EVENT: dict[str, Any] = {
    "event.id": "e-1",
    "event.type": "refund.requested",
    "event.source": "/shop",
    "event.subject": "",
    "event.time": "2026-01-01T00:00:00Z",
    "event.data": {"amount": 120, "tags": ["seo", "blog"], "customer": {"blocked": False}},
    "context": {"seen": 3},
}


def holds(source: str, **data: Any) -> bool:
    values = EVENT | ({"event.data": data} if data else {})
    return compile_condition(source, Scope.RULE).holds(Facts(Scope.RULE, values))


@pytest.mark.parametrize(
    "source",
    [
        "true",
        "event.data.amount > 0",
        "event.data.amount <= 500.5",
        '"seo" in event.data.tags',
        "has(event.data.customer) && event.data.customer.blocked == false",
        "!has(event.data.receipt)",
        'event.type.startsWith("refund.")',
        'event.type.matches("(?i)REFUND")',
        "context.seen == 3",
        "size(event.data.tags) == 2",
        'event.data.tags.exists(tag, tag == "blog")',
        'timestamp(event.time) < timestamp("2027-01-01T00:00:00Z")',
        "event.data.missing == 1 || true",
    ],
)
def test_conditions_over_event_and_context_hold(source: str) -> None:
    """The language of the contract works on plain JSON."""
    assert holds(source)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("evnt.data.x > 1", "'evnt.data.x', which does not exist"),
        ("event.foo == 1", "'event.foo', which does not exist"),
        ("event == 1", "'event', which does not exist"),
        ("decision.outcome == 'x'", "'decision.outcome', which does not exist"),
        ("event.data.x >> 1", "is not valid CEL at character 15"),
        ("__import__('os').system('x') == 0", "does not exist"),
        ("event.type == 5", "no matching overload"),
        ("1 + 1", "gives int"),
        ("event.type", "gives string"),
        ('event.time > timestamp("2020-01-01T00:00:00Z")', "event.time, which is text"),
        ("", "is empty"),
        ("   ", "is empty"),
        ("has(event.subject)", "has(event.subject) asks for what is always there"),
        ("has( context )", "has(context) asks for what is always there"),
        ("(" * 40 + "true" + ")" * 40, "is not valid CEL"),
        ("true || " * 1000 + "true", "longer than 4,000 characters"),
    ],
)
def test_a_condition_that_cannot_work_is_refused_when_it_is_read(source: str, says: str) -> None:
    """Unknown names, wrong types and other languages are found before anything runs."""
    with pytest.raises(InputError) as caught:
        compile_condition(source, Scope.RULE)

    assert says in caught.value.message


@pytest.mark.parametrize(
    "source",
    [
        "event.data.missing == 1",
        "event.data.amount.deeper == 1",
        "event.data.amount",
        "event.data.amount / 0 == 1",
        "event.data.amount + 9223372036854775807 > 0",
        "event.data.tags < 3",
        "event.data.t.all(a, event.data.t.all(b, event.data.t.all(c, a + b + c >= 0)))",
    ],
)
def test_a_condition_without_an_answer_is_a_fault_and_never_true(source: str) -> None:
    """A missing field, a wrong type, an overflow or a spent budget says neither yes nor no."""
    data = {"amount": 1, "tags": ["seo"], "t": list(range(300))}

    with pytest.raises(ConditionFault):
        holds(source, **data)


@pytest.mark.parametrize("value", [10**30, -(10**30)])
def test_values_beyond_64_bits_are_a_fault(value: int) -> None:
    """An event may hold numbers that CEL cannot: no condition has an answer then, none crashes."""
    with pytest.raises(ConditionFault):
        holds("event.data.amount > 0", amount=value)


def test_the_boundary_scope_sees_the_decision() -> None:
    """A boundary may ask what was decided, and at what cost."""
    condition = compile_condition(
        'decision.outcome == "pay" && decision.cost_usd < 0.5', Scope.BOUNDARY
    )
    decision = {
        "decision.outcome": "pay",
        "decision.rule": "",
        "decision.tier": "rules",
        "decision.confidence": 1.0,
        "decision.cost_usd": 0.1,
    }

    assert condition.holds(Facts(Scope.BOUNDARY, EVENT | decision))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("true", True),
        ("1 == 1", True),
        ("true || event.data.x", True),
        ("false", False),
        ("event.data.x > 1", None),
        ("has(event.data.x)", None),
    ],
)
def test_a_condition_knows_whether_it_is_the_same_for_every_event(
    source: str, value: bool | None
) -> None:
    """Constant conditions are told apart from those that look at the event."""
    assert compile_condition(source, Scope.RULE).constant() is value


def test_a_condition_may_be_constant_for_one_topic() -> None:
    """Where the type is known, a condition on nothing else has one answer."""
    condition = compile_condition('event.type == "a.b" || event.data.x', Scope.RULE)

    assert condition.constant() is None
    assert condition.constant({"event.type": "a.b"}) is True
    assert condition.constant({"event.type": "a.c"}) is None


def test_a_condition_knows_what_it_looks_at() -> None:
    """A wake condition on the context has to be asked after recall."""
    assert compile_condition("has(context.x)", Scope.WAKE).mentions("context")
    assert not compile_condition("event.data.x == 1", Scope.WAKE).mentions("context")


@given(st.text(max_size=60))
def test_no_text_brings_anything_but_a_condition_or_a_refusal(source: str) -> None:
    """Whatever the text, the compiler answers or refuses."""
    with contextlib.suppress(InputError):
        assert compile_condition(source, Scope.RULE).source == source
