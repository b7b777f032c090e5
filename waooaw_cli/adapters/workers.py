"""The side of the forked workers that asks: starts them, hands them steps, ends both."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import IO

from waooaw_cli.adapters.worker import Request, received, sent
from waooaw_cli.gates.report import GateId

__all__ = ["MODULES", "Step", "Worker", "Workers", "can_fork"]

#: What the gates run that run a Python module.
MODULES: Mapping[GateId, str] = MappingProxyType(
    {
        GateId.TYPES: "mypy",
        GateId.TESTS: "waooaw_cli.adapters.suite",
        GateId.PERFORMANCE: "waooaw.testing.measure",
    }
)

_PROGRAM = "waooaw_cli.adapters.worker"
_LOOK_SECONDS = 0.25
#: What it may take a worker to end what runs below it.
_FAREWELL_SECONDS = 5.0

# The runtime alone: what is measured must not hold the memory of other tools.
_RUNTIME = (
    *("pydantic", "yaml", "sqlite3", "asyncio", "cel_expr_python.cel"),
    *("waooaw.agent", "waooaw.specfile", "waooaw.store", "waooaw.models", "waooaw.process"),
)
_TESTING = ("coverage", "pytest", "waooaw_cli.adapters.suite")
_MEASURE = "waooaw.testing.measure"
_TYPING = ("mypy.main", "mypy.build", "mypy.checker", "mypy.semanal")


def can_fork() -> bool:
    """Say whether a process that has imported much can be forked safely.

    macOS has no such promise: its frameworks may hold locks of threads that a child lacks.
    """
    return sys.platform == "linux"


@dataclass(frozen=True, slots=True)
class Step:
    """Hold what a worker is to run."""

    tool: str
    module: str
    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]


@dataclass(slots=True)
class _Pending:
    done: threading.Event = field(default_factory=threading.Event)
    status: int | None = None


class Worker:
    """Run steps in one worker. Safe to use from several threads.

    Args:
        connection: To it.
        memory_bytes: How much address space a step may take; 0 for any.
    """

    def __init__(self, connection: socket.socket, memory_bytes: int) -> None:
        self._connection = connection
        self._memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._pending: dict[int, _Pending] = {}
        self._number = 0
        self.lost = False
        threading.Thread(target=self._listen, name="worker", daemon=True).start()

    def run(
        self,
        step: Step,
        limit: timedelta,
        outputs: tuple[IO[bytes], IO[bytes]],
        *,
        flooded: Callable[[tuple[IO[bytes], ...]], bool],
    ) -> tuple[int, str | None]:
        """Run *step* until it ends, at most for *limit*.

        Returns:
            Its exit code, negative for a signal, and why it was ended where it did not end by
            itself: `time`, `flood`, or `lost` where the worker died with it.
        """
        pending, number = self._begin(step, outputs)
        deadline = time.monotonic() + limit.total_seconds()
        reason = None
        while not pending.done.wait(max(0.0, min(_LOOK_SECONDS, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                reason = "time"
            elif flooded(outputs):
                reason = "flood"
            if reason:
                self._send({"do": "end", "number": number})
                pending.done.wait(_FAREWELL_SECONDS)
                break
        if pending.status is None:
            return -signal.SIGKILL, reason or "lost"
        return os.waitstatus_to_exitcode(pending.status), reason

    def _begin(self, step: Step, outputs: tuple[IO[bytes], ...]) -> tuple[_Pending, int]:
        pending = _Pending()
        with self._lock:
            self._number += 1
            number = self._number
            self._pending[number] = pending
        request: Request = {
            "do": "run",
            "number": number,
            "module": step.module,
            "arguments": list(step.arguments),
            "folder": str(step.folder),
            "environment": dict(step.environment),
            "memory_bytes": self._memory_bytes,
        }
        self._send(request, tuple(file.fileno() for file in outputs))
        return pending, number

    def grown(self, modules: tuple[str, ...]) -> Worker:
        """Return a worker forked from this one, which imports *modules* besides."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._send({"do": "grow", "modules": list(modules)}, (theirs.fileno(),))
        return Worker(ours, self._memory_bytes)

    def close(self) -> None:
        """Tell it to end, with everything that it runs."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _send(self, request: Request, descriptors: tuple[int, ...] = ()) -> None:
        with self._lock:
            try:
                sent(self._connection, request, descriptors)
            except OSError:  # it is gone; who listens says so to who waits
                self._lose()

    def _listen(self) -> None:
        with suppress(OSError, ValueError):
            while (message := received(self._connection)) is not None:
                said, _ = message
                with self._lock:
                    pending = self._pending.pop(said["number"], None)
                if pending is None:  # nobody waits for it any more
                    continue
                pending.status = said["status"]
                pending.done.set()
        with self._lock:
            self._lose()
        self._connection.close()

    def _lose(self) -> None:
        """Let nobody wait for a worker that is gone. The lock is held."""
        self.lost = True
        for pending in self._pending.values():
            pending.done.set()
        self._pending.clear()


class Workers:
    """Start one worker for each kind of step, when the first is asked for.

    Args:
        environment: What the workers themselves see.
        memory_bytes: How much address space a step may take; 0 for any.
    """

    def __init__(self, environment: Mapping[str, str], memory_bytes: int) -> None:
        self._environment = environment
        self._memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._workers: dict[str, Worker] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._closed = False

    def of(self, module: str) -> Worker | None:
        """Return the worker that imports *module*, started if need be; None where there is none."""
        with self._lock:
            worker = self._workers.get(module) or self._new(module)
        return None if worker is None or worker.lost else worker

    def _new(self, module: str) -> Worker | None:
        """Start a worker. The lock is held."""
        if self._closed:
            return None
        match module:
            case "mypy":
                worker = self._started(_TYPING)
            case "waooaw.testing.measure":  # `_MEASURE`; a name would match anything
                worker = self._started(_RUNTIME)
            case "waooaw_cli.adapters.suite":
                runtime = self._workers.get(_MEASURE) or self._new(_MEASURE)
                worker = None if runtime is None else runtime.grown(_TESTING)
            case _:
                worker = None
        if worker is not None:
            self._workers[module] = worker
        return worker

    def close(self) -> None:
        """End them, with everything that runs below them; none can be started afterwards."""
        with self._lock:
            self._closed = True
            workers, self._workers = tuple(self._workers.values()), {}
        for worker in workers:
            worker.close()
        for process in self._processes:
            # In a thread: `wait(timeout=…)` polls, which costs up to 50 ms.
            waiting = threading.Thread(target=process.wait, daemon=True)
            waiting.start()
            waiting.join(_FAREWELL_SECONDS)
            if waiting.is_alive():
                process.kill()
                waiting.join()

    def _started(self, modules: tuple[str, ...]) -> Worker | None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-P", "-m", _PROGRAM, str(theirs.fileno()), *modules],
                    env=dict(self._environment),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            except OSError:  # no more processes: each step says so for itself
                ours.close()
                return None
        self._processes.append(process)
        return Worker(ours, self._memory_bytes)
