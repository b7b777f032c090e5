"""What tools and the vision's engine say, in the words of gates."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from waooaw.errors import InputError, InvalidDocument
from waooaw_cli.gates.ports import Remark
from waooaw_cli.gates.report import Finding, Severity
from waooaw_cli.gates.rule import RuleDoc

if TYPE_CHECKING:
    from waooaw.vision import Rule, Violation

__all__ = ["documented", "finding", "remarked", "unread"]


def finding(violation: Violation, *, path: PurePosixPath | None = None) -> Finding:
    """Return a violation as a finding.

    Args:
        violation: The violation.
        path: The file, where the violation names a field of a specification instead.
    """
    message = violation.message
    if violation.field:
        message = f"{violation.field}: {message}"
    return Finding(
        violation.rule,
        Severity(violation.severity.value),
        message,
        violation.path or path,
        line=violation.line,
        column=violation.column,
        fix=violation.fix,
    )


def unread(error: InputError, *, path: PurePosixPath) -> Finding:
    """Return that a specification could not be judged, with the first reason and its place."""
    from waooaw.vision import core_rules, violation

    first = error.problems[0] if isinstance(error, InvalidDocument) else None
    blind = next(rule for rule in core_rules() if rule.id == "VIS-C000")
    violated = violation(
        blind,
        {"what": {"reason": first.message if first else error.message}},
        field=first.field if first else None,
        line=first.line if first else None,
        column=first.column if first else None,
    )
    return finding(violated, path=path)


def documented(rule: Rule) -> RuleDoc:
    """Return what `waooaw explain` shows of a rule."""
    from waooaw.vision import Layer

    return RuleDoc(
        id=rule.id,
        title=f"{rule.title}.",
        why=rule.why,
        fix=f"{rule.fix[0].upper()}{rule.fix[1:]}.",
        bad=rule.bad.rstrip("\n"),
        good=rule.good.rstrip("\n"),
        waivable=rule.layer is Layer.STANDARD,
        source=rule.source,
    )


def remarked(remark: Remark, prefix: str) -> Finding:
    """Turn what a tool remarked into a finding; *prefix* tells whose rule its code is."""
    return Finding(
        prefix + remark.code,
        remark.severity,
        remark.message,
        remark.path,
        line=remark.line,
        column=remark.column,
        fix=remark.fix,
    )
