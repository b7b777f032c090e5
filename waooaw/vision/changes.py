"""Judge a change of a specification: what the new version has less of than the old one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from waooaw.documents import FieldPath, Json
from waooaw.errors import ConditionFault
from waooaw.expressions import Facts, Scope, is_met
from waooaw.spec import AgentSpec
from waooaw.vision.rules import Detection, Requirement, Rule, Severity, Subject, filled
from waooaw.vision.shipped import rules_on
from waooaw.vision.specs import enriched
from waooaw.vision.worsening import DETECTORS

__all__ = ["Worsening", "judge_change", "worsened_by"]

#: What tells an element of a list from others of it, whatever place it has.
_NAMES = ("id", "name", "topic")


@dataclass(frozen=True, slots=True)
class Worsening:
    """Name one thing that a change takes away.

    Attributes:
        rule: The rule's id, such as `VIS-R001`.
        severity: Whether it objects or advises.
        message: What is worse, in one sentence.
        before: The field as it was; where it stood.
        after: The field as it is, or what it was taken from.
        subject: What sets it apart from others of its rule, without figures: a skill, a limit.
        fix: What to do about it.
    """

    rule: str
    severity: Severity
    message: str
    before: FieldPath
    after: FieldPath
    subject: str
    fix: str


def judge_change(
    before: AgentSpec, after: AgentSpec, *, more: tuple[Rule, ...] = ()
) -> tuple[Worsening, ...]:
    """Return what *after* has less of than *before*, in the order of the rules.

    Args:
        before: The version that was there.
        after: The one that is to be there.
        more: The rules of policies.
    """
    return worsened_by((*rules_on(Subject.CHANGE), *more), before, after)


def worsened_by(
    rules: Iterable[Rule], before: AgentSpec, after: AgentSpec
) -> tuple[Worsening, ...]:
    """Return what *rules* object to in a change; those on other subjects are passed over."""
    judged = _Judged(before, after)
    return tuple(found for rule in rules for found in judged.by(rule))


class _Judged:
    """Hold two versions while rules judge them one after the other."""

    def __init__(self, before: AgentSpec, after: AgentSpec) -> None:
        self._before = before
        self._after = after
        self._plain: dict[str, Any] = {"before": _facts(before), "after": _facts(after)}

    def by(self, rule: Rule) -> Iterator[Worsening]:
        if rule.applies_to is not Subject.CHANGE:
            return
        match rule.judgement:
            case Detection(detector=name):
                for taken in DETECTORS[name](self._before, self._after):
                    message = filled(rule.message, {"item": {"says": taken.says}})
                    yield _worsening(rule, message, taken.before, taken.after, taken.subject)
            case Requirement() as demanded:
                yield from self._required(rule, demanded)
            case _:
                return

    def _required(self, rule: Rule, demanded: Requirement) -> Iterator[Worsening]:
        for was, now, item in self._items(demanded):
            values = {**self._plain, "item": item}
            given = Facts(Scope.CHANGE, values)
            try:
                if is_met(demanded.when, demanded.require, given):
                    continue
                message = filled(rule.message, values)
            except ConditionFault as error:
                # What could not be judged is not innocent.
                message = f"could not be judged: {error.message}"
            yield _worsening(rule, message, was, now, _subject(item))

    def _items(self, demanded: Requirement) -> Iterator[tuple[FieldPath, FieldPath, Json]]:
        """Yield where an element stood and stands, and the element: in one version it is a list."""
        if not demanded.for_each:
            yield demanded.blames, demanded.blames, None
        for side, *path in demanded.for_each:
            found: Any = self._plain[str(side)]
            for part in path:
                found = found[part]
            whole: FieldPath = tuple(path)
            for index, item in enumerate(found):
                place = (*whole, index, *demanded.blames)
                yield (place, whole, item) if side == "before" else (whole, place, item)


def _facts(spec: AgentSpec) -> dict[str, Any]:
    """Return what conditions see of one version.

    Beside what they see of any specification, a skill has `takes` and `gives`: the fields of its
    input and output with their types, whichever way they were written.
    """
    plain = enriched(spec)
    for skill, data in zip(spec.skills, plain["skills"], strict=True):
        data["takes"] = {name: kind.value for name, kind in skill.fields("input").items()}
        data["gives"] = {name: kind.value for name, kind in skill.fields("output").items()}
    return plain


def _worsening(rule: Rule, message: str, was: FieldPath, now: FieldPath, subject: str) -> Worsening:
    return Worsening(rule.id, rule.severity, message, was, now, subject, rule.fix)


def _subject(item: Json) -> str:
    if isinstance(item, dict):
        return next((str(item[name]) for name in _NAMES if name in item), "")
    return "" if item is None else str(item)
