from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from waooaw_cli.adapters.locks import taken
from waooaw_cli.adapters.process import Processes, last_words, quiet_environment
from waooaw_cli.gates.ports import ToolCrashed, ToolMissing, ToolTimedOut

_LONG = timedelta(seconds=60)
# A program that starts another one; that one holds a lock for as long as it lives.
_WITH_CHILD = """\
import subprocess, sys, time
child = [sys.executable, "-c", '''
import sys, time
from pathlib import Path
from waooaw_cli.adapters.locks import taken
with taken(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
''', sys.argv[1]]
process = subprocess.Popen(child, stdout=subprocess.PIPE)
process.stdout.readline()
if sys.argv[2] == "wait":
    time.sleep(60)
"""


def _run(code: str, *arguments: str, cwd: Path, limit: timedelta = _LONG) -> tuple[int, str, str]:
    with Processes(os.environ) as processes:
        ran = processes.run("tool", (sys.executable, "-c", code, *arguments), cwd=cwd, limit=limit)
    return ran.code, ran.out, ran.err


def _is_free(lock: Path) -> bool:
    """Wait for a moment: the system frees a killed process's locks when it gets to it."""
    for _ in range(200):
        with taken(lock) as ours:
            if ours:
                return True
        threading.Event().wait(0.05)
    return False


def test_a_program_that_ends_by_itself(tmp_path: Path) -> None:
    """Code and both outputs come back, and the program ran in the folder that was named."""
    code = "import os, sys; print(os.getcwd()); sys.stderr.write('é'); sys.exit(7)"

    assert _run(code, cwd=tmp_path) == (7, f"{tmp_path}{os.linesep}", "é")


def test_a_program_reads_nothing(tmp_path: Path) -> None:
    """A tool that asks for input gets the end of it, and does not wait for a person."""
    assert _run("print(len(input()) if False else 'no input')", cwd=tmp_path)[0] == 0
    assert "EOFError" in _run("input()", cwd=tmp_path)[2]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL (exit 137)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV (exit 139)"),
        ("import os; os.abort()", "SIGABRT (exit 134)"),
        ("import sys; sys.exit(139)", "SIGSEGV (exit 139)"),
        ("import sys; sys.exit(128 + 60)", "signal 60 (exit 188)"),
    ],
    ids=["killed", "segfault", "abort", "shell-says-139", "no-name"],
)
def test_a_signal_is_a_crash(tmp_path: Path, code: str, words: str) -> None:
    """A program that was killed is told apart from one that found something."""
    with pytest.raises(ToolCrashed, match="was ended by") as caught:
        _run(f"print('last', flush=True); {code}", cwd=tmp_path)

    assert words in caught.value.message
    assert caught.value.last_words == "last"


def test_a_status_of_windows_is_a_crash(tmp_path: Path) -> None:
    """0xC0000005 is how Windows says that a program touched a wrong address."""
    from waooaw_cli.adapters.process import _death

    assert _death(0xC0000005) == "was ended by the system (status 0xc0000005)"


@pytest.mark.parametrize("ends", ["time", "itself"])
def test_nothing_is_left_running(tmp_path: Path, ends: str) -> None:
    """What a program started dies with it, when its time is up and when it ends by itself."""
    lock = tmp_path / "lock"
    if ends == "time":
        with pytest.raises(ToolTimedOut, match="did not end within 2 s"):
            _run(_WITH_CHILD, str(lock), "wait", cwd=tmp_path, limit=timedelta(seconds=2))
    else:
        assert _run(_WITH_CHILD, str(lock), "leave", cwd=tmp_path)[0] == 0

    assert _is_free(lock)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no sessions")
def test_who_leaves_the_group_keeps_nobody_waiting(tmp_path: Path) -> None:
    """A grandchild in a session of its own, with the output still open, blocks no reading."""
    child = "import time; time.sleep(60)"
    code = (
        "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', sys.argv[1]],"
        " start_new_session=True).pid)"
    )

    ended, out, _ = _run(code, child, cwd=tmp_path)

    assert ended == 0
    os.kill(int(out), signal.SIGKILL)  # it was still there


