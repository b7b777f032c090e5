"""`waooaw gate` from outside: the real program, the real tools, one planted fault at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fakes.agent_package import agent_package, snapshot

from waooaw_cli.adapters.locks import taken
from waooaw_cli.gates.report import GateId

_AGENT = "src/wow_heartbeat/agent.py"
_SLOW = '''\
"""An agent that is slow to decide."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import waooaw


class WowHeartbeat(waooaw.Agent):
    """Say that the platform is alive, after a while."""

    home = Path(__file__).parent

    async def make_decision(
        self, event: waooaw.Event, context: Mapping[str, Any] | None = None
    ) -> waooaw.Decision:
        """Take 200 ms."""
        await asyncio.sleep(0.2)
        return await super().make_decision(event, context)
'''


def _gate(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "waooaw_cli", "gate", *arguments],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def _report(*arguments: str, cwd: Path) -> tuple[int, dict[str, Any]]:
    done = _gate("--json", "--quiet", *arguments, cwd=cwd)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def _verdicts(report: dict[str, Any]) -> dict[str, str]:
    [target] = report["targets"]
    return {gate["id"]: gate["verdict"] for gate in target["gates"]}


def _rules(report: dict[str, Any], gate: str) -> set[str]:
    [target] = report["targets"]
    [found] = [one for one in target["gates"] if one["id"] == gate]
    return {one["rule"] for one in found["findings"] if one["severity"] == "error"}


def test_a_good_agent_passes_every_gate(tmp_path: Path) -> None:
    """Eight gates pass, exit 0, and not a byte of the package has changed."""
    package = agent_package(tmp_path / "generated" / "wow-heartbeat")
    before = snapshot(package)

    code, report = _report(cwd=tmp_path)

    assert (code, report["verdict"]) == (0, "pass")
    assert _verdicts(report) == dict.fromkeys(GateId, "pass")
    assert report["targets"][0]["path"] == "generated/wow-heartbeat"
    assert (report["targets"][0]["agent"], report["targets"][0]["version"]) == (
        "wow-heartbeat",
        "0.1.0",
    )
    assert snapshot(package) == before


@dataclass(frozen=True)
class Fault:
    """A fault, the gate that has to find it, and the rule that it is found by."""

    gate: str
    rule: str
    files: dict[str, str | None] = field(default_factory=dict)


_FAULTS = {
    "spec-field": Fault("spec", "SPEC-001", {"agent.yaml": "{old}purpos: typo\n"}),
    "spec-package": Fault(
        "spec", "SPEC-002", {"src/wow_heartbeat/__init__.py": None, "src/wow_heart.py": ""}
    ),
    "vision-journal": Fault(
        "vision", "VIS-C102", {"src/wow_heartbeat/extra.py": "import sqlite3  # noqa: F401\n"}
    ),
    "layout": Fault("format", "FMT-001", {"src/wow_heartbeat/extra.py": "x  = 1\n"}),
    "unused-import": Fault("lint", "LINT-F401", {"src/wow_heartbeat/extra.py": "import os\n"}),
    "wrong-type": Fault(
        "types", "TYPE-assignment", {"src/wow_heartbeat/extra.py": 'x: int = "one"\n'}
    ),
    "failing-test": Fault(
        "tests",
        "TEST-001",
        {"tests/test_extra.py": "def test_a() -> None:\n    assert 1 == 2\n"},
    ),
    "coverage": Fault(
        "tests",
        "TEST-002",
        {"src/wow_heartbeat/extra.py": "".join(f"x{n} = {n}\n" for n in range(9))},
    ),
    "no-tests": Fault("tests", "TEST-003", {"tests/test_wow_heartbeat.py": None}),
    "eval": Fault(
        "security",
        "SEC-001",
        {"src/wow_heartbeat/extra.py": "def f(x: str) -> object:\n    return eval(x)\n"},
    ),
    "hidden-runtime": Fault("spec", "SPEC-005", {"src/waooaw.py": "x = 1\n"}),
    "hidden-tool": Fault("lint", "GATE-N002", {"src/ruff.py": "x = 1\n"}),
    "left-out-test": Fault(
        "tests",
        "TEST-004",
        {
            "tests/conftest.py": 'collect_ignore = ["test_extra.py"]\n',
            "tests/test_extra.py": "def test_a() -> None:\n    assert 1 == 2\n",
        },
    ),
    "skipped-test": Fault(
        "tests",
        "TEST-005",
        {"tests/test_extra.py": "import pytest\n\n\n@pytest.mark.skip\ndef test_a(): ...\n"},
    ),
    "not-measured": Fault(
        "tests",
        "TEST-006",
        {"src/wow_heartbeat/extra.py": "def f() -> int:  # pragma: no cover\n    return 1\n"},
    ),
    "nul": Fault("tests", "TEST-007", {"src/wow_heartbeat/extra.py": "x = 1\0\n"}),
    "file-without-types": Fault(
        "types", "TYPE-900", {"src/wow_heartbeat/extra.py": '# mypy: ignore-errors\nx: int = ""\n'}
    ),
    "line-without-types": Fault(
        "types", "TYPE-901", {"src/wow_heartbeat/extra.py": 'x: int = ""  # type: ignore\n'}
    ),
    "file-without-lint": Fault(
        "lint", "LINT-900", {"src/wow_heartbeat/extra.py": "# ruff: noqa\nimport os\n"}
    ),
    "line-without-lint": Fault(
        "lint", "LINT-901", {"src/wow_heartbeat/extra.py": "import os  # noqa\n"}
    ),
    "lint-elsewhere": Fault("lint", "LINT-902", {"src/ruff.toml": "lint.select = []\n"}),
    "no-layout": Fault("format", "FMT-003", {"src/wow_heartbeat/extra.py": "# fmt: off\nx  = 1\n"}),
    "no-import": Fault("performance", "PERF-004", {_AGENT: "import no_such_module\n"}),
    "no-import-in-tests": Fault("tests", "TEST-001", {_AGENT: "import no_such_module\n"}),
    "no-syntax": Fault("performance", "PERF-004", {_AGENT: "def f(:\n"}),
    "no-syntax-in-tests": Fault("tests", "TEST-007", {_AGENT: "def f(:\n"}),
    "slow-decision": Fault("performance", "PERF-001", {_AGENT: _SLOW}),
}


@pytest.mark.parametrize("name", _FAULTS)
def test_a_planted_fault_is_found_by_its_gate(tmp_path: Path, name: str) -> None:
    """Each kind of fault fails the gate that is there for it, by the rule that names it."""
    fault = _FAULTS[name]
    package = agent_package(tmp_path / "wow-heartbeat", fault.files)

    code, report = _report(str(package), "--gate", fault.gate, cwd=tmp_path)

    assert (code, report["verdict"]) == (1, "fail")
    assert fault.rule in _rules(report, fault.gate)


def test_a_key_is_found(tmp_path: Path) -> None:
    """A key of AWS in a source fails the gate security."""
    key = "AKIA" + "IOSFODNN7QWERTYU"
    package = agent_package(
        tmp_path / "wow-heartbeat", {"src/wow_heartbeat/extra.py": f'KEY = "{key}"\n'}
    )

    code, report = _report(str(package), "--gate", "security", cwd=tmp_path)

    assert (code, _verdicts(report)["security"]) == (1, "fail")
    assert key not in json.dumps(report)


def test_an_example_that_the_code_contradicts(tmp_path: Path) -> None:
    """A specification that does not hold fails, and what builds on it is not judged but failed."""
    package = agent_package(tmp_path / "wow-heartbeat")
    spec = (package / "agent.yaml").read_text().replace("outcome: approve", "outcome: reject")
    (package / "agent.yaml").write_text(spec)

    code, report = _report(str(package), cwd=tmp_path)

    verdicts = _verdicts(report)
    assert (code, verdicts["spec"], verdicts["tests"]) == (1, "fail", "fail")
    assert _rules(report, "tests") == {"GATE-N001"}
    assert _rules(report, "performance") == {"GATE-N001"}


@pytest.mark.parametrize(
    "body",
    ["os._exit(139)", "os.kill(os.getpid(), 9)", "os._exit(0)"],
    ids=["exit-139", "sigkill", "exit-0"],
)
def test_a_tool_that_dies_is_an_error(tmp_path: Path, body: str) -> None:
    """A tool that is killed is undecided, exit 3, with its last words; it never counts as pass."""
    test = f"import os\n\n\ndef test_a() -> None:\n    {body}\n"
    package = agent_package(tmp_path / "wow-heartbeat", {"tests/test_dies.py": test})

    code, report = _report(str(package), "--gate", "tests", cwd=tmp_path)

    assert (code, report["verdict"]) == (3, "error")
    assert _rules(report, "tests") == {"GATE-E001"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders")
def test_a_pipe_stops_no_gate(tmp_path: Path) -> None:
    """A pipe in the place of a module fails every gate that would open it, at once."""
    package = agent_package(tmp_path / "wow-heartbeat")
    os.mkfifo(package / "src/wow_heartbeat/pipe.py")

    code, report = _report(str(package), "--fix", cwd=tmp_path)

    assert code == 1
    assert _verdicts(report) == dict.fromkeys(GateId, "fail") | {"spec": "pass"}
    assert _rules(report, "security") == {"SEC-022", "GATE-N002"}
    assert _rules(report, "types") == {"GATE-N002"}


@pytest.mark.parametrize("text", ["[project\n", None], ids=["broken", "gone"])
def test_settings_that_nobody_can_read(tmp_path: Path, text: str | None) -> None:
    """A pyproject.toml that is broken or not there is the user's fault: fail, not error."""
    package = agent_package(tmp_path / "wow-heartbeat", {"pyproject.toml": text})

    code, report = _report(str(package), cwd=tmp_path)

    assert code == 1
    assert _rules(report, "spec") == {"SPEC-003"}
    assert _rules(report, "security") == {"SEC-033"}


def test_skipped_gates_are_named(tmp_path: Path) -> None:
    """What the user leaves out is in the report as skipped, and the rest decides."""
    package = agent_package(tmp_path / "wow-heartbeat", {"src/wow_heartbeat/x.py": "import os\n"})

    arguments = ("--gate", "lint", "--gate", "spec", "--skip", "lint")
    code, report = _report(str(package), *arguments, cwd=tmp_path)

    assert code == 0
    assert _verdicts(report) == dict.fromkeys(GateId, "skipped") | {"spec": "pass"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["wow-x", "--gate", "lnt"], "no gate named 'lnt'"),
        (["wow-x", "--skip", "nothing"], "no gate named 'nothing'"),
        (["wow-x", "--gate", "lint", "--skip", "lint"], "no gate is left"),
        (["wow-x", "--format", "pdf"], "no report format named 'pdf'"),
        (["wow-x", "--report", "json"], "is not FORMAT=FILE"),
        (["wow-x", "--report", "pdf=x"], "no report format named 'pdf'"),
        (["wow-x", "--report", "json=no/such/folder.json"], "no file can be written there"),
        (["wow-x", "--report", "json=wow-x"], "no file can be written there"),
        (["wow-x", "--changed-since", "HEAD"], "not a git repository"),
        (["wow-x", "--jobs", "-1"], "--jobs"),
        (["wow-x/src"], "it has no agent.yaml"),
        (["none"], "is no folder"),
        ([], "there is no agent"),
    ],
)
def test_wrong_input(tmp_path: Path, arguments: list[str], words: str) -> None:
    """A mistake of the user's is exit 2, says what is wrong, and runs nothing."""
    agent_package(tmp_path / "wow-x")
    before = snapshot(tmp_path)

    done = _gate(*arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert snapshot(tmp_path) == before


def test_the_agent_in_the_current_folder(tmp_path: Path) -> None:
    """With no path and nothing generated, it is the agent that one stands in."""
    package = agent_package(tmp_path / "wow-heartbeat")

    code, report = _report("--gate", "spec", cwd=package)

    assert (code, report["targets"][0]["path"]) == (0, ".")


def test_several_agents(tmp_path: Path) -> None:
    """Every agent below `generated` is gated once, in order; one that fails fails the run."""
    agent_package(tmp_path / "generated" / "wow-b")
    agent_package(tmp_path / "generated" / "wow-a", {"src/wow_heartbeat/x.py": "import os\n"})
    agent_package(tmp_path / "generated" / ".wow-c.new")

    code, report = _report("--gate", "lint", cwd=tmp_path)
    twice = _report("--gate", "lint", "generated/wow-b", "generated/wow-b/", cwd=tmp_path)[1]

    assert code == 1
    assert [(target["path"], target["verdict"]) for target in report["targets"]] == [
        ("generated/wow-a", "fail"),
        ("generated/wow-b", "pass"),
    ]
    assert len(twice["targets"]) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the full disk is a device of Linux")
def test_a_full_disk_loses_no_result(tmp_path: Path) -> None:
    """A file that can't be written is exit 3; the report is printed, and the next file written."""
    package = agent_package(tmp_path / "wow-heartbeat")
    wanted = ("--report", "sarif=/dev/full", "--report", "json=good.json")

    done = _gate(str(package), "--gate", "lint", "--json", "--quiet", *wanted, cwd=tmp_path)

    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (3, "pass")
    assert (tmp_path / "good.json").read_text() == done.stdout
    assert "/dev/full" in done.stderr


@pytest.mark.parametrize("place", ["file", "file/below", "mypy-is-a-file"])
def test_a_cache_folder_that_cannot_be_used(tmp_path: Path, place: str) -> None:
    """Without a place for its cache every gate still decides; one line says what to do."""
    package = agent_package(tmp_path / "wow-heartbeat")
    (tmp_path / "file").write_text("kept")
    (tmp_path / "mypy-is-a-file").mkdir()
    (tmp_path / "mypy-is-a-file" / "mypy").write_text("kept")
    env = {"WAOOAW_CACHE_DIR": str(tmp_path / place)}

    done = _gate(str(package), "--gate", "types", "--json", "--quiet", cwd=tmp_path, env=env)

    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "pass")
    [line] = done.stderr.splitlines()
    assert "WAOOAW_CACHE_DIR" in line
    assert (tmp_path / "file").read_text() == "kept"


def test_reports_are_written_whole(tmp_path: Path) -> None:
    """Each form goes to its file, beside what is printed, also when the verdict is fail."""
    package = agent_package(tmp_path / "wow-heartbeat", {"src/wow_heartbeat/x.py": "import os\n"})
    forms = ("json", "sarif", "junit", "markdown", "html", "terminal")
    wanted = [f"--report={form}=report.{form}" for form in forms]

    done = _gate(str(package), "--gate", "lint", "--format", "markdown", *wanted, cwd=tmp_path)

    assert done.returncode == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["wow-heartbeat", *(f"report.{form}" for form in forms)]
    )
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "fail"
    assert json.loads((tmp_path / "report.sarif").read_text())["version"] == "2.1.0"
    assert ET.parse(tmp_path / "report.junit").getroot().tag == "testsuites"
    assert (tmp_path / "report.markdown").read_text(encoding="utf-8") == done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    """A full device is exit 3 with a message, whatever the gates say; a device stays one."""
    package = agent_package(tmp_path / "wow-heartbeat")

    full = _gate(str(package), "--gate", "spec", "--report", "json=/dev/full", cwd=tmp_path)
    out = _gate(str(package), "--gate", "spec", "-q", "--report=sarif=/dev/stdout", cwd=tmp_path)

    assert (full.returncode, "No space left" in full.stderr) == (3, True)
    assert out.returncode == 0
    assert '"version": "2.1.0"' in out.stdout


def test_progress_goes_to_stderr(tmp_path: Path) -> None:
    """Without a terminal one line a step tells how far it is; `--quiet` keeps still."""
    package = agent_package(tmp_path / "wow-heartbeat")

    # What is remembered takes no time, and no line.
    loud = _gate(str(package), "--gate", "spec", "--no-cache", cwd=tmp_path)
    quiet = _gate(str(package), "--gate", "spec", "--no-cache", "--quiet", cwd=tmp_path)

    assert "spec pass" in loud.stderr
    assert "wow-heartbeat" in loud.stdout
    assert quiet.stderr == ""
    assert len(quiet.stdout.splitlines()) == 1


def test_fix_mends_what_is_mechanical(tmp_path: Path) -> None:
    """`--fix` removes an unused import and lays the file out; then the gates pass."""
    messy = '"""Extra."""\n\nimport os\nx  = 1\n'
    package = agent_package(tmp_path / "wow-heartbeat", {"src/wow_heartbeat/extra.py": messy})

    code, _ = _report(str(package), "--gate", "lint", "--gate", "format", "--fix", cwd=tmp_path)

    assert code == 0
    assert (package / "src/wow_heartbeat/extra.py").read_text() == '"""Extra."""\n\nx = 1\n'


def test_only_what_changed(tmp_path: Path) -> None:
    """`--changed-since` gates the agents that differ from a commit, and passes where none does."""
    for name in ("wow-a", "wow-b"):
        agent_package(tmp_path / "generated" / name)
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True)
    same = _report("--gate", "lint", "--changed-since", "HEAD", cwd=tmp_path)
    (tmp_path / "generated/wow-b/README.md").write_text("new\n")
    one = _report("--gate", "lint", "--changed-since", "HEAD", cwd=tmp_path)

    assert (same[0], same[1]["verdict"]) == (0, "skipped")
    assert (one[0], [target["path"] for target in one[1]["targets"]]) == (0, ["generated/wow-b"])


def test_secrets_of_the_caller_stay_with_the_caller(tmp_path: Path) -> None:
    """A test of the package does not see the caller's keys."""
    test = (
        "import os\n\n\ndef test_a() -> None:\n"
        "    assert not [name for name in os.environ if 'KEY' in name or 'TOKEN' in name]\n"
    )
    package = agent_package(tmp_path / "wow-heartbeat", {"tests/test_env.py": test})
    secrets = {"ANTHROPIC_API_KEY": "sk-ant-x", "GITHUB_TOKEN": "ghp_x"}

    assert _gate(str(package), "--gate", "tests", cwd=tmp_path, env=secrets).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_an_interrupted_run_leaves_no_tool_behind(tmp_path: Path) -> None:
    """Ctrl-C ends the tools that run, and exits 130."""
    test = (
        "import sys, time\nfrom pathlib import Path\n"
        "from waooaw_cli.adapters.locks import taken\n\n\ndef test_a() -> None:\n"
        f"    with taken(Path({str(tmp_path / 'lock')!r})):\n        time.sleep(60)\n"
    )
    package = agent_package(tmp_path / "wow-heartbeat", {"tests/test_hangs.py": test})
    program = [sys.executable, "-m", "waooaw_cli", "gate", str(package), "--gate", "tests"]
    with subprocess.Popen(program, stderr=subprocess.PIPE) as running:
        while not (tmp_path / "lock").exists():
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        _, complaint = running.communicate(timeout=60)

    assert running.returncode == 130
    assert b"Traceback" not in complaint
    with taken(tmp_path / "lock") as ours:
        assert ours
