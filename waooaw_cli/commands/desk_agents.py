"""`waooaw desk agents [NAME…]`: the desk's agents as packages whose gates pass."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from waooaw.errors import InputError
from waooaw.version import __version__
from waooaw_cli.adapters.copier import CopierRenderer
from waooaw_cli.adapters.locks import taken
from waooaw_cli.commands.conclusion import exit_code
from waooaw_cli.commands.newly_made import all_gates_on
from waooaw_cli.factory.create import Created, Rejected
from waooaw_cli.factory.desk_agents import Kept, desk_agents, make_desk_agents
from waooaw_cli.factory.recipes import find_recipe
from waooaw_cli.gates.policies import layers_for
from waooaw_cli.gates.report import Report
from waooaw_cli.settings import read_settings

__all__ = ["run_agents"]


def run_agents(arguments: list[str], *, as_json: bool, output: Path | None) -> int:
    """Make the desk's agents, or those that are named, and print what the gates said of them.

    Those that are there already are kept, and named.

    Args:
        arguments: Names; none for all seven.
        as_json: Whether one JSON document is printed.
        output: Where the packages are put; None for the folder of the settings.
    """
    settings = read_settings(Path.cwd(), os.environ)
    if output is not None and not str(output).strip():
        raise InputError("--output names no folder", hint="name one, or leave the option out")
    folder = output or Path(settings.output)
    began = datetime.now(UTC)
    recipe = find_recipe(settings.recipe)
    place = (Path.cwd() / folder).resolve()
    agents = desk_agents(arguments, recipe, layers_for(place, Path.cwd(), began.date()))
    outcomes = make_desk_agents(
        agents,
        recipe,
        output=folder,
        renderer=CopierRenderer(),
        lock=taken,
        check_for=lambda spec: all_gates_on(folder / spec.name, settings, quiet=False),
    )
    report = _whole(outcomes, began)
    _print(report, as_json=as_json)
    if report.kept:
        sys.stderr.write(f"kept, not gated again: {', '.join(report.kept)}\n")
    there = [one.path for one in outcomes if isinstance(one, Created | Kept)]
    sys.stderr.write(f"{len(there)} of {len(outcomes)} agents are in place in {folder}\n")
    return exit_code(report.verdict)


def _whole(outcomes: Sequence[Created | Rejected | Kept], began: datetime) -> Report:
    """Return one report of all packages that were made."""
    kept = tuple(one.path.name for one in outcomes if isinstance(one, Kept))
    made = [one.report for one in outcomes if not isinstance(one, Kept)]
    targets = tuple(chain.from_iterable(one.targets for one in made if one is not None))
    took = datetime.now(UTC) - began
    return Report(__version__, began, took, targets, idle=not made, kept=kept)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        from waooaw_cli.render.json_report import report_json

        sys.stdout.write(report_json(report) + "\n")
        return
    from waooaw_cli.render.page import pages
    from waooaw_cli.render.terminal import print_report

    print_report(report, pages(os.environ)[0], quiet=False)
