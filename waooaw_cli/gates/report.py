"""What gates find, and the report that gathers it. Renderers turn a report into text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TypeAlias

__all__ = [
    "ORDER",
    "Finding",
    "GateId",
    "GateResult",
    "Measure",
    "Report",
    "Severity",
    "TargetReport",
    "Verdict",
    "worst",
]

Measure: TypeAlias = int | float | str | bool


class GateId(StrEnum):
    """Name a gate, as users and reports do."""

    SPEC = "spec"
    VISION = "vision"
    FORMAT = "format"
    LINT = "lint"
    TYPES = "types"
    TESTS = "tests"
    SECURITY = "security"
    PERFORMANCE = "performance"


#: The order of a report, from what a package says to what it costs.
ORDER = tuple(GateId)


class Verdict(StrEnum):
    """Say how a gate ended.

    `ERROR` means that it could not decide (its tool crashed, timed out or is missing) and never
    counts as pass. `SKIPPED` is the user's own word.
    """

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    SKIPPED = "skipped"
    FAIL = "fail"
    ERROR = "error"


class Severity(StrEnum):
    """Say how much a finding weighs: only an `ERROR` makes its gate fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold one objection of a gate.

    Attributes:
        rule: The rule's id, as `waooaw explain` takes it.
        severity: Whether it fails the gate.
        message: What is wrong, in one sentence of plain text.
        path: The file, relative to the package's root; None where no one file is to blame.
        line: 1-based.
        column: 1-based.
        fix: What to do, in one sentence; None where the message says it.
        fingerprint: Stays the same when the line moves; filled in by the runner.
        waived: Whether a dated, reasoned permission covers it.
        waiver: The reason of that permission, or `baseline`; None where nothing covers it.
    """

    rule: str
    severity: Severity
    message: str
    path: PurePosixPath | None = None
    line: int | None = None
    column: int | None = None
    fix: str | None = None
    fingerprint: str = ""
    waived: bool = False
    waiver: str | None = None

    @property
    def objects(self) -> bool:
        """Whether this finding fails its gate."""
        return self.severity is Severity.ERROR and not self.waived


@dataclass(frozen=True, slots=True)
class GateResult:
    """Hold what one gate said of one package."""

    id: GateId
    verdict: Verdict
    duration: timedelta = timedelta(0)
    findings: tuple[Finding, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=dict)
    cached: bool = False


@dataclass(frozen=True, slots=True)
class TargetReport:
    """Hold every gate's result for one package.

    Attributes:
        path: The package's root as the user named it, with forward slashes.
        agent: The agent's name, or the folder's where the specification can't be read.
        version: The agent's version; empty where the specification can't be read.
    """

    path: str
    agent: str
    version: str
    gates: tuple[GateResult, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the gates that ran."""
        return worst(gate.verdict for gate in self.gates)


@dataclass(frozen=True, slots=True)
class Report:
    """Hold the results of one run over one or many packages.

    Attributes:
        idle: Whether there was nothing to judge by the user's own word: a shard without agents.
        kept: The agents whose packages were there already, so that they were not made or judged.
    """

    version: str
    started_at: datetime
    duration: timedelta
    targets: tuple[TargetReport, ...]
    idle: bool = False
    kept: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all packages."""
        if self.idle and not self.targets:
            return Verdict.SKIPPED
        return worst(target.verdict for target in self.targets)


_ORDER = (Verdict.SKIPPED, Verdict.PASS, Verdict.FAIL, Verdict.ERROR)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of *verdicts*; `ERROR` when there is none.

    A skipped gate does not speak against a package, so pass beside skipped is pass. A report
    without results says nothing, which is never "nothing wrong".
    """
    return max(verdicts, key=_ORDER.index, default=Verdict.ERROR)
