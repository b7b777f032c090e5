from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from inline_snapshot import snapshot
from unit.render.report_samples import (
    KILLED,
    MOMENT,
    OUTSIDE,
    mixed_report,
    passing_report,
    quick,
    report_with,
    reports,
)

from waooaw_cli.gates.report import GateId, GateResult, Report, TargetReport, Verdict
from waooaw_cli.render.page import page_on
from waooaw_cli.render.terminal import print_report, terminal_text


def test_a_report_reads_well_at_eighty_columns() -> None:
    """A table, the findings with the worst first, the verdict in the last line."""
    assert terminal_text(mixed_report()) == snapshot("""\
wow-refund-desk 0.1.0
generated/wow-refund-desk

gate         verdict       time  measures
spec         pass          3 ms  rules 3, examples 2
vision       fail        cached  rules 41
types        error    1 min 1 s
tests        pass         1.2 s  tests 24, failed 0, coverage 97.53
performance  skipped          -

error GATE-E001 (types)
  mypy was killed by signal 9
  fix: Run it again.

src/wow_refund_desk/agent.py:14:5
error VIS-C003 (vision)
  httpx.post outside of skills.py: the journal does not see it
  fix: Move the call into a skill.

src/wow_refund_desk/skills.py:3:8
warning F401 (vision)
  `os` is unused [bold]now[/bold]

agent.yaml:1
waived VIS-S002 (vision)
  the agent has no budget

error: 1 agent, 5 gates (2 pass, 1 skipped, 1 fail, 1 error), 2 errors, 1 warning, 1 waived, 2.1 s\
""")


def test_a_report_reads_well_at_forty_columns() -> None:
    """What is measured moves below the table, and nothing is wider than the page."""
    text = terminal_text(mixed_report(), width=40)

    assert text == snapshot("""\
wow-refund-desk 0.1.0
generated/wow-refund-desk

gate         verdict       time
spec         pass          3 ms
vision       fail        cached
types        error    1 min 1 s
tests        pass         1.2 s
performance  skipped          -
  spec: rules 3, examples 2
  vision: rules 41
  tests: tests 24, failed 0, coverage
  97.53

error GATE-E001 (types)
  mypy was killed by signal 9
  fix: Run it again.

src/wow_refund_desk/agent.py:14:5
error VIS-C003 (vision)
  httpx.post outside of skills.py: the
  journal does not see it
  fix: Move the call into a skill.

src/wow_refund_desk/skills.py:3:8
warning F401 (vision)
  `os` is unused [bold]now[/bold]

agent.yaml:1
waived VIS-S002 (vision)
  the agent has no budget

error: 1 agent, 5 gates (2 pass, 1
skipped, 1 fail, 1 error), 2 errors, 1
warning, 1 waived, 2.1 s\
""")
    assert max(len(line) for line in text.splitlines()) <= 40


def test_a_report_without_findings_is_short() -> None:
    """Nothing is said where there is nothing to say."""
    assert terminal_text(passing_report()) == snapshot("""\
wow-refund-desk 0.1.0
generated/wow-refund-desk

gate  verdict   time  measures
spec  pass      3 ms  rules 3
lint  pass     20 ms

pass: 1 agent, 2 gates (2 pass), no findings, 2.1 s\
""")


def test_quiet_leaves_the_last_line() -> None:
    """It is the same line that ends the whole report."""
    stream = io.StringIO()
    print_report(mixed_report(), page_on(stream, {}), quiet=True)

    assert stream.getvalue().splitlines() == [terminal_text(mixed_report()).splitlines()[-1]]


def test_a_report_over_nothing_is_no_pass() -> None:
    """No agent means no verdict, and the line says so."""
    empty = Report("0.1.0", MOMENT, timedelta(0), ())

    assert terminal_text(empty) == "error: no agent was judged"


def test_a_place_is_never_broken_where_a_program_reads_along() -> None:
    """A long path stays one word, so that editors and grep find it."""
    long = replace(OUTSIDE, path=PurePosixPath("src") / ("x" * 100))
    text = terminal_text(report_with(long))

    assert f"{long.path}:14:5" in text.splitlines()


def test_foreign_markup_is_shown_and_does_nothing() -> None:
    """Tags of the terminal library are text, and a finding can't clear a screen."""
    hostile = replace(KILLED, message="[red]a[/red]\x1b[2J [link=x]b\nerror: forged", fix="[/]")
    text = terminal_text(report_with(hostile))

    assert "  [red]a[/red] [link=x]b error: forged" in text.splitlines()
    assert "  fix: [/]" in text.splitlines()
    assert "\x1b" not in text


def test_what_the_encoding_lacks_is_escaped() -> None:
    """An ASCII terminal gets an ASCII report."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="ascii", errors="strict")
    print_report(report_with(replace(KILLED, message="höchst 😀")), page_on(stream, {}))
    stream.flush()

    assert b"h\\xf6chst \\U0001f600" in written.getvalue()


def test_fifty_findings_are_shown_and_the_rest_counted() -> None:
    """The worst are among the fifty."""
    many = [replace(OUTSIDE, waived=True, line=number) for number in range(1, 61)]
    text = terminal_text(report_with(*many, KILLED))

    assert "error GATE-E001 (vision)" in text
    assert "and 11 findings more; --format json has all" in text


def fleet_of(bad: int, good: int) -> Report:
    """Return a report over *bad* agents that fail alike and *good* ones that pass."""
    failing, passing = mixed_report().targets[0], passing_report().targets[0]
    targets = [
        *(replace(passing, agent=f"wow-ok{n}", path=f"generated/wow-ok{n}") for n in range(good)),
        *(replace(failing, agent=f"wow-x{n}", path=f"generated/wow-x{n}") for n in range(bad)),
    ]
    return replace(mixed_report(), targets=tuple(targets))


def test_a_fleet_is_told_as_a_whole() -> None:
    """One table with the failed agents first; what many have stands there once."""
    assert terminal_text(fleet_of(bad=5, good=2)) == snapshot("""\
