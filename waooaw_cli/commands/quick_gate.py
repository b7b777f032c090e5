"""Answer `waooaw gate` without what reads every command line, and from the cache where it can.

A run in which nothing changed has 60 ms: to import what reads a command line, colours a terminal or
validates a specification takes longer. Whatever is out of the ordinary is left to the command.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from waooaw_cli.commands.asked import Asked

__all__ = ["answered"]

_VALUED = {
    "--baseline": "baseline",
    "--format": "form",
    "--gate": "only",
    "--jobs": "jobs",
    "--report": "reports",
    "--skip": "skip",
}
_JOBS = re.compile(r"[0-9]{1,9}", re.ASCII)


def answered(arguments: Sequence[str]) -> int | None:
    """Do what plain options ask for and return the exit code; None for the command.

    Raises:
        WaooawError: As the command would.
    """
    asked = _read(arguments)
    if asked is None:
        return None
    from waooaw_cli.commands.permitting import settling_for, tell_of_baseline
    from waooaw_cli.commands.recalling import recall_for
    from waooaw_cli.factory.recalled import recalled
    from waooaw_cli.factory.targets import packages_at, selected
    from waooaw_cli.settings import read_settings

    settings = read_settings(Path.cwd(), os.environ)
    chosen = selected(asked.only, asked.skip)
    packages = packages_at(asked.paths, folder=Path.cwd(), output=settings.output)
    recall = recall_for(asked, settings, os.environ)
    settling = settling_for(asked, settings, recall)
    report = recalled(
        packages,
        recall,
        chosen=chosen,
        now=lambda: datetime.now(UTC),
        settling=settling,
    )
    from waooaw_cli.commands.conclusion import concluded

    if report is None:
        from waooaw_cli.commands.judging import judged

        report, signing = judged(asked, settings)
        return concluded(report, asked, settings, signing)
    tell_of_baseline(settling, asked, settings)
    return concluded(report, asked, settings)


def _read(arguments: Sequence[str]) -> Asked | None:
    """Read the plain options; None where there is another, or one that is not plain."""
    values: dict[str, list[str]] = {name: [] for name in (*_VALUED.values(), "paths", "flags")}
    for name, value in _pairs(arguments):
        if name is None:
            return None
        values[name].append(value)
    flags = set(values["flags"])
    if not all(_JOBS.fullmatch(text) for text in values["jobs"]):
        return None
    from waooaw_cli.commands.asked import known_format, wanted_reports

    form = values["form"][-1] if values["form"] else "terminal"
    return Asked(
        paths=tuple(map(Path, values["paths"])),
        only=tuple(values["only"]),
        skip=tuple(values["skip"]),
        form=known_format("json" if "--json" in flags else form),
        reports=wanted_reports(values["reports"]),
        jobs=int(values["jobs"][-1]) if values["jobs"] else 0,
        baseline=Path(values["baseline"][-1]) if values["baseline"] else None,
        quiet="--quiet" in flags or "-q" in flags,
    )


def _pairs(arguments: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    """Yield what each argument sets, and to what; None for what is not plain."""
    left = iter(arguments)
    for argument in left:
        if argument in {"--json", "--quiet", "-q"}:
            yield "flags", argument
        elif argument in _VALUED:
            yield _VALUED[argument], next(left, "")
        elif argument.startswith("-"):
            yield None, argument
        else:
            yield "paths", argument
