"""The gate `lint`: no mistake and no habit that the package's own linter settings object to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.ports import Linter
from waooaw_cli.gates.report import Finding, GateId
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
)


@dataclass(frozen=True, slots=True)
class LintGate:
    """Ask the linter, by the package's own settings."""

    linter: Linter

    id: ClassVar[GateId] = GateId.LINT
    needs: ClassVar[frozenset[GateId]] = frozenset()
    limit: ClassVar[timedelta] = _TOOL + timedelta(seconds=10)

    def check(self, package: Package) -> Checked:
        """Return one finding for each remark."""
        remarks = self.linter.lint(package.root, limit=_TOOL)
        findings = tuple(
            Finding(
                PREFIX + remark.code,
                remark.severity,
                remark.message,
                remark.path,
                line=remark.line,
                column=remark.column,
                fix=remark.fix,
            )
            for remark in remarks
        )
        return Checked(findings)