verdict  agent               time  gates
error    wow-x0 0.1.0   1 min 2 s  error: types; fail: vision
error    wow-x1 0.1.0   1 min 2 s  error: types; fail: vision
error    wow-x2 0.1.0   1 min 2 s  error: types; fail: vision
error    wow-x3 0.1.0   1 min 2 s  error: types; fail: vision
error    wow-x4 0.1.0   1 min 2 s  error: types; fail: vision
pass     wow-ok0 0.1.0      23 ms  2 gates
pass     wow-ok1 0.1.0      23 ms  2 gates

error GATE-E001 (types) in 5 agents: wow-x0, wow-x1, wow-x2 and 2 more
  mypy was killed by signal 9
  fix: Run it again.

generated/wow-x0/src/wow_refund_desk/agent.py:14:5
error VIS-C003 (vision) in 5 agents: wow-x0, wow-x1, wow-x2 and 2 more
  httpx.post outside of skills.py: the journal does not see it
  fix: Move the call into a skill.

generated/wow-x0/src/wow_refund_desk/skills.py:3:8
warning F401 (vision) in 5 agents: wow-x0, wow-x1, wow-x2 and 2 more
  `os` is unused [bold]now[/bold]

generated/wow-x0/agent.yaml:1
waived VIS-S002 (vision) in 5 agents: wow-x0, wow-x1, wow-x2 and 2 more
  the agent has no budget

error: 7 agents, 29 gates (14 pass, 5 skipped, 5 fail, 5 error), 10 errors, 5 warnings, 5 waived, 2.1 s\
""")  # noqa: E501 - the last line is never broken


def test_many_agents_that_pass_are_counted() -> None:
    """Two hundred green lines would hide the red one."""
    text = terminal_text(fleet_of(bad=1, good=199))

    assert "pass: 199 agents" in text.splitlines()
    assert "wow-ok7" not in text
    assert len(text.splitlines()) < 30


def test_many_agents_that_fail_are_counted_too() -> None:
    """Fifty rows are read by nobody; the findings say what they share."""
    text = terminal_text(fleet_of(bad=60, good=0))

    assert "and 10 more that do not pass; --format json has all" in text.splitlines()
    assert "error VIS-C003 (vision) in 60 agents: wow-x0, wow-x1, wow-x2 and 57 more" in text


def test_skipped_agents_of_a_fleet_are_not_called_good() -> None:
    """Where a run judged no one, the table does not say pass."""
    skipped = replace(
        passing_report().targets[0], gates=(GateResult(GateId.LINT, Verdict.SKIPPED),)
    )
    report = replace(passing_report(), targets=(skipped,) * 30)

    assert "skipped: 30 agents" in terminal_text(report).splitlines()


def test_a_narrow_fleet_fits_its_page() -> None:
    """Nothing is wider than forty cells."""
    text = terminal_text(fleet_of(bad=3, good=3), width=40)

    assert max(len(line) for line in text.splitlines()) <= 40


def test_findings_that_differ_in_a_name_only_are_of_one_kind() -> None:
    """The agent's own name, what stands in quotation marks, and numbers make no difference."""
    targets = tuple(
        TargetReport(
            path=f"generated/wow-a{n}",
            agent=f"wow-a{n}",
            version="1.0.0",
            gates=(
                GateResult(
                    GateId.LINT,
                    Verdict.FAIL,
                    findings=(
                        replace(KILLED, message=f"`name{n}` of wow_a{n} and WowA{n} is used {n} x"),
                    ),
                ),
            ),
        )
        for n in range(4)
    )
    text = terminal_text(replace(mixed_report(), targets=targets))

    assert text.count("error GATE-E001") == 1
    assert "  such as: `name0` of wow_a0 and WowA0 is used 0 x" in text.splitlines()


def test_an_agents_short_name_is_no_part_of_other_words() -> None:
    """Agents named `a` and `b` have the same finding, whatever letters its message is made of."""
    targets = tuple(
        replace(report_with(replace(KILLED, message="a bad base")).targets[0], agent=name)
        for name in ("b", "e", "wow-x", "wow-y")
    )
    text = terminal_text(replace(mixed_report(), targets=targets))

    assert text.count("error GATE-E001") == 1


def test_a_permission_says_its_reason() -> None:
    """Who reads that something is waived wants to know why."""
    waived = replace(OUTSIDE, waived=True, waiver="until the port lands")

    assert "  waived: until the port lands" in terminal_text(report_with(waived)).splitlines()


def test_a_long_head_is_wrapped() -> None:
    """A rule's name may be as long as the page is wide."""
    text = terminal_text(report_with(replace(KILLED, rule="LONG-" + "x" * 60)), width=40)

    assert max(len(line) for line in text.splitlines()) <= 40


@pytest.mark.parametrize("width", [40, 80])
@quick
@given(report=reports)
def test_any_report_can_be_shown(report: Report, width: int) -> None:
    """No text of a finding raises, or lets an escape through."""
    text = terminal_text(report, width=width)

    assert "\x1b" not in text
    assert str(report.verdict) in text
    assert text.encode().decode() == text
