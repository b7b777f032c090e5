"""The gate `format`: source files are laid out as everyone's are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import ClassVar

from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.linter_settings import refusal
from waooaw_cli.gates.ports import Formatter, Remark, ToolCrashed
from waooaw_cli.gates.remarks import What, python_texts, silencings
from waooaw_cli.gates.report import Finding, GateId, Severity
from waooaw_cli.gates.rule import RuleDoc

__all__ = ["RULES", "FormatGate"]

_TOOL = timedelta(seconds=60)
_UNREADABLE = "invalid-syntax"

RULES = (
    RuleDoc(
        id="FMT-001",
        title="Source files are laid out by the formatter.",
        why="A layout that nobody argues about leaves reviews for what the code does.",
        fix="Run `waooaw gate --fix`, or `ruff format` in the package.",
        bad="def f( a ):\n  return [ a ]",
        good="def f(a):\n    return [a]",
        waivable=True,
    ),
    RuleDoc(
        id="FMT-002",
        title="Source files are Python.",
        why="A file that does not parse is neither laid out nor checked nor run.",
        fix="Mend the syntax at the line that is named.",
        bad="x = [1,",
        good="x = [1]",
        waivable=False,
    ),
    RuleDoc(
        id="FMT-003",
        title="Code that the formatter leaves alone says why.",
        why="A file that opts out of the layout is read with more effort by everybody.",
        fix="Remove the comment, or write the reason behind it.",
        bad="# fmt: off",
        good="x = [1,0,  0,1]  # fmt: skip  # a matrix, row by row",
        waivable=True,
    ),
    RuleDoc(
        id="FMT-004",
        title="Ruff starts with the package's settings.",
        why="With a setting that it does not know the formatter looks at nothing.",
        fix="Mend [tool.ruff] in pyproject.toml; ruff's own words say what.",
        bad='[tool.ruff.format]\nquote-stile = "double"',
        good='[tool.ruff.format]\nquote-style = "double"',
        waivable=False,
    ),
)


@dataclass(frozen=True, slots=True)
class FormatGate:
    """Ask the formatter which files it would change."""

    formatter: Formatter

    id: ClassVar[GateId] = GateId.FORMAT
    needs: ClassVar[frozenset[GateId]] = frozenset()
    alone: ClassVar[bool] = False
    limit: ClassVar[timedelta] = _TOOL + timedelta(seconds=10)

    def check(self, package: Package) -> Checked:
        """Return one finding for each file that is laid out differently."""
        try:
            remarks = self.formatter.unformatted(package.root, limit=_TOOL)
        except ToolCrashed as fault:
            if (hole := refusal(fault, package.root)) is None:
                raise
            fix = "Mend it; the gate lint has the same finding."
            place = PurePosixPath("pyproject.toml")
            refused = Finding("FMT-004", Severity.ERROR, hole.said, place, line=hole.line, fix=fix)
            return Checked((refused,))
        return Checked((*(_finding(remark) for remark in remarks), *_left_alone(package)))


def _left_alone(package: Package) -> Iterator[Finding]:
    for one in silencings(python_texts(package.root), frozenset({What.LAYOUT})):
        if not one.reasoned:
            message = f"{one.directive} has no reason behind it"
            fix = "Remove it, or write the reason behind it."
            yield Finding("FMT-003", Severity.ERROR, message, one.path, line=one.line, fix=fix)


def _finding(remark: Remark) -> Finding:
    if remark.code == _UNREADABLE:
        return Finding(
            "FMT-002",
            Severity.ERROR,
            f"can't be read as Python: {remark.message}",
            remark.path,
            line=remark.line,
            column=remark.column,
        )
    return Finding(
        "FMT-001",
        Severity.ERROR,
        "is not laid out as the formatter would, from here on",
        remark.path,
        line=remark.line,
        column=remark.column,
        fix="Run `waooaw gate --fix`.",
        # It is about the file; the line is only where to begin, and differs after every edit.
        fingerprint="layout",
    )
