"""Policies: rules that people keep in their own repository, as files that anyone may have written.

A policy adds and tightens. It has no word for relaxing anything, so a file that tries to is refused
where it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from waooaw.documents import Document, FieldPath, parse
from waooaw.errors import InvalidDocument, Problem
from waooaw.vision.regexes import danger_of
from waooaw.vision.rule_files import RuleEntry, refusal_of, rules_in
from waooaw.vision.rules import Layer, Rule, Subject

__all__ = ["POLICY_SCHEMA_URL", "Policy", "State", "parse_policy", "policy_schema"]

POLICY_SCHEMA_URL = "https://waooaw.github.io/schemas/policy-1.json"
_SCHEMA_NAME = "waooaw.policy/1"
_MOST_RULES = 200
#: The lists of a specification whose elements a rule may judge one by one.
_LISTS = (
    "wake",
    "skills",
    "rules",
    "boundaries.never",
    "boundaries.approval",
    "collaborators.consults",
    "collaborators.hands_off_to",
    "responsibilities",
    "examples",
)
_JUDGED = "spec | code | change | action"
#: What a file says that would take something back.
_RELAXING = frozenset(
    (
        "allow",
        "disable",
        "disabled",
        "except",
        "exempt",
        "exclude",
        "ignore",
        "off",
        "override",
        "overrides",
        "relax",
        "relaxes",
        "skip",
        "suppress",
        "unless",
        "waive",
        "waiver",
        "waivers",
    )
)
_NOBODY = re.compile(
    r"(?i)\s*(todo|tb[da]|fixme|n/?a|none|nobody|no one|unknown|unassigned|[\W_]*)\s*"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class State(StrEnum):
    """Say whether a policy judges on a day."""

    IN_FORCE = "in force"
    NOT_YET = "not in force yet"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold one file of rules of the second layer.

    Attributes:
        name: What findings cite.
        version: Its semantic version, cited too.
        owner: Who answers for it.
        rationale: Why it exists.
        effective: The first day on which it judges.
        expires: The last day on which it judges.
        rules: Its rules, at least one.
        source: The file, as messages name it.
        lines: The line of each rule in that file, by its id.
    """

    name: str
    version: str
    owner: str
    rationale: str
    effective: date
    expires: date
    rules: tuple[Rule, ...]
    source: str
    lines: tuple[tuple[str, int | None], ...] = ()

    @property
    def citation(self) -> str:
        """How a finding cites it: ``payments 1.2.0``."""
        return f"{self.name} {self.version}"

    def state(self, today: date) -> State:
        """Return whether it judges on that day."""
        if today < self.effective:
            return State.NOT_YET
        return State.EXPIRED if today > self.expires else State.IN_FORCE

    def place(self, rule: str) -> str:
        """Return where a rule stands: ``vision/payments.yaml:12``."""
        line = dict(self.lines).get(rule)
        return self.source if line is None else f"{self.source}:{line}"


def _day(text: object) -> date:
    # Strict, for pydantic would take a number for seconds since 1970.
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        raise ValueError("is no day: write it as 2026-01-31")
    return date.fromisoformat(text)


_Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
_Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\r\n]+$")]


class _PolicyRule(RuleEntry):
    """Say how a rule stands in a policy: it can't name a detector of ours."""

    layer: Annotated[Layer, Field(strict=False)] = Layer.POLICY
    detect: None = None


