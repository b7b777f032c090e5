"""Every way in which a tool can die: the verdict is `error`, exit 3, with its last words.

The tools are real processes of a real run. What stands in their place in an environment that is
otherwise the real one dies; what runs a package's own code is ended by that code.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fakes.agent_package import agent_package
from fakes.machines import machine

from waooaw_cli.settings import Isolation

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the wrappers are scripts of a Unix shell")

_REAL_RUFF = Path(sys.executable).parent / "ruff"
_TEST = "tests/test_dies.py"
_DYING = "tests/test_dies.py::test_a"
_AGENT = "src/wow_heartbeat/agent.py"
# With one limit shortened, so that nobody waits a minute; the rest is the program itself.
_IMPATIENT = """\
import datetime, importlib, sys
module, name = {place!r}
setattr(importlib.import_module(module), name, datetime.timedelta(seconds=3))
from waooaw_cli.__main__ import main
sys.exit(main())
"""


@dataclass(frozen=True)
class Death:
    """One way to die.

    Attributes:
        gate: Whose tool it is.
        rule: What the report calls it.
        words: What the report has to say, last words among it.
        without: A tool that is not installed.
        modules: What Python runs instead of a tool.
        programs: Scripts in the place of programs.
        files: What the package holds besides.
        limit: Module and name of the time limit that is shortened.
    """

    gate: str
    rule: str
    words: tuple[str, ...]
    without: str = ""
    modules: Mapping[str, str] = field(default_factory=dict)
    programs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    limit: tuple[str, str] | None = None


def _script(*lines: str) -> str:
    return "\n".join(["#!/bin/sh", *lines, ""])


def _ruff(*lines: str) -> dict[str, str]:
    return {"ruff": _script(*lines)}


def _dying_test(*lines: str) -> dict[str, str]:
    body = "".join(f"    {line}\n" for line in lines)
    return {_TEST: f"import os\nimport signal\nimport time\n\n\ndef test_a() -> None:\n{body}"}


def _dying_agent(*lines: str) -> dict[str, str]:
    text = "".join(f"{line}\n" for line in ("import os", "import signal", "import sys", *lines))
    return {_AGENT: text}


_LAST = "echo 'Segmentation fault in the parser' >&2"
_SAYS = "Segmentation fault in the parser"
_FULL = "No space left on device"
_RESULT = "os.environ['TMPDIR'] + '/result.json'"

#: What is started as a program of its own, whatever the isolation.
_PROGRAMS = {
    "ruff-missing": Death("lint", "GATE-E003", ("ruff is not installed",), without="ruff"),
    "ruff-exit-139": Death(
        "lint", "GATE-E001", ("SIGSEGV", _SAYS), programs=_ruff(_LAST, "exit 139")
    ),
    "ruff-sigkill": Death(
        "format", "GATE-E001", ("SIGKILL", _SAYS), programs=_ruff(_LAST, "kill -9 $$")
    ),
    "ruff-time-out": Death(
        "lint",
        "GATE-E002",
        ("did not end within", "still parsing"),
        programs=_ruff("echo 'still parsing' >&2", "sleep 60"),
        limit=("waooaw_cli.gates.lint", "_TOOL"),
    ),
    "ruff-no-output": Death("lint", "GATE-E004", ("no report",), programs=_ruff("exit 0")),
    "ruff-garbage": Death(
        "format", "GATE-E004", ("no report", "<html>"), programs=_ruff("echo '<html>'")
    ),
    "ruff-half-a-report": Death(
        "lint", "GATE-E004", ("no report",), programs=_ruff("printf '[{\"code\": '", "exit 1")
    ),
    "ruff-says-nothing-and-objects": Death(
        "lint", "GATE-E004", ("against its report",), programs=_ruff("echo '[]'", "exit 1")
    ),
    "ruff-disk-full": Death(
        "lint", "GATE-E001", (_FULL,), programs=_ruff(f'exec "{_REAL_RUFF}" "$@" > /dev/full')
    ),
}

#: What is forked from a worker, or started as an interpreter of its own.
_MODULES = {
    "mypy-missing": Death("types", "GATE-E003", ("mypy is not installed",), without="mypy"),
    "mypy-exit-139": Death(
        "types",
        "GATE-E001",
        ("SIGSEGV", _SAYS),
        modules={"mypy": f"import sys\nprint('{_SAYS}', file=sys.stderr)\nsys.exit(139)\n"},
    ),
    "mypy-sigkill": Death(
        "types",
        "GATE-E001",
        ("SIGKILL", "checking waooaw"),
        modules={
            "mypy": "import os\nprint('checking waooaw', flush=True)\nos.kill(os.getpid(), 9)\n"
        },
    ),
    "mypy-time-out": Death(
        "types",
        "GATE-E002",
        ("did not end within", "checking waooaw"),
        modules={"mypy": "import time\nprint('checking waooaw', flush=True)\ntime.sleep(60)\n"},
        limit=("waooaw_cli.gates.types", "_TOOL"),
    ),
    "mypy-no-output": Death(
        "types", "GATE-E004", ("against its report",), modules={"mypy": "raise SystemExit(1)\n"}
    ),
    "mypy-garbage": Death(
        "types",
        "GATE-E004",
        ("no report", "<html>"),
        modules={"mypy": "print('<html>')\nraise SystemExit(1)\n"},
    ),
    "mypy-traceback": Death(
        "types",
        "GATE-E001",
        ("INTERNAL ERROR",),
        modules={"mypy": "raise OSError('INTERNAL ERROR')"},
    ),
    "mypy-disk-full": Death(
        "types",
        "GATE-E004",
        (_FULL,),
        modules={"mypy": "print('x', file=open('/dev/full', 'w'), flush=True)\n"},
    ),
    "pytest-missing": Death("tests", "GATE-E001", ("No module named 'pytest'",), without="pytest"),
    "pytest-exit-139": Death(
        "tests",
        "GATE-E001",
        ("SIGSEGV", _DYING),
        files=_dying_test("os._exit(139)"),
    ),
    "pytest-sigkill": Death(
        "tests", "GATE-E001", ("SIGKILL", _DYING), files=_dying_test("os.kill(os.getpid(), 9)")
    ),
    "pytest-time-out": Death(
        "tests",
        "GATE-E002",
        ("did not end within", _DYING),
        files=_dying_test("time.sleep(60)"),
        limit=("waooaw_cli.gates.tests", "_TOOL"),
    ),
    "pytest-no-result": Death(
        "tests", "GATE-E001", ("before it had a result", _DYING), files=_dying_test("os._exit(0)")
    ),
    "pytest-garbage": Death(
        "tests",
        "GATE-E004",
        ("can't be read",),
        files=_dying_test(f"open({_RESULT}, 'w').write('<html>')", "os._exit(0)"),
    ),
    "pytest-disk-full": Death(
        "tests", "GATE-E004", (_FULL,), files=_dying_test(f"os.symlink('/dev/full', {_RESULT})")
    ),
    "profiler-exit-139": Death(
        "performance",
        "GATE-E001",
        ("SIGSEGV", _SAYS),
        files=_dying_agent(f"os.write(2, b'{_SAYS}')", "os._exit(139)"),
    ),
    "profiler-sigkill": Death(
        "performance", "GATE-E001", ("SIGKILL",), files=_dying_agent("os.kill(os.getpid(), 9)")
    ),
    "profiler-time-out": Death(
        "performance",
        "GATE-E002",
        ("did not end within", "loading"),
        files=_dying_agent("import time", "os.write(2, b'loading')", "time.sleep(60)"),
        limit=("waooaw_cli.gates.performance", "_QUICK"),
    ),
    "profiler-no-result": Death(
        "performance", "GATE-E001", ("before it had a result",), files=_dying_agent("os._exit(0)")
    ),
    "profiler-garbage": Death(
        "performance",
        "GATE-E004",
        ("can't be read",),
        files=_dying_agent("open(sys.argv[2], 'w').write('<html>')", "os._exit(0)"),
    ),
    "profiler-disk-full": Death(
        "performance",
        "GATE-E004",
        (_FULL,),
        files={_AGENT: "{old}\n\nimport os, sys\nos.symlink('/dev/full', sys.argv[2])\n"},
    ),
}


def _run(
    death: Death, folder: Path, arguments: tuple[str, ...], env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    package = agent_package(folder / "wow-heartbeat", {**death.files})
    python = Path(sys.executable)
    if death.without or death.modules or death.programs:
        python = machine(
            folder / "machine",
            without=death.without,
            modules=death.modules,
            programs=death.programs,
        )
    start = ("-c", _IMPATIENT.format(place=death.limit)) if death.limit else ("-m", "waooaw_cli")
    return subprocess.run(
        [str(python), *start, "gate", str(package), "--gate", death.gate, "--json", *arguments],
        cwd=folder,
        env={**os.environ, "WAOOAW_CACHE_DIR": str(folder / "cache"), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def _held_to(death: Death, done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 3, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    [target] = report["targets"]
    [result] = [gate for gate in target["gates"] if gate["id"] == death.gate]
    assert (report["verdict"], result["verdict"]) == ("error", "error")
    [finding] = result["findings"]
    assert finding["rule"] == death.rule
    assert [word for word in death.words if word not in finding["message"]] == []


@pytest.mark.parametrize("name", _PROGRAMS)
def test_a_program_that_dies_decides_nothing(tmp_path: Path, name: str) -> None:
    """A program that is missing, dies, hangs, is silent, babbles or can't write is an error."""
    death = _PROGRAMS[name]

    _held_to(death, _run(death, tmp_path, (), {}))


