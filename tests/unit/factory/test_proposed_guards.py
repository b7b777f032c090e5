"""A guard changes no decision: it says what a missing field meant all along."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.errors import ConditionFault
from waooaw.expressions import Facts, Scope, compile_condition
from waooaw_cli.factory.proposed_files import NotProposed
from waooaw_cli.factory.proposed_guards import _rewritten

KEYS = ("a", "b", "c", "id")

leaves = st.sampled_from(
    [
        "event.data.a == 1",
        'event.data.b != "x && y || (z"',
        "event.data.c.id > 1",
        "event.data.a == event.data.b",
        "!event.data.c.id",
        "!(event.data.a < 2)",
        "has(event.data.c.id)",
        "has(event.data.a)",
        "event.data.a in [1, 2]",
        "context.a == 1",
        "true",
        "event.type == 'x'",
    ]
)
conditions = st.recursive(
    leaves,
    lambda inner: st.tuples(inner, st.sampled_from([" && ", "||"]), inner).map(
        lambda parts: f"({parts[0]}{parts[1]}{parts[2]})"
    ),
    max_leaves=5,
)
values = st.sampled_from([1, 2, "x", True])
events = st.fixed_dictionaries(
    {}, optional={"a": values, "b": values, "c": st.fixed_dictionaries({}, optional={"id": values})}
)


def answer(condition: str, data: dict[str, Any]) -> bool | None:
    facts = {"event.type": "x", "event.data": data, "context": {}}
    try:
        return compile_condition(condition, Scope.BOUNDARY).holds(Facts(Scope.BOUNDARY, facts))
    except ConditionFault:
        return None


@given(conditions, events, st.booleans())
def test_the_answer_stays_and_no_answer_becomes_what_it_meant(
    condition: str, data: dict[str, Any], refuses: bool
) -> None:
    """False for a rule, true for a boundary; a value of a wrong type has no answer still."""
    before = answer(condition, data)
    after = answer(_rewritten(condition, KEYS, refuses=refuses), data)

    assert after == (refuses if before is None else before) or after is None is before


@given(conditions, st.sampled_from([{}, {"a": 1}, {"a": 1, "b": "x"}]), st.booleans())
def test_whatever_is_missing_has_an_answer_then(
    condition: str, data: dict[str, Any], refuses: bool
) -> None:
    """Where the values that are there have the types that they are compared with."""
    assert answer(_rewritten(condition, KEYS, refuses=refuses), data) is not None


@pytest.mark.parametrize(
    "condition",
    [
        "event.data.a > 1 ? true : event.data.b",
        "!(event.data.a == 1 && event.data.b == 2)",
        "event.data.a.exists(one, one == 1 || one == 2)",
        "[event.data.a].all(one, one > 1)",
        "(event.data.a == 1 && true) == event.data.b",
        "event.data.a == 1 // for ever",
    ],
)
def test_what_is_too_intricate_is_left_to_a_person(condition: str) -> None:
    """A missing part may decide there what it does not elsewhere."""
    with pytest.raises(NotProposed, match="too intricate"):
        _rewritten(condition, KEYS, refuses=True)


@pytest.mark.parametrize(
    ("condition", "rule", "boundary"),
    [
        pytest.param(
            "event.data.a == 1",
            "(has(event.data.a) && event.data.a == 1)",
            "(!has(event.data.a) || event.data.a == 1)",
            id="alone",
        ),
        pytest.param(
            "event.type == 'event.data.a' && ( event.data.c.id > 1 )",
            "event.type == 'event.data.a' && ( (has(event.data.c) && has(event.data.c.id) &&"
            " event.data.c.id > 1) )",
            "event.type == 'event.data.a' && ( (!(has(event.data.c) && has(event.data.c.id)) ||"
            " event.data.c.id > 1) )",
            id="below",
        ),
        pytest.param("event.data.x == 1", "event.data.x == 1", "event.data.x == 1", id="other"),
        pytest.param(
            "event.data.a.size() > 1 || true", *["event.data.a.size() > 1 || true"] * 2, id="m"
        ),
    ],
)
def test_a_guard_stands_at_the_comparison(condition: str, rule: str, boundary: str) -> None:
    """And nowhere else; texts are no fields."""
    keys = () if condition.endswith("|| true") else KEYS

    assert _rewritten(condition, keys, refuses=False) == rule
    assert _rewritten(condition, keys, refuses=True) == boundary
