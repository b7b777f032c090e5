"""Judge what an agent is about to do, by the rules that judged it when it was made.

A rule on actions sees what a boundary sees, the action that would follow, and the specification.
One that is not met, or has no answer, stops the action: what could not be judged is not innocent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from waooaw.errors import ConditionFault
from waooaw.events import Event
from waooaw.expressions import Facts, Scope, is_met, joined
from waooaw.rulebook import Verdict
from waooaw.spec import AgentSpec, Effect
from waooaw.vision.rules import Requirement, Rule, Subject
from waooaw.vision.violations import Violation, violation

__all__ = ["Action", "ActionFacts", "ActionRules", "violated_by_action"]

_NOTHING: Mapping[str, Any] = {}
#: What grows, and says nothing of one action: to convert it would cost every decision.
_LEFT_OUT = frozenset({"examples", "rules", "wake", "responsibilities", "persona"})


@dataclass(frozen=True, slots=True)
class Action:
    """Hold what is judged of a decision.

    Attributes:
        verdict: What was decided, and by whom.
        because: The reason that is given for it.
        cites: The policies that it rests on.
    """

    verdict: Verdict
    because: str
    cites: tuple[str, ...] = ()


class ActionRules:
    """Ask many rules at once; which of them is not met is asked only where one is not."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = [
            (rule, rule.judgement) for rule in rules if isinstance(rule.judgement, Requirement)
        ]
        self._all = joined([(demanded.when, demanded.require) for _, demanded in self._rules])

    def violated(self, values: Mapping[str, Any], given: Facts) -> tuple[Violation, ...]:
        """Return the violations, in the order of the rules.

        Args:
            values: The facts by their qualified names.
            given: The same, converted.
        """
        try:
            if all(condition.holds(given) for condition in self._all):
                return ()
        except ConditionFault:
            pass  # one of them has no answer; which one is found below
        shown = _nested(values)
        found = (_violation(rule, demanded, given, shown) for rule, demanded in self._rules)
        return tuple(one for one in found if one is not None)


def _violation(
    rule: Rule, demanded: Requirement, given: Facts, shown: Mapping[str, Any]
) -> Violation | None:
    try:
        met = is_met(demanded.when, demanded.require, given)
        return None if met else violation(rule, shown)
    except ConditionFault as error:
        return violation(rule, shown, because=f"could not be judged: {error.message}")


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by qualified names as placeholders look them up: part by part."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        first, _, rest = name.partition(".")
        if rest:
            found.setdefault(first, {})[rest] = value
        else:
            found[first] = value
    return found


class ActionFacts:
    """Say of a decision what conditions see, for the agent of one specification."""

    def __init__(self, spec: AgentSpec) -> None:
        self._skills = {skill.name: skill for skill in spec.skills}
        self._waits = frozenset(spec.boundaries.approval)
        self._spec = {name: value for name, value in spec.plain().items() if name not in _LEFT_OUT}

    def of(self, action: Action, event: Event, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the facts by their qualified names."""
        verdict = action.verdict
        skill = self._skills.get(verdict.outcome)
        data = event.data if isinstance(event.data, Mapping) else _NOTHING
        names = skill.fields("input") if skill is not None else ()
        return {
            **event.variables(),
            "context": context,
            **verdict.variables(),
            "decision.because": action.because,
            "decision.cites": list(action.cites),
            "action.skill": skill.name if skill is not None else "",
            "action.effect": (skill.effect if skill is not None else Effect.NONE).value,
            "action.waits": verdict.outcome in self._waits,
            "action.input": {name: data[name] for name in names if name in data},
            "spec": self._spec,
        }


def violated_by_action(
    rules: Iterable[Rule],
    spec: AgentSpec,
    action: Action,
    event: Event,
    context: Mapping[str, Any] = _NOTHING,
) -> tuple[Violation, ...]:
    """Return what *rules* object to in one action; those on other subjects are passed over."""
    values = ActionFacts(spec).of(action, event, context)
    chosen = (one for one in rules if one.applies_to is Subject.ACTION)
    return ActionRules(chosen).violated(values, Facts(Scope.ACTION, values))
