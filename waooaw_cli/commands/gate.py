"""`waooaw gate`: the gates on one or many agents."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.version import __version__
from waooaw_cli.commands.asked import Asked, known_format, wanted_reports
from waooaw_cli.commands.attesting import Attesting, attesting
from waooaw_cli.commands.choosing import fleet_for
from waooaw_cli.commands.gating import how_many, processes_for, usable_cache, wired_gates
from waooaw_cli.commands.permitting import settling_for, tell_of_baseline
from waooaw_cli.commands.recalling import recall_for
from waooaw_cli.gates.report import GateId, Report

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from waooaw_cli.adapters.process import Processes
    from waooaw_cli.gates.gate import Package
    from waooaw_cli.gates.recall import Recall
    from waooaw_cli.settings import Settings

__all__ = ["gate"]


_Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Agents, folders of agents, patterns. By default all below generated/."),
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
_Shard = Annotated[
    str | None,
    typer.Option("--shard", metavar="I/N", help="The I-th of N parts of the agents only."),
]
_Durations = Annotated[
    Path | None,
    typer.Option("--durations", metavar="FILE", help="A JSON report, to even out the parts by."),
]
_Fix = Annotated[bool, typer.Option("--fix", help="First mend layout and what has a safe fix.")]
_FailFast = Annotated[
    bool, typer.Option("--fail-fast", help="Begin nothing more after the first failure.")
]
_Attest = Annotated[
    Path | None,
    typer.Option("--attest", metavar="FILE", help="Sign that the packages passed, into it."),
]
_Key = Annotated[
    str | None,
    typer.Option("--key", metavar="WHERE", help="The key to sign with: FILE or keyring:NAME."),
]
_Baseline = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="Findings that do not object: they are known."),
]
_WriteBaseline = Annotated[
    Path | None,
    typer.Option(
        "--write-baseline", metavar="FILE", help="Write what objects now into it, as known."
    ),
]
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
    shard: _Shard = None,
    durations: _Durations = None,
    baseline: _Baseline = None,
    write_baseline: _WriteBaseline = None,
    fix: _Fix = False,
    thorough: _Thorough = False,
    attest: _Attest = None,
    key: _Key = None,
    fail_fast: _FailFast = False,
    as_json: _Json = False,
    quiet: _Quiet = False,
) -> int:
    """Run the gates on one or many agents and print the report.

    Exit code 0: every gate passes. 1: one fails. 3: one could not decide.

    Example: waooaw gate generated/wow-refund-desk --report sarif=gates.sarif
    Example: waooaw gate 'agents/*/wow-*' --changed-since origin/main --shard 1/4
    """
    from waooaw_cli.commands.conclusion import concluded
    from waooaw_cli.settings import read_settings

    asked = Asked(
        paths=tuple(paths or ()),
        only=tuple(only or ()),
        skip=tuple(skip or ()),
        form=known_format("json" if as_json else form),
        reports=wanted_reports(reports or ()),
        jobs=jobs,
        no_cache=no_cache,
        changed_since=changed_since,
        shard=shard,
        durations=durations,
        baseline=baseline,
        write_baseline=write_baseline,
        fix=fix,
        thorough=thorough,
        attest=attest,
        key=key,
        fail_fast=fail_fast,
        quiet=quiet,
    )
    settings = read_settings(Path.cwd(), os.environ)
    report, signing = _judged(asked, settings)
    return concluded(report, asked, settings, signing)


def _judged(asked: Asked, settings: Settings) -> tuple[Report, Attesting | None]:
    from waooaw_cli.factory.check import check
    from waooaw_cli.factory.targets import selected
    from waooaw_cli.render.page import pages
    from waooaw_cli.render.progress import following

    chosen = selected(asked.only, asked.skip)
    with processes_for(settings) as processes, usable_cache(settings.cache_dir) as cache:
        fleet = fleet_for(asked, settings, processes)
        packages = fleet.packages
        if not packages:
            return Report(__version__, datetime.now(UTC), timedelta(0), (), idle=True), None
        # Where none changed, the report still names them, every gate skipped.
        chosen = frozenset() if fleet.unchanged else chosen
        if asked.fix:
            _mend(packages, processes)
        # What is signed for is what stood there before its gates ran.
        signing = attesting(asked.attest, asked.key, settings, packages)
        reuse = not asked.no_cache
        recall = recall_for(asked, settings, os.environ) if reuse else None
        gates = wired_gates(
            processes,
            cache,
            settings,
            thorough=asked.thorough,
            reuse=reuse,
            together=_to_judge(packages, chosen, recall),
        )
        settling = settling_for(asked, settings, recall)
        page = pages(os.environ)[1]
        with following(page, os.environ, quiet=asked.quiet, agents=len(packages)) as progress:
            report = check(
                packages,
                gates,
                chosen=chosen,
                jobs=how_many(asked.jobs or settings.jobs),
                progress=progress,
                now=lambda: datetime.now(UTC),
                recall=recall,
                fail_fast=asked.fail_fast,
                settling=settling,
            )
        tell_of_baseline(settling, asked, settings)
        if recall is not None:
            recall.close()
    return report, signing


def _to_judge(
    packages: Sequence[Package], chosen: Collection[GateId], recall: Recall | None
) -> list[Path]:
    """Return the folders of those that ruff has not judged before."""
    gates = [gate for gate in (GateId.FORMAT, GateId.LINT) if gate in chosen]
    return [
        package.root
        for package in packages
        if any(recall is None or recall.find(package, gate) is None for gate in gates)
    ]


def _mend(packages: Sequence[Package], processes: Processes) -> None:
    from waooaw_cli.adapters.ruff import Ruff
    from waooaw_cli.gates.grounds import hindrances

    ruff = Ruff(processes)
    for package in packages:
        if not hindrances(package.root):  # the gates say what is in the way
            ruff.mend(package.root)
