"""`waooaw gate` on a fleet, from outside: patterns, changes, shards."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fakes.agent_package import agent_package
from program import waooaw

_FLEET = ("eu/wow-a", "eu/wow-b", "us/wow-c")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A repository with three agents by region, committed."""
    for name in _FLEET:
        agent_package(tmp_path / "agents" / name)
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True)
    return tmp_path


def _gated(*arguments: str, cwd: Path) -> tuple[int, list[str], str]:
    """Return the exit code, the paths of the agents that were linted, and what stderr says."""
    done = waooaw("gate", "--gate", "lint", "--json", *arguments, cwd=cwd)
    report: dict[str, Any] = json.loads(done.stdout)
    judged = [
        target["path"]
        for target in report.get("targets", [])
        if any(gate["verdict"] != "skipped" for gate in target["gates"])
    ]
    return done.returncode, judged, done.stderr


def test_a_pattern_that_the_shell_left_alone(fleet: Path) -> None:
    """A quoted pattern means the agents that it matches."""
    code, judged, _ = _gated("agents/*/wow-[ac]", cwd=fleet)

    assert (code, judged) == (0, ["agents/eu/wow-a", "agents/us/wow-c"])


def test_a_pattern_without_agents(fleet: Path) -> None:
    """It is bad input: a gate of nothing would pass for ever."""
    code, judged, stderr = _gated("agents/*/desk-*", cwd=fleet)

    assert (code, judged) == (2, [])
    assert "'agents/*/desk-*' matches no agent" in stderr


def test_a_folder_with_agents_by_region(fleet: Path) -> None:
    """A folder stands for all agents below it, and each is judged once."""
    code, judged, _ = _gated("agents", "agents/eu/wow-a", cwd=fleet)

    assert (code, judged) == (0, [f"agents/{name}" for name in _FLEET])


def test_what_changed_and_why(fleet: Path) -> None:
    """Agents that changed are gated, and what made them count is told on stderr."""
    (fleet / "agents/us/wow-c/notes.md").write_text("new\n")
    code, judged, stderr = _gated("agents", "--changed-since", "HEAD", cwd=fleet)
    (fleet / "waooaw.toml").write_text("jobs = 2\n")
    _, all_judged, all_stderr = _gated("agents", "--changed-since", "HEAD", cwd=fleet)

    assert (code, judged) == (0, ["agents/us/wow-c"])
    assert "changed since 'HEAD': 1 of 3 agents\nagents/us/wow-c: 1 file changed\n" in stderr
    assert all_judged == [f"agents/{name}" for name in _FLEET]
    assert "all: waooaw.toml changed\n" in all_stderr


def test_what_did_not_change_is_not_mended(fleet: Path) -> None:
    """Where no agent differs, none is written to."""
    path = fleet / "agents/us/wow-c/src/wow_heartbeat/more.py"
    path.write_text('"""More."""\nx  =  1\n')
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    for arguments in (["add", "."], ["commit", "-q", "-m", "y"]):
        subprocess.run(["git", *who, *arguments], cwd=fleet, check=True)

    code, judged, _ = _gated("agents", "--changed-since", "HEAD", "--fix", cwd=fleet)

    assert (code, judged) == (0, [])
    assert "x  =  1" in path.read_text()


