"""Judge a specification by rules: CEL over its plain form and a few facts derived from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from waooaw import documents
from waooaw.documents import Document, FieldPath, field_name
from waooaw.errors import ConditionFault
from waooaw.expressions import Facts, Scope
from waooaw.spec import AgentSpec
from waooaw.vision.constancy import constant, holds_always
from waooaw.vision.rules import Detection, Requirement, Rule
from waooaw.vision.secrets import Secret, secrets_in
from waooaw.vision.violations import Violation, violation

__all__ = ["enriched", "failures", "judge_by", "objector"]

_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_SELECTED = re.compile(r"\.\s*([A-Za-z_]\w*)(?!\w|\s*\()")
_INDEXED = re.compile(r"\[\s*[\"']([^\"']{1,60})[\"']\s*\]")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def judge_by(
    rules: Iterable[Rule], spec: AgentSpec, *, text: str | None = None
) -> tuple[Violation, ...]:
    """Return what *rules* object to in *spec*.

    Args:
        rules: The rules; those that do not judge specifications are passed over.
        spec: The specification.
        text: The file that it was read from. With it, violations carry their place, and what
            stands in comments is looked at too.

    Returns:
        The violations, in the order of the rules and of the fields.
    """
    plain = enriched(spec)
    document = None if text is None else documents.parse(text.encode(), source="agent.yaml")
    judged = _Judged(spec, plain, document, text)
    return tuple(found for rule in rules for found in judged.by(rule))


def objector(spec: AgentSpec) -> Callable[[Rule], bool]:
    """Return what tells whether a rule objects to *spec*, looked at once for many rules."""
    judged = _Judged(spec, enriched(spec), None, None)
    return lambda rule: next(judged.by(rule), None) is not None


def failures(
    rules: Iterable[Rule], spec: AgentSpec
) -> Iterator[tuple[Rule, FieldPath, dict[str, Any]]]:
    """Yield each rule that demands something which *spec* has not, where, and the facts of it."""
    judged = _Judged(spec, enriched(spec), None, None)
    for rule in rules:
        if isinstance(rule.judgement, Requirement):
            for path, values, _ in judged.failing(rule.judgement):
                yield rule, path, values


class _Judged:
    """Hold a specification while rules judge it one after the other."""

    def __init__(
        self, spec: AgentSpec, plain: dict[str, Any], document: Document | None, text: str | None
    ) -> None:
        self._spec = spec
        self._plain = plain
        self._document = document
        self._text = text
        self._facts: dict[FieldPath, Facts] = {}

    def by(self, rule: Rule) -> Iterator[Violation]:
        match rule.judgement:
            case Requirement() as requirement:
                yield from self._required(rule, requirement)
            case Detection(detector="secrets"):
                yield from self._secrets(rule)
            case _:
                return

    def _required(self, rule: Rule, requirement: Requirement) -> Iterator[Violation]:
        for path, values, because in self.failing(requirement):
            yield self._placed(rule, values, (*path, *requirement.blames), because=because)

    def failing(
        self, requirement: Requirement
    ) -> Iterator[tuple[FieldPath, dict[str, Any], str | None]]:
        """Yield each element that fails: its path, the facts of it, and why it has no answer."""
        for path, item in self._items(requirement):
            values = {"spec": self._plain, "item": item}
            # Converting a specification costs more than asking it.
            if path not in self._facts:
                self._facts[path] = Facts(Scope.SPEC, values)
            given = self._facts[path]
            try:
                if requirement.when is not None and not requirement.when.holds(given):
                    continue
                if not requirement.require.holds(given):
                    yield path, values, None
            except ConditionFault as error:
                # What could not be judged is not innocent.
                yield path, values, f"could not be judged: {error.message}"

    def _items(self, requirement: Requirement) -> Iterator[tuple[FieldPath, Any]]:
        if not requirement.for_each:
            yield (), None
        for path in requirement.for_each:
            found: Any = self._plain
            for part in path:
                found = found[part]
            for index, item in enumerate(found):
                yield (*path, index), item

    def _secrets(self, rule: Rule) -> Iterator[Violation]:
        told: set[str] = set()
        # Some secrets are known only by what they are called: `password: …`.
        texts = [
            (path, value, f'{path[-1]}: "{value}"' if path else "")
            for path, value in _texts(self._spec.plain())
        ]
        # One look over everything says in nearly all cases that there is nothing to place.
        if not secrets_in("\n".join(part for _, value, named in texts for part in (value, named))):
            texts = []
        for path, value, named in texts:
            for secret in secrets_in(value) or secrets_in(named):
                told.add(secret.value)
                yield self._placed(rule, _shown(secret), path)
        for secret in secrets_in(self._text or ""):
            if secret.value not in told:  # in a comment, or split over keys
                yield violation(rule, _shown(secret), line=secret.line, column=secret.column)

    def _placed(
        self,
        rule: Rule,
        values: Mapping[str, object],
        path: FieldPath,
        *,
        because: str | None = None,
    ) -> Violation:
        line, column = self._document.position(path) if self._document else (None, None)
        return violation(
            rule, values, field=field_name(path), line=line, column=column, because=because
        )


def _shown(secret: Secret) -> dict[str, object]:
    return {"item": {"kind": secret.kind, "hidden": secret.hidden}}


def _texts(data: object) -> Iterator[tuple[FieldPath, str]]:
    """Yield every text of plain data with its path, keys included."""
    pending: list[tuple[FieldPath, object]] = [((), data)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, Mapping):
            for key, below in reversed([*value.items()]):
                pending.append(((*path, key), below))
                pending.append(((*path, key), key))
        elif isinstance(value, list):
            pending.extend(((*path, index), one) for index, one in reversed([*enumerate(value)]))


def enriched(spec: AgentSpec) -> dict[str, Any]:
    """Return the plain form of *spec* with what CEL can't work out by itself.

    Every rule of the agent gets `effect` (of the skill that it calls, `none` for an outcome),
    `approved` (that skill waits for a person) and `always` (it matches every event). A boundary
    gets `constant`: `true` or `false` where it is the same for every event, else empty. Rules,
    wakes, boundaries, skills and examples get `names`: the data fields that they read, in
    snake_case.
    """
    plain = spec.plain()
    for rule, data in zip(spec.rules, plain["rules"], strict=True):
        skill = spec.skill(rule.then)
        data["effect"] = "none" if skill is None else skill.effect.value
        data["approved"] = rule.then in spec.boundaries.approval
        data["always"] = holds_always(rule.when)
        data["names"] = _names_read(rule.when)
    for boundary in plain["boundaries"]["never"]:
        answer = constant(boundary["when"], Scope.BOUNDARY)
        boundary["constant"] = "" if answer is None else str(answer).lower()
        boundary["names"] = _names_read(boundary["when"])
    for wake in plain["wake"]:
        wake["names"] = _names_read(wake.get("when", ""))
    for skill, data in zip(spec.skills, plain["skills"], strict=True):
        data["names"] = sorted({_snake(name) for name in skill.fields("input")})
    for example in plain["examples"]:
        keys = (path[-1] for path, _ in _texts(example["event"].get("data")) if path)
        example["names"] = sorted({_snake(key) for key in keys if isinstance(key, str)})
    return plain


def _names_read(source: str) -> list[str]:
    """Return the names of fields that a condition selects; a text that it compares is none."""
    indexed = _INDEXED.findall(source)
    selected = _SELECTED.findall(_TEXT.sub('""', source))
    return sorted({_snake(name) for name in (*indexed, *selected)})


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).replace("-", "_").replace(" ", "_").lower()
