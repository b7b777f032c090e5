"""`waooaw desk`: who has which request, since when, and what happens to it."""

from __future__ import annotations

import difflib
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.errors import InputError, shown

if TYPE_CHECKING:
    from waooaw.triage.vocabulary import Route
    from waooaw_cli.factory.desk import Overview
    from waooaw_cli.settings import Settings

__all__ = ["desk"]

#: An action, its module, and what follows it. A module is imported when it is called.
_ACTIONS = {
    "show": ("desk_steps", "ID"),
    "take": ("desk_steps", "ID…"),
    "answer": ("desk_steps", "ID TEXT"),
    "note": ("desk_steps", "ID TEXT"),
    "move": ("desk_steps", "ID DESK WHY"),
    "wait": ("desk_steps", "ID QUESTION"),
    "resume": ("desk_steps", "ID REPLY"),
    "solve": ("desk_steps", "ID TEXT"),
    "close": ("desk_steps", "ID [WHY]"),
    "reopen": ("desk_steps", "ID WHY"),
    "link": ("desk_steps", "ID ID"),
    "unlink": ("desk_steps", "ID…"),
    "escalate": ("desk_steps", ""),
    "letters": ("desk_letters", "[ID]"),
    "send": ("desk_send", "[ID] [KIND] [again|done]"),
    "agents": ("desk_agents", "[NAME…]"),
}
_WRITING = frozenset({"letters", "send"})
_PAUSE_S = 2.0


def desk(  # noqa: PLR0913 - one parameter for each option of the command
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ACTION…]",
            help="Nothing for the queues, or: "
            + ", ".join(f"{name} {needs}".strip() for name, (_, needs) in _ACTIONS.items())
            + ".",
        ),
    ] = None,
    *,
    only: Annotated[
        list[str] | None,
        typer.Option("--desk", metavar="DESK", help="Only this queue; repeatable."),
    ] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Also what is solved or closed.")] = False,
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=1, max=3650, help="Measure so many days.")
    ] = 30,
    live: Annotated[
        bool, typer.Option("--live", help="Show the queues anew until Ctrl-C, and escalate.")
    ] = False,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="NAME", help="Who acts; agent:NAME for what is no person."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="ADDRESS", help="Send one letter there; it is not kept."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="DIR", help="Where `agents` puts the packages."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Show the queues of the desks and how they do; or let something happen to a ticket.

    What triage judged stands at its desk. A ticket that nobody answers in time moves up by
    `waooaw desk escalate`, which a timer should call. Agents move tickets up; a person alone links
    duplicates and closes, and nothing is closed by itself.

    Customers are told what is due to them by `waooaw desk send`, which a timer should call too;
    `letters` shows that before. `answer` and `wait` send nothing by themselves: they stop the
    clock, and what was said goes out with the next letter.

    Example: waooaw desk --json

    Example: waooaw desk move T-31 L2 "restarting did not help"

    Example: waooaw desk agents wow-triage-desk --output agents
    """
    from waooaw_cli.settings import read_settings

    settings = read_settings(Path.cwd(), os.environ)
    if output is not None and (words or [""])[0] != "agents":
        raise InputError("--output says where agents are put", hint="waooaw desk agents --output X")
    if words:
        if live or ended or only:
            raise InputError(
                f"--live, --ended and --desk say nothing to the action {shown(words[0])}",
                hint="see waooaw desk --help",
            )
        if words[0] == "agents":
            return _made(words[1:], by, to, output, as_json=as_json)
        return _acted(words[0], words[1:], by, to, as_json=as_json)
    if to is not None:
        raise InputError("--to names a customer, and nothing is sent", hint="waooaw desk --help")
    if by is not None:
        raise InputError("--by says who acts, and there is no action", hint="waooaw desk --help")
    desks = tuple(_desk_named(name) for name in only or ())
    if live:
        return _lived(settings, desks, ended=ended, days=days, as_json=as_json)
    overview = _overview(settings, desks, ended=ended, days=days)
    _show(overview, as_json=as_json)
    return 0


def _made(
    names: list[str], by: str | None, to: str | None, output: Path | None, *, as_json: bool
) -> int:
    from waooaw_cli.commands.desk_agents import run_agents

    if by is not None or to is not None:
        raise InputError("--by and --to are about a ticket", hint="waooaw desk agents [NAME…]")
    return run_agents(names, as_json=as_json, output=output)


def _acted(
    action: str, arguments: list[str], by: str | None, to: str | None, *, as_json: bool
) -> int:
    if action not in _ACTIONS:
        near = difflib.get_close_matches(action, _ACTIONS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(_ACTIONS)}"
        raise InputError(f"the desk knows no action {shown(action)}", hint=hint)
    module, needs = _ACTIONS[action]
    least = sum(not one.startswith("[") for one in needs.split())
    usage = f"waooaw desk {action} {needs}".rstrip()
    if len(arguments) < least:
        raise InputError(f"desk {action}: {needs} is missing", hint=usage)
    if not needs and arguments:
        raise InputError(f"desk {action}: {shown(arguments[0])} is too much", hint=usage)
    run = import_module(f"waooaw_cli.commands.{module}")
    if action in _WRITING:
        return int(getattr(run, f"run_{action}")(arguments, as_json=as_json, to=to, by=by))
    if to is not None:
        raise InputError(
            f"--to says nothing to the action {action!r}", hint="waooaw desk send ID --to ADDRESS"
        )
    return int(run.run_action(action, arguments, by=by, as_json=as_json))


def _desk_named(name: str) -> Route:
    from waooaw_cli.commands.desk_steps import desk_named

    return desk_named(name)


def _overview(settings: Settings, desks: Sequence[Route], *, ended: bool, days: int) -> Overview:
    from waooaw_cli.factory.desk import overview
    from waooaw_cli.factory.desk_settings import clock_of

    clock = clock_of(settings)
    return overview(settings, clock, datetime.now(UTC), desks=desks, ended=ended, days=days)


def _show(overview: Overview, *, as_json: bool) -> None:
    from waooaw_cli.render.desk import desk_json, write_desk
    from waooaw_cli.render.page import page_on

    if as_json:
        sys.stdout.write(desk_json(overview) + "\n")
    else:
        write_desk(page_on(sys.stdout, os.environ), overview)


def _lived(
    settings: Settings, desks: Sequence[Route], *, ended: bool, days: int, as_json: bool
) -> int:
    """Show the queues again and again; a person ends it, with Ctrl-C."""
    from waooaw_cli.factory.desk import escalated
    from waooaw_cli.factory.desk_settings import clock_of
    from waooaw_cli.render.desk_live import board_on

    clock = clock_of(settings)
    with board_on(sys.stdout, os.environ, as_json=as_json) as board:
        while True:
            escalated(settings, clock, datetime.now(UTC))
            board.show(_overview(settings, desks, ended=ended, days=days))
            time.sleep(_PAUSE_S)
