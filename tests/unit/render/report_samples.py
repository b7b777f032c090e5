"""Reports to render: one that a person could get, and any that a hostile package could cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from hypothesis import settings
from hypothesis import strategies as st

from waooaw_cli.gates.report import (
    Finding,
    GateId,
    GateResult,
    Report,
    Severity,
    TargetReport,
    Verdict,
)
from waooaw_cli.render.foreign import intact

#: Few and patient: twenty hostile reports each, on any machine, and no test is about time.
quick = settings(max_examples=20, deadline=None)

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

OUTSIDE = Finding(
    rule="VIS-C003",
    severity=Severity.ERROR,
    message="httpx.post outside of skills.py: the journal does not see it",
    path=PurePosixPath("src/wow_refund_desk/agent.py"),
    line=14,
    column=5,
    fix="Move the call into a skill.",
    fingerprint="0f1e2d3c",
)
UNUSED = Finding(
    rule="F401",
    severity=Severity.WARNING,
    message="`os` is unused [bold]now[/bold]",
    path=PurePosixPath("src/wow_refund_desk/skills.py"),
    line=3,
    column=8,
    fingerprint="4b5a6978",
)
WAIVED = Finding(
    rule="VIS-S002",
    severity=Severity.ERROR,
    message="the agent has no budget",
    path=PurePosixPath("agent.yaml"),
    line=1,
    fingerprint="8796a5b4",
    waived=True,
)
KILLED = Finding(
    rule="GATE-E001",
    severity=Severity.ERROR,
    message="mypy was killed by signal 9",
    fix="Run it again.",
    fingerprint="c3d2e1f0",
)


def report_of(*gates: GateResult, path: str = "generated/wow-refund-desk") -> Report:
    """Return a report over one package."""
    target = TargetReport(path=path, agent="wow-refund-desk", version="0.1.0", gates=gates)
    return Report(
        version="0.1.0",
        started_at=MOMENT,
        duration=timedelta(milliseconds=2140),
        targets=(target,),
    )


def report_with(*findings: Finding, path: str = "generated/wow-refund-desk") -> Report:
    """Return a report whose vision gate fails with *findings*."""
    return report_of(GateResult(GateId.VISION, Verdict.FAIL, findings=findings), path=path)


def passing_report() -> Report:
    """Return a report with nothing to object to."""
    return report_of(
        GateResult(GateId.SPEC, Verdict.PASS, timedelta(milliseconds=3), measures={"rules": 3}),
        GateResult(GateId.LINT, Verdict.PASS, timedelta(milliseconds=20)),
    )


def mixed_report() -> Report:
    """Return a report with every verdict, a waived finding and one without a place."""
    return report_of(
        GateResult(
            GateId.SPEC,
            Verdict.PASS,
            timedelta(milliseconds=3),
            measures={"rules": 3, "examples": 2},
        ),
        GateResult(
            GateId.VISION,
            Verdict.FAIL,
            timedelta(milliseconds=12),
            findings=(UNUSED, WAIVED, OUTSIDE),
            measures={"rules": 41},
            cached=True,
        ),
        GateResult(GateId.TYPES, Verdict.ERROR, timedelta(seconds=61), findings=(KILLED,)),
        GateResult(
            GateId.TESTS,
            Verdict.PASS,
            timedelta(milliseconds=1240),
            measures={"tests": 24, "failed": 0, "coverage": 97.53},
        ),
        GateResult(GateId.PERFORMANCE, Verdict.SKIPPED),
    )


_NASTY = (
    "[bold]x[/bold]",
    "[/]",
    "a|b",
    "]]>",
    "</script><script>alert(1)</script>",
    "\x1b[2J\x1b]0;title\x07",
    "\x00\x08\r\n",
    "[here](https://example.com)",
    "`code`",
    "@team",
    "😀 👩‍👩‍👧 幅広",
    "\u202egnp.exe",
    "{0} %s \\",
    "x" * 10_000,
    "caf\udce9\ud800",
    "\u2028\x85%0A::error file=x::y",
    "##[error]z",
    "<!-- --> &amp; <img src=x onerror=alert(1)>",
)
texts = st.one_of(
    st.text(st.characters(), max_size=40),
    st.lists(st.sampled_from(_NASTY), max_size=3).map("".join),
)
paths = st.one_of(
    st.sampled_from(["agent.yaml", "src/a b/ü.py", "-rf", "a:b/c", "../x", "100%.py"]),
    texts.filter(lambda text: bool(text.strip("./"))),
).map(PurePosixPath)
durations = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=3))
findings = st.builds(
    Finding,
    rule=texts,
    severity=st.sampled_from(Severity),
    message=texts,
    path=st.none() | paths,
    line=st.none() | st.integers(1, 10**9),
    column=st.none() | st.integers(1, 10**6),
    fix=st.none() | texts,
    fingerprint=st.text("0123456789abcdef", max_size=8),
    waived=st.booleans(),
    waiver=st.none() | texts,
)
gates = st.builds(
    GateResult,
    id=st.sampled_from(GateId),
    verdict=st.sampled_from(Verdict),
    duration=durations,
    findings=st.lists(findings, max_size=3).map(tuple),
    measures=st.dictionaries(
        texts, st.one_of(st.integers(), st.floats(), st.booleans(), texts), max_size=2
    ),
    cached=st.booleans(),
)
targets = st.builds(
    TargetReport,
    path=st.one_of(st.sampled_from(["", ".", "/home/a b/x", "C:/agents/x", "../x"]), texts),
    agent=texts,
    version=texts,
    gates=st.lists(gates, max_size=3).map(tuple),
)
reports = st.builds(
    Report,
    version=texts,
    started_at=st.datetimes(
        min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - as above
        timezones=st.just(UTC),
    ),
    duration=durations,
    targets=st.lists(targets, max_size=5).map(tuple),
    kept=st.lists(texts, max_size=3).map(tuple),
)


def consistent(report: Report) -> Report:
    """Return *report* with what a run never says taken out: twice the same, a pass that objects."""
    targets = []
    for target in report.targets:
        by_id = {
            gate.id: replace(gate, verdict=Verdict.FAIL)
            if gate.verdict is Verdict.PASS and any(one.objects for one in gate.findings)
            else gate
            for gate in target.gates
        }
        targets.append(replace(target, gates=tuple(by_id.values())))
    by_path = {intact(target.path): target for target in targets}
    return replace(report, targets=tuple(by_path.values()))


saved_reports = reports.map(consistent)
