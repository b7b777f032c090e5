"""`waooaw report` from outside: saved reports, shown, merged and compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
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
