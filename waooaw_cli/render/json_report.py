"""The report as JSON: `waooaw.gate-report/1`, and the JSON Schema that holds it."""

from __future__ import annotations

import json
import math
from typing import Any

from waooaw.moments import rfc3339
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
from waooaw_cli.render.foreign import intact
from waooaw_cli.render.phrases import duration_ms

__all__ = ["finding_content", "gate_report_schema", "report_json"]

_SCHEMA_NAME = "waooaw.gate-report/1"


def report_json(report: Report) -> str:
    """Return one JSON document with sorted keys; packages, gates and findings keep their order.

    `kept` stands there only where packages were.
    """
    content: dict[str, object] = {
        "schema": _SCHEMA_NAME,
        "tool": {"name": "waooaw", "version": report.version},
        "verdict": report.verdict.value,
        "started_at": rfc3339(report.started_at),
        "duration_ms": duration_ms(report.duration),
        "targets": [_target(target) for target in report.targets],
    }
    if report.kept:
        content["kept"] = list(report.kept)
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def _target(target: TargetReport) -> dict[str, object]:
    return {
        "path": target.path,
        "agent": target.agent,
        "version": target.version,
        "verdict": target.verdict.value,
        "gates": [_gate(gate) for gate in target.gates],
    }


def _gate(gate: GateResult) -> dict[str, object]:
    return {
        "id": gate.id.value,
        "verdict": gate.verdict.value,
        "cached": gate.cached,
        "duration_ms": duration_ms(gate.duration),
        "measures": {name: _measure(value) for name, value in gate.measures.items()},
        "findings": [finding_content(finding) for finding in gate.findings],
    }


def _measure(value: Measure) -> Measure:
    # JSON knows no infinity; a program that expects a number then reads what it was.
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def finding_content(finding: Finding) -> dict[str, object]:
    """Return a finding as the report has it; `waiver` only where there is one."""
    content: dict[str, object] = {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "path": None if finding.path is None else str(finding.path),
        "line": finding.line,
        "column": finding.column,
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
        "waived": finding.waived,
    }
    if finding.waiver is not None:
        content["waiver"] = finding.waiver
    return content


def gate_report_schema() -> dict[str, Any]:  # `Any`: a JSON Schema nests freely
    """Return the JSON Schema (2020-12) of `waooaw.gate-report/1`; it allows no other field."""
    text = {"type": "string"}
    verdict = {"enum": [verdict.value for verdict in Verdict]}
    duration = {"type": "integer", "minimum": 0, "description": "Milliseconds."}
    report = _object(
        schema={"const": _SCHEMA_NAME},
        tool=_object(name={"const": "waooaw"}, version=text),
        verdict=verdict | {"description": "The worst of all packages."},
        started_at={"type": "string", "format": "date-time", "pattern": "Z$"},
        duration_ms=duration,
        targets={"type": "array", "items": {"$ref": "#/$defs/target"}},
    )
    report["properties"]["kept"] = {
        "type": "array",
        "items": text,
        "description": "The agents that were there already, and were not judged.",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report of the gates",
        **report,
        "$defs": {
            "target": _object(
                path=text | {"description": "The package, as the user named it."},
                agent=text,
                version=text | {"description": "Empty where the specification can't be read."},
                verdict=verdict | {"description": "The worst of its gates."},
                gates={"type": "array", "items": {"$ref": "#/$defs/gate"}},
            ),
            "gate": _object(
                id={"enum": [gate.value for gate in GateId]},
                verdict=verdict,
                cached={"type": "boolean"},
                duration_ms=duration,
                measures={
                    "type": "object",
                    "additionalProperties": {"type": ["number", "string", "boolean"]},
                },
                findings={"type": "array", "items": {"$ref": "#/$defs/finding"}},
            ),
            "finding": _finding_schema(),
        },
    }


def _finding_schema() -> dict[str, Any]:  # `Any`: as above
    text = {"type": "string"}
    number = {"type": ["integer", "null"], "minimum": 1}
    schema = _object(
        rule=text | {"description": "As `waooaw explain` takes it."},
        severity={"enum": [severity.value for severity in Severity]},
        message=text,
        path={"type": ["string", "null"], "description": "Relative to the package."},
        line=number,
        column=number,
        fix={"type": ["string", "null"]},
        fingerprint=text | {"description": "Stays the same when the line moves."},
        waived={"type": "boolean"},
    )
    schema["properties"]["waiver"] = text | {"description": "Why it is waived, or `baseline`."}
    return schema


def _object(**properties: object) -> dict[str, Any]:  # `Any`: as above
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
