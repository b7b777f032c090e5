"""What wakes, which rule wins, what is refused, and what an error means in each place."""

from __future__ import annotations

from typing import Any

from waooaw.events import Event
from waooaw.rulebook import Rulebook, Verdict
from waooaw.spec import AgentSpec


def rulebook(**fields: Any) -> Rulebook:
    return Rulebook(
        AgentSpec.model_validate(
            {
                "name": "wow-a",
                "purpose": "p",
                "domain": "d",
                "owner": "o",
                "wake": [{"topic": "a.*", "when": "event.data.x > 0"}, {"topic": "b"}],
                "rules": [
                    {"id": "one", "when": "event.data.y == 1", "then": "approve", "because": "y"},
                    {"id": "two", "when": "event.data.x == 1", "then": "reject", "because": "x"},
                    {"id": "all", "when": "true", "then": "defer", "because": "rest"},
                ],
                "collaborators": {"escalates_to": "e"},
                "examples": [{"event": {"type": "b"}, "expect": {}}],
            }
            | fields
        )
    )


def event(topic: str = "a.b", **data: Any) -> Event:
    return Event.from_mapping({"type": topic, "data": data}, default_id="1")


def test_any_wake_entry_is_enough() -> None:
    """An event wakes the agent when one entry fits, topic and condition."""
    book = rulebook()

    assert book.wakes(event(x=1)).awake
    assert not book.wakes(event(x=0)).awake
    assert book.wakes(event("b")).awake
    assert not book.wakes(event("c", x=1)).awake


def test_an_error_in_a_wake_condition_is_asleep_and_told() -> None:
    """A condition without an answer does not wake, and the fault is kept."""
    waking = rulebook().wakes(event())

    assert not waking.awake
    assert len(waking.faults) == 1


def test_the_first_rule_that_matches_wins() -> None:
    """Order in the file is order of precedence."""
    book = rulebook()

    def winner(**data: Any) -> str | None:
        rule = book.match(event(**data)).rule
        return rule.id if rule else None

    assert winner(y=1, x=1) == "one"
    assert winner(y=0, x=1) == "two"
    assert winner(y=0, x=5) == "all"


def test_an_error_in_a_rule_is_no_match_and_told() -> None:
    """A rule whose condition has no answer is passed over, not taken."""
    match = rulebook().match(event(x=1))

    assert match.rule is not None
    assert match.rule.id == "two"
    assert len(match.faults) == 1


def test_an_error_in_a_boundary_refuses() -> None:
    """A boundary fails closed: what it cannot judge does not happen."""
    book = rulebook(
        boundaries={
            "never": [{"id": "cash", "when": 'event.data.channel == "cash"', "because": "c"}]
        }
    )

    refusal = book.refusal(event(x=1), {}, Verdict("approve"))
    allowed = book.refusal(event(channel="card"), {}, Verdict("approve"))

    assert refusal.boundary is not None
    assert refusal.faults
    assert allowed.boundary is None


def test_no_match_is_said_as_such() -> None:
    """Where no rule matches, the match is empty."""
    book = rulebook(
        rules=[{"id": "one", "when": "event.data.y == 1", "then": "approve", "because": "y"}]
    )

    assert book.match(event(y=2)).rule is None


def test_what_is_remembered_may_wake() -> None:
    """A wake condition sees the context that was recalled."""
    on_context = rulebook(wake=[{"topic": "b", "when": "has(context.open)"}])
    assert on_context.wakes(event("b"), {"open": 1}).awake
    assert not on_context.wakes(event("b")).awake
