"""Wire the commands, and map every way they can end to an exit code. The only place that does.

Exit codes: 0 done and pass, 1 a verdict is fail, 2 the input is wrong, 3 undecided, 70 a defect,
130 interrupted. What costs time to import is imported when a command is called.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

    from waooaw.errors import WaooawError

__all__ = ["COMMANDS", "CommandEntry", "ExitCode", "main"]


class ExitCode(IntEnum):
    """Name how a command ended."""

    PASS = 0
    FAIL = 1
    INPUT = 2
    UNDECIDED = 3
    DEFECT = 70
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """Say where a command lives and what it does, without importing it."""

    module: str
    function: str
    summary: str


COMMANDS = {
    "new-agent": CommandEntry("new_agent", "new_agent", "Ten questions become a gated package."),
    "gate": CommandEntry("gate", "gate", "Run the gates on one or many agents."),
    "verify": CommandEntry("verify", "verify", "Tell whether packages are what was signed."),
    "keys": CommandEntry("keys", "keys", "Make a pair of keys to sign and verify with."),
    "vision": CommandEntry("vision", "vision", "Check the rules, or review a change by them."),
    "run": CommandEntry("run", "run", "Run an agent on this machine against events."),
    "triage": CommandEntry("triage", "triage", "Give a request its type, severity and desk."),
    "desk": CommandEntry("desk", "desk", "Show who has which request, and act on it."),
    "report": CommandEntry("report", "report", "Show, merge or compare saved reports."),
    "explain": CommandEntry("explain", "explain", "Say what a rule means and how to meet it."),
    "advisories": CommandEntry(
        "advisories", "advisories", "Import known vulnerabilities, or say how old they are."
    ),
    "sbom": CommandEntry("sbom", "sbom", "List what a package is made of, as CycloneDX 1.6."),
    "recipes": CommandEntry("recipes", "recipes", "List the cookbook, or show one recipe."),
    "schema": CommandEntry("schema", "schema", "Print the JSON Schema of a file format."),
    "cache": CommandEntry("cache", "cache", "Show what gates keep for the next run; clear it."),
    "doctor": CommandEntry("doctor", "doctor", "Show what this machine has, lacks and uses."),
}


class _Terminated(KeyboardInterrupt):
    """Say that SIGTERM came: clean up as for Ctrl-C."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        argv: The arguments after the program's name; the process's own by default.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not _open_streams():
        return ExitCode.UNDECIDED
    debug = os.environ.get("WAOOAW_DEBUG", "") not in {"", "0"} or "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    _speak_utf8()
    if debug:
        import logging

        logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    _turn_sigterm_into_an_exception()
    return _mapped(arguments, debug=debug)


def _open_streams() -> bool:
    """Stand in for streams that the caller closed; tell whether results can be printed."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - for the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - as above
    if sys.stdout is None:
        sys.stderr.write("error: standard output is closed\n  try: leave it open, or > a file\n")
        return False
    return True


def _turn_sigterm_into_an_exception() -> None:
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        return

    def terminate(signum: int, frame: FrameType | None) -> NoReturn:
        del signum, frame
        raise _Terminated

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), terminate)


def _mapped(arguments: list[str], *, debug: bool) -> int:
    """Run the command line and turn what escapes into a message and an exit code."""
    from waooaw.errors import WaooawError

    try:
        code = _invoked(arguments)
        sys.stdout.flush()
    except (KeyboardInterrupt, EOFError):
        code = ExitCode.INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The reader has seen enough; typer exits by itself then.
        _give_up_stdout()
        return ExitCode.UNDECIDED
    except WaooawError as error:
        return _told(error, arguments, debug=debug)
    except OSError as error:
        return _told(_of_the_machine(error), arguments, debug=debug)
    except Exception as error:  # noqa: BLE001 - the border: what we did not foresee is a defect
        return _defect(error, arguments, debug=debug)
    if code == ExitCode.INTERRUPTED:
        sys.stderr.write("interrupted\n")
    return code


def _speak_utf8() -> None:
    """Write what was asked for, whatever the locale: a C locale or an old console has no é."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _give_up_stdout() -> None:
    """Send to nowhere what is left for stdout: Python would complain when it closes it."""
    stdout = sys.__stdout__
    if stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())


def _invoked(arguments: list[str]) -> int:
    if arguments[:1] == ["gate"]:
        from waooaw_cli.commands.quick_gate import answered

        if (code := answered(arguments[1:])) is not None:
            return code
    from typer.exceptions import Abort, TyperException

    from waooaw.errors import InputError
    from waooaw_cli.commands.command_line import command_line

    try:
        return command_line(COMMANDS, arguments)
    except Abort as error:
        raise KeyboardInterrupt from error
    except TyperException as error:
        command = arguments[0] if arguments and arguments[0] in COMMANDS else None
        program = f"waooaw {command}" if command else "waooaw"
        message = error.format_message().rstrip(".") or "a command is missing"
        raise InputError(message, hint=f"see {program} --help") from error


def _of_the_machine(error: OSError) -> WaooawError:
    from waooaw.errors import EnvironmentFault

    place = f"{error.filename}: " if error.filename else ""
    return EnvironmentFault(
        f"{place}{error.strerror or error}", hint="free space or mend permissions, then run again"
    )


def _told(error: WaooawError, arguments: list[str], *, debug: bool) -> int:
    """Print an intended error on stderr, and on stdout where a program reads along."""
    from waooaw.errors import CouldNotDecide, EnvironmentFault, InputError
    from waooaw_cli.render.errors import error_json, error_lines

    match error:
        case InputError():
            code = ExitCode.INPUT
        case EnvironmentFault() | CouldNotDecide():
            code = ExitCode.UNDECIDED
        case _:
            code = ExitCode.DEFECT
    if debug:
        _print_traceback(error)
    with contextlib.suppress(OSError):  # the error may be that nothing can be written
        sys.stderr.write(error_lines(error) + "\n")
    try:
        # What stands after "--" is no option.
        options = arguments[: arguments.index("--")] if "--" in arguments else arguments
        if "--json" in options:
            sys.stdout.write(error_json(error, exit_code=code) + "\n")
        sys.stdout.flush()
    except OSError:
        _give_up_stdout()
    return code


def _defect(error: Exception, arguments: list[str], *, debug: bool) -> int:
    if debug:
        _print_traceback(error)
    from waooaw_cli.render.defects import write_defect

    sys.stderr.write(write_defect(error, arguments, os.environ) + "\n")
    return ExitCode.DEFECT


def _print_traceback(error: BaseException) -> None:
    import traceback

    sys.stderr.write("".join(traceback.format_exception(error)))
