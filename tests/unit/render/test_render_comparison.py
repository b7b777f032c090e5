from __future__ import annotations

import io
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from unit.render.report_samples import (
    KILLED,
    OUTSIDE,
    UNUSED,
    WAIVED,
    mixed_report,
    passing_report,
    quick,
    report_of,
    saved_reports,
)

from waooaw_cli.factory.comparison import Comparison, compared
from waooaw_cli.gates.report import Finding, GateId, GateResult, Report, Verdict
from waooaw_cli.render.comparison import comparison_json, print_comparison
from waooaw_cli.render.page import Page


def printed(comparison: Comparison, *, width: int = 80, quiet: bool = False) -> str:
    stream = io.StringIO()
    print_comparison(comparison, Page(stream, width), quiet=quiet)
    return stream.getvalue()


def vision(*findings: Finding, rules: int = 41) -> Report:
    return report_of(
        GateResult(GateId.VISION, Verdict.FAIL, findings=findings, measures={"rules": rules}),
        GateResult(GateId.LINT, Verdict.ERROR if len(findings) == 2 else Verdict.PASS),
    )


CHANGED = compared(
    vision(OUTSIDE, WAIVED), vision(UNUSED, replace(WAIVED, waived=False), KILLED, rules=40)
)


def test_a_comparison_reads_well() -> None:
    """What came with its message, what went by name, what is worse, then the verdict."""
    assert printed(CHANGED) == snapshot("""\
wow-refund-desk: was error, is fail
wow-refund-desk, lint: was error, is pass

came: 3 findings
  error GATE-E001 (vision) in wow-refund-desk
    mypy was killed by signal 9
  error VIS-S002 (vision) in wow-refund-desk agent.yaml:1
    the agent has no budget
  warning F401 (vision) in wow-refund-desk src/wow_refund_desk/skills.py:3:8
    `os` is unused [bold]now[/bold]

went: 1 finding
  error VIS-C003 (vision) in wow-refund-desk src/wow_refund_desk/agent.py:14:5

worse than before
  wow-refund-desk, vision: was rules 41, is rules 40

fail: 3 came, 1 went
""")


def test_quiet_leaves_the_last_line() -> None:
    """It is the same line that ends the whole."""
    assert printed(CHANGED, quiet=True).splitlines() == printed(CHANGED).splitlines()[-1:]


def test_nothing_in_either_report_is_one_line() -> None:
    """Nothing is said where there is nothing to say."""
    same = compared(passing_report(), passing_report())

    assert printed(same) == "pass: no findings in either\n"


def test_many_findings_are_cut_and_counted() -> None:
    """The worst are among those that are shown."""
    many = [replace(UNUSED, fingerprint=str(number)) for number in range(60)]
    text = printed(compared(vision(), vision(*many, KILLED)))

    assert "  and 11 more; --json has all" in text.splitlines()
    assert "error GATE-E001" in text


def test_a_program_gets_everything() -> None:
    """One document with the findings as the report has them."""
    document = json.loads(comparison_json(CHANGED))

    assert document["schema"] == "waooaw.gate-comparison/1"
    assert list(document) == sorted(document)
    assert document["verdict"] == "fail"
    assert [one["finding"]["rule"] for one in document["came"]] == ["F401", "VIS-S002", "GATE-E001"]
    assert [one["finding"]["rule"] for one in document["went"]] == ["VIS-C003"]
    assert document["measures"] == [
        {"agent": "wow-refund-desk", "gate": "vision", "name": "rules", "before": 41, "after": 40}
    ]
    assert {
        "gate": "lint",
        "agent": "wow-refund-desk",
        "before": "error",
        "after": "pass",
        "worse": False,
    } in document["verdicts"]


@quick
@given(saved_reports, saved_reports, st.sampled_from([20, 80]))
def test_any_two_reports_can_be_compared(before: Report, after: Report, width: int) -> None:
    """No text of theirs raises or moves the cursor."""
    comparison = compared(before, after)

    assert "\x1b" not in printed(comparison, width=width)
    assert json.loads(comparison_json(comparison).encode())["verdict"] == comparison.verdict
    assert compared(mixed_report(), after).before is not None
