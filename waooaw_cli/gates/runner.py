"""Runs gates over packages: side by side where it may, bounded in time, closed when in doubt."""

from __future__ import annotations

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from waooaw.errors import WaooawError
from waooaw_cli.gates.fingerprints import fingerprinted
from waooaw_cli.gates.gate import Checked, Gate, Package
from waooaw_cli.gates.grounds import TOOLED, hindrances
from waooaw_cli.gates.ports import Progress, ToolFault
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.report import ORDER, Finding, GateId, GateResult, Severity, Verdict

__all__ = ["Runner"]

_log = logging.getLogger(__name__)

# Tests take longest, and wait a lot: they begin as soon as `spec`, which they need, has its word.
# The rest fits beside them.
_START = (
    GateId.SPEC,
    GateId.TESTS,
    GateId.VISION,
    GateId.SECURITY,
    GateId.FORMAT,
    GateId.LINT,
    GateId.TYPES,
    GateId.PERFORMANCE,
)
# What measures time is believed when it passes beside others; before it fails it is measured once
# more, alone on the machine, after everything else.
_CONFIRMED_ALONE = frozenset({GateId.PERFORMANCE})
# Kept of one gate; a report shows fewer, once it is known which of them are waived.
_MOST_FINDINGS = 20_000
_SLICE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Step:
    package: int
    gate: Gate
    alone: bool = False

    @property
    def key(self) -> tuple[int, GateId]:
        return (self.package, self.gate.id)


@dataclass(slots=True)
class _Running:
    step: _Step
    began: float
    deadline: float
    company: bool = False


