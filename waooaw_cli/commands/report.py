"""`waooaw report show|merge|compare`: what to do with reports that were saved."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.errors import InputError, shown
from waooaw_cli.commands.asked import known_format
from waooaw_cli.commands.conclusion import exit_code

if TYPE_CHECKING:
    from waooaw_cli.gates.report import Report

__all__ = ["report"]

_SHOW, _MERGE, _COMPARE = "show", "merge", "compare"
_PAIR = 2


def report(
    action: Annotated[str, typer.Argument(help="show, merge or compare.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Reports, saved with waooaw gate --report json=FILE."),
    ] = None,
    *,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="terminal, json, sarif, junit, markdown, html or github; for show and merge.",
        ),
    ] = "terminal",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")] = False,
) -> int:
    """Show a saved report in any form, merge the parts of one run, or compare two runs.

    Exit code of show and merge: the report's own, as of waooaw gate. Of compare: 1 where the second
    report has a new finding that fails a gate, or a verdict that is worse.

    Example: waooaw report compare before.json after.json
    Example: waooaw report merge shard-*.json --format html > gates.html
    """
    given = tuple(files or ())
    if action == _COMPARE:
        return _compare(given, as_json=as_json, quiet=quiet)
    if action not in {_SHOW, _MERGE}:
        raise InputError(
            f"{shown(action)} is none of show, merge and compare", hint="see waooaw report --help"
        )
    form = known_format("json" if as_json else form)
    return _rendered(_shown(given) if action == _SHOW else _merged(given), form, quiet=quiet)


def _shown(files: tuple[Path, ...]) -> Report:
    from waooaw_cli.factory.report_files import read_report

    if len(files) != 1:
        raise InputError(
            f"show takes one report, not {len(files)}",
            hint="waooaw report show FILE; merge makes one of many",
        )
    return read_report(files[0])


def _merged(files: tuple[Path, ...]) -> Report:
    from waooaw_cli.factory.comparison import merged
    from waooaw_cli.factory.report_files import read_report

    if not files:
        raise InputError("which reports?", hint="waooaw report merge FILE FILE…")
    # A list: one file that is named twice is a package in two of them, and told as that.
    return merged([(file.as_posix(), read_report(file)) for file in files])


def _compare(files: tuple[Path, ...], *, as_json: bool, quiet: bool) -> int:
    from waooaw_cli.factory.comparison import compared
    from waooaw_cli.factory.report_files import read_report
    from waooaw_cli.render.comparison import comparison_json, print_comparison
    from waooaw_cli.render.page import pages

    if len(files) != _PAIR:
        raise InputError(
            f"compare takes two reports, not {len(files)}",
            hint="waooaw report compare BEFORE AFTER",
        )
    comparison = compared(*map(read_report, files))
    if as_json:
        sys.stdout.write(comparison_json(comparison) + "\n")
    else:
        print_comparison(comparison, pages(os.environ)[0], quiet=quiet)
    return exit_code(comparison.verdict)


def _rendered(report: Report, form: str, *, quiet: bool) -> int:
    from waooaw_cli.render.formats import FORMATS
    from waooaw_cli.render.page import pages
    from waooaw_cli.render.surroundings import surroundings
    from waooaw_cli.render.terminal import print_report

    if form == "terminal":
        print_report(report, pages(os.environ)[0], quiet=quiet)
    else:
        around = surroundings(Path.cwd(), os.environ)
        sys.stdout.write(FORMATS[form](report, around) + "\n")
    return exit_code(report.verdict)
