from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone

import jsonschema_rs
import pytest
from hypothesis import given
from inline_snapshot import snapshot
from unit.render.report_samples import OUTSIDE, mixed_report, quick, report_of, report_with, reports

from waooaw_cli.gates.report import Finding, GateId, GateResult, Report, Severity, Verdict
from waooaw_cli.render.json_report import gate_report_schema, report_json

SCHEMA = jsonschema_rs.validator_for(gate_report_schema(), validate_formats=True)


def test_a_report_has_the_fields_of_the_contract_and_no_other() -> None:
    """Keys are sorted, times are RFC 3339 with Z, durations whole milliseconds."""
    gate = GateResult(
        GateId.VISION,
        Verdict.FAIL,
        timedelta(milliseconds=12),
        findings=(OUTSIDE,),
        measures={"rules": 41},
    )

    assert report_json(report_of(gate)) == snapshot("""\
{
  "duration_ms": 2140,
  "schema": "waooaw.gate-report/1",
  "started_at": "2026-01-01T00:00:00Z",
  "targets": [
    {
      "agent": "wow-refund-desk",
      "gates": [
        {
          "cached": false,
          "duration_ms": 12,
          "findings": [
            {
              "column": 5,
              "fingerprint": "0f1e2d3c",
              "fix": "Move the call into a skill.",
              "line": 14,
              "message": "httpx.post outside of skills.py: the journal does not see it",
              "path": "src/wow_refund_desk/agent.py",
              "rule": "VIS-C003",
              "severity": "error",
              "waived": false
            }
          ],
          "id": "vision",
          "measures": {
            "rules": 41
          },
          "verdict": "fail"
        }
      ],
      "path": "generated/wow-refund-desk",
      "verdict": "fail",
      "version": "0.1.0"
    }
  ],
  "tool": {
    "name": "waooaw",
    "version": "0.1.0"
  },
  "verdict": "fail"
}\
""")


def test_what_is_unknown_is_null() -> None:
    """A finding without a place has the same fields as every other."""
    bare = Finding("X", Severity.NOTE, "m")
    document = json.loads(report_json(report_with(bare)))

    assert document["targets"][0]["gates"][0]["findings"] == [
        {
            "rule": "X",
            "severity": "note",
            "message": "m",
            "path": None,
            "line": None,
            "column": None,
            "fix": None,
            "fingerprint": "",
            "waived": False,
        }
    ]


def test_a_moment_in_another_zone_is_told_in_utc() -> None:
    """A report's time does not depend on where it was made."""
    moment = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    report = Report("0.1.0", moment, timedelta(0), ())

    assert json.loads(report_json(report))["started_at"] == "2026-01-01T00:00:00Z"
    assert moment.astimezone(UTC).hour == 0


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_measure_that_is_no_number_stays_readable(value: float) -> None:
    """JSON knows no infinity, so it is told as text."""
    report = report_of(GateResult(GateId.TESTS, Verdict.PASS, measures={"coverage": value}))
    document = json.loads(report_json(report))

    assert document["targets"][0]["gates"][0]["measures"] == {"coverage": str(value)}


def test_a_file_name_that_is_no_utf8_does_not_break_the_document() -> None:
    """What the operating system can't spell is marked."""
    report = report_with(Finding("X", Severity.ERROR, "caf\udce9"))

    assert "caf\ufffd" in report_json(report).encode().decode()


@quick
@given(reports)
def test_every_report_is_valid_by_its_own_schema(report: Report) -> None:
    """One JSON document, whatever gates and findings say."""
    document = json.loads(report_json(report))

    SCHEMA.validate(document)
    assert list(document) == sorted(document)


def test_the_schema_refuses_what_the_contract_does_not_name() -> None:
    """No field more, none less, no verdict that does not exist."""
    document = json.loads(report_json(mixed_report()))
    broken = [
        document | {"extra": 1},
        {name: value for name, value in document.items() if name != "tool"},
        document | {"verdict": "ok"},
        document | {"duration_ms": 1.5},
        document | {"started_at": "2026-01-01T00:00:00+00:00"},
    ]

    assert SCHEMA.is_valid(document)
    assert [SCHEMA.is_valid(other) for other in broken] == [False] * len(broken)
