"""The gate `tests`: the package's own tests pass, and they run enough of its code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import PurePosixPath
from typing import ClassVar

from waooaw_cli.gates.asserting import asserting_nothing
from waooaw_cli.gates.declared import declared_tests, unreadable
from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.ports import Coverage, Environments, Failure, SuiteRun, SuiteRunner
from waooaw_cli.gates.remarks import What, python_texts, silencings
from waooaw_cli.gates.report import Finding, GateId, Severity
from waooaw_cli.gates.rule import RuleDoc
from waooaw_cli.gates.settings import package_settings

__all__ = ["RULES", "TestsGate"]

# A test that waits for ever is to be named while somebody still watches.
_TOOL = timedelta(seconds=60)
_MOST_FILES = 20
_PROJECT = PurePosixPath("pyproject.toml")

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
    RuleDoc(
        id="TEST-004",
        title="Every test that stands in tests/ runs.",
        why=(
            "The tests are counted in the files, since a hook or a setting can leave out the one"
            " that fails; a test that does not run proves nothing."
        ),
        fix=(
            "Remove what leaves it out (collect_ignore, a hook, __test__, a second test of its"
            " name), or the test."
        ),
        bad='collect_ignore = ["test_refunds.py"]    # in tests/conftest.py',
        good='@pytest.mark.skipif(sys.platform == "win32", reason="no signals on Windows")',
        waivable=True,
    ),
    RuleDoc(
        id="TEST-005",
        title="A test that is skipped or expected to fail says why.",
        why="Nobody can tell whether a reason that was never written down still holds.",
        fix="Write reason=..., or mend the test. With a reason it is a warning.",
        bad="@pytest.mark.skip",
        good='@pytest.mark.skip(reason="the sandbox of the bank is down until March")',
        waivable=True,
    ),
    RuleDoc(
        id="TEST-006",
        title="Code that coverage leaves out says why.",
        why="A bare `pragma: no cover` raises the number and says nothing about the code.",
        fix="Write the reason behind it, or a test.",
        bad="def refund():  # pragma: no cover",
        good="def on_windows():  # pragma: no cover - CI runs on Linux only",
        waivable=True,
    ),
    RuleDoc(
        id="TEST-007",
        title="Every file below src/ is Python before its tests run.",
        why="What can't be read can't be measured: coverage of the rest would be a lie.",
        fix="Mend the file that is named.",
        bad="x = [1,",
        good="x = [1]",
        waivable=False,
    ),
    RuleDoc(
        id="TEST-008",
        title="Pytest starts with the package's settings.",
        why="Where it does not start no test has run, and what no test ran proves nothing.",
        fix="Mend [tool.pytest.ini_options] in pyproject.toml; pytest's own words say what.",
        bad='testpathes = ["tests"]',
        good='testpaths = ["tests"]',
        waivable=False,
    ),
    RuleDoc(
        id="TEST-009",
        title="Every test asserts something.",
        why=(
            "A test that compares nothing passes whatever the agent does; it is counted, it covers"
            " lines, and it would not notice a change."
        ),
        fix="Assert what must come of it: the outcome, the output, or the error that is raised.",
        bad="def test_refund() -> None:\n    desk.refund(order)",
        good="def test_refund() -> None:\n    assert desk.refund(order).refund_id",
        waivable=True,
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
    alone: ClassVar[bool] = False
    # An environment may have to be built first; its own limit stands in its adapter.
    limit: ClassVar[timedelta] = _TOOL + timedelta(minutes=12)

    def check(self, package: Package) -> Checked:
        """Return the tests that fail, and what none of them runs where that is too much.

        Raises:
            InputError: The package's settings can't be read.
        """
        sources = python_texts(package.root)
        if broken := tuple(unreadable(sources)):
            return Checked(tuple(_no_python(path) for path in broken))
        bar = package_settings(package.root).coverage
        python = self.environments.python(package.root)
        run = self.runner.run(package.root, python=python, limit=_TOOL)
        measures = {
            "tests": run.collected,
            "failed": len(run.failures),
            "coverage": round(run.coverage.percent, 2),
        }
        findings = (
            *_failed(run),
            *_left_out(run, sources),
            *_empty(sources),
            *_passed_over(run),
            *_uncovered(run, bar),
            *_unmeasured(sources),
        )
        return Checked(findings, measures)


def _no_python(path: PurePosixPath) -> Finding:
    message = "can't be read as Python, so the tests were not run"
    return Finding("TEST-007", Severity.ERROR, message, path, fix="See the findings of format.")


def _left_out(run: SuiteRun, sources: Mapping[PurePosixPath, str]) -> Iterator[Finding]:
    """Say which tests never ran; silent where a file could not be collected, which stops all."""
    if any("::" not in failure.test for failure in run.failures):
        return
    declared = declared_tests(sources)
    last = {one.test: one for one in declared}
    for one in declared:
        if one is not last[one.test]:
            said, fix = f"is replaced by line {last[one.test].line}", "Give it a name of its own."
        elif one.test not in run.ended:
            said, fix = "never ran as it stands here", "Find what leaves it out or replaces it."
        else:
            continue
        message = f"{one.test} {said}"
        yield Finding("TEST-004", Severity.ERROR, message, one.path, line=one.line, fix=fix)


def _empty(sources: Mapping[PurePosixPath, str]) -> Iterator[Finding]:
    for one in asserting_nothing(declared_tests(sources), sources):
        message = f"{one.test} asserts nothing"
        fix = "Assert what must come of it."
        yield Finding("TEST-009", Severity.ERROR, message, one.path, line=one.line, fix=fix)


def _passed_over(run: SuiteRun) -> Iterator[Finding]:
    for one in run.passed_over:
        why = f"was passed over: {one.reason}" if one.reason else "was passed over without a reason"
        severity = Severity.WARNING if one.reason else Severity.ERROR
        yield Finding("TEST-005", severity, f"{one.test} {why}", one.path, line=one.line)


def _unmeasured(sources: Mapping[PurePosixPath, str]) -> Iterator[Finding]:
    own = {path: text for path, text in sources.items() if path.parts[0] == "src"}
    for one in silencings(own, frozenset({What.COVERAGE})):
        if not one.reasoned:
            yield Finding(
                "TEST-006",
                Severity.ERROR,
                f"{one.directive} has no reason behind it",
                one.path,
                line=one.line,
                fix=f"Write `# {one.directive} - why`.",
            )


def _failed(run: SuiteRun) -> Iterator[Finding]:
    for failure in run.failures:
        yield _of_failure(failure)
    if not run.collected and not run.failures:
        yield Finding(
            "TEST-003", Severity.ERROR, "there are no tests", fix="Write tests/test_*.py."
        )


def _of_failure(failure: Failure) -> Finding:
    if failure.path == _PROJECT:
        message = f"pytest does not start: {failure.message}"
        return Finding("TEST-008", Severity.ERROR, message, failure.path, line=failure.line)
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
