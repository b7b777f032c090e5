"""The guardian of a running agent: every layer's rules, asked about each of its decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from waooaw.errors import InputError
from waooaw.events import Event
from waooaw.expressions import Facts, Scope
from waooaw.spec import AgentSpec
from waooaw.vision.actions import Action, ActionFacts, ActionRules
from waooaw.vision.layers import Layers
from waooaw.vision.rules import Severity, Subject
from waooaw.vision.shipped import rules_on

__all__ = ["Guardian", "Judged", "Stopped"]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Say which rule stops an action.

    Attributes:
        rule: The rule's id.
        message: What is wrong, in one sentence.
        citation: The rule with its layer and version: ``VIS-A001 (core 0f1e2d3c4b5a)``.
    """

    rule: str
    message: str
    citation: str


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold what the rules say of one action.

    Attributes:
        stopped: What stops it; None where nothing does.
        advice: What rules of less weight say, for the journal.
    """

    stopped: Stopped | None = None
    advice: tuple[str, ...] = ()


_INNOCENT = Judged()


class Guardian:
    """Judge the actions of one agent.

    Args:
        spec: The agent's specification.
        layers: The policies that judge beside the core, as they stand on some day.

    Raises:
        InputError: Two policies contradict each other, or one contradicts the core.
    """

    def __init__(self, spec: AgentSpec, layers: Layers) -> None:
        for one in layers.conflicts:
            if one.severity is Severity.ERROR:
                raise InputError(f"{one.message} ({one.this}; {one.that})", hint=one.fix)
        self._facts = ActionFacts(spec)
        self._load(layers)

    def _load(self, layers: Layers) -> None:
        self._layers = layers
        rules = (*rules_on(Subject.ACTION), *layers.added(Subject.ACTION))
        self._errors = ActionRules(one for one in rules if one.severity is Severity.ERROR)
        self._warnings = ActionRules(one for one in rules if one.severity is Severity.WARNING)

    def judged(
        self, action: Action, event: Event, context: Mapping[str, Any], today: date
    ) -> Judged:
        """Return what the rules in force on *today* say of an action.

        Args:
            action: What was decided.
            event: What it was decided about.
            context: What the agent remembers about the event's subject.
            today: The day.
        """
        if today != self._layers.today:
            # Policies have a first and a last day, and an agent runs for months.
            self._load(replace(self._layers, today=today))
        values = self._facts.of(action, event, context)
        given = Facts(Scope.ACTION, values)
        errors = self._errors.violated(values, given)
        stopped = None
        if errors:
            first = errors[0]
            stopped = Stopped(first.rule, first.message, self._layers.citation(first.rule))
        advice = tuple(
            f"{self._layers.citation(one.rule)} advises: {one.message}"
            for one in self._warnings.violated(values, given)
        )
        return Judged(stopped, advice) if stopped or advice else _INNOCENT
