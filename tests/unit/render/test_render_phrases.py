from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath

import pytest
from unit.render.report_samples import KILLED, OUTSIDE, UNUSED, WAIVED, report_of

from waooaw_cli.gates.report import Finding, GateId, GateResult, Measure, Severity, Verdict
from waooaw_cli.render.phrases import (
    duration_ms,
    duration_text,
    measures_text,
    place,
    summary,
    time_text,
    worst_first,
)


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 ms"),
        (0.6, "1 ms"),
        (999, "999 ms"),
        (1_000, "1.0 s"),
        (59_940, "59.9 s"),
        (60_000, "1 min 0 s"),
        (125_900, "2 min 5 s"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_people_use(milliseconds: float, text: str) -> None:
    """Whole milliseconds, then tenths of seconds, then minutes."""
    assert duration_text(timedelta(milliseconds=milliseconds)) == text


def test_a_clock_that_went_back_gives_no_negative_time() -> None:
    """Programs rely on a duration that is at least zero."""
    assert duration_ms(timedelta(seconds=-1)) == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_234_567, "1,234,567"),
        (97.534, "97.53"),
        (0.00012, "0.00012"),
        (1_234.5, "1,234"),
        (True, "yes"),
        (False, "no"),
        ("fast\n", "fast "),
    ],
)
def test_a_measure_is_told_with_the_digits_that_matter(value: Measure, text: str) -> None:
    """Four digits are enough for a person; JSON has them all."""
    assert measures_text({"peak_memory_mb": value}) == f"peak memory mb {text}"


def test_what_fails_a_gate_comes_first_and_what_is_waived_last() -> None:
    """Then by file, line and column."""
    later = replace(OUTSIDE, line=15)
    note = Finding("N", Severity.NOTE, "n")

    assert worst_first([WAIVED, note, UNUSED, later, OUTSIDE, KILLED]) == [
        KILLED,
        OUTSIDE,
        later,
        UNUSED,
        note,
        WAIVED,
    ]


@pytest.mark.parametrize(
    ("path", "line", "column", "text"),
    [
        ("a.py", 1, 2, "a.py:1:2"),
        ("a.py", 1, None, "a.py:1"),
        ("a.py", None, 2, "a.py"),
        (None, 1, 2, ""),
        ("a\nb.py", 1, 2, "a\\nb.py:1:2"),
    ],
)
def test_a_place_is_what_an_editor_jumps_to(
    path: str | None, line: int | None, column: int | None, text: str
) -> None:
    """What is unknown is left out, and a column alone says nothing."""
    given = PurePosixPath(path) if path else None

    assert place(replace(OUTSIDE, path=given, line=line, column=column)) == text


@pytest.mark.parametrize(
    ("gate", "text"),
    [
        (GateResult(GateId.LINT, Verdict.PASS, timedelta(seconds=2)), "2.0 s"),
        (GateResult(GateId.LINT, Verdict.PASS, timedelta(seconds=2), cached=True), "cached"),
        (GateResult(GateId.LINT, Verdict.SKIPPED), "-"),
    ],
)
def test_a_time_says_where_none_was_spent(gate: GateResult, text: str) -> None:
    """A cached result took no time now, a skipped gate never did."""
    assert time_text(gate) == text


def test_a_package_whose_gates_never_ran_has_no_verdict() -> None:
    """The line says so instead of counting to zero."""
    assert summary(report_of()) == "error: 1 agent, no gate ran, no findings, 2.1 s"
