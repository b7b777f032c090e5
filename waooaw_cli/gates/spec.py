"""The gate `spec`: the specification holds, and the package is the one that it speaks of."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from waooaw.errors import InputError, InvalidDocument, Problem, shown
from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.grounds import hiding_modules
from waooaw_cli.gates.report import Finding, GateId, Severity
from waooaw_cli.gates.rule import RuleDoc
from waooaw_cli.gates.settings import package_settings

if TYPE_CHECKING:
    from waooaw.spec import AgentSpec

__all__ = ["RULES", "SpecGate"]

_FILE = PurePosixPath("agent.yaml")
_PROJECT = PurePosixPath("pyproject.toml")
_NUMBERS = re.compile(r"\d+")

RULES = (
    RuleDoc(
        id="SPEC-001",
        title="agent.yaml is a specification.",
        why=(
            "It is the one source of truth: the questionnaire writes it, the runtime obeys it and"
            " the vision judges it. A field that is misspelt is a rule that never fires."
        ),
        fix="Mend the field at the line that is named; `waooaw schema agent` knows every field.",
        bad="limits: { monthly_usd: -5 }",
        good="limits: { monthly_usd: 5 }",
        waivable=False,
    ),
    RuleDoc(
        id="SPEC-002",
        title="The package holds the code of the agent that agent.yaml names.",
        why="A specification beside another agent's code describes nothing that runs.",
        fix="Name the folder below src/ after the agent, with underscores.",
        bad="name: wow-refund-desk    # but src/wow_refunds/__init__.py",
        good="name: wow-refund-desk    # and src/wow_refund_desk/__init__.py",
        waivable=False,
    ),
    RuleDoc(
        id="SPEC-003",
        title="pyproject.toml can be read and names the same agent in the same version.",
        why=(
            "Who installs the wheel and who reads agent.yaml must speak of the same thing:"
            " decisions are journalled under the specification's version."
        ),
        fix="Write the specification's name and version into [project].",
        bad='version = "0.2.0"    # but agent.yaml says version: 0.1.0',
        good='version = "0.1.0"    # as agent.yaml says',
        waivable=False,
    ),
    RuleDoc(
        id="SPEC-004",
        title="The prompt that the specification names exists.",
        why="Without its prompt the model tier fails on the first event that no rule fits.",
        fix="Write the file, below src/<package>/, or name another one in model.prompt.",
        bad="model: { prompt: prompts/decide.md }    # no such file",
        good="model: { prompt: prompts/decide.md }    # src/wow_x/prompts/decide.md",
        waivable=False,
    ),
    RuleDoc(
        id="SPEC-005",
        title="No module of the package hides another that the agent or a tool needs.",
        why=(
            "Python imports the first module of a name that it finds. A src/waooaw.py is imported"
            " in place of the runtime, and a src/pytest.py says what it likes about the tests."
        ),
        fix="Give the module a name of its own, below src/<package>/.",
        bad="src/json.py",
        good="src/wow_refund_desk/json_forms.py",
        waivable=False,
    ),
)


@dataclass(frozen=True, slots=True)
class SpecGate:
    """Read `agent.yaml` with all that it means, and compare it with the package around it."""

    id: ClassVar[GateId] = GateId.SPEC
    needs: ClassVar[frozenset[GateId]] = frozenset()
    alone: ClassVar[bool] = False
    limit: ClassVar[timedelta] = timedelta(seconds=30)

    def check(self, package: Package) -> Checked:
        """Return every problem of the specification, each at its line."""
        # pydantic costs 60 ms, which a run without this gate does not pay.
        from waooaw.specfile import read_spec

        try:
            spec = read_spec(package.specification, source=str(_FILE))
        except InvalidDocument as error:
            return Checked(tuple(_of_problem(problem) for problem in error.problems))
        except InputError as error:
            finding = Finding("SPEC-001", Severity.ERROR, error.message, _FILE, fix=error.hint)
            return Checked((finding,))
        findings = (
            *_missing_code(spec, package.root),
            *_other_project(spec, package.root),
            *_missing_prompt(spec, package.root),
            *_hiding(package.root),
        )
        measures = {"rules": len(spec.rules), "examples": len(spec.examples)}
        return Checked(findings, measures)


def _of_problem(problem: Problem) -> Finding:
    message = f"{problem.field}: {problem.message}" if problem.field else problem.message
    ways_out = [problem.hint, f"expected: {problem.expected}" if problem.expected else None]
    return Finding(
        "SPEC-001",
        Severity.ERROR,
        message,
        _FILE,
        line=problem.line,
        column=problem.column,
        fix="; ".join(way for way in ways_out if way) or None,
    )


def _missing_code(spec: AgentSpec, root: Path) -> Iterator[Finding]:
    module = PurePosixPath("src", spec.package, "__init__.py")
    if not (root / module).is_file():
        yield Finding(
            "SPEC-002",
            Severity.ERROR,
            f"name: {spec.name} wants its code in src/{spec.package}, which has no __init__.py",
            _FILE,
            fix=f"Name the package's folder src/{spec.package}.",
        )


def _other_project(spec: AgentSpec, root: Path) -> Iterator[Finding]:
    if not os.path.lexists(root / _PROJECT):
        yield Finding(
            "SPEC-003",
            Severity.ERROR,
            "there is no pyproject.toml, so nobody can install the agent",
            _FILE,
            fix="Write one, with the specification's name and version in [project].",
        )
        return
    try:
        settings = package_settings(root)
    except InputError as error:
        yield Finding("SPEC-003", Severity.ERROR, error.message, _PROJECT, fix=error.hint)
        return
    for field, written, meant, equal in (
        ("name", settings.project, spec.name, _same_name),
        ("version", settings.version, spec.version, _same_version),
    ):
        if written is not None and not equal(written, meant):
            yield Finding(
                "SPEC-003",
                Severity.ERROR,
                f"project.{field} is {shown(written)}, but agent.yaml says {shown(meant)}",
                _PROJECT,
                fix=f'Write {field} = "{meant}".',
            )


def _hiding(root: Path) -> Iterator[Finding]:
    for path in hiding_modules(root):
        yield Finding(
            "SPEC-005",
            Severity.ERROR,
            f"{path} would be imported in place of a module that the agent or a tool needs",
            path,
            fix="Give it another name, below the agent's own package.",
        )


def _missing_prompt(spec: AgentSpec, root: Path) -> Iterator[Finding]:
    if spec.model is None or spec.otherwise != "model":
        return
    if not (root / "src" / spec.package / spec.model.prompt).is_file():
        yield Finding(
            "SPEC-004",
            Severity.ERROR,
            f"model.prompt: src/{spec.package}/{spec.model.prompt} does not exist",
            _FILE,
            fix="Write what the model is to decide into that file.",
        )


def _same_name(written: str, meant: str) -> bool:
    """Compare two distributions' names as indexes do (PEP 503)."""
    return re.sub(r"[-_.]+", "-", written).lower() == meant


def _same_version(written: str, meant: str) -> bool:
    """Compare a Python version with a semantic one.

    By their three numbers: PEP 440 has no spelling for most semantic pre-releases.
    """
    return _NUMBERS.findall(written.partition("+")[0])[:3] == _NUMBERS.findall(meant)[:3]