class _PolicyFile(BaseModel):
    """Hold rules that a repository adds to the vision's core; they can tighten it only."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, defer_build=True, title="waooaw.policy/1"
    )

    schema_: Literal["waooaw.policy/1"] = Field(alias="schema")
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
    version: Annotated[
        str, Field(pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$", max_length=40)
    ]
    owner: _Line = Field(description="who answers for it, as an address that reaches them")
    rationale: Annotated[str, Field(min_length=3, max_length=2_000)]
    effective: _Day = Field(description="the first day on which it judges")
    expires: _Day = Field(description="the last day on which it judges")
    rules: Annotated[tuple[_PolicyRule, ...], Field(strict=False, min_length=1)] = Field(
        max_length=_MOST_RULES
    )


def parse_policy(content: bytes, *, source: str) -> Policy:
    """Read one policy.

    Args:
        content: The file; at most 1 MB is looked at.
        source: How messages name it.

    Raises:
        InvalidDocument: It is no policy, tries to relax something, or could take for ever; every
            problem with its line and field.
    """
    document = parse(content, source=source)
    if not isinstance(document.data, dict) or document.data.get("schema") != _SCHEMA_NAME:
        other = document.problem(("schema",), "this is no policy", f"schema: {_SCHEMA_NAME}")
        raise InvalidDocument(source, (other,))
    problems = tuple(_relaxing(document))
    if problems:
        raise InvalidDocument(source, problems)
    try:
        read = _PolicyFile.model_validate(document.data)
    except ValidationError as error:
        raise refusal_of(document, error) from error
    problems = tuple(_problems(document, read))
    if problems:
        raise InvalidDocument(source, problems)
    rules = rules_in(document, read.rules)
    lines = tuple(
        (entry.id, document.position(("rules", index))[0]) for index, entry in enumerate(read.rules)
    )
    return Policy(
        read.name,
        read.version,
        read.owner,
        read.rationale.strip(),
        read.effective,
        read.expires,
        rules,
        source,
        lines,
    )


def _relaxing(document: Document) -> Iterator[Problem]:
    """Yield what would take something back; a policy has no such field."""
    data = document.data
    rules = data.get("rules")
    entries = rules if isinstance(rules, list) else []
    places: list[tuple[FieldPath, object]] = [((), data)]
    places += [(("rules", index), entry) for index, entry in enumerate(entries)]
    for path, mapping in places:
        for key in mapping if isinstance(mapping, dict) else ():
            if key in _RELAXING:
                yield document.problem(
                    (*path, key),
                    f"{key!r} would relax a rule",
                    "rules that add or tighten",
                )


def _problems(document: Document, read: _PolicyFile) -> Iterator[Problem]:
    if _NOBODY.fullmatch(read.owner):
        yield document.problem(
            ("owner",), f"{read.owner!r} is nobody who answers for it", "an address"
        )
    if read.expires < read.effective:
        message = f"it expires on {read.expires}, before it is in force on {read.effective}"
        yield document.problem(("expires",), message, "a day after `effective`")
    for index, entry in enumerate(read.rules):
        yield from _problems_of(document, ("rules", index), entry)


def _problems_of(document: Document, path: FieldPath, entry: RuleEntry) -> Iterator[Problem]:
    if entry.layer is not Layer.POLICY:
        message = f"a policy can't speak for the layer {entry.layer}"
        yield document.problem((*path, "layer"), message, "layer: policy")
    if entry.applies_to is Subject.PACKAGE:
        message = "a policy judges specifications, code, changes and actions"
        yield document.problem((*path, "applies_to"), message, _JUDGED)
    lists: tuple[str, ...] = _LISTS
    if entry.applies_to is Subject.CHANGE:
        lists = tuple(f"{side}.{name}" for side in ("before", "after") for name in _LISTS)
    for number, name in enumerate(entry.for_each):
        if name not in lists:
            message = f"{name!r} is no list of a specification"
            yield document.problem((*path, "for_each", number), message, " | ".join(lists))
    for place, pattern in _regexes(entry):
        if danger := danger_of(pattern):
            message = f"the regular expression is refused: {danger}"
            yield document.problem((*path, *place), message, "one that is read once")


def _regexes(entry: RuleEntry) -> Iterator[tuple[FieldPath, str]]:
    """Yield every regular expression of Python's; those in CEL are RE2's, which is linear."""
    for index, pattern in enumerate(entry.forbid):
        for name, text in (("purpose", pattern.purpose), ("on", pattern.on)):
            if text is not None:
                yield ("forbid", index, name), text
        for number, test in enumerate(pattern.where):
            tests = {
                "matches": test.matches,
                "mentions": test.mentions,
                "reads": test.reads,
                "named": test.named,
            }
            for name, text in tests.items():
                if text is not None:
                    yield ("forbid", index, "where", number, name), text
    for index, flow in enumerate(entry.follow):
        named = {"named": flow.named, "on": flow.on, "variables": flow.variables}
        for name, text in named.items():
            if text is not None:
                yield ("follow", index, name), text


def policy_schema() -> dict[str, Any]:  # `Any`: a JSON Schema nests freely
    """Return the JSON Schema (2020-12) of a policy, for editors."""
    schema = _PolicyFile.model_json_schema(by_alias=True)
    fields = schema["$defs"]["_PolicyRule"]["properties"]
    del fields["detect"]
    fields["layer"] = {"const": Layer.POLICY.value}
    fields["applies_to"] = {"enum": _JUDGED.split(" | ")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": POLICY_SCHEMA_URL,
    } | schema
