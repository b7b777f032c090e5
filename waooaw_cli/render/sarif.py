"""The report as SARIF, one run for all gates and packages.

Source: SARIF 2.1.0 with errata 01, https://docs.oasis-open.org/sarif/sarif/v2.1.0/, cited below by
section; and what GitHub's code scanning asks for beyond it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PureWindowsPath
from typing import Any, TypeAlias
from urllib.parse import quote

from waooaw.moments import rfc3339
from waooaw_cli.gates.report import (
    Finding,
    GateId,
    GateResult,
    Report,
    Severity,
    TargetReport,
    Verdict,
)
from waooaw_cli.render.foreign import intact, readable
from waooaw_cli.render.phrases import badness, counted, worst_first
from waooaw_cli.render.sarif_rules import Rules, unlinked
from waooaw_cli.render.surroundings import NOWHERE, Surroundings

__all__ = ["MOST_RESULTS", "report_sarif", "sarif_log"]

#: `Any`: SARIF's objects nest freely; its own schema checks them in the tests.
_Node: TypeAlias = dict[str, Any]

#: So many results of a run are kept by GitHub; which ones is decided here, not there.
MOST_RESULTS = 5_000
_HOME = "https://github.com/waooaw/waooaw"
#: What readers of SARIF take for the root of their own checkout.
_ROOT = "%SRCROOT%"
_SPECIFICATION = "agent.yaml"
# Halves of surrogate pairs that do not stand for a byte (PEP 383).
_NO_BYTE = re.compile(r"[\ud800-\udc7f\udd00-\udfff]")
_NO_REASON = "A dated, reasoned waiver of the package covers this finding."


def report_sarif(report: Report, around: Surroundings = NOWHERE) -> str:
    """Return the log as JSON with sorted keys."""
    return intact(
        json.dumps(sarif_log(report, around), indent=2, sort_keys=True, ensure_ascii=False)
    )


def sarif_log(report: Report, around: Surroundings = NOWHERE) -> _Node:
    """Return the log as plain data.

    The rules are the gates, then what they found. The results are the worst 5 000, the worst first;
    a result's place is relative to the root of the repository where that is known.
    """
    rules = Rules()
    found = sorted(
        (
            (target, gate.id, finding)
            for target, gate in _gates(report)
            for finding in gate.findings
        ),
        key=lambda one: badness(one[2]),
    )
    results = [
        _result(finding, gate, _location(finding, target, around), rules)
        for target, gate, finding in found[:MOST_RESULTS]
    ]
    notifications = [
        _notification(gate, target)
        for target, gate in _gates(report)
        if gate.verdict is Verdict.ERROR
    ]
    if len(found) > MOST_RESULTS:
        notifications.append(_left_out(len(found) - MOST_RESULTS))
    run = {
        "tool": {
            "driver": {
                "name": "waooaw",
                "version": report.version,
                "informationUri": _HOME,
                "rules": rules.descriptors,
            }
        },
        "automationDetails": {"id": _automation(report)},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": report.verdict is not Verdict.ERROR,
                "startTimeUtc": rfc3339(report.started_at),
                "endTimeUtc": rfc3339(report.started_at + report.duration),
                "toolExecutionNotifications": notifications,
            }
        ],
        # Without a URI on purpose (section 3.14.14): a log must not tell where it was made, and
        # what reads it knows the root of its own checkout.
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the checkout."}}},
        "results": results,
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }


def _gates(report: Report) -> Iterator[tuple[TargetReport, GateResult]]:
    for target in report.targets:
        for gate in target.gates:
            yield (target, gate)


def _result(finding: Finding, gate: GateId, location: _Node, rules: Rules) -> _Node:
    result: _Node = {
        "ruleId": intact(finding.rule),
        "ruleIndex": rules.index(finding, gate),
        "level": finding.severity.value,
        "message": {"text": unlinked(_sentence(finding))},
        "locations": [location],
        # Section 3.27.23: where one result tells of suppressions, all do.
        "suppressions": [_suppression(finding)] if finding.waived else [],
        "properties": {"gate": gate.value},
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"waooaw/v1": finding.fingerprint}
    return result


def _suppression(finding: Finding) -> _Node:
    reason = readable(finding.waiver or "") or _NO_REASON
    return {"kind": "external", "status": "accepted", "justification": reason}


def _sentence(finding: Finding) -> str:
    message = readable(finding.message)
    return f"{message}\nFix: {readable(finding.fix)}" if finding.fix else message


def _location(finding: Finding, target: TargetReport, around: Surroundings) -> _Node:
    """Return where a finding is shown.

    GitHub refuses a whole log for one result without a file or a line. What no one file is to blame
    for is shown on the agent's specification, what no one line is to blame for on the first.
    """
    known = finding.path is not None
    region: _Node = {"startLine": max(1, finding.line or 1) if known else 1}
    if known and finding.line is not None and finding.column is not None:
        region["startColumn"] = max(1, finding.column)
    inside = str(finding.path) if known else _SPECIFICATION
    place = _artifact(around.in_repository(target.path, inside))
    return {"physicalLocation": {"artifactLocation": place, "region": region}}


def _artifact(path: str) -> _Node:
    if path.startswith("/"):
        return {"uri": f"file://{_quoted(path)}"}
    if PureWindowsPath(path).is_absolute():
        return {"uri": f"file:///{_quoted(path, safe='/:')}"}
    return {"uri": _quoted(path), "uriBaseId": _ROOT}


def _notification(gate: GateResult, target: TargetReport) -> _Node:
    said = "; ".join(readable(finding.message) for finding in worst_first(gate.findings))
    text = f"The gate {gate.id.value} could not decide on {readable(target.path)}: {said or '-'}"
    return {
        "level": "error",
        "message": {"text": unlinked(text)},
        "associatedRule": {"id": gate.id.value, "index": list(GateId).index(gate.id)},
    }


def _left_out(number: int) -> _Node:
    text = f"{counted(number, 'result')} of less weight left out; the JSON report has all."
    return {"level": Severity.WARNING.value, "message": {"text": text}}


def _automation(report: Report) -> str:
    """Return the run's id: a category up to the last slash, then the run (section 3.17.3).

    A run over one agent has its own category: two jobs of one commit must not replace each other's
    results.
    """
    agents = [_quoted(target.agent, safe="") for target in report.targets]
    category = ["waooaw", "gate", *(agents if len(agents) == 1 else [])]
    return "/".join([*category, rfc3339(report.started_at)])


def _quoted(text: str, safe: str = "/") -> str:
    # What is no UTF-8 in a file's name goes back to the bytes that it was.
    return quote(_NO_BYTE.sub("\ufffd", text).encode("utf-8", "surrogateescape"), safe=safe)
