"""What may be repeated of a journal: plain names, and nobody's data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw_cli.factory.naming_evidence import (
    agent_named,
    event_named,
    fingerprint_named,
    identifier,
    outcome_named,
    topic_named,
)


@pytest.mark.parametrize(
    "name",
    ["e-1", "order:77.a_b", "550e8400-e29b-41d4-a716-446655440000", "01ARZ3NDEKTSV4RRFFQ69G5FAV"],
)
def test_a_plain_id_is_named_as_it_is(name: str) -> None:
    """So that a person finds the event in the journal."""
    assert event_named(name) == name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("maria@example.com", id="address"),
        pytest.param("+4915112345678", id="telephone"),
        pytest.param("card.4111111111111111", id="card"),
        pytest.param("card:4111-1111-1111-1111", id="card-with-hyphens"),
        pytest.param("AKIAIOSFODNN7EXAMPLE", id="key"),
        pytest.param("ghp_" + "a1B2" * 9, id="long-word"),
        pytest.param("e\n--- a/x", id="line"),
        pytest.param("e'\"", id="quotes"),
        pytest.param("\u202egnp.exe", id="direction"),
        pytest.param("\ud800", id="half-a-pair"),
        pytest.param("", id="nothing"),
        pytest.param("x" * 10_000_000, id="ten-megabytes"),
    ],
)
def test_any_other_is_told_by_its_digest(name: str) -> None:
    """The same id by the same digest."""
    assert event_named(name) == event_named(name)
    assert event_named(name).startswith("sha256:")
    assert topic_named(name) is None
    assert identifier(name) is None


@given(st.text())
def test_whatever_is_named_stays_on_its_line(text: str) -> None:
    """And within YAML, CEL, a comment and a diff."""
    for named in (event_named(text), fingerprint_named(text), topic_named(text), identifier(text)):
        assert named is None or (named.isascii() and not set(named) & set("\r\n\t '\"#{}\\"))


def test_topics_patterns_and_names_are_held_to_their_form() -> None:
    """As a specification would be."""
    assert topic_named("refund.requested") == "refund.requested"
    assert [topic_named(one) for one in ("refund.*", "a..b", 7, None, "a." * 60 + "a")] == [
        None
    ] * 5
    assert agent_named("wow-x") == "wow-x"
    assert [agent_named(one) for one in ("Wow X", 7, "x\n")] == [None] * 3
    assert [outcome_named(one) for one in ("approve", "issue_refund")] == [
        "approve",
        "issue_refund",
    ]
    assert [outcome_named(one) for one in ("\u00fcber", "a b", None)] == [None] * 3
    assert fingerprint_named("ab" * 6) == "ab" * 6
