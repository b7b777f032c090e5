"""How every rendering of a report says the same thing, and in which order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from waooaw_cli.gates.report import (
    Finding,
    GateId,
    GateResult,
    Measure,
    Report,
    Severity,
    TargetReport,
    Verdict,
)
from waooaw_cli.render.foreign import readable, visible

__all__ = [
    "badness",
    "counted",
    "duration_ms",
    "duration_text",
    "finding_counts",
    "gates_text",
    "measures_text",
    "objections",
    "place",
    "summary",
    "target_name",
    "time_spent",
    "time_text",
    "weight",
    "worst_first",
    "worst_targets_first",
]

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_DIGEST = re.compile(r"[0-9a-f]{40,}")
_THOUSAND = 1_000
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return *findings* with what fails a gate first and what is waived last, then by place."""
    return sorted(findings, key=badness)


def objections(target: TargetReport) -> list[tuple[GateId, Finding]]:
    """Return what all gates found in one package, ordered as `worst_first` does."""
    pairs = [(gate.id, finding) for gate in target.gates for finding in gate.findings]
    return sorted(pairs, key=lambda pair: badness(pair[1]))


def worst_targets_first(report: Report) -> list[TargetReport]:
    """Return the packages of *report*, the undecided and failed ones first."""
    order = (Verdict.ERROR, Verdict.FAIL, Verdict.PASS, Verdict.SKIPPED)
    return sorted(report.targets, key=lambda target: order.index(target.verdict))


def place(finding: Finding) -> str:
    """Return ``path:line:column``, with what is unknown left out; empty where there is no file."""
    if finding.path is None:
        return ""
    numbers = (finding.line, finding.column if finding.line is not None else None)
    return ":".join(
        [visible(str(finding.path)), *(str(number) for number in numbers if number is not None)]
    )


def target_name(target: TargetReport) -> str:
    """Return the agent's name and version, as far as they are known."""
    return readable(f"{target.agent} {target.version}").strip()


def gates_text(target: TargetReport) -> str:
    """Return which gates do not pass: ``error: types; fail: lint, tests``; else how many do."""
    kinds = {
        verdict: [gate.id.value for gate in target.gates if gate.verdict is verdict]
        for verdict in (Verdict.ERROR, Verdict.FAIL, Verdict.PASS, Verdict.SKIPPED)
    }
    bad = [f"{kind}: {', '.join(kinds[kind])}" for kind in list(kinds)[:2] if kinds[kind]]
    if bad:
        return "; ".join(bad)
    skipped = f", {len(kinds[Verdict.SKIPPED])} skipped" if kinds[Verdict.SKIPPED] else ""
    return counted(len(kinds[Verdict.PASS]), "gate") + skipped


def time_spent(target: TargetReport) -> str:
    """Return how long a package's gates took together, or why they took no time."""
    ran = [gate for gate in target.gates if gate.verdict is not Verdict.SKIPPED]
    if not ran:
        return "-"
    if all(gate.cached for gate in ran):
        return "cached"
    return duration_text(sum((gate.duration for gate in ran if not gate.cached), timedelta(0)))


def badness(finding: Finding) -> tuple[bool, int, str, int, int, str]:
    """Return what findings are sorted by: waived ones last, then by weight, then by place."""
    return (
        finding.waived,
        _WEIGHT[finding.severity],
        str(finding.path or ""),
        finding.line or 0,
        finding.column or 0,
        finding.rule,
    )


def weight(finding: Finding) -> int:
    """Return how much *finding* weighs; 0 is the worst."""
    return _WEIGHT[finding.severity]


def duration_ms(duration: timedelta) -> int:
    """Return whole milliseconds, rounded; never below zero, whatever the clock did."""
    return max(0, round(duration / timedelta(milliseconds=1)))


def time_text(gate: GateResult) -> str:
    """Return how long a gate took, or why it took no time."""
    if gate.verdict is Verdict.SKIPPED:
        return "-"
    return "cached" if gate.cached else duration_text(gate.duration)


def duration_text(duration: timedelta) -> str:
    """Return a duration as people read it: ``12 ms``, ``1.2 s``, ``2 min 5 s``."""
    if duration < _SECOND:
        return f"{duration_ms(duration)} ms"
    if duration < _MINUTE:
        return f"{duration / _SECOND:.1f} s"
    minutes, rest = divmod(duration, _MINUTE)
    return f"{minutes} min {int(rest / _SECOND)} s"


def measures_text(measures: Mapping[str, Measure]) -> str:
    """Return what a gate measured: ``coverage 97.5, tests 24``."""
    return ", ".join(
        f"{readable(name).replace('_', ' ')} {_value(value)}" for name, value in measures.items()
    )


def counted(number: int, noun: str) -> str:
    """Return ``1 gate`` or ``2 gates``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def finding_counts(findings: Iterable[Finding]) -> str:
    """Return ``2 errors, 1 warning, 1 waived``; ``no findings`` where there is none."""
    kinds = Counter("waived" if finding.waived else finding.severity.value for finding in findings)
    parts = [counted(kinds[kind], kind) for kind in ("error", "warning", "note") if kinds[kind]]
    if kinds["waived"]:
        parts.append(f"{kinds['waived']:,} waived")
    return ", ".join(parts) or "no findings"


def summary(report: Report) -> str:
    """Return the one line that says how a run ended."""
    if not report.targets:
        return f"{report.verdict}: no agent was judged"
    gates = [gate for target in report.targets for gate in target.gates]
    verdicts = Counter(gate.verdict for gate in gates)
    tally = ", ".join(
        f"{verdicts[verdict]:,} {verdict}" for verdict in Verdict if verdicts[verdict]
    )
    parts = [
        counted(len(report.targets), "agent"),
        f"{counted(len(gates), 'gate')} ({tally})" if gates else "no gate ran",
        finding_counts(finding for gate in gates for finding in gate.findings),
        duration_text(report.duration),
    ]
    return f"{report.verdict}: {', '.join(parts)}"


def _value(value: Measure) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            # Four digits tell a p95 or a coverage apart; more is noise of the machine.
            return f"{value:,.0f}" if abs(value) >= _THOUSAND else f"{value:.4g}"
        case int():
            return f"{value:,}"
        case _ if _DIGEST.fullmatch(value):
            # Enough to see whether two reports speak of the same; the whole stands in the JSON.
            return f"{value[:12]}…"
        case _:
            return readable(value)
