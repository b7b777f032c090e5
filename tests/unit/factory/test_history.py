from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from unit.render.report_samples import MOMENT, UNUSED, mixed_report, passing_report, report_with

from waooaw_cli.factory.history import PastRun, remember
from waooaw_cli.gates.report import Report, Severity, Verdict


def run(state: Path, report: Report | None = None, folder: str = "/repo") -> tuple[PastRun, ...]:
    return remember(report or mixed_report(), folder=Path(folder), state_dir=state)


def test_a_run_is_remembered_for_the_next(tmp_path: Path) -> None:
    """With its verdict, its time and its counts; the first run has no history."""
    note = replace(UNUSED, severity=Severity.NOTE)
    state = tmp_path / "state"

    assert run(state) == ()
    assert run(state, report_with(note)) == (
        PastRun(MOMENT, Verdict.ERROR, timedelta(milliseconds=2140), 1, 2, 1, 1),
    )
    assert run(state)[1] == PastRun(MOMENT, Verdict.FAIL, timedelta(milliseconds=2140), 1, 0, 0, 0)


def test_runs_over_other_packages_are_another_history(tmp_path: Path) -> None:
    """Those of another checkout too."""
    run(tmp_path)
    run(tmp_path, report_with(path="elsewhere"))
    run(tmp_path, folder="/other")

    assert len(run(tmp_path)) == 1


def test_thirty_runs_are_shown_and_the_file_stays_small(tmp_path: Path) -> None:
    """The newest thirty; a file that grew is cut to its newest lines."""
    file = tmp_path / "history.jsonl"
    for number in range(40):
        run(tmp_path, replace(passing_report(), version=str(number)))
    file.write_bytes(file.read_bytes() * 40)
    history = run(tmp_path)

    assert len(history) == 30
    assert file.stat().st_size < 60_000
    assert len(run(tmp_path)) == 30


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xfe\x00 nothing\n" * 3, id="binary"),
        pytest.param(b"{}\n[]\n1\n", id="other-json"),
        pytest.param(b'{"scope": "half', id="torn"),
        pytest.param(b"[" * 5_000, id="deep"),
        pytest.param(b"x" * 400_000, id="large"),
    ],
)
def test_a_damaged_file_heals(tmp_path: Path, content: bytes) -> None:
    """What can't be read is passed over; the next run is remembered all the same."""
    file = tmp_path / "history.jsonl"
    file.write_bytes(content)

    assert run(tmp_path) == ()
    assert len(run(tmp_path)) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'"verdict": "error"', b'"verdict": "fine"', id="verdict"),
        pytest.param(b'"agents": 1', b'"agents": "1"', id="count"),
        pytest.param(b"Z", b"", id="zone"),
        pytest.param(b'"duration_ms": 2140', b'"duration_ms": ' + b"9" * 40, id="endless"),
        pytest.param(b'"waived": 1', b'"other": 1', id="missing"),
    ],
)
def test_a_line_that_is_not_ours_is_passed_over(tmp_path: Path, old: bytes, new: bytes) -> None:
    """The lines beside it count."""
    file = tmp_path / "history.jsonl"
    run(tmp_path)
    file.write_bytes(file.read_bytes().replace(old, new) + file.read_bytes())

    assert len(run(tmp_path)) == 1


def test_a_file_that_is_none_is_left_alone(tmp_path: Path) -> None:
    """A folder, a pipe that nobody writes to, a state folder that is a file: no run waits."""
    folder, pipe, blocked = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    (folder / "history.jsonl").mkdir(parents=True)
    pipe.mkdir()
    os.mkfifo(pipe / "history.jsonl")
    blocked.write_text("")

    assert [run(folder), run(pipe), run(blocked)] == [(), (), ()]
    assert (folder / "history.jsonl").is_dir()


def test_a_name_that_is_no_utf8_has_a_history(tmp_path: Path) -> None:
    """Its packages are known by the bytes of their names."""
    report = report_with(path="caf\udce9")
    run(tmp_path, report)

    assert len(run(tmp_path, report)) == 1
