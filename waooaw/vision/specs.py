"""Judge a specification by rules: CEL over its plain form and a few facts derived from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from waooaw import documents
from waooaw.documents import Document, FieldPath, field_name
from waooaw.errors import ConditionFault
from waooaw.expressions import Facts, Scope, is_met
from waooaw.spec import AgentSpec
from waooaw.vision.batches import Batches, batches_of
from waooaw.vision.derived import add_facts
from waooaw.vision.rules import Detection, Requirement, Rule, Subject
from waooaw.vision.secrets import Secret, secrets_in
from waooaw.vision.violations import Violation, violation

__all__ = ["enriched", "failures", "judge_by", "objector"]

#: What the names of fields that hold a secret have in them.
_TELLING = re.compile(r"(?i)key|secret|token|pass|pwd|pw|auth|twilio|credential|signature")


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
    given = tuple(rules)
    judged = _Judged(spec, plain, document, text, batches_of(given))
    return tuple(found for rule in given for found in judged.by(rule))


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
        if isinstance(rule.judgement, Requirement) and rule.applies_to is Subject.SPEC:
            for path, values, _ in judged.failing(rule.judgement):
                yield rule, path, values


class _Judged:
    """Hold a specification while rules judge it one after the other."""

    def __init__(
        self,
        spec: AgentSpec,
        plain: dict[str, Any],
        document: Document | None,
        text: str | None,
        batches: Batches | None = None,
    ) -> None:
        self._spec = spec
        self._plain = plain
        self._document = document
        self._text = text
        self._batches = batches
        self._facts: dict[FieldPath, Facts] = {}
        #: Which lists nothing is wrong with.
        self._whole: dict[FieldPath, bool] = {}

    def by(self, rule: Rule) -> Iterator[Violation]:
        if rule.applies_to is not Subject.SPEC:
            return
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
        paths: tuple[FieldPath, ...] = requirement.for_each or ((),)
        for listed in paths:
            if self._is_whole(listed):
                continue
            for path, item in self._items(listed):
                values = {"spec": self._plain, "item": item}
                given = self._given(path, values)
                try:
                    if not is_met(requirement.when, requirement.require, given):
                        yield path, values, None
                except ConditionFault as error:
                    # What could not be judged is not innocent.
                    yield path, values, f"could not be judged: {error.message}"

    def _is_whole(self, listed: FieldPath) -> bool:
        """Tell whether no rule objects to any element of a list, or to the whole (())."""
        if self._batches is None:
            return False
        if listed not in self._whole:
            given = self._given((), {"spec": self._plain, "item": None})
            self._whole[listed] = self._batches.all_hold(listed, given)
        return self._whole[listed]

    def _given(self, path: FieldPath, values: dict[str, Any]) -> Facts:
        # Converting a specification costs more than asking it.
        if path not in self._facts:
            self._facts[path] = Facts(Scope.SPEC, values)
        return self._facts[path]

    def _items(self, listed: FieldPath) -> Iterator[tuple[FieldPath, Any]]:
        if not listed:
            yield (), None
            return
        found: Any = self._plain
        for part in listed:
            found = found[part]
        for index, item in enumerate(found):
            yield (*listed, index), item

    def _secrets(self, rule: Rule) -> Iterator[Violation]:
        told: set[str] = set()
        # Some secrets are known only by what they are called: `password: …`.
        texts = [
            (
                path,
                value,
                f'{path[-1]}: "{value}"' if _is_telling(path[-1] if path else None) else "",
            )
            for path, value in _texts(self._spec.plain())
        ]
        # One look over everything says in nearly all cases that there is nothing to place.
        if not secrets_in("\n".join(part for _, value, named in texts for part in (value, named))):
            texts = []
        for path, value, named in texts:
            for secret in secrets_in(value) or secrets_in(named):
                told.add(secret.value)
                yield self._placed(rule, _shown(secret), path)
        for secret in secrets_in(self._text) if self._text else ():
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


@lru_cache(maxsize=4_096)
def _is_telling(field: str | int | None) -> bool:
    """Tell whether a field is called as one that holds a secret."""
    return isinstance(field, str) and _TELLING.search(field) is not None


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
    """Return the plain form of *spec* with what CEL can't work out; see `waooaw.vision.derived`."""
    plain = spec.plain()
    add_facts(spec, plain)
    return plain
