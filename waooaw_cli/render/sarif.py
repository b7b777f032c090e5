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
from waooaw_cli.gates.report import Finding, GateId, GateResult, Report, TargetReport, Verdict
from waooaw_cli.render.foreign import intact, readable
from waooaw_cli.render.phrases import worst_first

__all__ = ["report_sarif", "sarif_log"]

#: `Any`: SARIF's objects nest freely; its own schema checks them in the tests.
_Node: TypeAlias = dict[str, Any]

_HOME = "https://github.com/waooaw/waooaw"
_WORKING_FOLDER = "WORKDIR"
_SPECIFICATION = "agent.yaml"
_LINK = re.compile(r"\[[^\]]*\]\(")
# Halves of surrogate pairs that do not stand for a byte (PEP 383).
_NO_BYTE = re.compile(r"[\ud800-\udc7f\udd00-\udfff]")
_BRACKET = re.compile(r"([\\\[\]])")


def report_sarif(report: Report) -> str:
    """Return the log as JSON with sorted keys."""
    return intact(json.dumps(sarif_log(report), indent=2, sort_keys=True, ensure_ascii=False))


def sarif_log(report: Report) -> _Node:
    """Return the log as plain data.

    The rules are the gates, then what they found; a result's place is relative to its package.
    """
    rules = _Rules()
    results = [
        _result(finding, gate.id, base, rules)
        for base, _, gate in _gates(report)
        for finding in worst_first(gate.findings)
    ]
    notifications = [
        _notification(gate, target)
        for _, target, gate in _gates(report)
        if gate.verdict is Verdict.ERROR
    ]
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
        "originalUriBaseIds": _bases(report),
        "results": results,
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }


class _Rules:
    """Hold the rules in the order of their first mention; an index never changes."""

    def __init__(self) -> None:
        self.descriptors: list[_Node] = []
        self._index: dict[str, int] = {}
        for gate in GateId:
            command = f"waooaw gate --gate {gate.value}"
            self._add(gate.value, gate, f"the gate {gate.value}", command)

    def index(self, finding: Finding, gate: GateId) -> int:
        """Return the place of *finding*'s rule, which is added when it is new."""
        rule = intact(finding.rule)
        if rule not in self._index:
            title = f"{rule}, a rule of the gate {gate.value}"
            self._add(rule, gate, title, f"waooaw explain {rule}")
        return self._index[rule]

    def _add(self, rule: str, gate: GateId, title: str, command: str) -> None:
        self._index[rule] = len(self.descriptors)
        self.descriptors.append(
            {
                "id": rule,
                "shortDescription": {"text": _message(title)},
                "help": {"text": _message(command)},
                "helpUri": f"{_HOME}/blob/main/docs/gates.md",
                "properties": {"tags": [gate.value]},
            }
        )


def _gates(report: Report) -> Iterator[tuple[str, TargetReport, GateResult]]:
    """Yield each gate's result with its package and the name of the package's base URI."""
    for number, target in enumerate(report.targets, start=1):
        for gate in target.gates:
            yield (f"AGENT{number}", target, gate)


def _result(finding: Finding, gate: GateId, base: str, rules: _Rules) -> _Node:
    result: _Node = {
        "ruleId": intact(finding.rule),
        "ruleIndex": rules.index(finding, gate),
        "level": finding.severity.value,
        "message": {"text": _message(_sentence(finding))},
        "locations": [_location(finding, base)],
        # Section 3.27.23: where one result tells of suppressions, all do.
        "suppressions": [_WAIVED] if finding.waived else [],
        "properties": {"gate": gate.value},
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"waooaw/v1": finding.fingerprint}
    return result


_WAIVED = {
    "kind": "external",
    "status": "accepted",
    "justification": "A dated, reasoned waiver of the package covers this finding.",
}


def _sentence(finding: Finding) -> str:
    message = readable(finding.message)
    return f"{message}\nFix: {readable(finding.fix)}" if finding.fix else message


def _location(finding: Finding, base: str) -> _Node:
    """Return where a finding is shown.

    GitHub refuses a whole log for one result without a file or a line. What no one file is to blame
    for is shown on the agent's specification, what no one line is to blame for on the first.
    """
    known = finding.path is not None
    region: _Node = {"startLine": max(1, finding.line or 1) if known else 1}
    if known and finding.line is not None and finding.column is not None:
        region["startColumn"] = max(1, finding.column)
    path = str(finding.path) if known else _SPECIFICATION
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _reference(path), "uriBaseId": base},
            "region": region,
        }
    }


def _notification(gate: GateResult, target: TargetReport) -> _Node:
    said = "; ".join(readable(finding.message) for finding in worst_first(gate.findings))
    text = f"The gate {gate.id.value} could not decide on {readable(target.path)}: {said or '-'}"
    return {
        "level": "error",
        "message": {"text": _message(text)},
        "associatedRule": {"id": gate.id.value, "index": list(GateId).index(gate.id)},
    }


def _automation(report: Report) -> str:
    """Return the run's id: a category up to the last slash, then the run (section 3.17.3).

    A run over one agent has its own category: two jobs of one commit must not replace each other's
    results.
    """
    agents = [_quoted(target.agent, safe="") for target in report.targets]
    category = ["waooaw", "gate", *(agents if len(agents) == 1 else [])]
    return "/".join([*category, rfc3339(report.started_at)])


def _bases(report: Report) -> _Node:
    bases: _Node = {
        # Without a URI on purpose (section 3.14.14): a log must not tell where it was made, and
        # what reads it knows the root of its own checkout.
        _WORKING_FOLDER: {"description": {"text": "The folder that waooaw ran in."}}
    }
    for number, target in enumerate(report.targets, start=1):
        bases[f"AGENT{number}"] = _base(target.path)
    return bases


def _base(path: str) -> _Node:
    folder = path.rstrip("/")
    if path.startswith("/"):
        return {"uri": f"file://{_quoted(folder)}/"}
    if PureWindowsPath(folder).drive:
        return {"uri": f"file:///{_quoted(folder, safe='/:')}/"}
    return {"uri": f"{_reference(folder or '.')}/", "uriBaseId": _WORKING_FOLDER}


def _reference(path: str) -> str:
    """Return *path* as a relative reference (RFC 3986, section 4.2)."""
    return _quoted(path.lstrip("/")) or "."


def _quoted(text: str, safe: str = "/") -> str:
    # What is no UTF-8 in a file's name goes back to the bytes that it was.
    return quote(_NO_BYTE.sub("\ufffd", text).encode("utf-8", "surrogateescape"), safe=safe)


def _message(text: str) -> str:
    """Return *text* so that no part of it becomes a link (section 3.11.6).

    Brackets are escaped only where they would make one: viewers show the backslashes.
    """
    text = intact(text)
    return _BRACKET.sub(r"\\\1", text) if _LINK.search(text) else text
