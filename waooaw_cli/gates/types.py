"""The gate `types`: the types of sources and tests fit together, strictly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.judged import remarked
from waooaw_cli.gates.ports import Environments, TypeChecker
from waooaw_cli.gates.remarks import What, python_texts, silencings
from waooaw_cli.gates.report import Finding, GateId, Severity
from waooaw_cli.gates.rule import RuleDoc
from waooaw_cli.gates.unchecked import unchecked

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
    RuleDoc(
        id="TYPE-900",
        title="No file changes how it is checked.",
        why="A comment at the top that turns the checker off hides every mistake to come.",
        fix="Remove the comment, mend what is found, or ignore single lines with code and reason.",
        bad="# mypy: ignore-errors",
        good="total = bank.sum()  # type: ignore[no-untyped-call]  # bank ships no types",
        waivable=True,
    ),
    RuleDoc(
        id="TYPE-901",
        title="A line whose type is not checked names the error code and the reason.",
        why="Without a code it hides other mistakes too; without a reason it stays for ever.",
        fix="Write the code in brackets and the reason behind it.",
        bad="total = bank.sum()  # type: ignore",
        good="total = bank.sum()  # type: ignore[no-untyped-call]  # bank ships no types",
        waivable=True,
    ),
    RuleDoc(
        id="TYPE-902",
        title="No code is kept from the type checker.",
        why=(
            "What runs only where nobody checks is checked by nobody: `if not TYPE_CHECKING` and"
            " `@no_type_check` hide every mistake below them."
        ),
        fix="Let the checker read it, and ignore single lines with code and reason.",
        bad="@no_type_check\ndef total() -> int:\n    return bank.sum()",
        good="def total() -> int:\n    return int(bank.sum())",
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
    alone: ClassVar[bool] = False
    # An environment may have to be built first; its own limit stands in its adapter.
    limit: ClassVar[timedelta] = _TOOL + timedelta(minutes=12)

    def check(self, package: Package) -> Checked:
        """Return one finding for each thing that does not fit."""
        python = self.environments.python(package.root)
        remarks = self.checker.check(package.root, python=python, limit=_TOOL)
        findings = tuple(remarked(remark, PREFIX) for remark in remarks)
        return Checked((*findings, *_silenced(package)))


def _silenced(package: Package) -> Iterator[Finding]:
    judged = {
        path: text
        for path, text in python_texts(package.root).items()
        if path.parts[0] in {"src", "tests"}
    }
    for one in silencings(judged, frozenset({What.TYPES, What.TYPES_OF_FILE})):
        if one.what is What.TYPES_OF_FILE:
            rule, message = "TYPE-900", f"{one.directive} changes how the whole file is checked"
        elif not (one.limited and one.reasoned):
            missing = "no reason behind it" if one.limited else "no error code"
            rule, message = "TYPE-901", f"{one.directive} has {missing}"
        else:
            continue
        [fix] = [doc.fix for doc in RULES if doc.id == rule]
        yield Finding(rule, Severity.ERROR, message, one.path, line=one.line, fix=fix)
    [fix] = [doc.fix for doc in RULES if doc.id == "TYPE-902"]
    for path, text in judged.items():
        for line, what in unchecked(text):
            message = f"{what} is checked by nobody"
            yield Finding("TYPE-902", Severity.ERROR, message, path, line=line, fix=fix)
