from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest

from waooaw.errors import InputError
from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.ports import (
    ToolCrashed,
    ToolFault,
    ToolGarbled,
    ToolMissing,
    ToolTimedOut,
)
from waooaw_cli.gates.report import ORDER, Finding, GateId, GateResult, Severity, Verdict, worst
from waooaw_cli.gates.runner import Runner


@dataclass
class Played:
    """A gate that does what the test says."""

    id: GateId
    play: Callable[[Package], Checked] = lambda _: Checked()
    needs: frozenset[GateId] = frozenset()
    limit: timedelta = timedelta(seconds=20)
    alone: bool = False

    def check(self, package: Package) -> Checked:
        return self.play(package)


@dataclass
class Followed:
    """A progress that remembers what it was told."""

    said: list[str] = field(default_factory=list)

    def begin(self, target: str, gate: GateId) -> None:
        self.said.append(f"begin {target} {gate}")

    def end(self, target: str, result: GateResult) -> None:
        self.said.append(f"end {target} {result.id} {result.verdict}")


def _package(tmp_path: Path, shown: str = "wow-x") -> Package:
    return Package(tmp_path, shown)


def _results(
    tmp_path: Path, *gates: Played, jobs: int = 2, chosen: frozenset[GateId] = frozenset(GateId)
) -> dict[GateId, GateResult]:
    runner = Runner(gates, jobs=jobs, progress=Followed())
    [results] = runner.run([_package(tmp_path)], chosen=chosen)
    return {result.id: result for result in results}


def _raises(error: BaseException) -> Callable[[Package], Checked]:
    def play(_: Package) -> Checked:
        raise error

    return play


def _finds(severity: Severity) -> Callable[[Package], Checked]:
    return lambda _: Checked((Finding("X-1", severity, "is wrong"),))


def test_a_gate_without_findings_passes(tmp_path: Path) -> None:
    """A gate that finds nothing passes, and its measures are kept."""
    gate = Played(GateId.LINT, lambda _: Checked(measures={"files": 3}))

    result = _results(tmp_path, gate)[GateId.LINT]

    assert (result.verdict, result.measures) == (Verdict.PASS, {"files": 3})


@pytest.mark.parametrize(
    ("severity", "verdict"),
    [
        (Severity.ERROR, Verdict.FAIL),
        (Severity.WARNING, Verdict.PASS),
        (Severity.NOTE, Verdict.PASS),
    ],
)
def test_only_an_error_fails_a_gate(tmp_path: Path, severity: Severity, verdict: Verdict) -> None:
    """A finding fails its gate when its severity is error, and is shown in every case."""
    result = _results(tmp_path, Played(GateId.LINT, _finds(severity)))[GateId.LINT]

    assert result.verdict is verdict
    assert [finding.rule for finding in result.findings] == ["X-1"]


