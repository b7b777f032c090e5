from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema_rs
import pytest
from hypothesis import given
from unit.render.report_samples import (
    KILLED,
    OUTSIDE,
    WAIVED,
    mixed_report,
    passing_report,
    quick,
    report_of,
    report_with,
    reports,
)

from waooaw_cli.gates.report import Finding, GateId, GateResult, Report, Severity, Verdict
from waooaw_cli.render.sarif import MOST_RESULTS, report_sarif, sarif_log
from waooaw_cli.render.surroundings import Surroundings

# The characters of RFC 3986, section 2; everything else is percent-encoded.
_URI = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")

_TEXT: dict[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
    "additionalProperties": False,
}
_STRUCTURE: dict[str, Any] = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "maxItems": 1, "items": {"$ref": "#/$defs/run"}},
    },
    "$defs": {
        "run": {
            "type": "object",
            "required": ["tool", "results", "invocations", "automationDetails"],
            "properties": {
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                "invocations": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "required": ["executionSuccessful", "toolExecutionNotifications"],
                        "properties": {"executionSuccessful": {"type": "boolean"}},
                    },
                },
            },
        },
        "result": {
            "type": "object",
            "required": ["ruleId", "ruleIndex", "level", "message", "locations", "suppressions"],
            "properties": {
                "level": {"enum": ["error", "warning", "note"]},
                "message": _TEXT,
                "locations": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"required": ["physicalLocation"]},
                },
                "partialFingerprints": {
                    "type": "object",
                    "additionalProperties": {"type": "string", "minLength": 1},
                },
                "suppressions": {
                    "type": "array",
                    "items": {"required": ["kind", "status", "justification"]},
                },
            },
        },
    },
}
_REDUCED = jsonschema_rs.validator_for(_STRUCTURE)
_OFFICIAL = Path(__file__).parents[4] / "shared" / "data" / "sarif-schema-2.1.0.json"


@cache
def official() -> Callable[[Any], None]:
    """Return the official schema's check where that file is at hand; it is not ours to keep."""
    if not _OFFICIAL.is_file():
        return lambda log: None
    schema = json.loads(_OFFICIAL.read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(schema, validate_formats=True).validate


def run_of(report: Report) -> dict[str, Any]:
    """Return the one run of a log that has been through JSON."""
    log = json.loads(report_sarif(report))
    run: dict[str, Any] = log["runs"][0]
    return run


def uri_of(result: dict[str, Any]) -> str:
    uri: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return uri


@quick
@given(reports)
def test_every_log_is_valid(report: Report) -> None:
    """By the official schema where it is at hand, and by the structure that readers rely on."""
    log = json.loads(report_sarif(report).encode())

    _REDUCED.validate(log)
    official()(log)


@quick
@given(reports)
def test_every_reference_in_a_log_leads_somewhere(report: Report) -> None:
    """Rules by index, packages by base, places by encoded relative references."""
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]

    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert _URI.fullmatch(uri_of(result))
        if base := place["artifactLocation"].get("uriBaseId"):
            assert base in run["originalUriBaseIds"]
            assert urlsplit(uri_of(result)).scheme == ""
        else:
            assert uri_of(result).startswith("file:///")
        assert place["region"]["startLine"] >= 1
    for notification in run["invocations"][0]["toolExecutionNotifications"]:
        rule = notification["associatedRule"]
        assert rules[rule["index"]]["id"] == rule["id"]
    for rule in rules:
        assert _URI.fullmatch(rule["helpUri"])


@quick
@given(reports)
def test_no_finding_is_lost(report: Report) -> None:
    """One result for each finding, one notification for each gate that could not decide."""
    run = run_of(report)
    gates = [gate for target in report.targets for gate in target.gates]

    assert len(run["results"]) == sum(len(gate.findings) for gate in gates)
    undecided = [gate for gate in gates if gate.verdict is Verdict.ERROR]
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == len(undecided)
    if undecided:
        assert run["invocations"][0]["executionSuccessful"] is False


