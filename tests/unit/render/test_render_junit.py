from __future__ import annotations

from dataclasses import replace
from functools import cache
from xml.etree import ElementTree as ET

import xmlschema
from hypothesis import given
from places import ROOT
from unit.render.report_samples import KILLED, mixed_report, quick, report_of, report_with, reports

from waooaw_cli.gates.report import GateId, GateResult, Report, Verdict
from waooaw_cli.render.junit import report_junit


def test_a_package_is_a_suite_and_a_gate_is_a_case() -> None:
    """A gate that fails is a failure, an undecided one an error, and each is counted."""
    root = ET.fromstring(report_junit(mixed_report()))
    suite = root[0]

    assert suite.get("name") == "wow-refund-desk 0.1.0"
    assert [case.get("name") for case in suite.iter("testcase")] == [
        "spec",
        "vision",
        "types",
        "tests",
        "performance",
    ]
    parts = {case.get("name"): [part.tag for part in case] for case in suite.iter("testcase")}
    assert parts == {
        "spec": [],
        "vision": ["failure"],
        "types": ["error"],
        "tests": [],
        "performance": ["skipped"],
    }
    for element in (root, suite):
        assert [element.get(name) for name in ("tests", "failures", "errors")] == ["5", "1", "1"]
    assert suite.get("skipped") == "1"


def test_what_a_gate_measured_is_a_property_of_the_suite() -> None:
    """A case has none by the schema."""
    suite = ET.fromstring(report_junit(mixed_report()))[0]
    properties = {one.get("name"): one.get("value") for one in suite.iter("property")}

    assert properties["tests.coverage"] == "97.53"
    assert properties["vision.rules"] == "41"


def test_a_failure_without_a_finding_says_so() -> None:
    """A list of failed tests shows the message only."""
    report = report_of(
        GateResult(GateId.LINT, Verdict.FAIL), GateResult(GateId.TYPES, Verdict.ERROR)
    )
    root = ET.fromstring(report_junit(report))

    assert [one.get("message") for one in (*root.iter("failure"), *root.iter("error"))] == [
        "the gate lint fails",
        "the gate types is undecided",
    ]


def test_a_failure_holds_every_finding_with_its_place() -> None:
    """The worst first, as in every other form."""
    failure = ET.fromstring(report_junit(mixed_report())).find(".//failure")

    assert failure is not None
    assert failure.get("message") == (
        "src/wow_refund_desk/agent.py:14:5: VIS-C003: httpx.post outside of skills.py: the journal"
        " does not see it (1 error, 1 warning, 1 waived in all)"
    )
    assert (failure.text or "").splitlines()[:3] == [
        (
            "src/wow_refund_desk/agent.py:14:5: error VIS-C003: httpx.post outside of skills.py:"
            " the journal does not see it"
        ),
        "  fix: Move the call into a skill.",
        ("src/wow_refund_desk/skills.py:3:8: warning F401: `os` is unused [bold]now[/bold]"),
    ]


def test_what_a_passing_gate_found_is_kept() -> None:
    """A waived finding is no failure and is not lost."""
    passing = GateResult(GateId.VISION, Verdict.PASS, findings=(replace(KILLED, waived=True),))
    case = ET.fromstring(report_junit(report_of(passing))).find(".//testcase")

    assert case is not None
    assert [part.tag for part in case] == ["system-out"]
    assert "waived GATE-E001" in (case[0].text or "")


def test_what_xml_cannot_hold_is_removed() -> None:
    """A finding with a NUL and the end of a CDATA section parses."""
    hostile = replace(KILLED, message="a\x00\x0b]]>\ufffe\ud800<b>&", fix=None)
    failure = ET.fromstring(report_junit(report_with(hostile))).find(".//failure")

    assert failure is not None
    assert failure.text == "error GATE-E001: a ]]><b>&"


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(ROOT / "tests" / "schemas" / "junit-10.xsd"))


def test_a_long_message_is_cut_and_one_finding_needs_no_count() -> None:
    """It is a headline; the whole stands in the text."""
    failure = ET.fromstring(report_junit(report_with(replace(KILLED, message="x" * 999)))).find(
        ".//failure"
    )

    assert failure is not None
    assert len(failure.get("message") or "") == 200
    assert "x" * 999 in (failure.text or "")


def test_a_permission_says_its_reason() -> None:
    """Beside the finding that it covers."""
    waived = replace(KILLED, waived=True, waiver="until the port lands")
    failure = ET.fromstring(report_junit(report_with(waived, KILLED))).find(".//failure")

    assert failure is not None
    assert "  waived: until the port lands" in (failure.text or "").splitlines()


@quick
@given(reports)
def test_any_report_parses(report: Report) -> None:
    """Every gate is there, whatever its findings say, and the schema of Jenkins accepts it."""
    root = ET.fromstring(report_junit(report).encode())

    cases = [gate.id.value for target in report.targets for gate in target.gates]
    assert [case.get("name") for case in root.iter("testcase")] == cases
    schema().validate(root)
