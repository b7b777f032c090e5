"""What follows once there is a report: it is printed, delivered, remembered, and decides the code.

Also for reports that come from the cache as a whole, so nothing heavy is imported here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from waooaw.errors import EnvironmentFault
from waooaw_cli.commands.asked import Asked
from waooaw_cli.factory.history import remember
from waooaw_cli.factory.past_findings import keep_findings
from waooaw_cli.gates.report import Report, Verdict
from waooaw_cli.render.surroundings import Surroundings, surroundings
from waooaw_cli.settings import Settings

if TYPE_CHECKING:
    from waooaw_cli.commands.attesting import Attesting

__all__ = ["concluded", "exit_code"]


def concluded(
    report: Report, asked: Asked, settings: Settings, signing: Attesting | None = None
) -> int:
    """Print *report*, write the files that were asked for, and return the exit code."""
    folder = Path.cwd()
    history = remember(report, folder=folder, state_dir=settings.state_dir)
    keep_findings(report, folder=folder, state_dir=settings.state_dir)
    around = surroundings(folder, os.environ, history)
    try:
        _print(report, asked.form, around, quiet=asked.quiet)
    finally:  # the files are wanted also where nobody reads what is printed
        whole = _delivered(report, asked.reports, around)
    if signing is not None:
        whole = signing.deliver(report) and whole
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


def _print(report: Report, form: str, around: Surroundings, *, quiet: bool) -> None:
    if form == "terminal":
        from waooaw_cli.render.page import pages
        from waooaw_cli.render.terminal import print_report

        print_report(report, pages(os.environ)[0], quiet=quiet)
        return
    from waooaw_cli.render.formats import FORMATS

    sys.stdout.write(FORMATS[form](report, around) + "\n")


def _delivered(report: Report, wanted: Sequence[tuple[str, Path]], around: Surroundings) -> bool:
    """Try every wanted file, say on stderr which can't be written, and return whether all were.

    Not raised: with --json the error would stand on stdout behind the report, a second document.
    """
    whole = True
    for name, file in wanted:
        from waooaw_cli.adapters.delivery import deliver
        from waooaw_cli.render.errors import error_lines
        from waooaw_cli.render.formats import FORMATS

        try:
            deliver(file, FORMATS[name](report, around) + "\n")
        except EnvironmentFault as error:
            whole = False
            sys.stderr.write(error_lines(error) + "\n")
    return whole