@pytest.mark.parametrize(
    ("error", "rule"),
    [
        (ToolFault("ruff", "failed"), "GATE-E001"),
        (ToolCrashed("ruff", "was ended by SIGSEGV (exit 139)"), "GATE-E001"),
        (ToolTimedOut("ruff", "did not end within 1 s"), "GATE-E002"),
        (ToolMissing("ruff", "is not installed"), "GATE-E003"),
        (ToolGarbled("ruff", "printed no report"), "GATE-E004"),
        (InputError("pyproject.toml can't be read"), "GATE-E001"),
        (ZeroDivisionError("division by zero"), "GATE-E001"),
        (SystemExit(0), "GATE-E001"),
        (KeyboardInterrupt(), "GATE-E001"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_whatever_stops_a_gate_is_an_error(tmp_path: Path, error: BaseException, rule: str) -> None:
    """A gate that could not judge never passes, whatever kept it from judging."""
    result = _results(tmp_path, Played(GateId.LINT, _raises(error)))[GateId.LINT]

    assert result.verdict is Verdict.ERROR
    assert [finding.rule for finding in result.findings] == [rule]


def test_a_faults_last_words_are_kept(tmp_path: Path) -> None:
    """What a tool said before it died stands in the report, in one line, with the way out."""
    fault = ToolCrashed("mypy", "was ended by SIGKILL (exit 137)", last_words="one\ntwo")

    [finding] = _results(tmp_path, Played(GateId.TYPES, _raises(fault)))[GateId.TYPES].findings

    assert finding.message == "mypy was ended by SIGKILL (exit 137); its last words: one / two"


def test_a_crash_says_what_and_where(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An exception in a gate is named with its place, and its traceback goes to the log."""
    caplog.set_level(logging.INFO, logger="waooaw_cli.gates.runner")
    gate = Played(GateId.LINT, _raises(ValueError("first\nsecond")))

    [finding] = _results(tmp_path, gate)[GateId.LINT].findings

    assert finding.message.startswith("the gate lint crashed: ValueError: first (")
    assert "test_gate_runner.py" in finding.message
    assert "Traceback" in caplog.text


def test_an_endless_gate_is_given_up_on(tmp_path: Path) -> None:
    """A gate that does not end in time is an error, and the run ends without it."""
    released = threading.Event()

    def wait(_: Package) -> Checked:
        released.wait(60)
        return Checked()

    endless = Played(GateId.VISION, wait, limit=timedelta(seconds=0.05))
    results = _results(tmp_path, endless, Played(GateId.LINT))
    released.set()

    assert results[GateId.LINT].verdict is Verdict.PASS
    assert results[GateId.VISION].verdict is Verdict.ERROR
    assert results[GateId.VISION].findings[0].rule == "GATE-E002"


def test_a_late_answer_does_not_count(tmp_path: Path) -> None:
    """What a gate says after it was given up on changes nothing."""
    given_up = threading.Event()

    def late(_: Package) -> Checked:
        given_up.wait(60)
        return Checked()

    def follow(_: Package) -> Checked:
        given_up.set()
        for thread in threading.enumerate():
            if thread.name == "gate-vision":
                thread.join(60)
        return Checked()

    results = _results(
        tmp_path,
        Played(GateId.VISION, late, limit=timedelta(seconds=0.05)),
        # Runs alone, so it begins after the other was given up on.
        Played(GateId.PERFORMANCE, follow, alone=True),
    )

    assert results[GateId.VISION].verdict is Verdict.ERROR
    assert results[GateId.PERFORMANCE].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("play", "verdict"),
    [
        (_finds(Severity.ERROR), Verdict.FAIL),
        (_raises(ToolCrashed("x", "crashed")), Verdict.ERROR),
    ],
    ids=["fail", "error"],
)
def test_a_gate_whose_need_does_not_hold_never_passes(
    tmp_path: Path, play: Callable[[Package], Checked], verdict: Verdict
) -> None:
    """Where the specification does not hold, what builds on it is not judged and not passed."""
    ran: list[str] = []

    def run(_: Package) -> Checked:
        ran.append("ran")
        return Checked()

    needing = Played(GateId.TESTS, run, needs=frozenset({GateId.SPEC}))
    results = _results(tmp_path, Played(GateId.SPEC, play), needing)

    assert (ran, results[GateId.TESTS].verdict) == ([], verdict)
    assert results[GateId.TESTS].findings[0].rule == "GATE-N001"
    assert "the specification does not hold" in results[GateId.TESTS].findings[0].message


def test_another_need_is_named(tmp_path: Path) -> None:
    """A gate that is not judged says which gate stands in its way."""
    needing = Played(GateId.SECURITY, needs=frozenset({GateId.VISION}))
    results = _results(tmp_path, Played(GateId.VISION, _finds(Severity.ERROR)), needing)

    assert "the gate vision does not pass" in results[GateId.SECURITY].findings[0].message


def test_a_need_that_was_skipped_is_no_hindrance(tmp_path: Path) -> None:
    """Who skips the specification takes it on their own word."""
    needing = Played(GateId.TESTS, needs=frozenset({GateId.SPEC}))
    results = _results(tmp_path, Played(GateId.SPEC), needing, chosen=frozenset({GateId.TESTS}))

    assert results[GateId.SPEC].verdict is Verdict.SKIPPED
    assert results[GateId.TESTS].verdict is Verdict.PASS


def test_results_come_in_the_order_of_reports(tmp_path: Path) -> None:
    """Whatever ends first, a report lists the gates in one order."""
    gates = [Played(gate) for gate in reversed(ORDER)]

    assert tuple(_results(tmp_path, *gates, jobs=8)) == ORDER


def test_gates_run_side_by_side(tmp_path: Path) -> None:
    """Two gates that wait for each other both pass when two may run at once."""
    meeting = threading.Barrier(2, timeout=20)

    def meet(_: Package) -> Checked:
        meeting.wait()
        return Checked()

    results = _results(tmp_path, Played(GateId.LINT, meet), Played(GateId.TYPES, meet))

    assert worst(result.verdict for result in results.values()) is Verdict.PASS


@pytest.mark.parametrize("jobs", [0, 1, 3])
def test_no_more_gates_run_at_once_than_allowed(tmp_path: Path, jobs: int) -> None:
    """At most `jobs` gates are at work, and at least one."""
    lock = threading.Lock()
    at_work, most = 0, 0

    def work(_: Package) -> Checked:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        threading.Event().wait(0.01)
        with lock:
            at_work -= 1
        return Checked()

    _results(tmp_path, *(Played(gate, work) for gate in GateId), jobs=jobs)

    assert 1 <= most <= max(1, jobs)


def test_what_must_be_alone_is(tmp_path: Path) -> None:
    """Nothing else is at work while something is measured for long, in any of the packages."""
    followed = Followed()
    gates = [Played(gate, alone=gate is GateId.PERFORMANCE) for gate in GateId]
    packages = [_package(tmp_path, "wow-a"), _package(tmp_path, "wow-b")]

    Runner(gates, jobs=8, progress=followed).run(packages, chosen=frozenset(GateId))

    assert followed.said[-4:] == [
        "begin wow-a performance",
        "end wow-a performance pass",
        "begin wow-b performance",
        "end wow-b performance pass",
    ]


def test_a_limit_that_was_exceeded_in_company_is_measured_again_alone(tmp_path: Path) -> None:
    """Other gates slow a decision down; only what is slow by itself fails."""
    at_work = threading.Event()
    tries: list[int] = []

    def work(_: Package) -> Checked:
        at_work.wait(20)
        return Checked()

    def measure(_: Package) -> Checked:
        tries.append(len(tries))
        at_work.set()
        return Checked() if len(tries) > 1 else _finds(Severity.ERROR)(_package(tmp_path))

    results = _results(tmp_path, Played(GateId.TYPES, work), Played(GateId.PERFORMANCE, measure))

    assert tries == [0, 1]
    assert results[GateId.PERFORMANCE].verdict is Verdict.PASS


def test_nothing_is_begun_after_the_first_failure_where_that_is_asked(tmp_path: Path) -> None:
    """With fail_fast what was not begun is skipped, and the verdict is still fail."""
    gates = [Played(GateId.SPEC, _finds(Severity.ERROR)), Played(GateId.LINT)]
    runner = Runner(gates, jobs=1, progress=Followed(), fail_fast=True)

    first, second = runner.run(
        [_package(tmp_path, "wow-a"), _package(tmp_path, "wow-b")], chosen=frozenset(GateId)
    )

    assert [result.verdict for result in first] == [Verdict.FAIL, Verdict.SKIPPED]
    assert [result.verdict for result in second] == [Verdict.SKIPPED, Verdict.SKIPPED]


def test_each_package_has_its_own_results(tmp_path: Path) -> None:
    """A need that fails in one package stops nothing in another."""

    def judge(package: Package) -> Checked:
        return Checked() if package.shown == "wow-a" else _finds(Severity.ERROR)(package)

    gates = [
        Played(GateId.SPEC, judge),
        Played(GateId.TESTS, needs=frozenset({GateId.SPEC})),
    ]
    packages = [_package(tmp_path, "wow-a"), _package(tmp_path, "wow-b")]

    good, bad = Runner(gates, jobs=2, progress=Followed()).run(packages, chosen=frozenset(GateId))

    assert [result.verdict for result in good] == [Verdict.PASS, Verdict.PASS]
    assert [result.verdict for result in bad] == [Verdict.FAIL, Verdict.FAIL]


def test_many_findings_are_cut_without_losing_the_weighty_ones(tmp_path: Path) -> None:
    """What is kept has a bound, and what fails the gate is never what is left out."""
    notes = [Finding("N", Severity.NOTE, "note")] * 20_000
    error = Finding("E", Severity.ERROR, "error", PurePosixPath("a.py"), line=1)
    gate = Played(GateId.LINT, lambda _: Checked((*notes, error)))

    result = _results(tmp_path, gate)[GateId.LINT]

    assert len(result.findings) == 20_000
    assert result.findings[0].rule == "E"


def test_what_objects_and_is_not_listed_is_a_finding(tmp_path: Path) -> None:
    """Nobody can pass by a baseline of what is listed what was never listed."""
    errors = [Finding("E", Severity.ERROR, "error")] * 20_003
    gate = Played(GateId.LINT, lambda _: Checked(tuple(errors)))

    result = _results(tmp_path, gate)[GateId.LINT]

    assert result.findings[0].rule == "GATE-N004"
    assert "3 more findings" in result.findings[0].message


def test_who_follows_a_run_sees_what_is_waived(tmp_path: Path) -> None:
    """A waived failure is no failure to show, nor one to stop at; the result itself is kept raw."""
    gates = [Played(GateId.SPEC, _finds(Severity.ERROR)), Played(GateId.LINT)]
    progress = Followed()
    runner = Runner(
        gates,
        jobs=1,
        progress=progress,
        fail_fast=True,
        waived=lambda _, result: replace(result, verdict=Verdict.PASS),
    )

    [results] = runner.run([_package(tmp_path)], chosen=frozenset(GateId))

    assert "end wow-x spec pass" in progress.said
    assert [result.verdict for result in results] == [Verdict.FAIL, Verdict.PASS]


def test_the_recursion_limit_is_an_error_too(tmp_path: Path) -> None:
    """A gate that recurses without end is an error, not the end of the run."""

    def recurse(package: Package) -> Checked:
        return recurse(package)

    result = _results(tmp_path, Played(GateId.LINT, recurse))[GateId.LINT]

    assert result.verdict is Verdict.ERROR
    assert sys.getrecursionlimit() > 0