# Every way where tools are forked, which is the rule; of the others those that tell the two apart.
_IN_TURN = [
    (name, isolation)
    for name in _MODULES
    for isolation in Isolation
    if isolation is Isolation.FORK or name.endswith(("-missing", "-sigkill", "-disk-full"))
]


@pytest.mark.parametrize(("name", "isolation"), _IN_TURN)
def test_a_tool_of_python_that_dies_decides_nothing(
    tmp_path: Path, name: str, isolation: Isolation
) -> None:
    """The same for what runs in Python, forked or not: nobody may see a difference."""
    death = _MODULES[name]

    _held_to(death, _run(death, tmp_path, (), {"WAOOAW_ISOLATION": isolation}))


_REAL_GIT = shutil.which("git")

#: What stands in the place of git; None where there is none.
_GITS = {
    "missing": (None, "cannot be started"),
    "exit-139": ((_LAST, "exit 139"), "SIGSEGV"),
    "sigkill": ((_LAST, "kill -9 $$"), "SIGKILL"),
    "time-out": (("echo 'counting objects' >&2", "sleep 60"), "did not end within"),
    "no-output": (("exit 0",), "git"),
    "garbage": (("echo '<html>'",), "git"),
    "disk-full": ((f'exec "{_REAL_GIT}" "$@" > /dev/full',), "git"),
}


@pytest.mark.parametrize("name", _GITS)
def test_a_git_that_dies_leaves_no_agent_out(tmp_path: Path, name: str) -> None:
    """Where git can't say what changed the run is undecided: no agent is taken for unchanged."""
    lines, words = _GITS[name]
    package = agent_package(tmp_path / "wow-heartbeat")
    own = ("-c", "user.name=qa", "-c", "user.email=qa@example.com")
    for command in (["init", "-q"], ["add", "."], [*own, "commit", "-qm", "first"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (package / "src/wow_heartbeat/extra.py").write_text("import os\n")
    programs = tmp_path / "programs"
    programs.mkdir()
    for tool in ("sh", "sleep"):
        (programs / tool).symlink_to(str(shutil.which(tool)))
    if lines is not None:
        (programs / "git").write_text(_script(*lines))
        (programs / "git").chmod(0o755)
    impatient = _IMPATIENT.format(place=("waooaw_cli.adapters.changes", "_LIMIT"))
    begin = ("-c", impatient) if name == "time-out" else ("-m", "waooaw_cli")
    arguments = ("gate", str(package), "--gate", "lint", "--changed-since", "HEAD")

    done = subprocess.run(
        [sys.executable, *begin, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (3, "")
    assert words in done.stderr
