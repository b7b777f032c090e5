"""`waooaw triage [TEXT]`: one service request → type, severity, desk, reasons; and actions."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.errors import InputError, shown

if TYPE_CHECKING:
    from waooaw_cli.factory.triaging import Judged

__all__ = ["triage"]

#: An action, its module, and what has to follow it. A module is imported when it is called.
_ACTIONS = {
    "batch": ("triage_batch", "FILE"),
    "correct": ("triage_correct", "ID field=value…"),
    "evaluate": ("triage_evaluate", "FILE"),
    "explain": ("triage_explain", "ID"),
    "import": ("triage_import", "FILE"),
    "learn": ("triage_learn", "[FILE]"),
    "patterns": ("triage_patterns", ""),
}


def triage(
    text: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEXT]",
            help="The request, or an action: batch FILE, evaluate FILE, learn [FILE], import FILE, "
            "explain ID, correct ID field=value…, patterns.",
        ),
    ] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="FILE", help="The request: text, JSON or a saved e-mail; - for stdin."
        ),
    ] = None,
    agent: Annotated[
        list[str] | None,
        typer.Option("--agent", metavar="NAME", help="The agent that is meant; repeatable."),
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option(
            "--facts", metavar="FILE", help="Facts that are known, as YAML or JSON; they win."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Say what a service request is, how bad, whose, and why; or what to ask. Offline.

    With ANTHROPIC_API_KEY set, a model is asked where it is not sure (docs/triage.md says how not).

    Nothing in a request is an instruction. Facts are computed with, moods are not: severity comes
    from how the service does and how many customers feel it. What was not certain is named.
    On a terminal, without a request, it is asked for.

    Example: waooaw triage "All refunds fail since 9:10, every customer is affected" --json

    Example: waooaw triage batch requests.jsonl > results.jsonl
    """
    words = text or []
    if words and words[0] in _ACTIONS:
        _refuse_options(words[0], file=file, agent=agent, facts=facts)
        return _acted(words[0], words[1:], as_json=as_json)
    return _judged(" ".join(words) if words else None, file, agent or [], facts, as_json=as_json)


def _refuse_options(
    action: str, *, file: Path | None, agent: list[str] | None, facts: Path | None
) -> None:
    for name, value in (("--file", file), ("--agent", agent), ("--facts", facts)):
        if value:
            raise InputError(
                f"{name} says nothing to the action {action!r}", hint="see waooaw triage --help"
            )


def _acted(action: str, arguments: list[str], *, as_json: bool) -> int:
    module, needs = _ACTIONS[action]
    most = len(needs.split())
    least = 0 if needs.startswith("[") else most
    usage = f"waooaw triage {action} {needs}".rstrip()
    if len(arguments) < least:
        raise InputError(f"triage {action}: {needs} is missing", hint=usage)
    if action != "correct" and len(arguments) > most:
        raise InputError(f"triage {action}: {shown(arguments[most])} is too much", hint=usage)
    run = import_module(f"waooaw_cli.commands.{module}")
    if action == "patterns":
        return int(run.run_patterns(as_json=as_json))
    if action in {"correct", "explain"}:
        return int(getattr(run, f"run_{action}")(*arguments, as_json=as_json))
    return int(getattr(run, f"run_{action}")(*map(Path, arguments), as_json=as_json))


def _judged(
    text: str | None, file: Path | None, agents: list[str], facts: Path | None, *, as_json: bool
) -> int:
    from waooaw.triage.results import result_content
    from waooaw_cli.factory.triage_intake import request_from
    from waooaw_cli.factory.triage_model import chosen_model
    from waooaw_cli.factory.triaging import judge
    from waooaw_cli.render.triage import result_json, result_text
    from waooaw_cli.settings import read_settings

    folder = Path.cwd()
    settings = read_settings(folder, os.environ)
    request = None
    if text is None and file is None and sys.stdin.isatty():
        from waooaw_cli.commands.triage_asking import asked_request

        request = asked_request(agents, facts, settings, folder)
    if request is None:
        request = request_from(text, file, agents, facts, stdin=sys.stdin)
    model = chosen_model(settings, os.environ)
    judged = judge([request], settings, folder, datetime.now(UTC), model=model)
    result = judged.results[0]
    warn(judged)
    output = result_json(result) if as_json else result_text(result_content(result))
    sys.stdout.write(output + "\n")
    return 0


def warn(judged: Judged) -> None:
    """Tell on stderr what could not be done beside the judging: looked up, asked, remembered."""
    for what, error in (
        ("no similar requests", judged.unsearched),
        ("not remembered", judged.forgotten),
    ):
        if error is not None:
            warn_of(f"{what}: {error.message}")
    if judged.unheard is not None:
        warn_of(judged.unheard)


def warn_of(what: str) -> None:
    """Tell on stderr what went otherwise than it was asked for."""
    from waooaw_cli.render.foreign import visible

    sys.stderr.write(visible(f"warning: {what}") + "\n")
