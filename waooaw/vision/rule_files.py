"""Files of vision rules: how they are read, and what is wrong with one told with line and field.

A rule without a bad and a good example does not load, so that every rule can be explained and is
tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from waooaw.documents import Document, FieldPath, parse
from waooaw.errors import InputError, InvalidDocument, Problem
from waooaw.expressions import Condition, Scope, compile_condition
from waooaw.vision.flows import Flow, FlowEntry
from waooaw.vision.mends import Mend, MendEntry
from waooaw.vision.patterns import Pattern, PatternEntry
from waooaw.vision.rules import (
    PLACEHOLDER,
    Detection,
    Followed,
    Forbidden,
    Judgement,
    Layer,
    Requirement,
    Rule,
    Severity,
    Subject,
)

__all__ = ["RuleEntry", "parse_rules", "refusal_of", "rules_in"]

_ROOTS = {
    "spec": {"spec", "item"},
    "code": {"name", "origin"},
    "package": {"what"},
    "change": {"before", "after", "item"},
    "action": {"event", "context", "decision", "action", "spec"},
}


_Sentence = Annotated[str, Field(min_length=3, max_length=2_000)]


class RuleEntry(BaseModel):
    """Say how a rule stands in a file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,8}-[A-Z]?[0-9]{3}$")]
    title: _Sentence
    layer: Annotated[Layer, Field(strict=False)]
    severity: Annotated[Severity, Field(strict=False)]
    applies_to: Annotated[Subject, Field(strict=False)]
    message: _Sentence
    why: _Sentence
    fix: _Sentence
    bad: Annotated[str, Field(min_length=1, max_length=4_000)]
    good: Annotated[str, Field(min_length=1, max_length=4_000)]
    group: Annotated[str, Field(max_length=60)] = ""
    source: Annotated[str, Field(max_length=400)] = ""
    for_each: Annotated[tuple[str, ...], Field(strict=False)] = ()
    when: str | None = None
    require: str | None = None
    field: str = ""
    forbid: Annotated[tuple[PatternEntry, ...], Field(strict=False)] = ()
    follow: Annotated[tuple[FlowEntry, ...], Field(strict=False)] = ()
    detect: str | None = None
    mend: MendEntry | None = None


class _RuleFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    schema_: Literal["waooaw.rules/1"] = Field(alias="schema")
    rules: Annotated[tuple[RuleEntry, ...], Field(strict=False, min_length=1)]


