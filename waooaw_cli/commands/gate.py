"""`waooaw gate`: the gates on one or many agents."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from waooaw.errors import EnvironmentFault, InputError, shown
from waooaw_cli.commands.gating import how_many, usable_cache, wired_gates
from waooaw_cli.gates.report import Report, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rich.console import Console

    from waooaw_cli.adapters.process import Processes
    from waooaw_cli.gates.gate import Package

__all__ = ["exit_code", "gate"]


_Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Folders of agents. By default all below generated/, or the one here."),
]
_Only = Annotated[
    list[str] | None, typer.Option("--gate", metavar="ID", help="Run this gate only.")
]
_Skip = Annotated[
    list[str] | None, typer.Option("--skip", metavar="ID", help="Leave this gate out.")
]
_Form = Annotated[
    str, typer.Option("--format", help="terminal, json, sarif, junit, markdown or html.")
]
_Reports = Annotated[
    list[str] | None,
    typer.Option("--report", metavar="FORMAT=FILE", help="Write the report there too."),
]
_Jobs = Annotated[int, typer.Option("--jobs", min=0, help="Gates that run side by side.")]
_NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Use nothing that earlier runs found out.")
]
_ChangedSince = Annotated[
    str | None,
    typer.Option("--changed-since", metavar="REF", help="Agents that differ from it only."),
]
_Fix = Annotated[bool, typer.Option("--fix", help="First mend layout and what has a safe fix.")]
_Thorough = Annotated[bool, typer.Option("--thorough", help="Measure for longer.")]
_Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")]


def gate(  # noqa: PLR0913 - one parameter for each option of the contract
    paths: _Paths = None,
    *,
    only: _Only = None,
    skip: _Skip = None,
    form: _Form = "terminal",
    reports: _Reports = None,
    jobs: _Jobs = 0,
    no_cache: _NoCache = False,
    changed_since: _ChangedSince = None,
    fix: _Fix = False,
    thorough: _Thorough = False,
    as_json: _Json = False,
    quiet: _Quiet = False,
) -> int:
    """Run the gates on one or many agents and print the report.

    Exit code 0: every gate passes. 1: one fails. 3: one could not decide.

    Example: waooaw gate generated/wow-refund-desk --report sarif=gates.sarif
    """
    from waooaw_cli.adapters.process import Processes
    from waooaw_cli.factory.check import check, packages_at, selected
    from waooaw_cli.render.console import consoles
    from waooaw_cli.render.formats import FORMATS
    from waooaw_cli.render.progress import following
    from waooaw_cli.settings import read_settings

    form = "json" if as_json else form
    _known_format(form, tuple(FORMATS))
    wanted = [_wanted_report(text, tuple(FORMATS)) for text in reports or ()]
    settings = read_settings(Path.cwd(), os.environ)
    chosen = selected(only or (), skip or ())
    packages = packages_at(paths or (), folder=Path.cwd(), output=settings.output)
    stdout, stderr = consoles(os.environ)
    with Processes(os.environ) as processes, usable_cache(settings.cache_dir) as cache:
        if changed_since is not None:
            changed = _changed(packages, changed_since, processes)
            # Where none changed, the report still names them, every gate skipped.
            packages, chosen = (changed, chosen) if changed else (packages, frozenset())
        if fix:
            _mend(packages, processes)
        gates = wired_gates(processes, cache, settings, thorough=thorough, reuse=not no_cache)
        with following(stderr, quiet=quiet) as progress:
            report = check(
                packages,
                gates,
                chosen=chosen,
                jobs=how_many(jobs or settings.jobs),
                progress=progress,
                now=lambda: datetime.now(UTC),
            )
    try:
        _print(report, form, stdout, quiet=quiet)
    finally:  # the files are wanted also where nobody reads what is printed
        whole = _delivered(report, wanted)
    return exit_code(report.verdict if whole else Verdict.ERROR)


def exit_code(verdict: Verdict) -> int:
    """Return the exit code that says *verdict*."""
    match verdict:
        case Verdict.PASS | Verdict.SKIPPED:
            return 0
        case Verdict.FAIL:
            return 1
        case Verdict.ERROR:
            return 3
        case other:
            assert_never(other)


def _known_format(name: str, known: Collection[str]) -> None:
    if name not in known:
        raise InputError(
            f"there is no report format named {shown(name)}", hint=f"known: {', '.join(known)}"
        )


def _wanted_report(text: str, known: Collection[str]) -> tuple[str, Path]:
    """Read ``FORMAT=FILE``, before minutes are spent on a report that nobody can write."""
    name, equals, file = text.partition("=")
    if not equals or not file:
        raise InputError(
            f"--report {shown(text)} is not FORMAT=FILE", hint="such as --report sarif=gates.sarif"
        )
    _known_format(name, known)
    path = Path(file)
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(
            f"--report {shown(text)}: no file can be written there",
            hint="name a file in a folder that exists",
        )
    return name, path


def _delivered(report: Report, wanted: Sequence[tuple[str, Path]]) -> bool:
    """Try every wanted file, say on stderr which can't be written, and return whether all were.

    Not raised: with --json the error would stand on stdout behind the report, a second document.
    """
    from waooaw_cli.adapters.delivery import deliver
    from waooaw_cli.render.errors import error_lines
    from waooaw_cli.render.formats import FORMATS

    whole = True
    for name, file in wanted:
        try:
            deliver(file, FORMATS[name](report) + "\n")
        except EnvironmentFault as error:
            whole = False
            sys.stderr.write(error_lines(error) + "\n")
    return whole


def _changed(
    packages: Sequence[Package], reference: str, processes: Processes
) -> tuple[Package, ...]:
    from waooaw_cli.adapters.changes import Changes

    changes = Changes(processes)
    return tuple(package for package in packages if changes.since(package.root, reference))


def _mend(packages: Sequence[Package], processes: Processes) -> None:
    from waooaw_cli.adapters.ruff import Ruff
    from waooaw_cli.gates.grounds import hindrances

    ruff = Ruff(processes, (sys.executable, "-P", "-m", "ruff"))
    for package in packages:
        if not hindrances(package.root):  # the gates say what is in the way
            ruff.mend(package.root)


def _print(report: Report, form: str, console: Console, *, quiet: bool) -> None:
    from waooaw_cli.render.formats import FORMATS
    from waooaw_cli.render.terminal import print_report

    if form == "terminal":
        print_report(report, console, quiet=quiet)
    else:
        sys.stdout.write(FORMATS[form](report) + "\n")
