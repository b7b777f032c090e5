"""What the gates ask of the outside world. The adapters answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import ClassVar, Protocol

from waooaw.errors import CouldNotDecide
from waooaw_cli.gates.report import GateId, GateResult, Severity

__all__ = [
    "Added",
    "Coverage",
    "Endured",
    "Environments",
    "Failure",
    "Formatter",
    "History",
    "Linter",
    "PassedOver",
    "Played",
    "Profile",
    "Profiler",
    "Progress",
    "Remark",
    "SuiteRun",
    "SuiteRunner",
    "Suspicion",
    "ToolCrashed",
    "ToolFault",
    "ToolGarbled",
    "ToolMissing",
    "ToolTimedOut",
    "TypeChecker",
]


class ToolFault(CouldNotDecide):
    """Say that an outside tool gave no judgement.

    Args:
        tool: The tool's name, as a person would type it.
        message: What happened to it, in one line.
        last_words: The end of what it printed, for a person to read; bounded by the adapter.
    """

    rule: ClassVar[str] = "GATE-E001"

    def __init__(self, tool: str, message: str, *, last_words: str = "") -> None:
        super().__init__(f"{tool} {message}")
        self.tool = tool
        self.last_words = last_words


class ToolCrashed(ToolFault):
    """Say that a tool ended in a way that is no verdict: a signal, a traceback, an unknown code."""

    rule = "GATE-E001"


class ToolTimedOut(ToolFault):
    """Say that a tool ran past its limit; its whole process group was ended."""

    rule = "GATE-E002"


class ToolMissing(ToolFault):
    """Say that a tool is not installed or cannot be started here."""

    rule = "GATE-E003"


class ToolGarbled(ToolFault):
    """Say that a tool printed nothing or something that cannot be read."""

    rule = "GATE-E004"


@dataclass(frozen=True, slots=True)
class Remark:
    """Hold one objection of a linter or a type checker, in the tool's own words.

    Attributes:
        code: The tool's own name of the rule, such as `F401` or `arg-type`.
        path: Relative to the package; None where no file is to blame.
    """

    code: str
    message: str
    path: PurePosixPath | None
    line: int | None = None
    column: int | None = None
    severity: Severity = Severity.ERROR
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Hold one test that failed, or that could not run at all.

    Attributes:
        test: The test's name as its runner knows it.
        message: The first line of what went wrong.
    """

    test: str
    message: str
    path: PurePosixPath | None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Hold one test that was skipped, or that was expected to fail and did.

    Attributes:
        test: The test's name as its runner knows it.
        reason: Why, in its author's words; empty where nobody said.
    """

    test: str
    reason: str
    path: PurePosixPath | None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Hold how much of one package's sources its tests run, branches included.

    Attributes:
        percent: Of lines and branches together, as coverage.py counts them.
        uncovered: The lines that no test runs or leaves by every branch, for each file.
    """

    percent: float
    uncovered: tuple[tuple[PurePosixPath, tuple[int, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """Hold what a package's own tests did.

    Attributes:
        collected: How many tests there are.
        failures: Those that failed, and the files whose tests could not be collected.
        coverage: What the tests ran of the package's sources.
        ended: The tests that came to an end, by their node ids without parameters.
        passed_over: Those that were skipped, or expected to fail and did.
    """

    collected: int
    failures: tuple[Failure, ...]
    coverage: Coverage
    ended: frozenset[str] = frozenset()
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """Hold how one scenario of the fault matrix ended.

    Attributes:
        name: Such as `store-locks`.
        area: What was disturbed: load, bus, store or model.
        does: What was done to the agent, in a sentence.
        problem: What did not hold, in a sentence; None where all did.
        tried: Whether what was to go wrong did; a model that is never asked can't be late.
    """

    name: str
    area: str
    does: str
    problem: str | None = None
    tried: bool = True


@dataclass(frozen=True, slots=True)
class Endured:
    """Hold what only a thorough look sees.

    Attributes:
        settled: Whether the last rounds agree with each other and about the limit.
        rounds: The 95th percentile of each round, in milliseconds.
        low_ms: The 95th percentile is at least this, with 95 % confidence.
        high_ms: It is at most this; None where there are too few samples to say so.
        load: How many processes wanted to run, over the last minute; None where nobody counts.
        endured: How many cycles the memory was watched for.
        bytes_per_event: By how much the process grew for each of them.
        leaks: Whether it never ceased to grow.
        crowd: How many events came at once.
        scenarios: The fault matrix, as far as it was played.
        left_out: The names of the scenarios for which no time was left.
        path: The file of the agent's class, relative to the package; None where it is elsewhere.
        line: Where the class begins, 1-based.
    """

    settled: bool
    rounds: tuple[float, ...]
    low_ms: float
    high_ms: float | None
    load: float | None
    endured: int
    bytes_per_event: float
    leaks: bool
    crowd: int
    scenarios: tuple[Played, ...]
    left_out: tuple[str, ...]
    path: PurePosixPath | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Profile:
    """Hold what the decisions over a specification's examples took.

    Attributes:
        p95_ms: The nearest-rank 95th percentile of a decision, in milliseconds.
        peak_memory_mb: The most memory that a process running whole cycles held, in MiB.
        decisions: How many decisions were timed.
        examples: How many examples woke the agent and were decided.
        asked_model: How many of those asked the model, which was a stand-in.
        cost_usd: What the decisions over the examples say that they cost, one of each.
        p50_ms: The median of a decision.
        p99_ms: The 99th percentile of a decision.
        cycle_p95_ms: The 95th percentile of a cycle, from the event to the journal, skills left
            out.
        looks: How often a look was taken before this was said.
        memory_by: Who says so of the memory: `VmHWM`, `ru_maxrss` or `PeakWorkingSetSize`.
        thorough: What only a thorough look sees; None for a quick one.
    """

    p95_ms: float
    peak_memory_mb: float
    decisions: int
    examples: int
    asked_model: int
    cost_usd: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    cycle_p95_ms: float = 0.0
    looks: int = 1
    memory_by: str = "VmHWM"
    thorough: Endured | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """Hold the lines that one commit has added to one file.

    Attributes:
        commit: Its id, abbreviated.
        path: The file, relative to the package; it may be gone since.
        text: The lines; an empty one stands between what was not side by side.
    """

    commit: str
    path: PurePosixPath
    text: str


class History(Protocol):
    """Know what a package held before."""

    def added(self, root: Path, base: str, *, limit: timedelta) -> tuple[Added, ...]:
        """Return what commits since *base* have added below *root*, removed since or not.

        Raises:
            ToolFault: That can't be told.
        """
        ...


class Suspicion(Protocol):
    """Know what in source files is often a hole, whatever the package's own settings say."""

    def suspicious(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        """Return what is to be said of the files below *root*."""
        ...


class Formatter(Protocol):
    """Know how source files are to be laid out."""

    def unformatted(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        """Return one remark for each file below *root* that is laid out differently.

        Its line is the first that would change; its code is `unformatted`, or `invalid-syntax`
        where the file can't be read as Python.
        """
        ...


class Linter(Protocol):
    """Know what reads badly or is a mistake in source files."""

    def lint(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        """Return what is to be said of the files below *root*, by the package's own settings."""
        ...


class TypeChecker(Protocol):
    """Know whether the types of a package fit together."""

    def check(self, root: Path, *, python: Path, limit: timedelta) -> tuple[Remark, ...]:
        """Return what does not fit below *root*; *python* says where its imports are found."""
        ...


class SuiteRunner(Protocol):
    """Run a package's own tests and count what they cover."""

    def run(self, root: Path, *, python: Path, limit: timedelta) -> SuiteRun:
        """Run the tests below *root* with the interpreter *python*."""
        ...


class Profiler(Protocol):
    """Measure what an agent's decisions take."""

    def measure(
        self, root: Path, *, python: Path, thorough: bool, limit: timedelta
    ) -> Profile | Remark:
        """Decide the examples of the agent below *root*, repeatedly, in a process of its own.

        A look that exceeds `limits.p95_ms` is repeated before it is told. A thorough one shares the
        machine with no other thorough one, and waits for that.

        Returns:
            What that took, or what keeps the package's own code from being imported (its code is
            `not-loaded`) or from deciding an example (`raised`).

        Raises:
            ToolFault: It crashed or timed out, or another thorough look never ended.
        """
        ...


class Environments(Protocol):
    """Know the interpreter that sees what a package imports."""

    def python(self, root: Path) -> Path:
        """Return it; build it first where the package has dependencies of its own.

        Raises:
            ToolFault: The environment could not be built.
        """
        ...


class Progress(Protocol):
    """Follow a run while it lasts. Called from several threads, one call at a time."""

    def begin(self, target: str, gate: GateId) -> None:
        """Take note that *gate* starts on the package shown as *target*."""
        ...

    def end(self, target: str, result: GateResult) -> None:
        """Take note that a gate ended; skipped and unjudged ones end without a beginning."""
        ...
