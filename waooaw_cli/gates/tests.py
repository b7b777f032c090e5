"""The gate `tests`: the package's own tests pass, and they run enough of its code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import ClassVar

from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.ports import Coverage, Environments, Failure, SuiteRun, SuiteRunner
from waooaw_cli.gates.report import Finding, GateId, Severity
from waooaw_cli.gates.rule import RuleDoc
from waooaw_cli.gates.settings import package_settings

__all__ = ["RULES", "TestsGate"]

# A test that waits for ever is to be named while somebody still watches.
_TOOL = timedelta(seconds=60)
_MOST_FILES = 20

RULES = (
    RuleDoc(
        id="TEST-001",
        title="Every test passes, the specification's examples among them.",
        why="A test that fails says that the agent does not do what its owner wrote down.",
        fix="Mend the agent, or the expectation where that is what is wrong.",
        bad="expect: { outcome: approve }    # and the agent rejects",
        good="expect: { outcome: reject }",
        waivable=False,
    ),
    RuleDoc(
        id="TEST-002",
        title="The tests run at least 80 % of lines and branches, or the package's own higher bar.",
        why="What no test runs is decided for the first time in production.",
        fix=(
            "Test the lines that are listed. [tool.waooaw] coverage = 90 in pyproject.toml raises"
            " the bar; nothing lowers it."
        ),
        bad="def refund(amount):\n    if amount < 0:\n        raise ValueError    # not tested",
        good="def test_a_negative_amount_is_refused(): ...",
        waivable=True,
    ),
    RuleDoc(
        id="TEST-003",
        title="There are tests.",
        why="A suite without tests passes whatever the agent does.",
        fix="Put tests into the folder tests/, in files named test_*.py.",
        bad="tests/    # empty",
        good="tests/test_decisions.py",
        waivable=False,
    ),
)


@dataclass(frozen=True, slots=True)
class TestsGate:
    """Run the package's tests and hold what they cover to the bar."""

    __test__ = False  # pytest would collect a class of this name

    runner: SuiteRunner
    environments: Environments

    id: ClassVar[GateId] = GateId.TESTS
    needs: ClassVar[frozenset[GateId]] = frozenset({GateId.SPEC})
    # An environment may have to be built first; its own limit stands in its adapter.
    limit: ClassVar[timedelta] = _TOOL + timedelta(minutes=12)

    def check(self, package: Package) -> Checked:
        """Return the tests that fail, and what none of them runs where that is too much.

        Raises:
            InputError: The package's settings can't be read.
        """
        bar = package_settings(package.root).coverage
        python = self.environments.python(package.root)
        run = self.runner.run(package.root, python=python, limit=_TOOL)
        measures = {
            "tests": run.collected,
            "failed": len(run.failures),
            "coverage": round(run.coverage.percent, 2),
        }
        return Checked((*_failed(run), *_uncovered(run, bar)), measures)


def _failed(run: SuiteRun) -> Iterator[Finding]:
    for failure in run.failures:
        yield _of_failure(failure)
    if not run.collected and not run.failures:
        yield Finding(
            "TEST-003", Severity.ERROR, "there are no tests", fix="Write tests/test_*.py."
        )


def _of_failure(failure: Failure) -> Finding:
    message = f"{failure.test}: {failure.message}"
    return Finding("TEST-001", Severity.ERROR, message, failure.path, line=failure.line)


def _uncovered(run: SuiteRun, bar: float) -> Iterator[Finding]:
    """Say what no test runs; silent where no test could run, since that says it all."""
    coverage = run.coverage
    # Cut, not rounded: 79.996 is below 80, and is shown so.
    shown = int(coverage.percent * 100) / 100
    if not run.collected or coverage.percent >= bar:
        return
    yield Finding(
        "TEST-002",
        Severity.ERROR,
        f"the tests run {shown:g} % of lines and branches, {bar:g} % is the bar",
        fix="Test the lines that the notes list.",
    )
    yield from _notes(coverage)


def _notes(coverage: Coverage) -> Iterator[Finding]:
    for path, lines in coverage.uncovered[:_MOST_FILES]:
        yield Finding(
            "TEST-002",
            Severity.NOTE,
            f"not run, or left by one branch only: {ranges(lines)}",
            path,
            line=lines[0],
        )


def ranges(lines: tuple[int, ...]) -> str:
    """Return ascending *lines* as people write them: ``3-5, 9``."""
    parts = []
    for _, run in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0]):
        numbers = [line for _, line in run]
        first, last = numbers[0], numbers[-1]
        parts.append(str(first) if first == last else f"{first}-{last}")
    return ", ".join(parts)
