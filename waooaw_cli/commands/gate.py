"""`waooaw gate`: the gates on one or many agents."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from waooaw_cli.commands.asked import Asked, known_format, wanted_reports

__all__ = ["gate"]


_Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Agents, folders of agents, patterns. By default all in generated/, or the one here."
    ),
]
_Only = Annotated[
    list[str] | None, typer.Option("--gate", metavar="ID", help="Run this gate only.")
]
_Skip = Annotated[
    list[str] | None, typer.Option("--skip", metavar="ID", help="Leave this gate out.")
]
_Form = Annotated[
    str, typer.Option("--format", help="terminal, json, sarif, junit, markdown, html or github.")
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
_Diff = Annotated[
    bool,
    typer.Option("--diff", "--dry-run", help="With --fix: show what would be mended, no more."),
]
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
_Thorough = Annotated[bool, typer.Option("--thorough", help="Also under load and faults.")]
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
    diff: _Diff = False,
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
    from waooaw_cli.commands.judging import judged
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
        diff=diff,
        thorough=thorough,
        attest=attest,
        key=key,
        fail_fast=fail_fast,
        quiet=quiet,
    )
    settings = read_settings(Path.cwd(), os.environ)
    if diff:
        from waooaw_cli.commands.mending import show_mends

        return show_mends(asked, settings)
    report, signing = judged(asked, settings)
    return concluded(report, asked, settings, signing)
