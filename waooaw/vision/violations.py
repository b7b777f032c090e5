"""What a rule says of something that violates it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from waooaw.vision.rules import Rule, Severity, filled

__all__ = ["Violation", "violation"]


@dataclass(frozen=True, slots=True)
class Violation:
    """Hold one violation of one rule.

    Attributes:
        rule: The rule's id.
        severity: Whether it refuses or advises.
        message: What is wrong, in one sentence.
        field: The field of the specification to blame, as `rules[0].then`; None for code.
        path: The file, relative to the package; None for a specification.
        line: 1-based; None where the place is not known.
        column: 1-based, in characters.
        fix: What to do about it.
    """

    rule: str
    severity: Severity
    message: str
    field: str | None = None
    path: PurePosixPath | None = None
    line: int | None = None
    column: int | None = None
    fix: str | None = None


def violation(
    rule: Rule,
    values: Mapping[str, object],
    *,
    field: str | None = None,
    path: PurePosixPath | None = None,
    line: int | None = None,
    column: int | None = None,
    because: str | None = None,
) -> Violation:
    """Return a violation of *rule*, its message filled with *values*.

    Args:
        rule: The violated rule.
        values: What the message's placeholders stand for.
        field: The field to blame.
        path: The file.
        line: Its line.
        column: Its column.
        because: What is said instead of the rule's message.
    """
    message = because if because is not None else filled(rule.message, dict(values))
    return Violation(rule.id, rule.severity, message, field, path, line, column, rule.fix)