class _Misplaced(Exception):
    """Carry a problem and the field below the rule that it stands at."""

    def __init__(self, message: str, path: FieldPath, expected: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.expected = expected


def parse_rules(content: bytes, *, source: str) -> tuple[Rule, ...]:
    """Read a file of rules.

    Raises:
        InvalidDocument: It is no such file; every problem with its line and field.
    """
    document = parse(content, source=source)
    try:
        entries = _RuleFile.model_validate(document.data).rules
    except ValidationError as error:
        raise refusal_of(document, error) from error
    return rules_in(document, entries)


#: What pydantic calls otherwise.
_SAID = {"missing": "is missing", "extra_forbidden": "is no field that stands here"}


def _plainly(message: str) -> str:
    return message.removeprefix("Value error, ")


def refusal_of(document: Document, error: ValidationError) -> InvalidDocument:
    """Return what a schema has against *document*, every problem with its place."""
    problems = (
        document.problem(tuple(one["loc"]), _SAID.get(one["type"]) or _plainly(one["msg"]))
        for one in error.errors(include_url=False, include_context=False)
    )
    return InvalidDocument(document.source, tuple(problems))


def rules_in(document: Document, entries: Sequence[RuleEntry]) -> tuple[Rule, ...]:
    """Return the rules that the entries of *document*'s `rules` mean, in their order.

    Raises:
        InvalidDocument: One of them means nothing; every problem with its line and field.
    """
    rules: dict[str, Rule] = {}
    problems_found: list[Problem] = []
    for index, entry in enumerate(entries):
        try:
            rule = _rule(entry)
        except _Misplaced as error:
            path = ("rules", index, *error.path)
            problems_found.append(document.problem(path, error.message, error.expected))
            continue
        if rule.id in rules:
            message = f"the id {rule.id} is taken"
            problems_found.append(document.problem(("rules", index, "id"), message))
        rules.setdefault(rule.id, rule)
    if problems_found:
        raise InvalidDocument(document.source, tuple(problems_found))
    return tuple(rules.values())


def _rule(entry: RuleEntry) -> Rule:
    roots = _ROOTS[entry.applies_to.value]
    for placeholder in PLACEHOLDER.findall(entry.message):
        if placeholder.split(".")[0] not in roots:
            raise _Misplaced(
                f"the placeholder {{{placeholder}}} stands for nothing",
                ("message",),
                " | ".join(f"{{{root}}}" for root in sorted(roots)),
            )
    return Rule(
        entry.id,
        entry.title,
        entry.layer,
        entry.severity,
        entry.applies_to,
        _judgement(entry),
        entry.message,
        entry.why.strip(),
        entry.fix.strip(),
        entry.bad,
        entry.good,
        None if entry.mend is None else _mend(entry.mend, entry.applies_to),
        entry.group,
        entry.source,
        _given(entry),
    )


def _given(entry: RuleEntry) -> Condition | None:
    if entry.applies_to is not Subject.CODE or entry.when is None:
        return None
    return _condition(entry.when, "when", Scope.SPEC)


def _mend(entry: MendEntry, subject: Subject) -> Mend:
    if subject is not Subject.SPEC:
        raise _Misplaced("specifications only are mended", ("mend",), "applies_to: spec")
    try:
        return entry.mend()
    except InputError as error:
        raise _Misplaced(error.message, ("mend",), error.hint) from error


def _judgement(entry: RuleEntry) -> Judgement:
    given = [name for name in ("require", "forbid", "follow", "detect") if getattr(entry, name)]
    if len(given) != 1:
        found = " and ".join(given) if given else "none of them"
        raise _Misplaced(f"a rule has one judgement, this one has {found}", (), _WAYS)
    if given[0] == "detect":
        return Detection(str(entry.detect))
    if given[0] in {"forbid", "follow"}:
        if entry.applies_to is not Subject.CODE:
            raise _Misplaced("patterns judge code only", (given[0],), "applies_to: code")
        return Forbidden(tuple(_patterns(entry))) if entry.forbid else Followed(_flows(entry))
    scope = _SCOPES.get(entry.applies_to)
    if scope is None:
        expected = "applies_to: spec | change | action"
        raise _Misplaced(f"conditions don't judge {entry.applies_to}", ("require",), expected)
    if entry.for_each and scope is Scope.ACTION:
        raise _Misplaced("an action is judged as a whole", ("for_each",), "no for_each")
    return Requirement(
        tuple(_path(text) for text in entry.for_each),
        None if entry.when is None else _condition(entry.when, "when", scope),
        _condition(str(entry.require), "require", scope),
        _path(entry.field),
    )


_SCOPES = {
    Subject.SPEC: Scope.SPEC,
    Subject.CHANGE: Scope.CHANGE,
    Subject.ACTION: Scope.ACTION,
}
_WAYS = "one of require, forbid, follow, detect"


def _flows(entry: RuleEntry) -> tuple[Flow, ...]:
    found = []
    for index, one in enumerate(entry.follow):
        try:
            found.append(one.flow())
        except InputError as error:
            raise _Misplaced(error.message, ("follow", index), error.hint) from error
    return tuple(found)


def _patterns(entry: RuleEntry) -> Iterator[Pattern]:
    for index, one in enumerate(entry.forbid):
        try:
            yield one.pattern()
        except InputError as error:
            raise _Misplaced(error.message, ("forbid", index), error.hint) from error


def _condition(source: str, name: str, scope: Scope) -> Condition:
    try:
        return compile_condition(source, scope)
    except InputError as error:
        raise _Misplaced(error.message, (name,), error.hint) from error


def _path(text: str) -> FieldPath:
    return tuple(part for part in text.split(".") if part)
