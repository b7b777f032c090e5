"""Vision rules as data: what they say, and how a file of them is read.

A rule judges a specification by a CEL condition, Python code by patterns over resolved names, or
anything else by a detector of ours that it names. A rule without a bad and a good example does not
load, so that every rule can be explained and is tested.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from waooaw.documents import Document, FieldPath, field_name, parse
from waooaw.errors import EnvironmentFault, InputError, InvalidDocument, Problem
from waooaw.expressions import Condition, Scope, compile_condition
from waooaw.version import __version__
from waooaw.vision.flows import Flow, FlowEntry
from waooaw.vision.mends import Mend, MendEntry
from waooaw.vision.patterns import Pattern, PatternEntry
from waooaw.vision.pinned import CORE_DIGEST

__all__ = [
    "CORE_FILES",
    "SECURITY_FILES",
    "SPEC_FILES",
    "Detection",
    "Followed",
    "Forbidden",
    "Judgement",
    "Layer",
    "Requirement",
    "Rule",
    "RuleEntry",
    "Severity",
    "Subject",
    "core_digest",
    "filled",
    "parse_rules",
    "refusal_of",
    "rules_in",
    "shipped_rules",
]

#: Every core rule on specifications stands here; a test holds it to that.
SPEC_FILES = ("core.yaml",)
CORE_FILES = (*SPEC_FILES, "code.yaml")
SECURITY_FILES = ("security.yaml", "flows.yaml", "dockerfile.yaml")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_ROOTS = {"spec": {"spec", "item"}, "code": {"name", "origin"}, "package": {"what"}}


class Severity(StrEnum):
    """Say how much a violation weighs: an `ERROR` refuses, a `WARNING` advises."""

    ERROR = "error"
    WARNING = "warning"


class Layer(StrEnum):
    """Say whose rule it is.

    `CORE` can't be switched off, waived or relaxed. `STANDARD` ships with waooaw too, and a dated,
    reasoned permission may cover a finding of it. `POLICY` stands in the user's repository.
    """

    CORE = "core"
    STANDARD = "standard"
    POLICY = "policy"


class Subject(StrEnum):
    """Name what a rule judges: a specification, Python code, or the files of a package."""

    SPEC = "spec"
    CODE = "code"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Demand something of a specification.

    Attributes:
        for_each: Lists whose elements are judged one by one as `item`; empty: the whole at once.
        when: Judged only where this holds.
        require: What has to hold.
        blames: The field to blame, below the element (or below the whole).
    """

    for_each: tuple[FieldPath, ...]
    when: Condition | None
    require: Condition
    blames: FieldPath


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Forbid patterns of code; each of them is a violation."""

    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """Leave the judgement to a detector written in Python, by its name."""

    detector: str


@dataclass(frozen=True, slots=True)
class Followed:
    """Forbid that what an event brings arrives at certain places."""

    flows: tuple[Flow, ...]


Judgement: TypeAlias = Requirement | Forbidden | Followed | Detection


@dataclass(frozen=True, slots=True)
class Rule:
    """Hold one rule.

    Attributes:
        id: Unique and stable, such as `VIS-C003`.
        message: What is said of a violation; `{…}` stands for a value of what was judged.
        bad: An example that violates it: fields of `agent.yaml`, Python, or a file's text.
        good: The same, mended.
        mend: What would mend it, where no person has to decide that.
    """

    id: str
    title: str
    layer: Layer
    severity: Severity
    applies_to: Subject
    judgement: Judgement
    message: str
    why: str
    fix: str
    bad: str
    good: str
    mend: Mend | None = None


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
        _problem(document, tuple(one["loc"]), _SAID.get(one["type"]) or _plainly(one["msg"]))
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
            problems_found.append(_problem(document, path, error.message, error.expected))
            continue
        if rule.id in rules:
            message = f"the id {rule.id} is taken"
            problems_found.append(_problem(document, ("rules", index, "id"), message))
        rules.setdefault(rule.id, rule)
    if problems_found:
        raise InvalidDocument(document.source, tuple(problems_found))
    return tuple(rules.values())


def _problem(
    document: Document, path: FieldPath, message: str, expected: str | None = None
) -> Problem:
    line, column = document.position(path)
    return Problem(message, field_name(path), line, column, expected)


def _rule(entry: RuleEntry) -> Rule:
    roots = _ROOTS[entry.applies_to.value]
    for placeholder in _PLACEHOLDER.findall(entry.message):
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
    )


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
    if entry.applies_to is not Subject.SPEC:
        raise _Misplaced("conditions judge specifications only", ("require",), "applies_to: spec")
    return Requirement(
        tuple(_path(text) for text in entry.for_each),
        None if entry.when is None else _condition(entry.when, "when"),
        _condition(str(entry.require), "require"),
        _path(entry.field),
    )


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


def _condition(source: str, name: str) -> Condition:
    try:
        return compile_condition(source, Scope.SPEC)
    except InputError as error:
        raise _Misplaced(error.message, (name,), error.hint) from error


def _path(text: str) -> FieldPath:
    return tuple(part for part in text.split(".") if part)


def _content(name: str) -> bytes:
    return resources.files("waooaw.vision").joinpath(name).read_bytes()


@cache
def shipped_rules(*names: str) -> tuple[Rule, ...]:
    """Return the rules of files that travel with waooaw, in the order of the files.

    Raises:
        EnvironmentFault: They are the core's, and not as they were when waooaw was made.
    """
    if not set(CORE_FILES).isdisjoint(names):
        _refuse_another_core()
    return tuple(rule for name in names for rule in parse_rules(_content(name), source=name))


def _refuse_another_core() -> None:
    if core_digest() != CORE_DIGEST:
        raise EnvironmentFault(
            f"the core of the vision was changed: it is {core_digest()[:12]}, and waooaw"
            f" {__version__} was made with {CORE_DIGEST[:12]}",
            hint="install waooaw anew; rules of your own go into vision/*.yaml",
        )


@cache
def core_digest() -> str:
    """Return the SHA-256 of the core's rule files, which reports show.

    Line ends do not count: a checkout on Windows has the same core.
    """
    digest = hashlib.sha256()
    for name in CORE_FILES:
        digest.update(name.encode() + b"\0" + _content(name).replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def filled(message: str, values: dict[str, Any]) -> str:
    """Return *message* with each `{a.b}` replaced by the value that stands there.

    A value is shown on one line and shortened; one that is missing is shown as `?`.
    """

    def value(found: re.Match[str]) -> str:
        current: Any = values
        for part in found[1].split("."):
            current = current.get(part, "?") if isinstance(current, dict) else "?"
        text = " ".join(str(current).split())
        return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"

    return _PLACEHOLDER.sub(value, message)


_LONGEST_VALUE = 80
