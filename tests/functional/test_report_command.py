"""`waooaw report` from outside: saved reports, shown, merged and compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.agent_package import agent_package
from program import waooaw
from unit.render.report_samples import OUTSIDE, mixed_report, passing_report, report_with

from waooaw_cli.gates.report import Report
from waooaw_cli.render.json_report import report_json


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder of saved reports."""
    good, bad = passing_report(), report_with(OUTSIDE)
    other = replace(bad, targets=(replace(bad.targets[0], path="generated/wow-y", agent="wow-y"),))
    for name, report in (("good", good), ("bad", bad), ("other", other), ("mixed", mixed_report())):
        _save(tmp_path / f"{name}.json", report)
    return tmp_path


def _save(path: Path, report: Report) -> None:
    path.write_text(report_json(report) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("show", "good.json"), 0, id="show-pass"),
        pytest.param(("show", "bad.json", "--format", "junit"), 1, id="show-fail"),
        pytest.param(("show", "mixed.json", "--format", "html"), 3, id="show-undecided"),
        pytest.param(("merge", "good.json", "other.json"), 1, id="merge"),
        pytest.param(("compare", "bad.json", "good.json"), 0, id="better"),
        pytest.param(("compare", "good.json", "bad.json"), 1, id="worse"),
        pytest.param(("compare", "good.json", "bad.json", "--json"), 1, id="worse-json"),
    ],
)
def test_the_exit_code_is_the_verdict(saved: Path, arguments: tuple[str, ...], code: int) -> None:
    """As of every command that reports."""
    done = waooaw("report", *arguments, cwd=saved)

    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("mend", "good.json"), "none of show, merge and compare", id="action"),
        pytest.param(("show",), "takes one report, not 0", id="none-to-show"),
        pytest.param(("show", "good.json", "bad.json"), "takes one report, not 2", id="two"),
        pytest.param(("merge",), "which reports?", id="none-to-merge"),
        pytest.param(("merge", "bad.json", "bad.json"), "is in bad.json as well", id="twice"),
        pytest.param(("compare", "good.json"), "takes two reports, not 1", id="one-to-compare"),
        pytest.param(("show", "none.json"), "is no file", id="missing"),
        pytest.param(("show", "good.json", "--format", "pdf"), "no report format", id="format"),
    ],
)
def test_wrong_input_is_told_in_three_lines(
    saved: Path, arguments: tuple[str, ...], said: str
) -> None:
    """With what to do next, and nothing on stdout."""
    done = waooaw("report", *arguments, cwd=saved)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) <= 3


def test_a_report_that_is_shown_as_json_is_the_saved_one(saved: Path) -> None:
    """Byte for byte."""
    done = waooaw("report", "show", "mixed.json", "--json", cwd=saved)

    assert done.stdout == (saved / "mixed.json").read_text()


def test_shards_are_merged_into_any_form(saved: Path) -> None:
    """The last job of a matrix makes the page that people read."""
    done = waooaw("report", "merge", "good.json", "other.json", "--format", "json", cwd=saved)

    merged = json.loads(done.stdout)
    assert [target["agent"] for target in merged["targets"]] == ["wow-refund-desk", "wow-y"]
    assert merged["verdict"] == "fail"


def test_the_page_of_a_run_shows_the_runs_before_it(tmp_path: Path) -> None:
    """Each run is remembered in the state folder; the third page has three bars."""
    agent_package(tmp_path / "generated" / "wow-heartbeat")
    env = {"WAOOAW_STATE_DIR": str(tmp_path / "state")}
    for _ in range(3):
        waooaw("gate", "--gate", "spec", "--report", "html=gates.html", cwd=tmp_path, env=env)

    page = (tmp_path / "gates.html").read_text(encoding="utf-8")
    assert page.count("<rect ") == 3
    assert len((tmp_path / "state" / "history.jsonl").read_text().splitlines()) == 3


def test_a_history_that_cannot_be_kept_changes_no_verdict(tmp_path: Path) -> None:
    """And nothing is said of it."""
    agent_package(tmp_path / "generated" / "wow-heartbeat")
    (tmp_path / "state").write_text("no folder")
    env = {"WAOOAW_STATE_DIR": str(tmp_path / "state")}
    done = waooaw("gate", "--gate", "spec", "--quiet", cwd=tmp_path, env=env)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_workflow_is_annotated_from_the_root_of_its_checkout(tmp_path: Path) -> None:
    """Wherever in it the job runs."""
    package = agent_package(tmp_path / "agents" / "wow-heartbeat")
    (package / "src" / "wow_heartbeat" / "extra.py").write_text("x  = 1\n")
    arguments = ("gate", "wow-heartbeat", "--gate", "format", "--quiet", "--format", "github")
    env = {"GITHUB_WORKSPACE": str(tmp_path)}
    done = waooaw(*arguments, cwd=tmp_path / "agents", env=env)

    [annotation, last] = done.stdout.splitlines()
    assert annotation.startswith(
        "::error file=agents/wow-heartbeat/src/wow_heartbeat/extra.py,line=1,"
    )
    assert last.startswith("fail: 1 agent")
    assert done.returncode == 1


def test_a_fleet_is_told_as_a_whole(tmp_path: Path) -> None:
    """One table, one line of progress for each agent, and what two share once."""
    for number in range(4):
        package = agent_package(tmp_path / "generated" / f"wow-{number}")
        if number < 2:
            (package / "src" / "wow_heartbeat" / "extra.py").write_text("x  = 1\n")
    # What is remembered takes no time, and no line.
    done = waooaw("gate", "--gate", "format", "--no-cache", cwd=tmp_path)

    assert done.returncode == 1
    assert done.stdout.count("error FMT-001 (format) in 2 agents") == 1
    assert [line.split()[0] for line in done.stdout.splitlines()[:5]] == [
        "verdict",
        *("fail", "fail", "pass", "pass"),
    ]
    assert sorted(line.partition(":")[0] for line in done.stderr.splitlines()) == [
        f"generated/wow-{number}" for number in range(4)
    ]
