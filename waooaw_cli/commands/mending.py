"""`waooaw gate --fix`: show what would be mended, ask where a person is there, then mend it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from waooaw.errors import InputError
from waooaw_cli.commands.asked import Asked
from waooaw_cli.gates.ports import ToolFault
from waooaw_cli.settings import Settings

if TYPE_CHECKING:
    from waooaw_cli.adapters.process import Processes
    from waooaw_cli.factory.fixing import Change
    from waooaw_cli.gates.gate import Package

__all__ = ["mend", "show_mends"]


def mend(packages: Sequence[Package], processes: Processes, asked: Asked) -> None:
    """Mend *packages* before they are judged.

    The diff goes to stderr first. Where a person is there it is asked whether to write it;
    elsewhere `--fix` is the answer.

    A package that ruff gives up on is passed by: its gates say why.

    Raises:
        EnvironmentFault: A file can't be written.
    """
    changes: list[Change] = []
    for package in packages:
        try:
            changes += _planned([package], processes)
        except ToolFault as fault:
            sys.stderr.write(f"not mended {package.shown}: {fault.message}\n")
    if not changes:
        return
    from waooaw_cli.factory.fixing import applied
    from waooaw_cli.render.diffs import print_diff, what_text
    from waooaw_cli.render.page import pages

    page = pages(os.environ)[1]
    asks = sys.stdin.isatty() and sys.stderr.isatty()
    if asks or not asked.quiet:
        print_diff(changes, page)
    if asks and not _agreed(len(changes)):
        page.paragraph("nothing is mended")
        return
    done = applied(changes)
    if not asked.quiet:
        for change in done.written:
            page.whole(f"mended {what_text(change)}")
    for one in done.passed_by:
        page.whole(f"not mended {what_text(one.change)}: {one.reason}")


def show_mends(asked: Asked, settings: Settings) -> int:
    """Print what `--fix` would change as a diff, or as JSON, and write nothing.

    Returns:
        The exit code: 1 where something would change, else 0.

    Raises:
        InputError: `--fix` was not asked for, or a package is none.
        ToolFault: Ruff gave up.
    """
    if not asked.fix:
        raise InputError("--diff is part of --fix", hint="--fix --diff shows what --fix would do")
    from waooaw_cli.commands.choosing import fleet_for
    from waooaw_cli.commands.gating import processes_for
    from waooaw_cli.render.diffs import fixes_json, print_diff
    from waooaw_cli.render.page import pages

    with processes_for(settings) as processes:
        fleet = fleet_for(asked, settings, processes)
        changes = [] if fleet.unchanged else _planned(fleet.packages, processes)
    if asked.form == "json":
        sys.stdout.write(fixes_json(changes) + "\n")
    else:
        print_diff(changes, pages(os.environ)[0])
    return 1 if changes else 0


def _planned(packages: Sequence[Package], processes: Processes) -> list[Change]:
    from waooaw_cli.adapters.ruff import Ruff
    from waooaw_cli.factory.fixing import cleared_leftovers, planned
    from waooaw_cli.factory.scratch import scratch
    from waooaw_cli.gates.grounds import hindrances

    ruff = Ruff(processes)
    changes: list[Change] = []
    for package in packages:
        cleared_leftovers(package)
        if hindrances(package.root):  # the gates say what is in the way
            continue
        with scratch("fix") as folder:
            # Resolved, as the packages' own folders are: ruff names files so.
            changes += planned(package, ruff, scratch=Path(folder).resolve())
    return changes


def _agreed(files: int) -> bool:
    noun = "file" if files == 1 else "files"
    sys.stderr.write(f"mend {files} {noun}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
