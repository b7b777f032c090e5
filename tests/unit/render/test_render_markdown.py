from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from inline_snapshot import snapshot
from unit.render.report_samples import (
    KILLED,
    OUTSIDE,
    mixed_report,
    passing_report,
    quick,
    report_with,
    reports,
)

from waooaw_cli.gates.report import GateId, GateResult, Report, TargetReport, Verdict
from waooaw_cli.render.markdown import MAX_CHARACTERS, report_markdown


def test_a_report_is_a_summary_of_the_run() -> None:
    """The verdict, a table for each package, the findings with the worst first."""
    assert report_markdown(mixed_report()) == snapshot("""\
## waooaw gates: error

error: 1 agent, 5 gates (2 pass, 1 skipped, 1 fail, 1 error), 2 errors, 1 warning, 1 waived, 2.1 s

### wow-refund-desk 0.1.0: error

`generated/wow-refund-desk`

| gate | verdict | time | measures |
|---|---|--:|---|
| spec | pass | 3 ms | rules 3, examples 2 |
| vision | **fail** | cached | rules 41 |
| types | **error** | 1 min 1 s |  |
| tests | pass | 1.2 s | tests 24, failed 0, coverage 97.53 |
| performance | skipped | - |  |

- **error** `GATE-E001` (types): mypy was killed by signal 9 _Fix:_ Run it again.
- **error** `VIS-C003` (vision) `src/wow_refund_desk/agent.py:14:5`: httpx.post outside of skills.py: the journal does not see it _Fix:_ Move the call into a skill.
- **warning** `F401` (vision) `src/wow_refund_desk/skills.py:3:8`: \\`os\\` is unused \\[bold\\]now\\[/bold\\]
- **waived** `VIS-S002` (vision) `agent.yaml:1`: the agent has no budget\
""")  # noqa: E501 - a finding is one line


def test_the_worst_package_comes_first() -> None:
    """What has to be looked at stands on top, whatever order the packages were given in."""
    verdicts = (Verdict.PASS, Verdict.FAIL, Verdict.ERROR)
    targets = tuple(
        TargetReport(verdict, verdict, "1.0.0", (GateResult(GateId.LINT, verdict),))
        for verdict in verdicts
    )
    text = report_markdown(replace(mixed_report(), targets=targets))

    assert re.findall(r"^### (\S+)", text, flags=re.MULTILINE) == ["error", "fail", "pass"]


@pytest.mark.parametrize(
    ("message", "written"),
    [
        pytest.param("a|b", r"a\|b", id="pipe"),
        pytest.param("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;", id="html"),
        pytest.param("`x`", r"\`x\`", id="backticks"),
        pytest.param("a\n# b", r"a \# b", id="newline"),
        pytest.param("![x](http://e)", r"!\[x\](http:<!-- -->//e)", id="picture"),
        pytest.param("ask @team or a@b.c", "ask @<!-- -->team or a@<!-- -->b.c", id="mention"),
        pytest.param("fixes #12", r"fixes \#<!-- -->12", id="issue"),
        pytest.param("fixes GH-12", "fixes GH-<!-- -->12", id="issue-by-letters"),
        pytest.param("www.example.com", "www<!-- -->.example.com", id="address"),
        pytest.param("*_~$\\", r"\*\_\~\$\\", id="emphasis-and-formulas"),
    ],
)
def test_foreign_text_is_shown_as_it_is(message: str, written: str) -> None:
    """No part of a message becomes a link, a tag, a row or a notification."""
    text = report_markdown(report_with(replace(KILLED, message=message, fix=None)))

    assert text.splitlines()[-1] == f"- **error** `GATE-E001` (vision): {written}"


@pytest.mark.parametrize(
    ("path", "written"),
    [
        pytest.param("a b/c_d.py", "`a b/c_d.py:14:5`", id="usual"),
        pytest.param("a`b.py", r"<code>a\`b.py:14:5</code>", id="backtick"),
        pytest.param("a|b.py", r"<code>a\|b.py:14:5</code>", id="pipe"),
        pytest.param("a\nb.py", r"<code>a\\nb.py:14:5</code>", id="newline"),
    ],
)
def test_a_path_is_code_whatever_it_is_called(path: str, written: str) -> None:
    """A file's name can't leave its code span."""
    text = report_markdown(report_with(replace(OUTSIDE, path=PurePosixPath(path))))

    assert f"(vision) {written}: httpx.post" in text