def test_a_finding_is_a_result_at_its_place() -> None:
    """Rule, level, message with the way out, place, fingerprint."""
    result = run_of(report_with(OUTSIDE))["results"][0]

    assert result == {
        "ruleId": "VIS-C003",
        "ruleIndex": len(GateId),
        "level": "error",
        "message": {"text": f"{OUTSIDE.message}\nFix: {OUTSIDE.fix}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {
                        "uri": "generated/wow-refund-desk/src/wow_refund_desk/agent.py",
                        "uriBaseId": "%SRCROOT%",
                    },
                    "region": {"startLine": 14, "startColumn": 5},
                }
            }
        ],
        "partialFingerprints": {"waooaw/v1": "0f1e2d3c"},
        "properties": {"gate": "vision"},
        "suppressions": [],
    }


def test_a_waived_finding_is_suppressed_with_a_reason() -> None:
    """It is not hidden: the log says that it was accepted and why."""
    reasoned = replace(WAIVED, waiver="the budget is the platform's")
    suppressions = [
        suppression
        for result in run_of(report_with(WAIVED, reasoned))["results"]
        for suppression in result["suppressions"]
    ]

    assert [(one["kind"], one["status"]) for one in suppressions] == [("external", "accepted")] * 2
    assert suppressions[0]["justification"]
    assert suppressions[1]["justification"] == "the budget is the platform's"


def test_a_finding_without_a_file_is_shown_on_the_specification() -> None:
    """GitHub refuses a log with a result that stands nowhere."""
    result = run_of(report_with(KILLED))["results"][0]

    assert uri_of(result) == "generated/wow-refund-desk/agent.yaml"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_an_undecided_gate_makes_the_run_unsuccessful() -> None:
    """The notification names the gate, the package and what happened."""
    invocation = run_of(mixed_report())["invocations"][0]

    assert invocation["executionSuccessful"] is False
    assert [notice["message"]["text"] for notice in invocation["toolExecutionNotifications"]] == [
        (
            "The gate types could not decide on generated/wow-refund-desk:"
            " mypy was killed by signal 9"
        )
    ]


def test_a_passing_run_is_successful_and_names_every_gate() -> None:
    """The rules begin with the gates, in the order of reports."""
    run = run_of(passing_report())
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]

    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["results"] == []
    assert rules == [gate.value for gate in GateId]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        pytest.param("a b/ü.py", "a%20b/%C3%BC.py", id="space-and-umlaut"),
        pytest.param("100%.py", "100%25.py", id="percent"),
        pytest.param("a:b/c.py", "a%3Ab/c.py", id="colon-is-no-scheme"),
        pytest.param("a#b?.py", "a%23b%3F.py", id="fragment-and-query"),
        pytest.param("/etc/passwd", "etc/passwd", id="never-absolute"),
        pytest.param("caf\udce9.py", "caf%E9.py", id="not-utf8"),
        pytest.param("x\ud800.py", "x%EF%BF%BD.py", id="no-byte-at-all"),
    ],
)
def test_a_path_becomes_a_relative_reference(path: str, uri: str) -> None:
    """Any file name can be told, and decodes to what it was."""
    report = report_with(replace(OUTSIDE, path=PurePosixPath(path)), path="")
    result = run_of(report)["results"][0]

    assert uri_of(result) == uri
    assert unquote(uri).isprintable()


@pytest.mark.parametrize(
    ("path", "place"),
    [
        pytest.param("generated/x y", "generated/x%20y/src/a.py", id="relative"),
        pytest.param(".", "src/a.py", id="here"),
        pytest.param("", "src/a.py", id="unknown"),
        pytest.param("/srv/x", "file:///srv/x/src/a.py", id="absolute"),
        pytest.param("C:/agents/x", "file:///C:/agents/x/src/a.py", id="windows"),
        pytest.param("/", "file:///src/a.py", id="root"),
    ],
)
def test_a_place_begins_with_its_package(path: str, place: str) -> None:
    """Relative to where waooaw ran, or absolute where the user named it so."""
    finding = replace(OUTSIDE, path=PurePosixPath("src/a.py"))

    assert uri_of(run_of(report_with(finding, path=path))["results"][0]) == place


