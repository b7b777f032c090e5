"""The gate `performance`: the agent keeps to its limits, and to its word when things go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.performance_rules import RULES
from waooaw_cli.gates.ports import Endured, Environments, Profile, Profiler, Remark, ToolFault
from waooaw_cli.gates.report import Finding, GateId, Measure, Severity
from waooaw_cli.gates.settings import package_settings

if TYPE_CHECKING:
    from waooaw.documents import Document
    from waooaw.spec import AgentSpec

__all__ = ["RULES", "PerformanceGate", "Unsettled", "projected_usd"]

_FILE = PurePosixPath("agent.yaml")
_TOOL = "waooaw.testing.measure"
_QUICK = timedelta(seconds=60)
_THOROUGH = timedelta(minutes=2)
#: For an environment that has to be built first.
_ENVIRONMENT = timedelta(minutes=10)
#: For other thorough looks on the machine, see `Profiler`.
_OTHERS = timedelta(minutes=10)
#: Who tells the peak on Linux; others are named, since they may count from before the look.
_MEMORY_BY = "VmHWM"
_KIB = 1_024
_MIB = 1_024**2
#: The rule of each area of the fault matrix.
_AREAS = {"load": "PERF-006", "bus": "PERF-007", "store": "PERF-008", "model": "PERF-009"}


class Unsettled(ToolFault):
    """Say that a thorough look came to no figures that could be judged."""

    rule: ClassVar[str] = "PERF-010"

    def __init__(self, message: str) -> None:
        super().__init__(_TOOL, message)
        self.hint = "Run it where the machine has nothing else to do."


@dataclass(frozen=True, slots=True)
class PerformanceGate:
    """Time the decisions over the examples, in a process of their own.

    Attributes:
        thorough: Whether to measure until the figures settle, to watch the memory, and to play the
            fault matrix.
    """

    profiler: Profiler
    environments: Environments
    thorough: bool = False

    id: ClassVar[GateId] = GateId.PERFORMANCE
    needs: ClassVar[frozenset[GateId]] = frozenset({GateId.SPEC})

    @property
    def limit(self) -> timedelta:
        """Longer than all that is waited for, each of which has a limit of its own."""
        return _ENVIRONMENT + (_OTHERS + _THOROUGH if self.thorough else _QUICK)

    @property
    def alone(self) -> bool:
        """Whether it measures for so long that company would be seen in the figures."""
        return self.thorough

    def check(self, package: Package) -> Checked:
        """Return the limits that are exceeded, and the scenarios that the agent does not survive.

        Raises:
            InputError: The specification or the package's settings can't be read.
            ToolFault: The figures do not settle, or the tool gave none.
        """
        from waooaw.documents import read
        from waooaw.specfile import check_spec

        document = read(package.specification)
        spec = check_spec(document)
        rate = package_settings(package.root).events_per_month
        profile = self.profiler.measure(
            package.root,
            python=self.environments.python(package.root),
            thorough=self.thorough,
            limit=_THOROUGH if self.thorough else _QUICK,
        )
        if isinstance(profile, Remark):
            return Checked((_not_loaded(profile),), {})
        judge = _Judge(profile, spec, document, rate)
        findings = (*judge.exceeded(), *judge.endured())
        if (undecided := judge.undecided()) is not None:
            if not findings:
                raise undecided
            # It fails whatever the figures are; where the rest is waived, it still can't pass.
            findings = (*findings, _finding(undecided.rule, undecided.message))
        return Checked(findings, judge.measures())


def projected_usd(profile: Profile, spec: AgentSpec, events_per_month: int) -> float:
    """Return what a month costs when events are like the examples, each equally often.

    A decision that asks the model is taken to cost `limits.decision_usd`, and at most the share
    `model.max_share` of all decisions asks it: the runtime sees to both.
    """
    if not profile.examples:
        return 0.0
    per_event = profile.cost_usd / profile.examples
    per_event += _model_share(profile, spec) * spec.limits.decision_usd
    return per_event * events_per_month


def _model_share(profile: Profile, spec: AgentSpec) -> float:
    """Return the share of events that ask the model, in [0, 1]."""
    if not profile.examples:
        return 0.0
    share = profile.asked_model / profile.examples
    return share if spec.model is None else min(share, spec.model.max_share)


@dataclass(frozen=True, slots=True)
class _Judge:
    profile: Profile
    spec: AgentSpec
    document: Document
    rate: int

    @property
    def _monthly_usd(self) -> float:
        return projected_usd(self.profile, self.spec, self.rate)

    def measures(self) -> dict[str, Measure]:
        profile = self.profile
        measures: dict[str, Measure] = {
            "p50_ms": round(profile.p50_ms, 3),
            "p95_ms": round(profile.p95_ms, 3),
            "p99_ms": round(profile.p99_ms, 3),
            "cycle_p95_ms": round(profile.cycle_p95_ms, 3),
            "decisions": profile.decisions,
            "peak_memory_mb": round(profile.peak_memory_mb, 1),
            "monthly_usd": round(self._monthly_usd, 2),
            "events_per_month": self.rate,
        }
        if profile.asked_model:
            measures["model_share"] = round(_model_share(profile, self.spec), 4)
        if profile.memory_by != _MEMORY_BY:
            measures["memory_by"] = profile.memory_by
        if (seen := profile.thorough) is not None:
            tried = sum(one.tried for one in seen.scenarios)
            measures |= {
                "rounds": len(seen.rounds),
                "round_p95_low_ms": round(min(seen.rounds), 3),
                "round_p95_high_ms": round(max(seen.rounds), 3),
                "cycles_watched": seen.endured,
                "bytes_per_event": round(seen.bytes_per_event, 1),
                "events_at_once": seen.crowd,
                "scenarios": tried,
                "scenarios_without_occasion": len(seen.scenarios) - tried,
            }
        return measures

    def exceeded(self) -> Iterator[Finding]:
        """Return the limits that are exceeded."""
        limits, profile = self.spec.limits, self.profile
        seen = profile.thorough
        settled = seen is None or seen.settled
        for what, p95_ms in (("decisions", profile.p95_ms), ("cycles", profile.cycle_p95_ms)):
            if settled and p95_ms > limits.p95_ms:
                yield self._limit(
                    "PERF-001",
                    "p95_ms",
                    f"95 of 100 {what} took up to {p95_ms:.1f} ms,"
                    f" limits.p95_ms allows {limits.p95_ms:g}",
                )
                break
        if profile.peak_memory_mb > limits.memory_mb:
            yield self._limit(
                "PERF-002",
                "memory_mb",
                f"the process held {profile.peak_memory_mb:.0f} MiB ({profile.memory_by}),"
                f" limits.memory_mb allows {limits.memory_mb:g}",
            )
        if self._monthly_usd > limits.monthly_usd:
            yield self._limit(
                "PERF-003",
                "monthly_usd",
                f"{self.rate} events a month would cost {self._monthly_usd:.2f} USD,"
                f" limits.monthly_usd allows {limits.monthly_usd:g}",
            )

    def endured(self) -> Iterator[Finding]:
        """Return what only a thorough look finds."""
        seen = self.profile.thorough
        if seen is None:
            return
        if seen.leaks:
            yield self._code(
                seen,
                "PERF-005",
                f"every event leaves {seen.bytes_per_event / _KIB:.1f} KiB behind, seen over"
                f" {seen.endured} of them; {self._until_full(seen)}",
            )
        for one in seen.scenarios:
            if one.problem is not None:
                yield self._code(seen, _AREAS[one.area], f"{one.name} ({one.does}): {one.problem}")

    def undecided(self) -> Unsettled | None:
        """Return why a thorough look is no judgement; None where it is one."""
        seen = self.profile.thorough
        if seen is None:
            return None
        if seen.left_out:
            return Unsettled(
                f"had no time left for {len(seen.left_out)} scenarios"
                f" ({', '.join(seen.left_out)}): a cycle takes {self.profile.cycle_p95_ms:.0f} ms",
            )
        if seen.settled:
            return None
        load = "" if seen.load is None else f", the machine's load is {seen.load:.1f}"
        return Unsettled(
            f"saw no stable figures: over {len(seen.rounds)} rounds the 95th percentile was"
            f" {min(seen.rounds):.3g} to {max(seen.rounds):.3g} ms, limits.p95_ms allows"
            f" {self.spec.limits.p95_ms:g}{load}",
        )

    def _until_full(self, seen: Endured) -> str:
        room_mb = self.spec.limits.memory_mb - self.profile.peak_memory_mb
        events = max(0.0, room_mb) * _MIB / seen.bytes_per_event
        return f"limits.memory_mb is passed after about {events:,.0f} more".replace(",", " ")

    def _limit(self, rule: str, field: str, message: str) -> Finding:
        # A default has no line; that of something else would mislead.
        places = self.document.positions
        line, column = places.get(("limits", field)) or places.get(("limits",)) or (None, None)
        return replace(_finding(rule, message), line=line, column=column)

    def _code(self, seen: Endured, rule: str, message: str) -> Finding:
        finding = _finding(rule, message)
        fix = f"{finding.fix} To see it again: waooaw gate --gate performance --thorough"
        return replace(finding, path=seen.path or _FILE, line=seen.line, fix=fix)


def _not_loaded(remark: Remark) -> Finding:
    what = "decide its examples" if remark.code == "raised" else "be loaded"
    message = f"the agent cannot {what}: {' '.join(remark.message.split())}"
    return replace(_finding("PERF-004", message), path=remark.path, line=remark.line)


def _finding(rule: str, message: str) -> Finding:
    [fix] = [doc.fix for doc in RULES if doc.id == rule]
    return Finding(rule, Severity.ERROR, message, _FILE, fix=fix)
