"""A specification's conditions, compiled once and asked for every event. Pure: no store, no clock.

What an error in a condition means depends on its place (DESIGN, "Decisions, exactly"): asleep for
a wake condition, no match for a rule, refused for a boundary. It is always reported as a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waooaw.errors import ConditionFault
from waooaw.events import Event, TopicPattern
from waooaw.expressions import Condition, Facts, Scope, compile_condition
from waooaw.spec import AgentSpec, Boundary, Rule

__all__ = ["Match", "Refusal", "Rulebook", "Verdict", "Waking"]

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Waking:
    """Say whether an event wakes the agent, and which conditions had no answer."""

    awake: bool
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Name the first rule that matches, if any, and which conditions before it had no answer."""

    rule: Rule | None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Name the first boundary that refuses, if any, and which conditions had no answer."""

    boundary: Boundary | None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold what boundary conditions see as `decision`.

    Attributes:
        outcome: approve, reject, escalate, defer or a skill's name.
        rule: The rule's id; empty where no rule decided.
        tier: rules, cache, model or otherwise.
        confidence: In [0, 1].
        cost_usd: What the decision cost so far.
    """

    outcome: str
    rule: str = ""
    tier: str = "rules"
    confidence: float = 1.0
    cost_usd: float = 0.0

    def variables(self) -> dict[str, Any]:
        """Return what conditions see, by qualified names, as `Event.variables` does."""
        return {
            "decision.outcome": self.outcome,
            "decision.rule": self.rule,
            "decision.tier": self.tier,
            "decision.confidence": self.confidence,
            "decision.cost_usd": self.cost_usd,
        }


class Rulebook:
    """Answer which rule, wake condition or boundary of one specification applies to an event.

    Raises:
        InputError: A topic or a condition of the specification does not compile.
    """

    def __init__(self, spec: AgentSpec) -> None:
        self._wakes = tuple(
            (TopicPattern(wake.topic), _compiled(wake.when, Scope.WAKE)) for wake in spec.wake
        )
        self._rules = tuple((rule, compile_condition(rule.when, Scope.RULE)) for rule in spec.rules)
        self._boundaries = tuple(
            (boundary, compile_condition(boundary.when, Scope.BOUNDARY))
            for boundary in spec.boundaries.never
        )

    def facts(self, event: Event, context: Mapping[str, Any] = _NOTHING) -> Facts:
        """Convert an event once, for `wakes` and `match` alike."""
        return Facts(Scope.RULE, {**event.variables(), "context": context})

    def wakes(
        self, event: Event, context: Mapping[str, Any] = _NOTHING, *, given: Facts | None = None
    ) -> Waking:
        """Tell whether any wake entry fits; an entry whose condition has no answer does not."""
        faults: list[str] = []
        for pattern, condition in self._wakes:
            if not pattern.matches(event.type):
                continue
            if condition is None:
                return Waking(awake=True, faults=tuple(faults))
            given = given or self.facts(event, context)
            if _holds(condition, given, faults):
                return Waking(awake=True, faults=tuple(faults))
        return Waking(awake=False, faults=tuple(faults))

    def match(
        self, event: Event, context: Mapping[str, Any] = _NOTHING, *, given: Facts | None = None
    ) -> Match:
        """Return the first rule, in the order of the file, whose condition holds."""
        given = given or self.facts(event, context)
        faults: list[str] = []
        for rule, condition in self._rules:
            if _holds(condition, given, faults):
                return Match(rule, tuple(faults))
        return Match(None, tuple(faults))

    def refusal(self, event: Event, context: Mapping[str, Any], verdict: Verdict) -> Refusal:
        """Return the first boundary that refuses; one whose condition has no answer refuses."""
        if not self._boundaries:
            return Refusal(None)
        values = {**event.variables(), "context": context, **verdict.variables()}
        given = Facts(Scope.BOUNDARY, values)
        for boundary, condition in self._boundaries:
            try:
                refuses = condition.holds(given)
            except ConditionFault as fault:
                return Refusal(boundary, (fault.message,))
            if refuses:
                return Refusal(boundary)
        return Refusal(None)


def _compiled(source: str | None, scope: Scope) -> Condition | None:
    return None if source is None else compile_condition(source, scope)


def _holds(condition: Condition, given: Facts, faults: list[str]) -> bool:
    try:
        return condition.holds(given)
    except ConditionFault as fault:
        faults.append(fault.message)
        return False
