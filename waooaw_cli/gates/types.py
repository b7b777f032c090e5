"""The gate `types`: the types of sources and tests fit together, strictly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.ports import Environments, TypeChecker
from waooaw_cli.gates.report import Finding, GateId
from waooaw_cli.gates.rule import RuleDoc

__all__ = ["PREFIX", "RULES", "TypesGate"]

#: What stands before mypy's own name of a rule: `TYPE-arg-type`.
PREFIX = "TYPE-"
_TOOL = timedelta(minutes=3)

RULES = (
    RuleDoc(
        id="TYPE",
        title="Types fit together. TYPE-arg-type is mypy's error code arg-type, and so on.",
        why=(
            "An agent acts on its own. A skill that gets text where it expects a number must be"
            " found before the first event, not by it."
        ),
        fix="Mend the types at the line that is named; mypy's manual explains each error code.",
        bad='amount: int = "120"',
        good="amount: int = 120",
        waivable=True,
    ),
)


@dataclass(frozen=True, slots=True)
class TypesGate:
    """Ask the type checker, with the interpreter that sees what the package imports."""

    checker: TypeChecker
    environments: Environments

    id: ClassVar[GateId] = GateId.TYPES
    needs: ClassVar[frozenset[GateId]] = frozenset()
    # An environment may have to be built first; its own limit stands in its adapter.
    limit: ClassVar[timedelta] = _TOOL + timedelta(minutes=12)

    def check(self, package: Package) -> Checked:
        """Return one finding for each thing that does not fit."""
        python = self.environments.python(package.root)
        remarks = self.checker.check(package.root, python=python, limit=_TOOL)
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
