from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from unit.render.report_samples import mixed_report, quick, saved_reports

from waooaw.errors import EnvironmentFault, InputError
from waooaw_cli.factory.report_files import MAX_REPORT_BYTES, read_report
from waooaw_cli.gates.report import Report, Verdict
from waooaw_cli.render.errors import error_lines
from waooaw_cli.render.json_report import report_json


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(report_json(mixed_report()))
    return loaded


def refused(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputError) as raised:
        read_report(path)
    lines = error_lines(raised.value)
    assert len(lines.splitlines()) <= 3
    assert str(path) in lines
    return lines


@quick
@given(report=saved_reports)
def test_what_was_saved_is_read(report: Report, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every report that waooaw writes comes back and is written the same."""
    path = tmp_path_factory.mktemp("saved") / "report.json"
    path.write_text(report_json(report), encoding="utf-8")

    assert report_json(read_report(path)) == report_json(report)


def test_a_run_that_had_nothing_to_do_is_read_as_that(tmp_path: Path) -> None:
    """A shard without agents is skipped, not undecided."""
    path = tmp_path / "report.json"
    path.write_text(json.dumps(document() | {"targets": [], "verdict": "skipped"}))

    assert read_report(path).verdict is Verdict.SKIPPED


def _gate(change: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    return lambda report: report["targets"][0]["gates"][1].update(change)


def _finding(change: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    return lambda report: report["targets"][0]["gates"][1]["findings"][0].update(change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda r: r.update(schema="waooaw.gate-report/2"), "schema", id="version"),
        pytest.param(lambda r: r.pop("schema"), "schema: None", id="no-schema"),
        pytest.param(lambda r: r.pop("tool"), "tool: is missing", id="missing"),
        pytest.param(lambda r: r.update(extra=1), "extra: is no field", id="unknown"),
        pytest.param(lambda r: r["tool"].update(name="other"), "tool.name", id="other-tool"),
        pytest.param(lambda r: r.update(tool=[]), "tool: [] is not an object", id="no-object"),
        pytest.param(lambda r: r.update(verdict="pass"), "verdict: 'pass'", id="forged-verdict"),
        pytest.param(
            lambda r: r.update(verdict=["pass"]), "verdict: ['pass']", id="listed-verdict"
        ),
        pytest.param(
            lambda r: r.update(kept="all"), "kept: 'all' is not a list", id="kept-no-list"
        ),
        pytest.param(lambda r: r.update(kept=[7]), "kept[0]: 7", id="kept-no-text"),
        pytest.param(lambda r: r.update(targets={}), "targets: {} is not a list", id="no-list"),
        pytest.param(lambda r: r.update(started_at="now"), "started_at: 'now'", id="no-time"),
        pytest.param(lambda r: r.update(started_at="2026-01-01T00:00:00"), "with Z", id="no-zone"),
        pytest.param(lambda r: r.update(duration_ms=-1), "duration_ms: -1", id="negative"),
        pytest.param(lambda r: r.update(duration_ms=1.5), "duration_ms: 1.5", id="not-whole"),
        pytest.param(lambda r: r.update(duration_ms=10**30), "duration_ms: 1000", id="endless"),
        pytest.param(
            lambda r: r["targets"][0].update(verdict="pass"),
            "targets[0].verdict: 'pass' is not the worst of its gates, error",
            id="forged-target",
        ),
        pytest.param(
            lambda r: r["targets"][0].update(agent=7), "targets[0].agent: 7", id="no-text"
        ),
        pytest.param(
            lambda r: r["targets"][0]["gates"].append(r["targets"][0]["gates"][0]),
            "targets[0].gates",
            id="gate-twice",
        ),
        pytest.param(
            lambda r: r["targets"].append(r["targets"][0]), "each package once", id="package-twice"
        ),
        pytest.param(_gate({"id": "style"}), "targets[0].gates[1].id: 'style'", id="no-gate"),
        pytest.param(_gate({"verdict": "pass"}), "gates[1].verdict: 'pass'", id="forged-gate"),
        pytest.param(_gate({"cached": 1}), "gates[1].cached: 1", id="no-truth"),
        pytest.param(_gate({"measures": []}), "gates[1].measures: []", id="no-measures"),
        pytest.param(
            _gate({"measures": {"rules": None}}), "gates[1].measures.rules: None", id="no-measure"
        ),
        pytest.param(_finding({"line": 0}), "gates[1].findings[0].line: 0", id="line-zero"),
        pytest.param(_finding({"line": True}), "findings[0].line: True", id="line-of-true"),
        pytest.param(_finding({"path": 3}), "findings[0].path: 3", id="path"),
        pytest.param(_finding({"severity": "worst"}), "findings[0].severity", id="severity"),
        pytest.param(_finding({"waiver": None}), "findings[0].waiver: None", id="waiver"),
    ],
)
def test_what_waooaw_would_not_write_is_refused_with_its_field(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    """Above all a verdict that its findings do not bear out."""
    report = document()
    change(report)

    assert said in refused(tmp_path / "report.json", json.dumps(report))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("", "is no JSON", id="empty"),
        pytest.param("[]", "schema: []", id="list"),
        pytest.param("[" * 100_000, "is no JSON", id="deep"),
        pytest.param('{"schema": NaN}', "NaN is no number", id="nan"),
        pytest.param('{"schema": 1, "schema": 2}', "stands twice", id="twice"),
        pytest.param("1" * 5_000, "is no JSON", id="long-number"),
        pytest.param(b"\xff\xfe\x00", "is no JSON", id="bytes"),
        pytest.param(" " * (MAX_REPORT_BYTES + 1), "is larger than 10 MB", id="large"),
    ],
)
def test_a_hostile_file_is_refused(tmp_path: Path, content: str | bytes, said: str) -> None:
    """In three lines, with the file's name and no traceback."""
    assert said in refused(tmp_path / "report.json", content)


def test_no_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    """Both are the user's to mend."""
    with pytest.raises(InputError, match="is no file"):
        read_report(tmp_path / "none.json")
    with pytest.raises(InputError, match="is a folder"):
        read_report(tmp_path)


def test_a_file_that_cannot_be_read_is_the_machines_fault(tmp_path: Path) -> None:
    """A link that leads to itself can't be opened by anyone."""
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop)

    with pytest.raises(EnvironmentFault, match="could not be read"):
        read_report(loop)