class Runner:
    """Run a fixed list of gates.

    Every chosen gate gets a verdict, whatever happens inside it: an exception, a tool that dies and
    a time-out are the verdict `error`, and a gate whose needs are not met is never `pass`.

    Args:
        gates: The gates that exist, at most one of each id.
        jobs: How many run at once, at least 1.
        progress: Told of each beginning and end.
        recall: What earlier runs came to; None to judge everything anew and keep nothing.
        fail_fast: Whether nothing more is begun after the first gate that does not pass.
        first: Gates that are known to take longer than tests this time.
        waived: Marks what is permitted in a result, for who follows the run; by default nothing is.
        clock: Seconds that only go forward.
    """

    def __init__(
        self,
        gates: Sequence[Gate],
        *,
        jobs: int,
        progress: Progress,
        recall: Recall | None = None,
        fail_fast: bool = False,
        first: frozenset[GateId] = frozenset(),
        waived: Callable[[Package, GateResult], GateResult] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gates = tuple(
            sorted(gates, key=lambda gate: (gate.id not in first, _START.index(gate.id)))
        )
        self._jobs = max(1, jobs)
        self._progress = progress
        self._recall = recall
        self._fail_fast = fail_fast
        self._waived = waived or (lambda _, result: result)
        self._clock = clock

    def run(
        self, packages: Sequence[Package], *, chosen: frozenset[GateId]
    ) -> tuple[tuple[GateResult, ...], ...]:
        """Judge *packages* by the *chosen* gates; the others are listed as skipped.

        Returns:
            For each package, in the order given, one result for each gate in the order of reports.
        """
        return _Run(
            packages,
            self._gates,
            chosen,
            _Manner(
                self._jobs,
                self._progress,
                self._recall,
                self._fail_fast,
                self._waived,
                self._clock,
            ),
        ).results()


@dataclass(frozen=True, slots=True)
class _Manner:
    jobs: int
    progress: Progress
    recall: Recall | None
    fail_fast: bool
    waived: Callable[[Package, GateResult], GateResult]
    clock: Callable[[], float]


class _Run:
    """Hold one run while it lasts. Only the calling thread touches it; gates answer by a queue."""

    def __init__(
        self,
        packages: Sequence[Package],
        gates: Sequence[Gate],
        chosen: frozenset[GateId],
        manner: _Manner,
    ) -> None:
        self._packages = packages
        self._all = gates
        self._jobs = manner.jobs
        self._progress = manner.progress
        self._recall = manner.recall
        self._fail_fast = manner.fail_fast
        self._waived = manner.waived
        self._clock = manner.clock
        self._chosen = chosen & {gate.id for gate in gates}
        self._done: dict[tuple[int, GateId], GateResult] = {}
        self._asked: set[tuple[int, GateId]] = set()
        self._running: dict[tuple[int, GateId], _Running] = {}
        self._hindrances: dict[int, tuple[Finding, ...]] = {}
        self._answers: queue.SimpleQueue[tuple[_Step, Checked | BaseException]] = (
            queue.SimpleQueue()
        )
        self._waiting = [
            _Step(index, gate, alone=gate.alone)
            for gate in gates
            for index in range(len(packages))
            if gate.id in self._chosen
        ]

    def results(self) -> tuple[tuple[GateResult, ...], ...]:
        for index in range(len(self._packages)):
            for gate in self._all:
                if gate.id not in self._chosen:
                    self._end(_Step(index, gate), GateResult(gate.id, Verdict.SKIPPED))
        while self._waiting or self._running:
            self._start_what_may()
            if self._running:
                self._take_an_answer()
                self._give_up_on_the_late()
        return tuple(
            tuple(self._done[index, gate] for gate in ORDER if (index, gate) in self._done)
            for index in range(len(self._packages))
        )

    def _start_what_may(self) -> None:
        for step in tuple(self._waiting):
            if step not in self._waiting:  # left out since, with all that waited
                return
            unmet = self._unmet(step)
            if unmet is None:  # a need is not decided yet
                continue
            if unmet:
                self._waiting.remove(step)
                self._end(step, _not_judged(step.gate, unmet, self._package(step)))
            elif (known := self._known(step)) is not None:
                self._waiting.remove(step)
                self._end(step, known)
            elif hindered := self._hindered(step):
                self._waiting.remove(step)
                findings = fingerprinted(hindered, self._package(step).root)
                self._end(step, GateResult(step.gate.id, Verdict.FAIL, findings=findings))
            elif self._has_room(step):
                self._waiting.remove(step)
                self._start(step)

    def _unmet(self, step: _Step) -> tuple[GateResult, ...] | None:
        """Return the needs of *step* that do not hold; None while one of them is open."""
        needs = [(step.package, gate) for gate in ORDER if gate in step.gate.needs & self._chosen]
        if any(need not in self._done for need in needs):
            return None
        return tuple(
            self._done[need] for need in needs if self._done[need].verdict is not Verdict.PASS
        )

    def _known(self, step: _Step) -> GateResult | None:
        """Return what an earlier run came to; asked once for each step, when its turn comes."""
        if self._recall is None or step.key in self._asked:
            return None
        self._asked.add(step.key)
        return self._recall.find(self._package(step), step.gate.id)

    def _hindered(self, step: _Step) -> tuple[Finding, ...]:
        """Return why no tool may be started on the package; looked at once, before any is."""
        if step.gate.id not in TOOLED:
            return ()
        if step.package not in self._hindrances:
            self._hindrances[step.package] = hindrances(self._package(step).root)
        return self._hindrances[step.package]

    def _has_room(self, step: _Step) -> bool:
        if step.alone:
            others = any(not waiting.alone for waiting in self._waiting)
            return not others and not self._running
        return len(self._running) < self._jobs

    def _start(self, step: _Step) -> None:
        package = self._package(step)
        self._progress.begin(package.shown, step.gate.id)
        began = self._clock()
        deadline = began + step.gate.limit.total_seconds()
        self._running[step.key] = _Running(step, began, deadline, company=bool(self._running))
        for other in self._running.values():
            other.company |= other.step is not step
        # A daemon: a gate that never ends must not keep the program from ending.
        threading.Thread(
            target=_answer,
            args=(step, package, self._answers),
            name=f"gate-{step.gate.id}",
            daemon=True,
        ).start()

    def _take_an_answer(self) -> None:
        nearest = min(running.deadline for running in self._running.values())
        try:
            # In slices, since Windows does not deliver Ctrl-C to a thread that waits.
            wait = min(_SLICE_SECONDS, max(0.0, nearest - self._clock()))
            step, answer = self._answers.get(timeout=wait)
        except queue.Empty:
            return
        running = self._running.pop(step.key, None)
        if running is None:  # it was given up on before
            return
        duration = timedelta(seconds=self._clock() - running.began)
        result = _result(step.gate.id, answer, duration, self._package(step))
        if result.verdict is Verdict.FAIL and running.company and step.gate.id in _CONFIRMED_ALONE:
            self._waiting.append(replace(step, alone=True))
            return
        if self._recall is not None:
            self._recall.keep(self._package(step), result)
        self._end(step, result)

    def _give_up_on_the_late(self) -> None:
        now = self._clock()
        for running in tuple(self._running.values()):
            if running.deadline <= now:
                del self._running[running.step.key]
                gate = running.step.gate
                late = Finding(
                    "GATE-E002",
                    Severity.ERROR,
                    f"the gate {gate.id} did not end within {gate.limit.total_seconds():g} s",
                )
                duration = timedelta(seconds=now - running.began)
                self._end(
                    running.step, _error(gate.id, late, duration, self._package(running.step))
                )

    def _package(self, step: _Step) -> Package:
        return self._packages[step.package]

    def _end(self, step: _Step, result: GateResult) -> None:
        self._done[step.key] = result
        told = self._waived(self._package(step), result)
        self._progress.end(self._package(step).shown, told)
        if self._fail_fast and told.verdict in {Verdict.FAIL, Verdict.ERROR}:
            # What runs may end; the rest is left out, by the user's word.
            waiting, self._waiting = tuple(self._waiting), []
            for left in waiting:
                if left.key not in self._done:
                    self._end(left, GateResult(left.gate.id, Verdict.SKIPPED))


def _answer(
    step: _Step,
    package: Package,
    answers: queue.SimpleQueue[tuple[_Step, Checked | BaseException]],
) -> None:
    """Run one gate in a thread of its own and pass on whatever comes of it."""
    try:
        answers.put((step, step.gate.check(package)))
    except BaseException as error:  # noqa: BLE001 - the border to plug-in code: nothing may be lost
        answers.put((step, error))


def _result(
    gate: GateId, answer: Checked | BaseException, duration: timedelta, package: Package
) -> GateResult:
    match answer:
        case Checked():
            return _judged(gate, answer, duration, package)
        case ToolFault():
            return _error(gate, _fault(answer), duration, package)
        case WaooawError():
            finding = Finding("GATE-E001", Severity.ERROR, answer.message, fix=answer.hint)
            return _error(gate, finding, duration, package)
        case error:
            # Below what Python prints by itself: a traceback is for who asked for one.
            _log.info(
                "gate %s crashed on %s",
                gate,
                package.shown,
                exc_info=(type(error), error, error.__traceback__),
            )
            return _error(gate, _crash(gate, error), duration, package)


def _judged(gate: GateId, checked: Checked, duration: timedelta, package: Package) -> GateResult:
    findings = fingerprinted(checked.findings, package.root)
    verdict = Verdict.FAIL if any(finding.objects for finding in findings) else Verdict.PASS
    if len(findings) > _MOST_FINDINGS:
        findings = _cut(findings, package)
    measures: Mapping[str, int | float | str | bool] = dict(checked.measures)
    return GateResult(gate, verdict, duration, findings, measures)


def _cut(findings: tuple[Finding, ...], package: Package) -> tuple[Finding, ...]:
    """Keep what weighs most; where not even all that objects can be kept, that is a finding too.

    Without it a baseline of everything that is listed would pass what nobody has seen.
    """
    kept = tuple(sorted(findings, key=lambda finding: not finding.objects))[:_MOST_FINDINGS]
    unlisted = sum(one.objects for one in findings) - sum(one.objects for one in kept)
    if not unlisted:
        return kept
    more = Finding(
        "GATE-N004",
        Severity.ERROR,
        f"{unlisted:,} more findings are not listed",
        fix="Mend what is listed, or keep what is not the package's own outside of it.",
    )
    return (*fingerprinted([more], package.root), *kept)


def _error(gate: GateId, finding: Finding, duration: timedelta, package: Package) -> GateResult:
    findings = fingerprinted([finding], package.root)
    return GateResult(gate, Verdict.ERROR, duration, findings)


def _fault(fault: ToolFault) -> Finding:
    message = fault.message
    if fault.last_words:
        message = f"{message}; its last words: {' / '.join(fault.last_words.splitlines())}"
    return Finding(fault.rule, Severity.ERROR, message, fix=fault.hint)


def _crash(gate: GateId, error: BaseException) -> Finding:
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    said = str(error).splitlines()
    text = f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
    return Finding("GATE-E001", Severity.ERROR, f"the gate {gate} crashed: {text}{where}")


def _not_judged(gate: Gate, unmet: tuple[GateResult, ...], package: Package) -> GateResult:
    """Return the result of a gate that has nothing to judge: never better than what it needs."""
    undecided = any(result.verdict is Verdict.ERROR for result in unmet)
    names = " and ".join(result.id for result in unmet)
    why = (
        "not judged: the specification does not hold"
        if unmet[0].id is GateId.SPEC
        else f"not judged: the gate {names} does not pass"
    )
    finding = Finding("GATE-N001", Severity.ERROR, why, fix=f"See the findings of {names}.")
    findings = fingerprinted([finding], package.root)
    return GateResult(gate.id, Verdict.ERROR if undecided else Verdict.FAIL, findings=findings)
