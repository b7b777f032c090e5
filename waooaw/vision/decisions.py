"""What the vision decides of a specification: approve it, modify it so, or reject it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from waooaw.documents import FieldPath, Json
from waooaw.errors import ConditionFault
from waooaw.expressions import Facts, Scope
from waooaw.spec import AgentSpec
from waooaw.vision.layers import Layers
from waooaw.vision.mends import Mend
from waooaw.vision.rules import Rule, Severity, Subject
from waooaw.vision.shipped import judge_spec, rules_on
from waooaw.vision.specs import failures
from waooaw.vision.violations import Violation

__all__ = ["Citation", "Modification", "Ruling", "citations", "modifications"]


class Ruling(StrEnum):
    """Name what is decided of a specification."""

    APPROVE = "APPROVE"
    MODIFY = "MODIFY"
    REJECT = "REJECT"


@dataclass(frozen=True, slots=True)
class Citation:
    """Say which rule objects to what, and whose rule it is.

    Attributes:
        layer: `core`, `standard` or `policy`.
        version: The policy's name and version, or the beginning of the core's digest.
    """

    violation: Violation
    title: str
    layer: str
    version: str


@dataclass(frozen=True, slots=True)
class Modification:
    """Hold one change of a field that a rule asks for.

    Attributes:
        rule: The rule's id.
        path: The field, from the top.
        do: `set`, `add` or `remove`.
        value: What it becomes, or what is added.
    """

    rule: str
    path: FieldPath
    do: str
    value: Json = None


def citations(spec: AgentSpec, layers: Layers, *, text: str | None = None) -> tuple[Citation, ...]:
    """Return what all layers object to in a specification.

    Args:
        spec: The specification.
        layers: The layers.
        text: The file that it was read from.
    """
    return tuple(
        _citation(one, layers)
        for one in judge_spec(spec, text=text, more=layers.added(Subject.SPEC))
    )


def _citation(found: Violation, layers: Layers) -> Citation:
    rules = {rule.id: rule for rule in _rules(layers)}
    citing = layers.citing(found.rule)
    return Citation(found, rules[found.rule].title, citing.layer.value, citing.version)


def _rules(layers: Layers) -> tuple[Rule, ...]:
    return rules_on(Subject.SPEC) + layers.added(Subject.SPEC)


def modifications(spec: AgentSpec, layers: Layers) -> tuple[Modification, ...] | None:
    """Return what would mend every error; None where one of them needs a person.

    Entries that go come last, the hindmost first, so that the places of the others stay.
    """
    found: list[Modification] = []
    for rule, path, facts in failures(_rules(layers), spec):
        if rule.severity is not Severity.ERROR:
            continue
        change = None if rule.mend is None else _modification(rule, rule.mend, path, facts)
        if change is None:
            return None
        if change not in found:
            found.append(change)
    return tuple(_ordered(found))


def _modification(
    rule: Rule, mend: Mend, path: FieldPath, facts: dict[str, Any]
) -> Modification | None:
    try:
        if mend.when is not None and not mend.when.holds(Facts(Scope.SPEC, facts)):
            return None
        value = mend.values_of(facts)
    except (ConditionFault, LookupError, TypeError):
        return None
    where = (*path, *mend.path) if mend.of_item else mend.path
    return Modification(rule.id, where, mend.kind.value, value)


def _ordered(found: list[Modification]) -> Iterator[Modification]:
    """Yield the changes; of several that set one number, the least: each rule may ask for less."""
    sets: dict[FieldPath, Modification] = {}
    gone: dict[FieldPath, Modification] = {}
    for one in found:
        if one.do == "add":
            yield one
        elif one.do == "remove":
            gone.setdefault(one.path, one)
        elif one.path not in sets or _less(one.value, sets[one.path].value):
            sets[one.path] = one
    yield from sets.values()
    yield from sorted(gone.values(), key=lambda one: (str(one.path[:-1]), one.path[-1]))[::-1]


def _less(one: Json, other: Json) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return bool(numbers and one < other)
