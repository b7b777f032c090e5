from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from unit.render.report_samples import (
    KILLED,
    MOMENT,
    OUTSIDE,
    UNUSED,
    WAIVED,
    passing_report,
    quick,
    report_of,
    saved_reports,
)

from waooaw.errors import InputError
from waooaw_cli.factory.comparison import Comparison, compared, merged
from waooaw_cli.gates.report import Finding, GateId, GateResult, Measure, Report, Verdict


def vision(*findings: Finding, **measures: Measure) -> Report:
    objects = any(finding.objects for finding in findings)
    verdict = Verdict.FAIL if objects else Verdict.PASS
    return report_of(GateResult(GateId.VISION, verdict, findings=findings, measures=measures))


def names(comparison: Comparison, kind: str) -> list[str]:
    return [noted.finding.rule for noted in getattr(comparison, kind)]


def test_findings_come_go_and_stay() -> None:
    """By their fingerprints: one that moved to another line has stayed."""
    moved = replace(OUTSIDE, line=99)
    comparison = compared(vision(OUTSIDE, UNUSED), vision(moved, KILLED))

    assert names(comparison, "came") == ["GATE-E001"]
    assert names(comparison, "went") == ["F401"]
    assert names(comparison, "stayed") == ["VIS-C003"]
    assert comparison.stayed[0].finding.line == 99
    assert comparison.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        pytest.param(KILLED, Verdict.FAIL, id="error"),
        pytest.param(UNUSED, Verdict.PASS, id="warning"),
        pytest.param(WAIVED, Verdict.PASS, id="waived"),
    ],
)
def test_only_a_new_finding_that_objects_is_worse(finding: Finding, verdict: Verdict) -> None:
    """A warning or a waived finding may come."""
    before = vision(OUTSIDE)

    assert compared(before, vision(OUTSIDE, finding)).verdict is verdict


def test_a_permission_that_ended_brings_its_finding_back() -> None:
    """It was there all the time, and fails the gate only now."""
    comparison = compared(vision(WAIVED), vision(replace(WAIVED, waived=False)))

    assert names(comparison, "came") == ["VIS-S002"]
    assert comparison.verdict is Verdict.FAIL


def test_two_equal_findings_are_two() -> None:
    """Where one of them goes, one has stayed; also where they have no fingerprints."""
    bare = replace(OUTSIDE, fingerprint="")
    comparison = compared(vision(bare, bare), vision(bare))

    assert (len(comparison.went), len(comparison.stayed)) == (1, 1)


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.SKIPPED])
def test_a_gate_that_did_not_judge_has_mended_nothing(verdict: Verdict) -> None:
    """Its findings are not gone: nobody looked."""
    after = report_of(GateResult(GateId.VISION, verdict))
    comparison = compared(vision(OUTSIDE), after)

    assert names(comparison, "unjudged") == ["VIS-C003"]
    assert comparison.went == ()


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        pytest.param("pass", "fail", True, id="fails-now"),
        pytest.param("fail", "error", True, id="undecided-now"),
        pytest.param("skipped", "fail", True, id="judged-now"),
        pytest.param("error", "fail", False, id="decided-now"),
        pytest.param("fail", "pass", False, id="passes-now"),
        pytest.param("pass", "skipped", False, id="skipped-now"),
    ],
)
def test_a_verdict_turns(before: str, after: str, worse: bool) -> None:
    """The agent's and the gate's; a worse one fails the comparison without any finding."""
    first, second = (
        report_of(GateResult(GateId.LINT, Verdict(verdict))) for verdict in (before, after)
    )
    comparison = compared(first, second)

    turns = [(turn.gate, turn.before, turn.after, turn.worse) for turn in comparison.turns]
    assert turns == [(None, before, after, worse), (GateId.LINT, before, after, worse)]
    assert (comparison.verdict is Verdict.FAIL) is worse


def test_an_agent_that_is_new_or_gone_is_told() -> None:
    """A new one that fails is worse, one that is gone is not."""
    nothing = replace(vision(OUTSIDE), targets=(), idle=True)

    came = compared(nothing, vision(OUTSIDE))
    gone = compared(vision(OUTSIDE), nothing)

    assert [(turn.before, turn.after) for turn in came.turns] == [(None, "fail")]
    assert [(turn.before, turn.after) for turn in gone.turns] == [("fail", None)]
    assert (came.verdict, gone.verdict) == (Verdict.FAIL, Verdict.PASS)
    assert names(gone, "unjudged") == ["VIS-C003"]