def test_a_place_is_told_from_the_root_of_the_checkout() -> None:
    """Where waooaw ran in a folder of it, as a job of a monorepo does, and for an absolute path."""
    around = Surroundings(PurePosixPath("/repo/agents"), PurePosixPath("/repo"))
    finding = replace(OUTSIDE, path=PurePosixPath("src/a.py"))
    places = [
        json.loads(report_sarif(report_with(finding, path=path), around))["runs"][0]["results"][0]
        for path in ("wow-x", "/repo/agents/wow-x", "../agents/wow-x", ".", "/elsewhere")
    ]

    assert [uri_of(place) for place in places] == [
        "agents/wow-x/src/a.py",
        "agents/wow-x/src/a.py",
        "agents/wow-x/src/a.py",
        "agents/src/a.py",
        "file:///elsewhere/src/a.py",
    ]


def test_the_worst_five_thousand_are_kept_and_the_rest_is_told() -> None:
    """GitHub would choose by itself; what was left out stands in a notification."""
    many = [replace(WAIVED, line=number) for number in range(1, MOST_RESULTS + 3)]
    run = run_of(report_with(*many, OUTSIDE))

    assert len(run["results"]) == MOST_RESULTS
    assert run["results"][0]["ruleId"] == "VIS-C003"
    assert [
        one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]
    ] == ["3 results of less weight left out; the JSON report has all."]


def test_a_rule_that_we_know_is_explained() -> None:
    """What it demands, why, what to do, where to read more; a foreign one still has a page."""
    lint = Finding("LINT-F401", Severity.ERROR, "x")
    secret = Finding("SEC-NO-SUCH", Severity.ERROR, "[x](y)")
    report = report_of(
        GateResult(GateId.LINT, Verdict.FAIL, findings=(lint,)),
        GateResult(GateId.SECURITY, Verdict.FAIL, findings=(secret,)),
    )
    known, foreign = sorted(
        run_of(report)["tool"]["driver"]["rules"][len(GateId) :], key=lambda rule: str(rule["id"])
    )

    assert known["fullDescription"]["text"]
    assert known["helpUri"].startswith("https://docs.astral.sh/ruff")
    assert "waooaw explain LINT-F401" in known["help"]["text"]
    assert foreign["properties"] == {"tags": ["security"], "security-severity": "8.0"}
    assert foreign["helpUri"].startswith("https://")


def test_runs_over_different_agents_do_not_replace_each_other() -> None:
    """A run over one agent has a category of its own; what follows the last slash is the run."""
    one = mixed_report()
    fleet = replace(one, targets=one.targets * 2)

    assert run_of(one)["automationDetails"]["id"] == (
        "waooaw/gate/wow-refund-desk/2026-01-01T00:00:00Z"
    )
    assert run_of(fleet)["automationDetails"]["id"] == "waooaw/gate/2026-01-01T00:00:00Z"


def test_a_message_makes_no_link_and_keeps_its_brackets() -> None:
    """Brackets are escaped where they would make a link, and only there."""
    link = replace(KILLED, message="see [here](https://example.com)", fix=None)
    plain = replace(KILLED, message="list[str] is not tuple[str]", fix=None)

    results = run_of(report_with(link, plain))["results"]

    assert {result["message"]["text"] for result in results} == {
        r"see \[here\](https://example.com)",
        "list[str] is not tuple[str]",
    }


def test_equal_reports_give_equal_logs() -> None:
    """Nothing in a log depends on the moment or the machine that renders it."""
    assert sarif_log(mixed_report()) == sarif_log(mixed_report())
    assert report_sarif(mixed_report()) == report_sarif(mixed_report())
