"""`waooaw run`: an agent on this machine, against an event, a file of events or a bus."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.errors import InputError

if TYPE_CHECKING:
    from waooaw.agent import Agent
    from waooaw.spec import AgentSpec

__all__ = ["run"]


def run(
    path: Annotated[Path, typer.Argument(help="The agent's folder, with its agent.yaml.")],
    *,
    event: Annotated[
        str | None,
        typer.Option("--event", metavar="FILE", help="One event as JSON; - for standard input."),
    ] = None,
    events: Annotated[
        str | None,
        typer.Option("--events", metavar="FILE", help="One event a line; - for standard input."),
    ] = None,
    bus: Annotated[
        str | None,
        typer.Option("--bus", metavar="URL", help="Events from a bus, as sqlite:///bus.db."),
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option("--journal", metavar="FILE", help="Where decisions are kept."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on a terminal, too.")] = False,
) -> int:
    """Run an agent on this machine: one decision a line, in the order of the events.

    An event is a CloudEvent or {"type": ..., "data": ...}. An event that the journal knows is not
    decided again. Exit code 1 when an action failed. A bus is read until Ctrl-C.

    Example: waooaw run generated/wow-refund-desk --events events.jsonl --journal journal.db
    """
    from waooaw.database import MEMORY
    from waooaw.process import Request, perform
    from waooaw.specfile import read_spec
    from waooaw_cli.gates.policies import layers_for

    request = Request(event, events, bus, as_json=as_json)
    if not path.is_dir():
        problem = "a file, not a folder" if path.exists() else "no such folder"
        raise InputError(f"{path}: {problem}", hint="name the folder that holds agent.yaml")
    spec = read_spec(path / "agent.yaml")
    agent_class = _agent_class(path, spec)
    kept: Path | str = MEMORY if journal is None else journal
    if bus is not None and journal is None:
        kept = _own_journal(path, spec)
    layers = layers_for(path.resolve(), Path.cwd(), datetime.now(UTC).date())
    return perform(agent_class, spec, request, kept, layers=layers)


def _own_journal(path: Path, spec: AgentSpec) -> Path:
    """Return where a bus's decisions are kept by default: in the user's own state folder."""
    from waooaw_cli.settings import read_settings

    folder = read_settings(Path.cwd(), os.environ).state_dir / "journals"
    folder.mkdir(parents=True, exist_ok=True)
    place = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    return folder / f"{spec.name}-{place}.db"


def _agent_class(path: Path, spec: AgentSpec) -> type[Agent]:
    """Import the package's agent; a folder without one runs with every skill unwritten."""
    from waooaw.agent import Agent

    package = path / "src" / spec.package
    if not package.is_dir():
        return type(spec.class_name, (Agent,), {"home": path})
    # Nothing is written into the agent's folder, bytecode neither.
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(package.parent.resolve()))
    try:
        module = importlib.import_module(f"{spec.package}.agent")
    except (Exception, SystemExit) as error:
        raise InputError(
            f"{package}: cannot be imported: {type(error).__name__}: {error}",
            hint="install what it needs beside waooaw, or mend it",
        ) from error
    found: object = vars(module).get(spec.class_name)
    if not isinstance(found, type) or not issubclass(found, Agent):
        raise InputError(
            f"{package / 'agent.py'}: holds no agent {spec.class_name}",
            hint=f"add: class {spec.class_name}(waooaw.Agent)",
        )
    return found
