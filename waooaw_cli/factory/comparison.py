"""What changed between two reports: findings that came and went, verdicts, and measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from waooaw.errors import InputError, shown
from waooaw_cli.gates.report import (
    Finding,
    GateId,
    GateResult,
    Measure,
    Report,
    TargetReport,
    Verdict,
    worst,
)

__all__ = ["Comparison", "Noted", "Turn", "Worsened", "compared", "merged"]

#: What of a measure is worse, more or less. What is not named here is told by nobody to be worse.
_WORSE_WHEN_LESS = frozenset({"coverage", "tests", "rules", "examples"})
_WORSE_WHEN_MORE = frozenset(
    {
        *("failed", "vulnerabilities", "monthly_usd", "model_share"),
        *("p50_ms", "p95_ms", "p99_ms", "cycle_p95_ms", "peak_memory_mb", "bytes_per_event"),
    }
)
#: Two runs on one machine differ by so much in what a clock or the operating system says.
_NOISE = 0.1
_NOISY = ("_ms", "_mb", "bytes_per_event")


@dataclass(frozen=True, slots=True)
class Noted:
    """Hold a finding with the agent and the gate that it is of."""

    agent: str
    gate: GateId
    finding: Finding


@dataclass(frozen=True, slots=True)
class Turn:
    """Hold how one verdict changed; the agent's own where *gate* is None.

    A verdict is None where the agent or the gate is not in that report.
    """

    agent: str
    gate: GateId | None
    before: Verdict | None
    after: Verdict | None

    @property
    def worse(self) -> bool:
        """Whether the later one speaks against the agent more than the earlier one did."""
        if self.after not in {Verdict.FAIL, Verdict.ERROR}:
            return False
        before = self.before or Verdict.PASS
        return before is not self.after and worst((before, self.after)) is self.after


@dataclass(frozen=True, slots=True)
class Worsened:
    """Hold a measure that got worse."""

    agent: str
    gate: GateId
    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hold what changed from one report to a later one.

    Attributes:
        before: The earlier report.
        after: The later one.
        came: Findings that are new, or that nothing permits any more.
        went: Findings that are gone from gates that judged again.
        stayed: Findings of both, as the later report has them.
        unjudged: Findings of gates that did not judge again: nobody knows whether they went.
        turns: Verdicts that changed, of agents and of gates.
        worsened: Measures that got worse by more than noise.
    """

    before: Report
    after: Report
    came: tuple[Noted, ...]
    went: tuple[Noted, ...]
    stayed: tuple[Noted, ...]
    unjudged: tuple[Noted, ...]
    turns: tuple[Turn, ...]
    worsened: tuple[Worsened, ...]

    @property
    def verdict(self) -> Verdict:
        """`FAIL` where the later report has a new objecting finding or a worse verdict."""
        objects = any(noted.finding.objects for noted in self.came)
        whole = Turn("", None, self.before.verdict, self.after.verdict)
        objects = objects or whole.worse  # a report of nothing has no agents whose verdict it is
        return Verdict.FAIL if objects or any(turn.worse for turn in self.turns) else Verdict.PASS


def compared(before: Report, after: Report) -> Comparison:
    """Return what changed from *before* to *after*; agents are the same by their names."""
    old, new = _by_name(before), _by_name(after)
    came: list[Noted] = []
    went: list[Noted] = []
    stayed: list[Noted] = []
    unjudged: list[Noted] = []
    turns: list[Turn] = []
    worsened: list[Worsened] = []
    for name in dict.fromkeys((*old, *new)):
        earlier, later = old.get(name), new.get(name)
        if (pair := (_verdict(earlier), _verdict(later)))[0] is not pair[1]:
            turns.append(Turn(name, None, *pair))
        for gate in GateId:
            first, second = _gate(earlier, gate), _gate(later, gate)
            if first and second and first.verdict is not second.verdict:
                turns.append(Turn(name, gate, first.verdict, second.verdict))
            known = dict(_named(first))
            now = dict(_named(second))
            for key, finding in now.items():
                noted = Noted(name, gate, finding)
                fresh = key not in known or (finding.objects and not known[key].objects)
                (came if fresh else stayed).append(noted)
            gone = [Noted(name, gate, known[key]) for key in known if key not in now]
            (went if _judged(second) else unjudged).extend(gone)
            worsened += _worsened(name, gate, first, second)
    return Comparison(
        before,
        after,
        tuple(came),
        tuple(went),
        tuple(stayed),
        tuple(unjudged),
        tuple(turns),
        tuple(worsened),
    )


def merged(reports: Sequence[tuple[str, Report]]) -> Report:
    """Return one report of the parts of one run, such as the shards of a CI matrix.

    It begins with the first part, ends with the last, and has the packages in the order of the
    parts.

    Args:
        reports: Each with the name of the file that it was read from; at least one.

    Raises:
        InputError: A package is in two of them, or two versions of waooaw made them.
    """
    sources: dict[str, str] = {}
    first_source, first = reports[0]
    for source, report in reports:
        if report.version != first.version:
            raise InputError(
                f"{source}: tool.version {shown(report.version)} is not the one of"
                f" {first_source}, {shown(first.version)}",
                hint="merge reports of one run, made by one version of waooaw",
            )
        for target in report.targets:
            if target.path in sources:
                raise InputError(
                    f"{source}: the package {shown(target.path)} is in"
                    f" {sources[target.path]} as well",
                    hint="merge the shards of one run, each once",
                )
            sources[target.path] = source
    began = min(report.started_at for _, report in reports)
    ended = max(report.started_at + report.duration for _, report in reports)
    return Report(
        version=first.version,
        started_at=began,
        duration=max(ended - began, timedelta(0)),
        targets=tuple(target for _, report in reports for target in report.targets),
        idle=all(report.idle for _, report in reports),
    )


def _by_name(report: Report) -> dict[str, TargetReport]:
    """Return the packages by their agents' names, with the path where two bear one name."""
    names = Counter(target.agent for target in report.targets)
    return {
        target.agent if names[target.agent] == 1 else f"{target.agent} ({target.path})": target
        for target in report.targets
    }


def _verdict(target: TargetReport | None) -> Verdict | None:
    return None if target is None else target.verdict


def _gate(target: TargetReport | None, gate: GateId) -> GateResult | None:
    gates = () if target is None else target.gates
    return next((one for one in gates if one.id is gate), None)


def _judged(gate: GateResult | None) -> bool:
    return gate is not None and gate.verdict in {Verdict.PASS, Verdict.FAIL}


def _named(gate: GateResult | None) -> Iterator[tuple[tuple[str, ...], Finding]]:
    """Yield the findings of *gate* by what they are known by."""
    seen: Counter[tuple[str, ...]] = Counter()
    for finding in () if gate is None else gate.findings:
        # A report of another tool's making may have no fingerprints.
        key = (finding.fingerprint or f"{finding.rule}\0{finding.path}\0{finding.message}",)
        seen[key] += 1
        yield ((*key, str(seen[key])), finding)


def _worsened(
    agent: str, gate: GateId, first: GateResult | None, second: GateResult | None
) -> Iterator[Worsened]:
    if first is None or second is None:
        return
    for name, value in second.measures.items():
        before, after = _number(first.measures.get(name)), _number(value)
        if before is None or after is None:
            continue
        noise = abs(before) * _NOISE if name.endswith(_NOISY) else 0.0
        less = name in _WORSE_WHEN_LESS and after < before - noise
        more = name in _WORSE_WHEN_MORE and after > before + noise
        if less or more:
            yield Worsened(agent, gate, name, before, after)


def _number(value: Measure | None) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
