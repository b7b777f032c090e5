"""Waivers and baselines from outside: the real program, the real tools, real files."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from fakes.agent_package import agent_package
from program import waooaw

EXTRA = "src/wow_heartbeat/extra.py"
SOON = (datetime.now(UTC) + timedelta(days=90)).date()
PAST = SOON - timedelta(days=180)


def gated(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    done: CompletedProcess[str] = waooaw("gate", "--json", *arguments, cwd=folder)
    told = [line for line in done.stderr.splitlines() if line.startswith("baseline")]
    return done.returncode, json.loads(done.stdout), "\n".join(told)


def findings(report: dict[str, Any], gate: str = "lint") -> list[dict[str, Any]]:
    return [
        finding
        for target in report["targets"]
        for one in target["gates"]
        for finding in one["findings"]
        if one["id"] == gate
    ]


def entry(**fields: str) -> str:
    fields = {
        "rule": "LINT-F401",
        "reason": "The bank lists its codes when it is imported.",
        "owner": "bank@example.com",
        "expires": SOON.isoformat(),
    } | fields
    return "[[waivers]]\n" + "".join(f'{name} = "{text}"\n' for name, text in fields.items())


def test_a_waiver_in_the_settings_lets_a_package_pass(tmp_path: Path) -> None:
    """Uncached and cached alike; without it the same results fail again."""
    agent_package(tmp_path / "generated" / "wow-heartbeat", {EXTRA: "import os\n"})
    (tmp_path / "waooaw.toml").write_text(entry(agent="wow-heartbeat", path="src/**"))

    for _ in range(2):
        code, report, _ = gated(tmp_path, "--gate", "lint")
        assert (code, report["verdict"]) == (0, "pass")
        [found] = findings(report)
        assert (found["rule"], found["severity"], found["waived"]) == ("LINT-F401", "error", True)

    (tmp_path / "waooaw.toml").unlink()
    code, report, _ = gated(tmp_path, "--gate", "lint")
    assert (code, [one["waived"] for one in findings(report)]) == (1, [False])


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("import os  # waooaw: waive LINT-F401 until {soon} by bank -- it lists codes\n", []),
        ("# waooaw: waive LINT-F401 until {soon} by bank -- it lists codes\nimport os\n", []),
        (
            "import os  # waooaw: waive LINT-F401 until {past} by bank -- it lists codes\n",
            ["LINT-F401", "GATE-W001"],
        ),
        (
            "X = 1  # waooaw: waive LINT-F401 until {soon} by bank -- it lists codes\n",
            ["GATE-W002"],
        ),
    ],
)
def test_a_waiver_beside_the_line(tmp_path: Path, line: str, rules: list[str]) -> None:
    """It covers its line while it holds; expired and unused ones object, in every run."""
    text = line.format(soon=SOON, past=PAST)
    agent_package(tmp_path / "generated" / "wow-heartbeat", {EXTRA: text})

    for _ in range(2):
        code, report, _ = gated(tmp_path, "--gate", "lint")
        assert [one["rule"] for one in findings(report) if not one["waived"]] == rules
        assert code == bool(rules)


def test_the_core_is_never_waived(tmp_path: Path) -> None:
    """A waiver of the core waives nothing, and is a finding."""
    journal = "import sqlite3  # noqa: F401 - planted\n"
    agent_package(tmp_path / "generated" / "wow-heartbeat", {EXTRA: journal})
    (tmp_path / "waooaw.toml").write_text(entry(rule="VIS-C102"))

    code, report, _ = gated(tmp_path, "--gate", "vision")

    assert code == 1
    assert {one["rule"] for one in findings(report, "vision")} == {"VIS-C102", "GATE-W003"}
    assert not any(one["waived"] for one in findings(report, "vision"))


def test_a_waiver_that_is_none_stops_the_run(tmp_path: Path) -> None:
    """Exit 2 with file, entry and field, before a gate runs."""
    agent_package(tmp_path / "generated" / "wow-heartbeat")
    (tmp_path / "waooaw.toml").write_text(entry(owner="the bank"))

    done = waooaw("gate", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "waooaw.toml: waivers[0].owner: 'the bank' is no e-mail address" in done.stderr
    assert len(done.stderr.splitlines()) <= 3


def test_a_baseline_is_written_used_and_shrunk(tmp_path: Path) -> None:
    """What was there passes; what is new fails; what is gone is told, and goes when written."""
    package = agent_package(
        tmp_path / "generated" / "wow-heartbeat", {EXTRA: "import os\nimport re\n"}
    )
    base = tmp_path / "known.jsonl"
    gates = ("--gate", "lint", "--gate", "vision")

    code, report, told = gated(tmp_path, *gates, "--write-baseline", "known.jsonl")
    assert (code, report["verdict"]) == (0, "pass")
    assert "2 findings (2 new, 0 gone)" in told
    assert len(base.read_text().splitlines()) == 3
    before = base.read_bytes()

    (package / EXTRA).write_text("# moved\n\nimport re\nimport sys\n")
    (tmp_path / "waooaw.toml").write_text('baseline = "known.jsonl"\n')
    code, report, told = gated(tmp_path, *gates)
    assert code == 1
    assert [one["message"] for one in findings(report) if not one["waived"]] == [
        "`sys` imported but unused"
    ]
    assert "1 entry is gone; --write-baseline" in told
    assert base.read_bytes() == before

    code, report, told = gated(tmp_path, *gates, "--write-baseline", "known.jsonl")
    assert (code, "2 findings (1 new, 1 gone)" in told) == (0, True)
    written = base.read_bytes()
    gated(tmp_path, *gates, "--no-cache", "--write-baseline", "known.jsonl")
    assert base.read_bytes() == written


def test_what_cannot_be_waived_is_in_no_baseline(tmp_path: Path) -> None:
    """The core fails all the same, and is not written."""
    journal = "import sqlite3\n"
    agent_package(tmp_path / "generated" / "wow-heartbeat", {EXTRA: journal})

    code, report, _ = gated(
        tmp_path, "--gate", "vision", "--gate", "lint", "--write-baseline", "known.jsonl"
    )

    assert (code, report["verdict"]) == (1, "fail")
    written = (tmp_path / "known.jsonl").read_text()
    assert "LINT-F401" in written
    assert "VIS-" not in written


def test_a_secret_is_in_no_baseline(tmp_path: Path) -> None:
    """It may be waived by a person, with a date; it is never taken over with everything else."""
    key = "AKIA" + "IOSFODNN7" + "EXAMPLE"
    agent_package(tmp_path / "generated" / "wow-heartbeat", {"notes.txt": f"{key}\n"})
    (tmp_path / "waooaw.toml").write_text("")

    code, _, _ = gated(tmp_path, "--gate", "security", "--write-baseline", "known.jsonl")
    assert (code, "SEC-020" in (tmp_path / "known.jsonl").read_text()) == (1, False)

    (tmp_path / "waooaw.toml").write_text(entry(rule="SEC-020", path="notes.txt"))
    code, report, _ = gated(tmp_path, "--gate", "security")
    assert (code, [one["rule"] for one in findings(report, "security") if one["waived"]]) == (
        0,
        ["SEC-020"],
    )


def test_quiet_is_quiet(tmp_path: Path) -> None:
    """With --quiet nothing is told of a baseline, written or used."""
    package = agent_package(tmp_path / "generated" / "wow-heartbeat", {EXTRA: "import os\n"})

    for option in ("--write-baseline", "--baseline"):
        done = waooaw("gate", "--quiet", "--gate", "lint", option, "known.jsonl", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        (package / EXTRA).write_text("")


def test_another_agents_entries_are_kept(tmp_path: Path) -> None:
    """A run over one agent, or one gate, does not forget the others."""
    for name in ("wow-a", "wow-b"):
        agent_package(
            tmp_path / "generated" / name,
            {EXTRA: "import os\n", "agent.yaml": "name: " + name + "\n"},
        )
    gated(tmp_path, "--gate", "lint", "--write-baseline", "known.jsonl")
    whole = (tmp_path / "known.jsonl").read_bytes()

    gated(tmp_path, "generated/wow-a", "--gate", "lint", "--write-baseline", "known.jsonl")
    gated(tmp_path, "--gate", "format", "--write-baseline", "known.jsonl")

    assert whole.count(b"\n") == 3
    assert (tmp_path / "known.jsonl").read_bytes() == whole


def test_nothing_is_written_where_a_gate_could_not_decide(tmp_path: Path) -> None:
    """Exit 3, and what stood there stands there."""
    kill = (
        "import os, signal\n\n\ndef test_a() -> None:\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    agent_package(
        tmp_path / "generated" / "wow-heartbeat",
        {EXTRA: "import os\n", "tests/test_extra.py": kill},
    )

    code, report, told = gated(
        tmp_path, "--gate", "tests", "--gate", "lint", "--write-baseline", "known.jsonl"
    )

    assert (code, report["verdict"]) == (3, "error")
    assert not (tmp_path / "known.jsonl").exists()
    assert told == ""


@pytest.mark.parametrize("option", ["--baseline", "--write-baseline"])
def test_a_garbled_baseline_is_refused(tmp_path: Path, option: str) -> None:
    """Exit 2 with its line, and it is not overwritten."""
    agent_package(tmp_path / "generated" / "wow-heartbeat")
    (tmp_path / "known.jsonl").write_text('{"schema": "waooaw.baseline/1"}\n{"agent": 1\n')

    done = waooaw("gate", "--gate", "lint", option, "known.jsonl", cwd=tmp_path)

    assert done.returncode == 2
    assert "known.jsonl:2: is not JSON" in done.stderr
    assert (tmp_path / "known.jsonl").read_text().endswith('{"agent": 1\n')


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--write-baseline", "no/such/file"), "no file can be written there"),
        (("--baseline", "no-such-file"), "there is no such baseline"),
        (("--baseline", "a", "--write-baseline", "b"), "exclude each other"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    """Before minutes are spent on gates."""
    agent_package(tmp_path / "generated" / "wow-heartbeat")

    done = waooaw("gate", *arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
