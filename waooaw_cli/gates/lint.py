"""The gate `lint`: no mistake and no habit that the package's own linter settings object to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from waooaw_cli.gates.contents import contents
from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.judged import remarked
from waooaw_cli.gates.ports import Linter
from waooaw_cli.gates.remarks import What, python_texts, silencings
from waooaw_cli.gates.report import Finding, GateId, Severity
from waooaw_cli.gates.rule import RuleDoc

__all__ = ["PREFIX", "RULES", "LintGate"]

#: What stands before ruff's own name of a rule: `LINT-F401`.
PREFIX = "LINT-"
_TOOL = timedelta(seconds=60)

RULES = (
    RuleDoc(
        id="LINT",
        title="The linter has nothing to say. LINT-F401 is ruff's rule F401, and so on.",
        why=(
            "Unused imports, shadowed names and swallowed exceptions are where defects hide; a"
            " linter finds them in milliseconds, a person in review does not."
        ),
        fix="Run `waooaw gate --fix` for what is mechanical; `ruff rule F401` explains a rule.",
        bad="import os\n\nx = 1",
        good="x = 1",
        waivable=True,
    ),
    RuleDoc(
        id="LINT-900",
        title="A comment that silences the linter for a file names the rules and the reason.",
        why="Without them it hides whatever is written into the file from then on.",
        fix="Write the rules and the reason behind it, or silence single lines.",
        bad="# ruff: noqa",
        good="# ruff: noqa: E501 - generated from the bank's table of codes",
        waivable=True,
    ),
    RuleDoc(
        id="LINT-901",
        title="A comment that silences the linter for a line names the rule and the reason.",
        why="Without a rule it hides other mistakes too; without a reason it stays for ever.",
        fix="Write the rule and the reason behind it.",
        bad="import bank  # noqa",
        good="import bank  # noqa: F401 - registers its currencies when imported",
        waivable=True,
    ),
    RuleDoc(
        id="LINT-902",
        title="The linter's settings stand in pyproject.toml alone.",
        why="Settings deep in a folder change the rules for its files where nobody looks.",
        fix="Move what is in the file to [tool.ruff] in pyproject.toml; nothing else is read.",
        bad="src/wow_desk/ruff.toml",
        good="[tool.ruff]    # in pyproject.toml",
        waivable=True,
    ),
)


@dataclass(frozen=True, slots=True)
class LintGate:
    """Ask the linter, by the package's own settings."""

    linter: Linter

    id: ClassVar[GateId] = GateId.LINT
    needs: ClassVar[frozenset[GateId]] = frozenset()
    alone: ClassVar[bool] = False
    limit: ClassVar[timedelta] = _TOOL + timedelta(seconds=10)

    def check(self, package: Package) -> Checked:
        """Return one finding for each remark."""
        remarks = self.linter.lint(package.root, limit=_TOOL)
        findings = tuple(remarked(remark, PREFIX) for remark in remarks)
        return Checked((*findings, *_silenced(package), *_settings_elsewhere(package)))


def _silenced(package: Package) -> Iterator[Finding]:
    silent = frozenset({What.LINT, What.LINT_OF_FILE})
    for one in silencings(python_texts(package.root), silent):
        if not (one.limited and one.reasoned):
            rule = "LINT-901" if one.what is What.LINT else "LINT-900"
            missing = "no reason behind it" if one.limited else "no rule"
            message = f"{one.directive} has {missing}"
            yield Finding(rule, Severity.ERROR, message, one.path, line=one.line, fix=_fix(rule))


def _settings_elsewhere(package: Package) -> Iterator[Finding]:
    for path in contents(package.root).files:
        if path.name in {"ruff.toml", ".ruff.toml"}:
            message = "these settings do not count"
            yield Finding("LINT-902", Severity.ERROR, message, path, fix=_fix("LINT-902"))


def _fix(rule: str) -> str:
    [fix] = [doc.fix for doc in RULES if doc.id == rule]
    return fix
