"""A process that has imported what the tools need, and forks a child for each step.

``python -P -m waooaw_cli.adapters.worker FD MODULE…`` imports the modules, then reads requests from
the socket FD. To import mypy, pytest and coverage takes longer than to run them on one agent.

A step runs in a process group of its own, below a keeper that outlives it: the keeper adopts
whatever the step leaves behind, also what left the group, and ends it. When whoever asked goes
away, so does everything here.

Each message is four bytes of length, then JSON. A request to run a module comes with two file
descriptors, for its output; the answer is how it ended, as `os.waitpid` tells it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypedDict

__all__ = ["Request", "main", "received", "sent"]

_LENGTH = struct.Struct("!I")
_LARGEST_MESSAGE = 16 * 1024 * 1024
_MOST_DESCRIPTORS = 2
# Less than who asks waits for us, see `workers`.
_FAREWELL_SECONDS = 3.0
_LOOK_SECONDS = 0.1
# From <linux/prctl.h>.
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
# What Python exits with where its last words could not be written.
_NOT_FLUSHED = 120


class Request(TypedDict, total=False):
    """Ask for one thing.

    Attributes:
        do: `run` a module, `end` a run, or `grow` another worker from this one.
        number: Which run.
        module: What to run, as ``python -m`` would.
        arguments: Its arguments.
        folder: Where it runs.
        environment: Its whole environment.
        memory_bytes: How much address space it may take; 0 for any.
        modules: What the other worker imports besides.
    """

    do: str
    number: int
    module: str
    arguments: list[str]
    folder: str
    environment: dict[str, str]
    memory_bytes: int
    modules: list[str]


def sent(connection: socket.socket, message: object, descriptors: Sequence[int] = ()) -> None:
    """Send one message, whole."""
    text = json.dumps(message).encode("utf-8", "surrogateescape")
    data = _LENGTH.pack(len(text)) + text
    done = socket.send_fds(connection, [data], list(descriptors)) if descriptors else 0
    connection.sendall(data[done:])


def received(connection: socket.socket) -> tuple[Any, list[int]] | None:  # `Any`: JSON
    """Wait for one message and what came with it; None where the other side is gone."""
    data, descriptors = b"", list[int]()
    wanted = _LENGTH.size
    while len(data) < wanted:
        part, came, _, _ = socket.recv_fds(connection, wanted - len(data), _MOST_DESCRIPTORS)
        descriptors += came
        if not part:
            return None
        data += part
        if len(data) == _LENGTH.size:
            wanted += min(_LENGTH.unpack(data)[0], _LARGEST_MESSAGE)
    return json.loads(data[_LENGTH.size :]), descriptors


class _Worker:  # pragma: no cover - runs in processes of its own, which tests look at from outside
    """Hold what one worker runs.

    Args:
        connection: To who asks.
        control: Calls `prctl` where the system has it.
    """

    def __init__(self, connection: socket.socket, control: Callable[[int, int], None]) -> None:
        self._connection = connection
        self._control = control
        self._running: dict[int, int] = {}
        self._grown: set[int] = set()
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)  # noqa: FBT003 - the library's own
        self._woken.setblocking(False)  # noqa: FBT003 - as above
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        control(_PR_SET_CHILD_SUBREAPER, 1)

    def serve(self) -> None:
        """Do what is asked until who asks is gone."""
        while True:
            ready, _, _ = select.select([self._connection, self._woken], [], [])
            if self._woken in ready:
                self._woken_up()
            if self._connection in ready and not self._take():
                self._end_all()
                return

    def _end_all(self) -> None:
        """End what runs; a keeper whose worker is gone would leave what left its step's session."""
        for keeper in self._running:
            os.kill(keeper, signal.SIGTERM)
        deadline = time.monotonic() + _FAREWELL_SECONDS
        while (self._running or self._grown) and time.monotonic() < deadline:
            select.select([self._woken], [], [], _LOOK_SECONDS)
            self._woken_up()

    def _woken_up(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(4_096)
        self._tell_what_ended()

    def _take(self) -> bool:
        message = received(self._connection)
        if message is None:
            return False
        request, descriptors = message
        match request["do"]:
            case "run":
                self._run(request, descriptors)
            case "end":
                for keeper, number in self._running.items():
                    if number == request["number"]:
                        os.kill(keeper, signal.SIGTERM)
            case "grow":
                self._grow(request["modules"], descriptors[0])
        for descriptor in descriptors:
            os.close(descriptor)
        return True

    def _run(self, request: Request, descriptors: list[int]) -> None:
        keeper = os.fork()
        if keeper == 0:
            self._leave()
            _keep(request, descriptors, self._control)
        self._running[keeper] = request["number"]

    def _grow(self, modules: list[str], descriptor: int) -> None:
        grown = os.fork()
        if grown == 0:
            self._leave()
            with contextlib.suppress(BaseException):
                # Not a duplicate: every step would inherit the other one, and could speak for us.
                _serve(socket.socket(fileno=descriptor), modules, self._control)
            os._exit(0)
        self._grown.add(grown)

    def _leave(self) -> None:
        """Give back, in a child, what belongs to this worker alone."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for one in (self._connection, self._woken, self._waker):
            one.close()

    def _tell_what_ended(self) -> None:
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            number = self._running.pop(process, None)
            self._grown.discard(process)
            # A keeper that was killed leaves what it kept to us, and that what it started.
            for orphan in _children():
                if orphan not in self._running and orphan not in self._grown:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(orphan, signal.SIGKILL)
            if number is not None:
                with contextlib.suppress(OSError):
                    sent(self._connection, {"number": number, "status": status})


def _keep(  # pragma: no cover - as above
    request: Request, descriptors: list[int], control: Callable[[int, int], None]
) -> NoReturn:
    """Run the step in a child, outlive it, end what it left, and end in the same way."""
    os.setsid()
    control(_PR_SET_PDEATHSIG, signal.SIGKILL)
    control(_PR_SET_CHILD_SUBREAPER, 1)
    step = os.fork()
    if step == 0:
        control(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _step(request, descriptors)
    with contextlib.suppress(OSError):
        os.setpgid(step, step)  # both do, so that neither is too late

    def end(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(step, signal.SIGKILL)

    signal.signal(signal.SIGTERM, end)
    _, status = os.waitpid(step, 0)
    end()
    while left := _children():
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)
    if os.WIFSIGNALED(status):
        died = os.WTERMSIG(status)
        if died not in {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(died, signal.SIG_DFL)
        os.kill(os.getpid(), died)
    os._exit(os.waitstatus_to_exitcode(status))


def _children() -> list[int]:  # pragma: no cover - as above
    """Return the children of this process; where the system does not tell, none."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:  # noqa: PTH123 - pathlib may not be imported
            return [int(one) for one in file.read().split()]
    except OSError:
        return []


def _step(request: Request, descriptors: list[int]) -> NoReturn:  # pragma: no cover - as above
    """Be the program: what ``python -P -m module arguments`` would be."""
    code: object = 1  # whatever SystemExit was raised with
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.chdir(request["folder"])
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, descriptor in enumerate((nothing, *descriptors)):
            os.dup2(descriptor, number)
        os.environ.clear()
        os.environ.update(request["environment"])
        _limit(request["memory_bytes"])
        sys.argv = [request["module"], *request["arguments"]]
        import runpy

        gc.enable()
        runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as error:
        code = error.code
    except BaseException:  # noqa: BLE001 - as an interpreter does at its end
        import traceback

        traceback.print_exc()
    _exit(code)


def _exit(code: object) -> NoReturn:  # pragma: no cover - as above
    """End as an interpreter does, without freeing what the system frees anyway."""
    import atexit
    import threading

    number = code if isinstance(code, int) else int(code is not None)
    if not isinstance(code, int | None):
        sys.stderr.write(f"{code}\n")
    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - joins what still works
        atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing does
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # a full disk: an interpreter says so
            number = _NOT_FLUSHED
        except (ValueError, AttributeError):  # the step closed it or took it away
            continue
    os._exit(number & 0xFF)


def _limit(memory_bytes: int) -> None:  # pragma: no cover - as above
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_bytes:
        # Where a lower bound holds already, that one stays.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _serve(  # pragma: no cover - as above
    connection: socket.socket, modules: Sequence[str], control: Callable[[int, int], None]
) -> None:
    # What is imported lives on in every child: to look through it there would copy it.
    gc.disable()
    for module in modules:
        # What is missing is told by the step that needs it.
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    gc.freeze()
    _Worker(connection, control).serve()


def main(arguments: Sequence[str]) -> None:  # pragma: no cover - as above
    """Serve the socket whose descriptor is the first of *arguments*."""
    descriptor, *modules = arguments
    _serve(socket.socket(fileno=int(descriptor)), modules, _control())
    os._exit(0)  # to free what was imported takes longer than to leave that to the system


def _control() -> Callable[[int, int], None]:  # pragma: no cover - as above
    """Return `prctl`, or where the system has none, what does nothing."""
    if sys.platform != "linux":
        return lambda *_: None
    import ctypes

    prctl = ctypes.CDLL(None).prctl

    def call(option: int, value: int) -> None:
        prctl(option, value, 0, 0, 0)

    return call


if __name__ == "__main__":  # pragma: no cover - as above
    main(sys.argv[1:])
