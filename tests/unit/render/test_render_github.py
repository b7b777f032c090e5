from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from inline_snapshot import snapshot
from unit.render.report_samples import (
    KILLED,
    OUTSIDE,
    mixed_report,
    passing_report,
    quick,
    report_of,
    report_with,
    reports,
)

from waooaw_cli.gates.report import GateId, GateResult, Report, Verdict
from waooaw_cli.render.github import report_github
from waooaw_cli.render.surroundings import NOWHERE, Surroundings, surroundings

# As the runner reads a line: a name, properties, data.
_COMMAND = re.compile(r"::(error|warning|notice) ([^:]*(?:%3A[^:]*)*)::(.*)")


def test_a_report_is_annotated() -> None:
    """The worst first, each with its place and what to do; the run in one line ends it."""
    assert report_github(mixed_report()) == snapshot("""\
::error file=generated/wow-refund-desk/agent.yaml,title=GATE-E001 (types) in wow-refund-desk::mypy was killed by signal 9%0AFix: Run it again.
::error file=generated/wow-refund-desk/src/wow_refund_desk/agent.py,line=14,col=5,title=VIS-C003 (vision) in wow-refund-desk::httpx.post outside of skills.py: the journal does not see it%0AFix: Move the call into a skill.
::warning file=generated/wow-refund-desk/src/wow_refund_desk/skills.py,line=3,col=8,title=F401 (vision) in wow-refund-desk::`os` is unused [bold]now[/bold]
error: 1 agent, 5 gates (2 pass, 1 skipped, 1 fail, 1 error), 2 errors, 1 warning, 1 waived, 2.1 s\
""")  # noqa: E501 - an annotation is one line


def test_nothing_to_annotate_leaves_one_line() -> None:
    """The log says that the gates ran."""
    assert report_github(passing_report()).splitlines() == [
        "pass: 1 agent, 2 gates (2 pass), no findings, 2.1 s"
    ]


def test_a_gate_that_says_nothing_is_annotated_all_the_same() -> None:
    """A red job without a reason helps no one."""
    report = report_of(
        GateResult(GateId.LINT, Verdict.FAIL), GateResult(GateId.TYPES, Verdict.ERROR)
    )

    assert [line.rpartition("::")[2] for line in report_github(report).splitlines()[:2]] == [
        "the gate lint fails",
        "the gate types could not decide",
    ]


@pytest.mark.parametrize(
    ("path", "message", "line"),
    [
        pytest.param(
            "a,b:c%.py",
            "50%\n",
            "::error file=x/a%2Cb%3Ac%25.py,title=R (vision) in d::50%25 ",
            id="escaped",
        ),
        pytest.param(
            "a\r\n::error::.py",
            "m",
            "::error file=x/a\\r\\n%3A%3Aerror%3A%3A.py,title=R (vision) in d::m",
            id="line-in-a-name",
        ),
    ],
)
def test_foreign_text_stays_in_its_place(path: str, message: str, line: str) -> None:
    """No name and no message begins another property or another command."""
    finding = replace(KILLED, rule="R", path=PurePosixPath(path), message=message, fix=None)
    report = report_with(finding, path="x")
    report = replace(report, targets=(replace(report.targets[0], agent="d"),))

    assert report_github(report).splitlines()[0] == line


def test_a_fleet_is_annotated_once_for_what_it_shares() -> None:
    """GitHub shows ten annotations of a kind: a hundred equal ones would hide the other."""
    target = report_with(OUTSIDE).targets[0]
    targets = tuple(replace(target, agent=f"wow-{n}", path=f"g/wow-{n}") for n in range(100))
    lines = report_github(replace(mixed_report(), targets=targets)).splitlines()

    assert len(lines) == 2
    assert "in 100 agents%3A wow-0%2C wow-1%2C wow-2 and 97 more" in lines[0]


def test_many_annotations_are_cut_and_counted() -> None:
    """The log stays readable."""
    many = [replace(OUTSIDE, rule=f"R{number}") for number in range(130)]
    lines = report_github(report_with(*many)).splitlines()

    assert len(lines) == 102
    assert lines[100] == "and 30 more; --format json has all"


def test_a_long_message_is_cut() -> None:
    """A page beside the code is no place for a page of text."""
    [line, _] = report_github(report_with(replace(KILLED, message="x" * 5_000))).splitlines()

    assert len(line) < 1_200


@quick
@given(reports)
def test_every_annotation_is_one_line_that_the_runner_reads(report: Report) -> None:
    """Whatever findings say; the last line is no command."""
    *lines, last = report_github(report).splitlines()

    for line in lines:
        found = _COMMAND.fullmatch(line)
        assert found is not None or line.startswith("and ")
        if found is not None:
            names = [part.partition("=")[0] for part in found[2].split(",")]
            assert set(names) <= {"file", "line", "col", "title"}
            assert len(names) == len(set(names))
    assert not last.startswith("::")
    assert last.startswith(str(report.verdict))


@pytest.mark.parametrize(
    ("target", "place"),
    [
        pytest.param("generated/wow-x", "agents/generated/wow-x/a.py", id="relative"),
        pytest.param(".", "agents/a.py", id="here"),
        pytest.param("", "agents/a.py", id="unknown"),
        pytest.param("../wow-x", "wow-x/a.py", id="beside"),
        pytest.param("/repo/wow-x", "wow-x/a.py", id="absolute"),
        pytest.param("/other/wow-x", "/other/wow-x/a.py", id="outside"),
        pytest.param("../../wow-x", "../../wow-x/a.py", id="above"),
        pytest.param("C:/wow-x", "C:/wow-x/a.py", id="drive"),
    ],
)
def test_a_place_is_told_from_the_root_of_the_checkout(target: str, place: str) -> None:
    """Since that is where GitHub looks for the file."""
    around = Surroundings(PurePosixPath("/repo/agents"), PurePosixPath("/repo"))

    assert around.in_repository(target, "a.py") == place
    assert NOWHERE.in_repository("x/../y", "/a.py") == "y/a.py"


def test_the_root_is_the_runners_or_the_nearest_checkout(tmp_path: Path) -> None:
    """A workspace that the folder is not in says nothing."""
    folder = tmp_path / "repo" / "agents"
    folder.mkdir(parents=True)
    bare = surroundings(folder, {})
    (tmp_path / "repo" / ".git").mkdir()

    assert bare.repository is not None
    assert bare.folder == PurePosixPath(folder.as_posix())
    assert surroundings(folder, {}).repository == PurePosixPath((tmp_path / "repo").as_posix())
    runner = {"GITHUB_WORKSPACE": str(tmp_path)}
    assert surroundings(folder, runner).repository == PurePosixPath(tmp_path.as_posix())
    elsewhere = {"GITHUB_WORKSPACE": str(tmp_path / "other")}
    assert surroundings(folder, elsewhere).repository == PurePosixPath(folder.parent.as_posix())