def test_a_report_of_nothing_is_worse_than_a_pass() -> None:
    """A run that judged no one, without the user's word, has lost its agents."""
    empty = Report("0.1.0", MOMENT, timedelta(0), ())

    assert compared(passing_report(), empty).verdict is Verdict.FAIL


def test_two_agents_of_one_name_are_told_apart_by_their_folders() -> None:
    """The name alone would take one for the other."""
    one = vision(OUTSIDE).targets[0]
    twice = replace(vision(), targets=(one, replace(one, path="elsewhere")))
    comparison = compared(twice, twice)

    assert {noted.agent for noted in comparison.stayed} == {
        "wow-refund-desk (generated/wow-refund-desk)",
        "wow-refund-desk (elsewhere)",
    }


@pytest.mark.parametrize(
    ("name", "before", "after", "worse"),
    [
        pytest.param("coverage", 98.0, 97.9, True, id="coverage"),
        pytest.param("tests", 24, 23, True, id="fewer-tests"),
        pytest.param("tests", 24, 25, False, id="more-tests"),
        pytest.param("monthly_usd", 1.0, 1.5, True, id="cost"),
        pytest.param("p95_ms", 10.0, 10.9, False, id="noise"),
        pytest.param("p95_ms", 10.0, 11.5, True, id="slower"),
        pytest.param("peak_memory_mb", 50.0, 60.0, True, id="memory"),
        pytest.param("decisions", 10, 1, False, id="neither-good-nor-bad"),
        pytest.param("vulnerabilities", "not looked up", 3, False, id="no-number-before"),
        pytest.param("failed", False, True, False, id="no-number"),
    ],
)
def test_a_measure_gets_worse(name: str, before: Any, after: Any, worse: bool) -> None:
    """By more than noise where a clock is read; the verdict is not touched by it."""
    comparison = compared(vision(**{name: before}), vision(**{name: after}))

    assert [one.name for one in comparison.worsened] == ([name] if worse else [])
    assert comparison.verdict is Verdict.PASS


@quick
@given(saved_reports)
def test_a_report_compared_with_itself_has_not_changed(report: Report) -> None:
    """Whatever it says."""
    comparison = compared(report, report)

    assert (comparison.came, comparison.turns, comparison.worsened) == ((), (), ())
    assert comparison.verdict is Verdict.PASS


def test_shards_become_one_report() -> None:
    """It lasts from the first beginning to the last end, and its verdict is the worst."""
    one = vision()
    other = replace(
        vision(OUTSIDE),
        started_at=MOMENT + timedelta(seconds=5),
        targets=(replace(vision(OUTSIDE).targets[0], path="generated/wow-y"),),
    )
    whole = merged([("1.json", one), ("2.json", other)])

    assert [target.path for target in whole.targets] == [
        "generated/wow-refund-desk",
        "generated/wow-y",
    ]
    assert whole.verdict is Verdict.FAIL
    assert whole.started_at == MOMENT
    assert whole.duration == timedelta(seconds=5) + other.duration


def test_shards_without_agents_do_not_speak() -> None:
    """Only where all are such, nothing was judged."""
    idle = replace(vision(), targets=(), idle=True)

    assert merged([("1.json", idle), ("2.json", vision())]).verdict is Verdict.PASS
    assert merged([("1.json", idle), ("2.json", idle)]).verdict is Verdict.SKIPPED


def test_a_package_in_two_shards_is_refused() -> None:
    """One of the two verdicts would be lost."""
    with pytest.raises(InputError, match=r"^2.json: the package .* is in 1.json as well"):
        merged([("1.json", vision()), ("2.json", vision(OUTSIDE))])


def test_shards_of_two_versions_are_refused() -> None:
    """They are not one run."""
    with pytest.raises(InputError, match=r"^2.json: tool.version '9'"):
        merged([("1.json", vision()), ("2.json", replace(vision(), version="9"))])
