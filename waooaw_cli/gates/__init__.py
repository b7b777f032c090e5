"""The gates: each looks at a package and yields findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from waooaw_cli.gates.secrets import SecretSettings

if TYPE_CHECKING:
    from waooaw_cli.gates.dependency_check import DependencyCheck
    from waooaw_cli.gates.gate import Gate
    from waooaw_cli.gates.ports import (
        Environments,
        Formatter,
        Linter,
        Profiler,
        SuiteRunner,
        Suspicion,
        TypeChecker,
    )
    from waooaw_cli.gates.rule import RuleDoc
    from waooaw_cli.gates.secrets import Since

__all__ = ["Tools", "all_gates", "rule_docs"]


@dataclass(frozen=True, slots=True)
class Tools:
    """Hold what the gates ask of the outside world; `folder` is the current one."""

    formatter: Formatter
    linter: Linter
    type_checker: TypeChecker
    suite_runner: SuiteRunner
    profiler: Profiler
    environments: Environments
    dependencies: DependencyCheck | None = None
    suspicion: Suspicion | None = None
    secrets: SecretSettings = field(default_factory=SecretSettings)
    since: Since | None = None
    folder: Path | None = None


def all_gates(tools: Tools, *, thorough: bool = False) -> tuple[Gate, ...]:
    """Return every gate, in the order of reports.

    Args:
        tools: What they ask.
        thorough: Whether the slow checks run too.
    """
    from waooaw_cli.gates.format import FormatGate
    from waooaw_cli.gates.lint import LintGate
    from waooaw_cli.gates.performance import PerformanceGate
    from waooaw_cli.gates.security import SecurityGate
    from waooaw_cli.gates.spec import SpecGate
    from waooaw_cli.gates.tests import TestsGate
    from waooaw_cli.gates.types import TypesGate
    from waooaw_cli.gates.vision import VisionGate

    return (
        SpecGate(),
        VisionGate(tools.folder),
        FormatGate(tools.formatter),
        LintGate(tools.linter),
        TypesGate(tools.type_checker, tools.environments),
        TestsGate(tools.suite_runner, tools.environments),
        SecurityGate(tools.dependencies, tools.suspicion, tools.secrets, tools.since),
        PerformanceGate(tools.profiler, tools.environments, thorough=thorough),
    )


def rule_docs() -> Mapping[str, RuleDoc]:
    """Return what every rule of every gate means, by its id, in the order of the gates.

    A rule of ruff or mypy has no page of its own: `LINT-F401` is under `LINT`, `TYPE-arg-type`
    under `TYPE`.
    """
    from waooaw_cli.gates import (
        format,  # noqa: A004 - the gate's name
        lint,
        performance,
        security,
        spec,
        tests,
        types,
        undecided,
        vision,
        waivers,
    )

    gates = (spec, vision, format, lint, types, tests, security, performance, undecided, waivers)
    return {doc.id: doc for gate in gates for doc in gate.RULES}