def test_many_reasons_are_cut(tmp_path: Path) -> None:
    """A long list of changed agents does not drown what follows; `--quiet` leaves it out."""
    for number in range(23):
        (tmp_path / f"wow-{number:02}").mkdir()
        (tmp_path / f"wow-{number:02}" / "agent.yaml").write_text("name: wow-x\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    empty = ["commit", "-q", "--allow-empty", "-m", "x"]
    subprocess.run(["git", *who, *empty], cwd=tmp_path, check=True)
    asked = (".", "--changed-since", "HEAD")

    _, judged, stderr = _gated(*asked, cwd=tmp_path)
    _, _, quiet = _gated(*asked, "--quiet", cwd=tmp_path)

    assert len(judged) == 23
    assert "wow-19: 1 file changed\nand 3 more\n" in stderr
    assert quiet == ""


def test_shards_are_the_fleet(fleet: Path) -> None:
    """Every agent is in one shard, and the jobs can tell that they split alike."""
    shards = [_gated("agents", "--shard", f"{index}/2", cwd=fleet) for index in (1, 2)]
    other = _gated("agents/*/*", "--shard", "1/2", cwd=fleet)

    assert sorted(path for _, judged, _ in shards for path in judged) == [
        f"agents/{name}" for name in _FLEET
    ]
    assert all(f"shard {index}/2: " in shards[index - 1][2] for index in (1, 2))
    assert other[1] == shards[0][1]
    splits = {
        line.rpartition("split ")[2]
        for *_, stderr in shards
        for line in stderr.splitlines()
        if line.startswith("shard ")
    }
    assert len(splits) == 1


def test_shards_by_duration(fleet: Path) -> None:
    """A report of an earlier run says how long each takes."""
    took = {"agents/eu/wow-a": 100, "agents/eu/wow-b": 900, "agents/us/wow-c": 100}
    targets = [
        {"path": path, "gates": [{"verdict": "pass", "duration_ms": ms}]}
        for path, ms in took.items()
    ]
    report = {"schema": "waooaw.gate-report/1", "targets": targets}
    (fleet / "gates.json").write_text(json.dumps(report))

    code, judged, _ = _gated("agents", "--shard", "1/2", "--durations", "gates.json", cwd=fleet)

    assert (code, judged) == (0, ["agents/eu/wow-b"])


@pytest.mark.parametrize("form", ["terminal", "json", "sarif", "junit", "markdown", "html"])
def test_a_shard_without_agents(fleet: Path, form: str) -> None:
    """More jobs than agents are no mistake: there is nothing to do, which every format can say."""
    done = waooaw("gate", "agents", "--shard", "5/5", "--format", form, cwd=fleet)

    assert (done.returncode, done.stderr) == (0, "shard 5/5 has no agent: 3 agents in all\n")
    assert done.stdout
    if form == "json":
        report = json.loads(done.stdout)
        assert (report["verdict"], report["targets"]) == ("skipped", [])


def test_nothing_changed_in_a_shard(fleet: Path) -> None:
    """A matrix over what changed passes where nothing did."""
    done = waooaw(
        *("gate", "agents", "--changed-since", "HEAD", "--shard", "1/2", "--json"), cwd=fleet
    )

    assert done.returncode == 0
    assert json.loads(done.stdout)["targets"] == []
    assert "changed since 'HEAD': 0 of 3 agents\n" in done.stderr
    assert "shard 1/2 has no agent: 0 agents in all\n" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--shard", "0/3"], "--shard '0/3' is not I/N"),
        (["--shard", "4/3"], "--shard '4/3' is not I/N"),
        (["--shard", "a/b"], "--shard 'a/b' is not I/N"),
        (["--durations", "gates.json"], "--durations 'gates.json' needs --shard"),
        (["--shard", "1/2", "--durations", "none.json"], "--durations 'none.json': No such file"),
        (["--changed-since", "--output=stolen"], "there is no such commit"),
    ],
)
def test_mistakes(fleet: Path, arguments: list[str], says: str) -> None:
    """They are told in at most three lines, and nothing is gated."""
    done = waooaw("gate", "agents", *arguments, cwd=fleet)

    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert not done.stdout
    assert not list(fleet.rglob("stolen"))


def test_one_call_says_what_many_say(fleet: Path) -> None:
    """The findings of a fleet are those of its agents, gated one by one."""
    for number, name in enumerate(_FLEET):
        code = "import os\n\nx  = 1\n" * number
        (fleet / "agents" / name / "src/wow_heartbeat/extra.py").write_text(code)

    def findings(*paths: str) -> list[object]:
        options = ("--gate", "lint", "--gate", "format", "--json", "--quiet", "--no-cache")
        targets = json.loads(waooaw("gate", *options, *paths, cwd=fleet).stdout)["targets"]
        return [[gate["findings"] for gate in target["gates"]] for target in targets]

    paths = [f"agents/{name}" for name in _FLEET]

    assert findings("agents") == [found for path in paths for found in findings(path)]
