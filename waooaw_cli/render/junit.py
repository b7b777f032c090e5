"""The report as JUnit XML: a suite for each package, a case for each gate.

Source: the schema that Jenkins reads, https://github.com/jenkinsci/xunit-plugin (junit-10.xsd).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never
from xml.etree import ElementTree as ET

from waooaw.moments import rfc3339
from waooaw_cli.gates.report import Finding, GateResult, Report, TargetReport, Verdict
from waooaw_cli.render.foreign import readable
from waooaw_cli.render.phrases import (
    duration_ms,
    finding_counts,
    place,
    target_name,
    worst_first,
)

__all__ = ["report_junit"]

# Source: XML 1.0, fifth edition, production 2 (Char).
_LONGEST_HEADLINE = 200
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report_junit(report: Report) -> str:
    """Return the document; a gate that fails is a failure, one that can't decide an error."""
    gates = [gate for target in report.targets for gate in target.gates]
    root = ET.Element(
        "testsuites",
        {"name": "waooaw gates"} | _counts(gates) | {"time": _seconds(report.duration)},
    )
    for target in report.targets:
        root.append(_suite(target, report))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}'


def _suite(target: TargetReport, report: Report) -> ET.Element:
    spent = sum((gate.duration for gate in target.gates), timedelta(0))
    suite = ET.Element(
        "testsuite",
        {"name": _legal(target_name(target)) or _legal(target.path)}
        | _counts(target.gates)
        | {
            "skipped": str(sum(gate.verdict is Verdict.SKIPPED for gate in target.gates)),
            "time": _seconds(spent),
            "timestamp": rfc3339(report.started_at),
        },
    )
    measured = [(gate, name) for gate in target.gates for name in gate.measures]
    if measured:
        properties = ET.SubElement(suite, "properties")
        for gate, name in measured:
            value = str(gate.measures[name])
            # Of the suite: the schema has none for a case.
            given = {"name": _legal(f"{gate.id}.{name}"), "value": _legal(value)}
            ET.SubElement(properties, "property", given)
    for gate in target.gates:
        suite.append(_case(gate, target))
    return suite


def _case(gate: GateResult, target: TargetReport) -> ET.Element:
    case = ET.Element(
        "testcase",
        {
            "classname": _legal(target.agent),
            "name": gate.id.value,
            "time": _seconds(gate.duration),
        },
    )
    said = "\n".join(_lines(finding) for finding in worst_first(gate.findings))
    match gate.verdict:
        case Verdict.FAIL | Verdict.ERROR:
            kind = "failure" if gate.verdict is Verdict.FAIL else "error"
            message = _legal(_headline(gate))
            outcome = ET.SubElement(case, kind, {"message": message, "type": gate.id.value})
            outcome.text = _legal(said)
        case Verdict.SKIPPED:
            ET.SubElement(case, "skipped", {"message": "by the user's word"})
        case Verdict.PASS if said:
            ET.SubElement(case, "system-out").text = _legal(said)
        case Verdict.PASS:
            pass
        case other:
            assert_never(other)
    return case


def _headline(gate: GateResult) -> str:
    """Return what a list of failed tests shows: the worst finding, and how many there are more."""
    findings = worst_first(gate.findings)
    if not findings:
        return f"the gate {gate.id} {'fails' if gate.verdict is Verdict.FAIL else 'is undecided'}"
    first = findings[0]
    where = place(first)
    text = f"{where}: " if where else ""
    text += f"{readable(first.rule)}: {readable(first.message)}"
    if len(text) > _LONGEST_HEADLINE:
        text = f"{text[: _LONGEST_HEADLINE - 1]}…"
    return text if len(findings) == 1 else f"{text} ({finding_counts(findings)} in all)"


def _lines(finding: Finding) -> str:
    word = "waived" if finding.waived else finding.severity.value
    where = place(finding)
    head = f"{where}: " if where else ""
    fix = f"\n  fix: {readable(finding.fix)}" if finding.fix else ""
    if finding.waiver:
        fix += f"\n  waived: {readable(finding.waiver)}"
    return f"{head}{word} {readable(finding.rule)}: {readable(finding.message)}{fix}"


def _counts(gates: Sequence[GateResult]) -> dict[str, str]:
    verdicts = [gate.verdict for gate in gates]
    return {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count(Verdict.FAIL)),
        "errors": str(verdicts.count(Verdict.ERROR)),
    }


def _seconds(duration: timedelta) -> str:
    return f"{duration_ms(duration) / 1_000:.3f}"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)
