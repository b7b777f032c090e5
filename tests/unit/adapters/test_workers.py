from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from waooaw_cli.adapters import worker as worker_module
from waooaw_cli.adapters import workers as module
from waooaw_cli.adapters.process import Processes, Ran
from waooaw_cli.gates.ports import ToolCrashed, ToolTimedOut
from waooaw_cli.gates.report import GateId
from waooaw_cli.settings import Isolation

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks workers")

_PLENTY = timedelta(seconds=60)
_MEASURE = "waooaw.testing.measure"
Run = Callable[..., Ran]


@pytest.fixture
def processes(request: pytest.FixtureRequest) -> Iterator[Processes]:
    memory = getattr(request, "param", 0)
    with Processes(os.environ, isolation=Isolation.FORK, memory_bytes=memory) as started:
        yield started


@pytest.fixture
def run(processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run lines of Python in a worker, by the module of the standard library that takes them."""
    monkeypatch.setattr(module, "_RUNTIME", ("json",))
    workers = processes._workers
    assert workers is not None
    worker = workers.of(_MEASURE)
    assert worker is not None
    workers._workers["timeit"] = worker

    def ran(*lines: str, limit: timedelta = _PLENTY, extra: dict[str, str] | None = None) -> Ran:
        once = ("-n", "1", "-r", "1", *lines)
        return processes.run_module("step", "timeit", once, cwd=tmp_path, limit=limit, extra=extra)

    return ran


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _gone(process: int) -> bool:
    """Wait a moment for the end of *process*."""
    deadline = time.monotonic() + 10
    while _alive(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _alive(process)


def test_a_step_is_a_program_of_its_own(run: Run, tmp_path: Path) -> None:
    """It has its own folder, environment and outputs."""
    ran = run(
        "import os, sys",
        "print(os.getcwd(), os.environ['STEP'], os.environ.get('SECRET'), sys.stdin.read())",
        "print('complaint', file=sys.stderr)",
        extra={"STEP": "here"},
    )

    assert ran.out.startswith(f"{tmp_path} here None \n")
    assert (ran.code, ran.err) == (0, "complaint\n")


def test_steps_do_not_see_each_other(run: Run) -> None:
    """What one imports or changes is gone with it."""
    run("import sys", "sys.marked = True", "sys.modules['json'].marked = True")

    ran = run("import json, sys", "print(hasattr(sys, 'marked'), hasattr(json, 'marked'))")

    assert ran.out.startswith("False False\n")


def test_a_step_ends_with_the_code_and_the_words_of_an_interpreter(
    processes: Processes, run: Run, tmp_path: Path
) -> None:
    """A number is the code; a text is printed and means 1; so does an exception."""
    workers = processes._workers
    assert workers is not None
    workers._workers["json.tool"] = workers._workers["timeit"]
    (tmp_path / "bad.json").write_text("{")

    def tool(argument: str) -> Ran:
        return processes.run_module("step", "json.tool", (argument,), cwd=tmp_path, limit=_PLENTY)

    assert tool("--no-such-option").code == 2
    assert tool("bad.json").code == 1
    assert tool("bad.json").err.startswith("Expecting property name")
    assert run("1 / 0").code == 1


@pytest.mark.parametrize("number", ["SIGSEGV", "SIGKILL", "SIGTERM", "SIGABRT"])
def test_a_signal_is_no_verdict(run: Run, number: str) -> None:
    """Whatever ended the step, it is named, and its last words are kept."""
    with pytest.raises(ToolCrashed, match=number) as crash:
        run(
            "import os, signal, sys",
            "print('nearly done', file=sys.stderr, flush=True)",
            f"os.kill(os.getpid(), signal.{number})",
        )

    assert crash.value.last_words == "nearly done"


def test_a_step_that_is_late_is_ended_with_all_that_it_started(run: Run, tmp_path: Path) -> None:
    """Also what left its process group and its session, and what ignores being asked."""
    with pytest.raises(ToolTimedOut, match="did not end within 1 s"):
        run(
            "import os, signal, subprocess, sys, time",
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
            "child = subprocess.Popen(['sleep', '60'], start_new_session=True)",
            "open('left', 'w').write(str(child.pid))",
            "time.sleep(60)",
            limit=timedelta(seconds=1),
        )

    assert _gone(int((tmp_path / "left").read_text()))


def test_what_a_step_leaves_is_ended(run: Run, tmp_path: Path) -> None:
    """A daemon that a test forgot does not outlive its gate, whatever session it is in."""
    ran = run(
        "import subprocess",
        "child = subprocess.Popen(['sleep', '60'], start_new_session=True)",
        "open('left', 'w').write(str(child.pid))",
    )

    assert ran.code == 0
    assert _gone(int((tmp_path / "left").read_text()))


def test_a_step_that_kills_its_keeper_is_no_verdict(run: Run, tmp_path: Path) -> None:
    """And it does not get away: the worker ends what the keeper kept."""
    with pytest.raises(ToolCrashed, match="SIGKILL"):
        run(
            "import os, signal, subprocess, time",
            "child = subprocess.Popen(['sleep', '60'], start_new_session=True)",
            "open('left', 'w').write(str(child.pid))",
            "os.kill(os.getppid(), signal.SIGKILL)",
            "time.sleep(60)",
        )

    assert _gone(int((tmp_path / "left").read_text()))


def test_a_worker_that_dies_takes_its_steps_with_it_and_is_not_asked_again(
    processes: Processes, run: Run
) -> None:
    """The step is lost, which is no verdict; later ones get interpreters of their own."""
    workers = processes._workers
    assert workers is not None
    worker = workers._processes[0].pid
    with pytest.raises(ToolCrashed, match="was lost"):
        run("import os, time", f"os.kill({worker}, 9)", "time.sleep(60)")

    ran = run("import os", f"print(os.getppid() == {os.getpid()})")

    assert ran.out.startswith("True\n")


@pytest.mark.parametrize("processes", [600 * 1024 * 1024], indirect=True)
def test_a_step_has_as_much_memory_as_it_may(run: Run) -> None:
    """One that wants more fails by itself and takes nobody else's."""
    ran = run("data = bytearray(900 * 1024 * 1024)")

    assert ran.code == 1
    assert "MemoryError" in ran.err


@pytest.mark.parametrize("processes", [600 * 1024 * 1024], indirect=True)
def test_a_plain_program_has_as_much_memory_as_it_may(processes: Processes, tmp_path: Path) -> None:
    """The bound is the same where nothing is forked."""
    # It waits for the bound, which is set from outside once it runs.
    program = (
        "import resource, time\n"
        "while resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:\n"
        "    time.sleep(0.01)\n"
        "bytearray(900 * 1024 * 1024)\n"
    )

    ran = processes.run("step", (sys.executable, "-c", program), cwd=tmp_path, limit=_PLENTY)

    assert "MemoryError" in ran.err


def test_a_step_that_prints_without_end_is_ended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it fills the disk."""
    from waooaw_cli.adapters import process

    monkeypatch.setattr(process, "_MOST_OUTPUT_BYTES", 100_000)

    with pytest.raises(ToolCrashed, match="printed more than"):
        run("while True: print('x' * 1000)")


def test_a_worker_grows_another_that_knows_more(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the one has imported need not be imported again, and is not what the other holds."""
    monkeypatch.setattr(module, "_RUNTIME", ("json",))
    monkeypatch.setattr(module, "_TESTING", ("colorsys", "no_such_module_anywhere"))
    workers = processes._workers
    assert workers is not None
    grown, first = workers.of("waooaw_cli.adapters.suite"), workers.of(_MEASURE)
    assert grown is not None
    assert first is not None
    line = "import sys; print('json' in sys.modules, 'colorsys' in sys.modules)"

    said = []
    for worker in (grown, first):
        workers._workers["timeit"] = worker
        once = ("-n", "1", "-r", "1", line)
        said.append(processes.run_module("step", "timeit", once, cwd=tmp_path, limit=_PLENTY).out)

    assert said[0].startswith("True True\n")
    assert said[1].startswith("True False\n")


def test_nothing_is_left_when_the_run_ends(tmp_path: Path) -> None:
    """Workers and what runs below them end with who asked, also when that is killed."""
    program = (
        "import os, sys, threading, time\n"
        "from datetime import timedelta\n"
        "from pathlib import Path\n"
        "from waooaw_cli.adapters import workers\n"
        "from waooaw_cli.adapters.process import Processes\n"
        "from waooaw_cli.settings import Isolation\n"
        "workers._RUNTIME = ('json',)\n"
        "processes = Processes(os.environ, isolation=Isolation.FORK)\n"
        "own = processes._workers\n"
        "own._workers['timeit'] = own.of('waooaw.testing.measure')\n"
        'code = \'import os, time; open("step", "w").write(str(os.getpid())); time.sleep(60)\'\n'
        "processes.run_module('step', 'timeit', ('-n', '1', '-r', '1', code),\n"
        "    cwd=Path.cwd(), limit=timedelta(seconds=60))\n"
    )
    asking = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path)
    step = tmp_path / "step"
    deadline = time.monotonic() + 30
    while not (step.is_file() and step.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    running = int(step.read_text())

    asking.send_signal(signal.SIGKILL)
    asking.wait()

    try:
        assert _gone(running)
    finally:
        with suppress(ProcessLookupError):
            os.kill(running, signal.SIGKILL)


@pytest.mark.parametrize("name", [_MEASURE, "waooaw_cli.adapters.suite"], ids=["first", "grown"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_what_left_its_session_does_not_outlive_the_run(
    tmp_path: Path, name: str, how: signal.Signals
) -> None:
    """A keeper has the time to end what its step left behind, before its worker is gone."""
    program = (
        "import os\n"
        "from datetime import timedelta\n"
        "from pathlib import Path\n"
        "from waooaw_cli.adapters import workers\n"
        "from waooaw_cli.adapters.process import Processes\n"
        "from waooaw_cli.settings import Isolation\n"
        "workers._RUNTIME = workers._TESTING = ('json',)\n"
        "with Processes(os.environ, isolation=Isolation.FORK) as processes:\n"
        "    own = processes._workers\n"
        f"    own._workers['timeit'] = own.of({name!r})\n"
        "    lines = ('import os, subprocess, time',\n"
        '        \'child = subprocess.Popen(["sleep", "60"], start_new_session=True)\',\n'
        '        \'open("new", "w").write(str(child.pid)); os.rename("new", "left")\',\n'
        "        'time.sleep(60)')\n"
        "    processes.run_module('step', 'timeit', ('-n', '1', '-r', '1', *lines),\n"
        "        cwd=Path.cwd(), limit=timedelta(seconds=60))\n"
    )
    asking = subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    left = tmp_path / "left"
    deadline = time.monotonic() + 30
    while not left.is_file() and time.monotonic() < deadline:
        time.sleep(0.02)
    running = int(left.read_text())

    asking.send_signal(how)
    asking.wait()

    try:
        assert _gone(running)
    finally:
        with suppress(ProcessLookupError):
            os.kill(running, signal.SIGKILL)


@pytest.mark.parametrize("name", [_MEASURE, "waooaw_cli.adapters.suite"], ids=["first", "grown"])
def test_a_step_has_no_way_to_speak_for_its_worker(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It inherits no socket: by that it could say how another step ended."""
    monkeypatch.setattr(module, "_RUNTIME", ("json",))
    monkeypatch.setattr(module, "_TESTING", ("json",))
    workers = processes._workers
    assert workers is not None
    worker = workers.of(name)
    assert worker is not None
    workers._workers["timeit"] = worker
    line = (
        "import os; print([p for f in os.listdir('/proc/self/fd')"
        " if os.path.lexists(f'/proc/self/fd/{f}')"
        " and (p := os.readlink(f'/proc/self/fd/{f}')).startswith('socket')])"
    )

    said = processes.run_module(
        "step", "timeit", ("-n", "1", "-r", "1", line), cwd=tmp_path, limit=_PLENTY
    )

    assert said.out.startswith("[]\n")


def test_a_lower_bound_of_the_system_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody may raise it, as below `ulimit -v`, tools run all the same."""
    import resource

    asked = []

    def refuse(which: int, limits: tuple[int, int]) -> None:
        asked.append(which)
        if limits[1]:
            raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)

    worker_module._limit(1 << 40)

    assert asked == [resource.RLIMIT_CORE, resource.RLIMIT_AS]


def test_last_words_that_can_not_be_written_are_told(run: Run) -> None:
    """As an interpreter does at its end: what it printed may be cut."""
    ran = run("import sys", "sys.stdout = open('/dev/full', 'w'); print('x')")

    assert ran.code == 120


def test_what_is_closed_starts_nothing(tmp_path: Path) -> None:
    """A gate that is late to the end of a run gets no tool."""
    processes = Processes(os.environ, isolation=Isolation.FORK)
    processes.warm({GateId.PERFORMANCE})
    processes.close()
    processes.warm({GateId.TYPES})

    with pytest.raises(ToolCrashed, match="the run is being ended"):
        processes.run_module("mypy", "mypy", (), cwd=tmp_path, limit=_PLENTY)


def test_where_no_worker_can_be_started_interpreters_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The findings are the same, only later."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    with Processes(os.environ, isolation=Isolation.FORK) as processes:
        with monkeypatch.context() as patched:
            patched.setattr(subprocess, "Popen", refuse)
            processes.warm(frozenset(GateId))

        ran = processes.run_module("timeit", "timeit", ("-h",), cwd=tmp_path, limit=_PLENTY)

    assert "timeit" in ran.out
