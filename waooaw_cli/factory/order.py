"""Whether an agent may be made at all: its specification, and what the vision has against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from waooaw.documents import Document
from waooaw.errors import InvalidDocument, Problem
from waooaw.spec import AgentSpec
from waooaw.specfile import check_spec
from waooaw_cli.factory.paths import parse_path

if TYPE_CHECKING:
    from waooaw.vision import Layers

__all__ = ["accepted"]


def accepted(answers: Document, layers: Layers | None = None) -> AgentSpec:
    """Turn answers into a specification that the vision lets pass.

    Args:
        answers: The answers.
        layers: The policies that hold where the agent will stand; None for the core alone.

    Raises:
        InvalidDocument: The specification or the vision rejects it; every problem with its place.
    """
    from waooaw.vision import Severity, Subject, judge_spec

    spec = check_spec(answers)
    problems = []
    for violation in judge_spec(spec, more=layers.added(Subject.SPEC) if layers else ()):
        if violation.severity is not Severity.ERROR:
            continue
        line, column = answers.position(parse_path(violation.field) if violation.field else ())
        problems.append(
            Problem(
                f"{violation.message} ({violation.rule})",
                field=violation.field or "",
                line=line if answers.positions else None,
                column=column if answers.positions else None,
                expected=violation.fix,
                hint=f"waooaw explain {violation.rule}",
            )
        )
    if problems:
        raise InvalidDocument(answers.source, tuple(problems))
    return spec