def test_a_summary_has_room_for_its_place() -> None:
    """What does not fit is left out whole and counted; the worst findings stay."""
    many = [replace(OUTSIDE, message="&" * 2_000, line=number) for number in range(1, 200)]
    waived = replace(KILLED, waived=True)
    text = report_markdown(report_with(waived, *many))

    kept = text.count("- **error**")
    assert len(text) <= MAX_CHARACTERS
    assert kept > 5
    assert "**waived**" not in text
    assert text.splitlines()[-1] == f"_{200 - kept} more findings left out for want of room._"


def test_a_few_packages_have_room_for_their_tables() -> None:
    """Where even the tables don't fit, the packages that are left out are counted."""
    target = mixed_report().targets[0]
    long = {f"m{number}": "&" * 900 for number in range(30)}
    gates = (GateResult(GateId.LINT, Verdict.FAIL, findings=(KILLED,), measures=long),) * 20
    targets = tuple(replace(target, agent=f"wow-{number}", gates=gates) for number in range(3))
    text = report_markdown(replace(mixed_report(), targets=targets))

    assert len(text) <= MAX_CHARACTERS
    assert re.search(r"^_\d more agents? left out for want of room._$", text, re.MULTILINE)


def test_a_fleet_is_told_as_a_whole() -> None:
    """One table with the failed agents first; what many have stands there once."""
    failing, passing = mixed_report().targets[0], passing_report().targets[0]
    targets = (passing, *(replace(failing, agent=f"wow-{n}", path=f"g/wow-{n}") for n in range(4)))

    assert report_markdown(replace(mixed_report(), targets=targets)) == snapshot("""\
## waooaw gates: error

error: 5 agents, 22 gates (10 pass, 4 skipped, 4 fail, 4 error), 8 errors, 4 warnings, 4 waived, 2.1 s

| verdict | agent | time | gates |
|---|---|--:|---|
| **error** | wow-0 0.1.0 | 1 min 2 s | error: types; fail: vision |
| **error** | wow-1 0.1.0 | 1 min 2 s | error: types; fail: vision |
| **error** | wow-2 0.1.0 | 1 min 2 s | error: types; fail: vision |
| **error** | wow-3 0.1.0 | 1 min 2 s | error: types; fail: vision |
| pass | wow-refund-desk 0.1.0 | 23 ms | 2 gates |

- **error** `GATE-E001` (types) in 4 agents: wow-0, wow-1, wow-2 and 1 more: mypy was killed by signal 9 _Fix:_ Run it again.
- **error** `VIS-C003` (vision) in 4 agents: wow-0, wow-1, wow-2 and 1 more, first `g/wow-0/src/wow_refund_desk/agent.py:14:5`: httpx.post outside of skills.py: the journal does not see it _Fix:_ Move the call into a skill.
- **warning** `F401` (vision) in 4 agents: wow-0, wow-1, wow-2 and 1 more, first `g/wow-0/src/wow_refund_desk/skills.py:3:8`: \\`os\\` is unused \\[bold\\]now\\[/bold\\]
- **waived** `VIS-S002` (vision) in 4 agents: wow-0, wow-1, wow-2 and 1 more, first `g/wow-0/agent.yaml:1`: the agent has no budget\
""")  # noqa: E501 - a finding is one line


def test_a_fleet_has_room_for_its_worst() -> None:
    """What does not fit is counted: agents and kinds of findings."""
    failing, passing = mixed_report().targets[0], passing_report().targets[0]
    fleet = (
        *(replace(passing, agent=f"wow-ok{number}", path=f"ok{number}") for number in range(99)),
        *(
            replace(
                failing,
                agent=f"wow-{number}-{'x' * 80}",
                path=f"g{number}",
                gates=(
                    GateResult(
                        GateId.LINT,
                        Verdict.FAIL,
                        findings=(replace(OUTSIDE, rule=f"R{number}", message="&" * 300),),
                    ),
                ),
            )
            for number in range(500)
        ),
    )
    text = report_markdown(replace(mixed_report(), targets=fleet))

    rows, kinds = text.count("| **fail** |"), text.count("- **error**")
    assert len(text) <= MAX_CHARACTERS
    assert min(rows, kinds) > 15
    assert "99 agents with nothing to object to." in text.splitlines()
    assert text.splitlines()[-3:] == [
        f"_{500 - rows} more agents left out for want of room._",
        "",
        f"_{500 - kinds} more kinds of finding left out for want of room._",
    ]


@quick
@given(reports)
def test_any_report_can_be_summed_up(report: Report) -> None:
    """No text raises, opens a tag or breaks a row of a table."""
    text = report_markdown(report)

    assert len(text) <= MAX_CHARACTERS
    assert not re.search(r"<(?!/?code>|!-- -->)", re.sub(r"`[^`\n]*`", "", text))
    for row in re.findall(r"^\| .*$", text, flags=re.MULTILINE):
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 5
