"""Run outside programs so that none of them can hang, flood, linger or learn a secret."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Self

from waooaw_cli.adapters.workers import MODULES, Step, Workers, can_fork
from waooaw_cli.gates.ports import ToolCrashed, ToolMissing, ToolTimedOut
from waooaw_cli.gates.report import GateId
from waooaw_cli.settings import Isolation

__all__ = ["Processes", "Ran", "last_words", "quiet_environment"]

# What a program needs to start and to find the user's language, time zone and temporary folder on
# Linux, macOS and Windows. An allow-list, since a list of secrets' names is never complete.
_KEPT = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "USERNAME"),
        *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "NUMBER_OF_PROCESSORS"),
    }
)
_KEPT_PREFIXES = ("LC_",)
# What pip needs besides, to reach the index that the user named.
_FOR_PIP = ("PIP_", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")

_MOST_OUTPUT_BYTES = 64 * 1024 * 1024
_WATCH_SECONDS = 0.25
_LAST_LINES = 8
_LONGEST_LAST_WORDS = 1_000
# Windows reports a death by exception as a status from here on, 0xC0000005 for a wrong address.
_FIRST_STATUS_CODE = 0xC0000000
# A shell reports a child that died of signal N as 128 + N.
_FIRST_SIGNAL_CODE = 129
_LAST_SIGNAL_CODE = 192


@dataclass(frozen=True, slots=True)
class Ran:
    """Hold how a program ended by itself.

    Attributes:
        code: Its exit code, never one that stands for a signal.
        out: What it printed on standard output; at most 64 MiB.
        err: What it printed on standard error.
    """

    code: int
    out: str
    err: str


def last_words(*texts: str) -> str:
    """Return the last lines of the first of *texts* that says something, bounded for a report."""
    for text in texts:
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
        if lines:
            return "\n".join(lines[-_LAST_LINES:])[-_LONGEST_LAST_WORDS:]
    return ""


def quiet_environment(environment: Mapping[str, str], *, pip: bool = False) -> dict[str, str]:
    """Return what of *environment* a tool may see.

    Nothing that steers Python, pytest, coverage, mypy or ruff, so that a verdict does not depend on
    who asks; nothing that might be a secret, since tools run the package's code.

    Args:
        environment: The caller's environment.
        pip: Whether the program is pip, which must know its index and its proxy.
    """
    prefixes = (*_KEPT_PREFIXES, *_FOR_PIP) if pip else _KEPT_PREFIXES
    kept = {
        name: value
        for name, value in environment.items()
        if name.upper() in _KEPT or name.upper().startswith(prefixes)
    }
    return kept | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "NO_COLOR": "1"}


class Processes:
    """Start programs, wait for them, and leave none behind.

    Safe to use from several threads. Used as a context manager it ends, on the way out, what still
    runs, which is what Ctrl-C comes to.

    Args:
        environment: The caller's environment, read at the door.
        isolation: How Python's tools are kept apart: forked where that is possible, or each in an
            interpreter of its own.
        memory_bytes: How much address space each program may take; 0 for any.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        isolation: Isolation = Isolation.SPAWN,
        memory_bytes: int = 0,
    ) -> None:
        self._environment = environment
        self._memory_bytes = memory_bytes
        forked = isolation is Isolation.FORK and can_fork()
        self._workers = Workers(quiet_environment(environment), memory_bytes) if forked else None
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every program that still runs; none can be started afterwards."""
        with self._lock:
            self._closed = True
            running = tuple(self._running)
        for process in running:
            _end(process)
        if self._workers is not None:
            self._workers.close()

    def warm(self, gates: Container[GateId]) -> None:
        """Let workers begin to import what *gates* will need, while something else is done."""
        if self._workers is not None:
            for gate, module in MODULES.items():
                if gate in gates:
                    self._workers.of(module)

    def run(
        self,
        tool: str,
        command: Sequence[str],
        *,
        cwd: Path,
        limit: timedelta,
        extra: Mapping[str, str] | None = None,
        pip: bool = False,
    ) -> Ran:
        """Run *command* in the folder *cwd* until it ends, at most for *limit*.

        Args:
            tool: The program's name in messages.
            command: The program and its arguments.
            cwd: Where it runs.
            limit: After this time it is ended, with everything that it started.
            extra: Environment variables that it gets besides the quiet ones.
            pip: Whether it is pip, see `quiet_environment`.

        Raises:
            ToolMissing: It cannot be started, or Python has no module of that name.
            ToolTimedOut: It did not end in time.
            ToolCrashed: It died of a signal, or printed without end.
        """
        environment = quiet_environment(self._environment, pip=pip) | dict(extra or {})
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with self._started(tool, command, cwd, environment, out, err) as process:
                stopped = _wait(process, limit, (out, err))
            return _ran(tool, process.returncode, stopped, limit, _text(out), _text(err))

    def run_module(
        self,
        tool: str,
        module: str,
        arguments: Sequence[str],
        *,
        cwd: Path,
        limit: timedelta,
        extra: Mapping[str, str] | None = None,
        python: Path | None = None,
    ) -> Ran:
        """Run a Python module as a program, as ``python -P -m module`` does.

        Where processes can be forked, a worker that has imported the module does it.

        Args:
            tool: The program's name in messages.
            module: Its module.
            arguments: Its arguments.
            cwd: Where it runs.
            limit: After this time it is ended, with everything that it started.
            extra: Environment variables that it gets besides the quiet ones.
            python: Another interpreter than this one.

        Raises:
            ToolFault: As `run` does.
        """
        own = python is None or python == Path(sys.executable)
        if own and self._workers is not None and (worker := self._workers.of(module)) is not None:
            step = Step(
                tool,
                module,
                tuple(arguments),
                cwd,
                quiet_environment(self._environment) | dict(extra or {}),
            )
            with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
                code, stopped = worker.run(step, limit, (out, err), flooded=_flooded)
                return _ran(tool, code, stopped, limit, _text(out), _text(err))
        command = (str(python or sys.executable), "-P", "-m", module, *arguments)
        return self.run(tool, command, cwd=cwd, limit=limit, extra=extra)

    @contextmanager
    def _started(
        self,
        tool: str,
        command: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
        out: IO[bytes],
        err: IO[bytes],
    ) -> Iterator[subprocess.Popen[bytes]]:
        with self._lock:
            if self._closed:
                raise ToolCrashed(tool, "was not started: the run is being ended")
            try:
                # Output goes to files: a pipe would stay open for as long as any grandchild lives.
                process = subprocess.Popen(  # noqa: S603 - a list, no shell
                    [*command],
                    cwd=cwd,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,  # without effect on Windows
                    creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                )
            except OSError as error:
                raise ToolMissing(tool, f"cannot be started: {error.strerror}") from error
            self._running.add(process)
            _bound(process.pid, self._memory_bytes)
        try:
            yield process
        finally:
            # Also after a normal end: what a test left running must not outlive its gate.
            _end(process)
            with self._lock:
                self._running.discard(process)


def _ran(
    tool: str, code: int, stopped: str | None, limit: timedelta, said: str, complained: str
) -> Ran:
    """Return how a program ended by itself, or raise why that is no verdict."""
    words = last_words(complained, said)
    match stopped:
        case "flood":
            raise ToolCrashed(tool, "printed more than 64 MiB and was ended", last_words=words)
        case "time":
            seconds = f"{limit.total_seconds():g}"
            raise ToolTimedOut(tool, f"did not end within {seconds} s", last_words=words)
        case "lost":
            raise ToolCrashed(tool, "was lost: the process that ran it died", last_words=words)
        case _:
            pass
    if (died := _death(code)) is not None:
        raise ToolCrashed(tool, died, last_words=words)
    if code != 0 and complained.rstrip().endswith(f"No module named {tool}"):
        raise ToolMissing(tool, "is not installed", last_words=last_words(complained))
    return Ran(code, said, complained)


def _flooded(outputs: tuple[IO[bytes], ...]) -> bool:
    return sum(os.fstat(file.fileno()).st_size for file in outputs) > _MOST_OUTPUT_BYTES


def _wait(
    process: subprocess.Popen[bytes], limit: timedelta, outputs: tuple[IO[bytes], ...]
) -> str | None:
    """Wait for the end; return why it was brought about, or None where it came by itself."""
    done = threading.Event()
    reason: list[str] = []

    def watch() -> None:
        deadline = time.monotonic() + limit.total_seconds()
        while not done.wait(max(0.0, min(_WATCH_SECONDS, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                reason.append("time")
            elif _flooded(outputs):
                reason.append("flood")
            if reason:
                _end(process)
                return

    # A blocking wait beside a watching thread: `wait(timeout=…)` polls, which costs up to 50 ms.
    watcher = threading.Thread(target=watch, name=f"watch-{process.pid}", daemon=True)
    watcher.start()
    try:
        process.wait()
    finally:
        done.set()
        watcher.join()
    return reason[0] if reason else None


def _bound(process: int, memory_bytes: int) -> None:
    """Bound the memory of a program that was just started, where the system can do that."""
    if sys.platform == "linux" and memory_bytes:
        import resource

        with suppress(OSError):  # it has ended already
            resource.prlimit(process, resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End *process* and all that it started, at once."""
    if sys.platform == "win32":  # pragma: no cover - Windows only
        if process.poll() is None:
            subprocess.run(  # noqa: S603 - our own arguments
                ["taskkill", "/T", "/F", "/PID", str(process.pid)],  # noqa: S607 - part of Windows
                check=False,
                capture_output=True,
            )
    else:
        # Nobody may be left; macOS says EPERM where only zombies are.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _death(code: int) -> str | None:
    """Return how a signal ended the program, or None where it left by itself."""
    if code >= _FIRST_STATUS_CODE:
        return f"was ended by the system (status {code:#010x})"
    number = -code if code < 0 else code - 128
    if code >= 0 and not _FIRST_SIGNAL_CODE <= code <= _LAST_SIGNAL_CODE:
        return None
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return f"was ended by {name} (exit {128 + number})"


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_MOST_OUTPUT_BYTES).decode("utf-8", "replace")
