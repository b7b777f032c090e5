"""Vision rules as data: what they say.

A rule judges a specification, a change of one or an action by a CEL condition, Python code by
patterns over resolved names, or anything else by a detector of ours that it names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from waooaw.documents import FieldPath
from waooaw.expressions import Condition
from waooaw.vision.flows import Flow
from waooaw.vision.mends import Mend
from waooaw.vision.patterns import Pattern

__all__ = [
    "PLACEHOLDER",
    "Detection",
    "Followed",
    "Forbidden",
    "Judgement",
    "Layer",
    "Requirement",
    "Rule",
    "Severity",
    "Subject",
    "filled",
]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


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
    """Name what a rule judges.

    `SPEC`: a specification. `CODE`: Python. `CHANGE`: two versions of a specification. `ACTION`: a
    decision, before anything is done about it. `PACKAGE`: the files of a package.
    """

    SPEC = "spec"
    CODE = "code"
    CHANGE = "change"
    ACTION = "action"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Demand something of a specification, of two versions of one, or of an action.

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
        group: The principle that it carries; may be empty in a policy.
        source: Where the demand comes from: the article of a law, the number in a standard.
        given: For code: it is judged only in packages of specifications that fulfil this.
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
    group: str = ""
    source: str = ""
    given: Condition | None = None


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

    return PLACEHOLDER.sub(value, message)


_LONGEST_VALUE = 80
