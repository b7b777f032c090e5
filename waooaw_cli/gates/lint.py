"""The gate `lint`: no mistake and no habit that the package's own linter settings object to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import ClassVar

from waooaw_cli.gates.contents import contents
from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.judged import remarked
from waooaw_cli.gates.linter_settings import Hole, elsewhere, holes, refusal
from waooaw_cli.gates.ports import Linter, ToolCrashed
from waooaw_cli.gates.remarks import What, python_texts, silencings
from waooaw_cli.gates.report import Finding, GateId, Severity
from waooaw_cli.gates.rule import RuleDoc

__all__ = ["PREFIX", "RULES", "LintGate"]

#: What stands before ruff's own name of a rule: `LINT-F401`.
PREFIX = "LINT-"
_TOOL = timedelta(seconds=60)
_PROJECT = PurePosixPath("pyproject.toml")

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
    RuleDoc(
        id="LINT-903",
        title="The package's settings leave on what finds mistakes: ruff's family F.",
        why=(
            "A name that does not exist, a test that another one replaces: with these rules off the"
            " gate is green and nobody looked. Taste may be switched off, mistakes may not."
        ),
        fix="Select F, and silence a single rule by its whole name, or a line with its reason.",
        bad='[tool.ruff.lint]\nselect = []\nignore = ["ALL"]',
        good='[tool.ruff.lint]\nselect = ["E", "F"]\nignore = ["E741"]',
        waivable=True,
    ),
    RuleDoc(
        id="LINT-904",
        title="Ruff starts with the package's settings.",
        why="With a setting that it does not know the linter looks at nothing.",
        fix="Mend [tool.ruff] in pyproject.toml; ruff's own words say what.",
        bad="[tool.ruff]\nline-lenght = 100",
        good="[tool.ruff]\nline-length = 100",
        waivable=False,
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
        try:
            remarks = self.linter.lint(package.root, limit=_TOOL)
        except ToolCrashed as fault:
            if (hole := refusal(fault, package.root)) is None:
                raise
            return Checked((_of_settings("LINT-904", hole),))
        findings = tuple(remarked(remark, PREFIX) for remark in remarks)
        switched_off = tuple(_of_settings("LINT-903", hole) for hole in holes(package.root))
        return Checked(
            (*findings, *_silenced(package), *_settings_elsewhere(package), *switched_off)
        )


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
    if (hole := elsewhere(package.root)) is not None:
        yield _of_settings("LINT-902", hole)


def _of_settings(rule: str, hole: Hole) -> Finding:
    return Finding(rule, Severity.ERROR, hole.said, _PROJECT, line=hole.line, fix=_fix(rule))


def _fix(rule: str) -> str:
    [fix] = [doc.fix for doc in RULES if doc.id == rule]
    return fix
