"""What runs found is kept, small and without anybody's words, for the repository that it is of."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from unit.render.report_samples import (
    MOMENT,
    OUTSIDE,
    UNUSED,
    WAIVED,
    passing_report,
    report_of,
    report_with,
)

from waooaw_cli.factory.observations import Observation, Permit, observed
from waooaw_cli.factory.past_findings import keep_findings, past_findings
from waooaw_cli.gates.report import Finding, GateId, GateResult, Report, Verdict

LATER = timedelta(days=1)


def keep(repository: Path, report: Report) -> None:
    keep_findings(report, folder=repository, state_dir=repository / "state")


def kept(repository: Path, top: Path | None = None) -> list[Observation]:
    return list(past_findings(top or repository, state_dir=repository / "state"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_what_a_run_found_comes_back_as_a_saved_report_would_say_it(repository: Path) -> None:
    """Rule, weight, fingerprint, and who let it stand."""
    report = report_with(OUTSIDE, replace(WAIVED, waiver="baseline"), WAIVED)
    keep(repository, report)

    assert kept(repository) == list(observed(report))
    assert [one.permit for one in kept(repository)[0].sightings] == [
        Permit.NONE,
        Permit.BASELINE,
        Permit.WAIVER,
    ]


def test_nobodys_words_and_no_paths_are_kept(repository: Path) -> None:
    """Messages quote what stands in files, and paths name people."""
    keep(repository, report_with(OUTSIDE, UNUSED))

    text = (repository / "state" / "gate-findings.jsonl").read_text()
    assert set(json.loads(text)) == {"repository", "at", "gates", "agents"}
    for word in (OUTSIDE.message, "skills.py", "generated", str(repository), "fix"):
        assert word not in text


def test_a_gate_that_could_not_decide_saw_nothing(repository: Path) -> None:
    """Neither what it names nor what it does not."""
    lint = GateResult(GateId.LINT, Verdict.PASS)
    keep(repository, report_of(GateResult(GateId.VISION, Verdict.ERROR, findings=(OUTSIDE,)), lint))

    (one,) = kept(repository)
    assert one.gates == {GateId.LINT}
    assert one.sightings == ()


def test_another_repository_is_another_story(repository: Path) -> None:
    """Its policies may have the same numbers."""
    other = repository / "other"
    (other / ".git").mkdir(parents=True)
    keep(repository, report_with(OUTSIDE))
    keep(repository, report_with(UNUSED, path="other/agents/wow-refund-desk"))

    assert [one.rule for seen in kept(repository) for one in seen.sightings] == [OUTSIDE.rule]
    assert [one.rule for seen in kept(repository, other) for one in seen.sightings] == ["F401"]


def test_agents_that_other_gates_judged_are_told_apart(repository: Path) -> None:
    """What most have is said once for all."""
    one = passing_report()
    other = replace(
        one.targets[0], agent="wow-other", gates=(GateResult(GateId.SPEC, Verdict.PASS),)
    )
    keep(repository, replace(one, targets=(*one.targets, other)))

    assert [seen.gates for seen in kept(repository)] == [
        frozenset(gate.id for gate in one.targets[0].gates),
        {GateId.SPEC},
    ]


def test_the_file_stays_small_and_keeps_the_newest(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of many agents is cut too: who is left out counts as not looked at."""
    monkeypatch.setattr("waooaw_cli.factory.past_findings._LARGEST_BYTES", 10_000)
    monkeypatch.setattr("waooaw_cli.factory.past_findings._LONGEST_LINE", 500)
    for number in range(100):
        keep(repository, replace(report_with(OUTSIDE), started_at=MOMENT + number * LATER))
    big = report_with(OUTSIDE)
    many = [replace(big.targets[0], agent=f"wow-a{number}") for number in range(50)]
    keep(repository, replace(big, targets=tuple(many), started_at=MOMENT + 100 * LATER))

    size = (repository / "state" / "gate-findings.jsonl").stat().st_size
    assert size <= 10_000
    assert max(one.at for one in kept(repository)) == MOMENT + 100 * LATER
    assert 0 < sum(one.at == MOMENT + 100 * LATER for one in kept(repository)) < 50
    assert [one.name for one in (repository / "state").iterdir()] == ["gate-findings.jsonl"]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"\xff\xfe", id="binary"),
        pytest.param(b"[" * 90_000, id="deep"),
        pytest.param(b'{"repository": "NAME", "at": "now", "gates": [], "agents": []}', id="time"),
        pytest.param(b'{"repository": "NAME"}', id="fields"),
        pytest.param(b'["NAME"]', id="list"),
        pytest.param(
            b'{"repository": "NAME", "at": "2026-01-01T00:00:00Z", "gates": ["vision"],'
            b' "agents": [{"agent": "Evil\\n--- a", "findings": []}]}',
            id="agent",
        ),
        pytest.param(
            b'{"repository": "NAME", "at": "2026-01-01T00:00:00Z", "gates": ["vision"],'
            b' "agents": [{"agent": "wow-x", "findings": [["vision", "A\\n", "error", "", ""]]}]}',
            id="rule",
        ),
        pytest.param(
            b'{"repository": "NAME", "at": "0001-01-01T00:00:00+14:00", "gates": [], "agents": []}',
            id="before-all-times",
        ),
    ],
)
def test_a_line_that_cannot_be_read_is_passed_over(repository: Path, line: bytes) -> None:
    """The others are read."""
    keep(repository, report_with(OUTSIDE))
    file = repository / "state" / "gate-findings.jsonl"
    name = json.loads(file.read_bytes())["repository"].encode()
    file.write_bytes(line.replace(b"NAME", name) + b"\n" + file.read_bytes())

    assert len(kept(repository)) == 1


def test_no_run_fails_for_it(repository: Path) -> None:
    """A folder, a file, or a pipe in its place; an agent without a name."""
    state = repository / "state"
    state.write_text("")
    keep(repository, report_with(OUTSIDE))
    assert kept(repository) == []
    state.unlink()

    (state / "gate-findings.jsonl").mkdir(parents=True)
    keep(repository, report_with(OUTSIDE))
    assert kept(repository) == []
    (state / "gate-findings.jsonl").rmdir()

    nameless = replace(report_with(OUTSIDE).targets[0], agent="No Name")
    keep(repository, replace(report_with(OUTSIDE), targets=(nameless,)))
    keep(repository, report_of())
    assert not (state / "gate-findings.jsonl").exists()


def test_a_thousand_findings_of_a_thousand_agents_are_kept_at_once(repository: Path) -> None:
    """No run waits for it."""
    big = report_with(*[Finding("VIS-C003", OUTSIDE.severity, "m", fingerprint="ab" * 6)] * 3)
    many = tuple(
        replace(big.targets[0], agent=f"wow-a{number}", path=f"generated/wow-a{number}")
        for number in range(1_000)
    )
    keep(repository, replace(big, targets=many))

    assert len(kept(repository)) == 1_000