def test_a_time_out_keeps_the_last_words(tmp_path: Path) -> None:
    """What was printed before the end says where the program hung."""
    with pytest.raises(ToolTimedOut) as caught:
        _run(
            "import time; print('collecting', flush=True); time.sleep(60)",
            cwd=tmp_path,
            limit=timedelta(seconds=1),
        )

    assert caught.value.last_words == "collecting"


def test_a_flood_is_stopped(tmp_path: Path) -> None:
    """A program that prints without end is ended before it fills the disk."""
    with pytest.raises(ToolCrashed, match="more than 64 MiB"):
        _run("while True: print('x' * 1_000_000)", cwd=tmp_path)


def test_a_missing_program(tmp_path: Path) -> None:
    """A program that is not there is missing, which is neither a crash nor a pass."""
    with Processes(os.environ) as processes, pytest.raises(ToolMissing, match="cannot be started"):
        processes.run("tool", (str(tmp_path / "none"),), cwd=tmp_path, limit=_LONG)


def test_a_missing_module(tmp_path: Path) -> None:
    """`python -m tool` without that module is a missing tool."""
    command = (sys.executable, "-P", "-m", "waooaw_no_such_tool")
    with Processes(os.environ) as processes, pytest.raises(ToolMissing, match="not installed"):
        processes.run("waooaw_no_such_tool", command, cwd=tmp_path, limit=_LONG)


def test_close_ends_what_runs(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a run leaves no tool behind, and starts no other."""
    processes = Processes(os.environ)
    lock, faults = tmp_path / "lock", list[ToolCrashed]()

    def run() -> None:
        try:
            processes.run(
                "tool",
                (sys.executable, "-c", _WITH_CHILD, str(lock), "wait"),
                cwd=tmp_path,
                limit=_LONG,
            )
        except ToolCrashed as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    while not lock.exists():
        threading.Event().wait(0.05)
    processes.close()
    thread.join(30)

    assert len(faults) == 1
    assert _is_free(lock)
    with pytest.raises(ToolCrashed, match="the run is being ended"):
        processes.run("tool", (sys.executable, "--version"), cwd=tmp_path, limit=_LONG)


def test_a_tool_learns_no_secret() -> None:
    """Of the caller's environment a tool sees what it needs to start, by an allow-list."""
    given = {
        "PATH": "/bin",
        "LC_ALL": "C.UTF-8",
        "SystemRoot": "C:\\Windows",
        "ANTHROPIC_API_KEY": "sk-ant-1",
        "GITHUB_TOKEN": "ghp",
        "PYTHONPATH": "/elsewhere",
        "PYTEST_ADDOPTS": "-x",
        "COVERAGE_PROCESS_START": "x",
        "MYPY_CACHE_DIR": "x",
        "RUFF_CONFIG": "x",
        "PIP_INDEX_URL": "https://user:secret@example.com",
    }

    seen = quiet_environment(given)

    assert {name for name in given if name in seen} == {"PATH", "LC_ALL", "SystemRoot"}
    assert seen["PYTHONDONTWRITEBYTECODE"] == "1"
    assert quiet_environment(given, pip=True)["PIP_INDEX_URL"] == given["PIP_INDEX_URL"]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("", "a\n\nb\n"), "a\nb"),
        (("first", "second"), "first"),
        (("", " \n"), ""),
        (("\n".join(str(number) for number in range(100)),), "92\n93\n94\n95\n96\n97\n98\n99"),
        (("x" * 5_000,), "x" * 1_000),
    ],
    ids=["second", "first", "silent", "lines", "long"],
)
def test_last_words_are_bounded(texts: tuple[str, ...], words: str) -> None:
    """The end of what a tool said is kept, and never more than a reader takes in."""
    assert last_words(*texts) == words
