"""The command line: which command is meant, and what typer makes of its options.

A command is a function with typer annotations that returns its exit code. It is imported when it is
called; the list of commands is printed from a table.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol

import typer
from typer.core import TyperGroup

from waooaw.version import __version__

__all__ = ["Entry", "command_line"]

_ABOUT = """\
The agent factory: ten answers become an agent that works, and gates prove it.

Example: waooaw new-agent wow-refund-desk
"""


class Entry(Protocol):
    """Say where a command lives and what it does."""

    @property
    def module(self) -> str:
        """The module's name inside this package."""
        ...

    @property
    def function(self) -> str:
        """The function in it."""
        ...

    @property
    def summary(self) -> str:
        """What the list of commands says of it."""
        ...


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer hands the value on by position
    if wanted:
        sys.stdout.write(f"waooaw {__version__}\n")
        raise typer.Exit


_Version = Annotated[
    bool,
    typer.Option(
        "--version",
        "-V",
        help="Print the version and exit.",
        callback=_print_version,
        is_eager=True,
    ),
]


def command_line(entries: Mapping[str, Entry], arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code.

    Raises:
        typer.exceptions.TyperException: The options are wrong.
    """

    class Group(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer's own is private
            del ctx
            return list(entries)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
            del ctx
            entry = entries.get(cmd_name)
            return None if entry is None else _loaded(cmd_name, entry)

        def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
            del ctx
            with formatter.section("Commands"):
                formatter.write_dl([(name, entry.summary) for name, entry in entries.items()])

    app = typer.Typer(
        name="waooaw",
        cls=Group,
        help=_ABOUT,
        rich_markup_mode=None,
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def _shared(
        *,
        version: _Version = False,
        debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    ) -> None:
        del version, debug  # the callback did the one; the other is taken out beforehand

    group = typer.main.get_command(app)
    # Known here, so that a mistyped command is answered with the nearest ones.
    group.commands = dict.fromkeys(entries)  # type: ignore[attr-defined]  # it is a Group
    code = group.main(args=list(arguments) or ["--help"], prog_name="waooaw", standalone_mode=False)
    return int(code or 0)


def _loaded(name: str, entry: Entry) -> object:
    module = importlib.import_module(f"{__package__}.{entry.module}")
    single = typer.Typer(
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    single.command(name)(getattr(module, entry.function))
    return typer.main.get_command(single)
