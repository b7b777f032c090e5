"""`waooaw vision check|test [PATH]`: the layers of rules that judge what stands in a folder."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.errors import InputError, shown

if TYPE_CHECKING:
    from waooaw.vision import Layers

__all__ = ["vision"]

_ACTIONS = ("check", "test")


def vision(
    action: Annotated[str, typer.Argument(help=f"One of: {', '.join(_ACTIONS)}.")],
    path: Annotated[
        Path, typer.Argument(help="A repository's or an agent's folder, or one policy.")
    ] = Path(),
    *,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Check the rules themselves: the core, and the policies in vision/ that hold for a folder.

    check loads all layers and names every conflict with both its sides. test runs the bad and the
    good example of every rule. Exit code 1 where something is found.

    Example: waooaw vision check
    """
    if action not in _ACTIONS:
        raise InputError(
            f"{shown(action)} is nothing that waooaw vision does",
            hint=f"known: {', '.join(_ACTIONS)}",
        )
    layers = _layers(path)
    return (_check if action == "check" else _test)(layers, as_json=json_output)


def _layers(path: Path) -> Layers:
    from waooaw.vision import layers_of
    from waooaw_cli.gates.policies import layers_for, read_policy

    today = datetime.now(UTC).date()
    place = path.absolute()
    if place.is_file():
        return layers_of(((path.as_posix(), read_policy(place)),), today)
    if not place.is_dir():
        raise InputError(f"{path.as_posix()}: no such file or folder")
    return layers_for(place.resolve(), Path.cwd(), today)


def _check(layers: Layers, *, as_json: bool) -> int:
    from waooaw_cli.render.vision import check_json, check_text

    sys.stdout.write((check_json if as_json else check_text)(layers) + "\n")
    return 1 if layers.conflicts else 0


def _test(layers: Layers, *, as_json: bool) -> int:
    from waooaw.vision import Subject, all_rules, tried
    from waooaw_cli.render.vision import test_json, test_text

    rules = [*all_rules(), *(rule for policy in layers.policies for rule in policy.rules)]
    run = [rule for rule in rules if rule.applies_to is not Subject.PACKAGE]
    wrong = tuple(tried(run))
    sys.stdout.write((test_json if as_json else test_text)(len(run), wrong) + "\n")
    return 1 if wrong else 0
