"""Run the gates as options and settings say; how they are written is left to the commands."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from waooaw.version import __version__
from waooaw_cli.commands.asked import Asked
from waooaw_cli.commands.attesting import Attesting, attesting
from waooaw_cli.commands.choosing import fleet_for
from waooaw_cli.commands.gating import how_many, processes_for, usable_cache, wired_gates
from waooaw_cli.commands.permitting import settling_for, tell_of_baseline
from waooaw_cli.commands.recalling import recall_for
from waooaw_cli.gates.report import GateId, Report
from waooaw_cli.gates.secrets import history_base

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from waooaw_cli.gates.gate import Package
    from waooaw_cli.gates.recall import Recall
    from waooaw_cli.settings import Settings

__all__ = ["judged"]


def judged(asked: Asked, settings: Settings) -> tuple[Report, Attesting | None]:
    """Run the gates that are asked for.

    Returns:
        The report, and what is to be signed if it passes.

    Raises:
        WaooawError: What is asked for can't be done.
    """
    from waooaw_cli.factory.targets import selected

    chosen = selected(asked.only, asked.skip)
    with processes_for(settings) as processes, usable_cache(settings.cache_dir) as cache:
        fleet = fleet_for(asked, settings, processes)
        packages = fleet.packages
        if not packages:
            return Report(__version__, datetime.now(UTC), timedelta(0), (), idle=True), None
        # Where none changed, the report still names them, every gate skipped.
        chosen = frozenset() if fleet.unchanged else chosen
        if asked.fix and not fleet.unchanged:
            from waooaw_cli.commands.mending import mend

            mend(packages, processes, asked)
        recall = None if asked.no_cache else recall_for(asked, settings, os.environ)
        settling = settling_for(asked, settings, recall)
        missing = _missing(packages, chosen, recall)
        _read_policies(missing.get(GateId.VISION, ()))
        first = _first(cache, asked)
        # The rest of the tools fits beside the tests, and begins when its turn comes.
        processes.warm(missing.keys() & {GateId.TESTS, *first})
        # While workers import what they need, so do we.
        from waooaw_cli.factory.check import check
        from waooaw_cli.render.page import pages
        from waooaw_cli.render.progress import following

        # What is signed for is what stood there before its gates ran.
        signing = attesting(asked.attest, asked.key, settings, packages)
        gates = wired_gates(
            processes,
            cache,
            settings,
            thorough=asked.thorough,
            reuse=not asked.no_cache,
            base=history_base(asked.changed_since, settings.tables, source=str(settings.file)),
            together=_together(missing),
        )
        page = pages(os.environ)[1]
        with following(page, os.environ, quiet=asked.quiet, agents=len(packages)) as progress:
            report = check(
                packages,
                gates,
                chosen=chosen,
                jobs=how_many(asked.jobs or settings.jobs, agents=len(packages)),
                progress=progress,
                now=lambda: datetime.now(UTC),
                recall=recall,
                fail_fast=asked.fail_fast,
                first=first,
                settling=settling,
            )
        tell_of_baseline(settling, asked, settings)
        if recall is not None:
            recall.close()
    return report, signing


def _read_policies(roots: Sequence[Path]) -> None:
    """Read the policies for *roots*, so that one which can't be read is told before gates run.

    Raises:
        InputError: One can't.
    """
    from waooaw_cli.gates.policies import layers_for, policy_files

    folder, today = Path.cwd(), datetime.now(UTC).date()
    for root in roots:
        if policy_files(root, folder):
            layers_for(root, folder, today)


def _first(cache: Path, asked: Asked) -> frozenset[GateId]:
    """Return what takes longest: without what mypy knows of libraries, types do."""
    cold = asked.no_cache or not (cache / "mypy" / "0").is_dir()
    return frozenset({GateId.TYPES}) if cold else frozenset()


def _together(missing: Mapping[GateId, Sequence[Path]]) -> list[Path]:
    """Return the folders that ruff has not judged in every way."""
    gates = (GateId.LINT, GateId.FORMAT, GateId.SECURITY)
    return list(dict.fromkeys(root for gate in gates for root in missing.get(gate, ())))


def _missing(
    packages: Sequence[Package], chosen: Collection[GateId], recall: Recall | None
) -> dict[GateId, list[Path]]:
    """Return, for each gate that must run, the folders in which earlier runs did not."""
    missing: dict[GateId, list[Path]] = {}
    for package in packages:
        for gate in chosen:
            if recall is None or recall.find(package, gate) is None:
                missing.setdefault(gate, []).append(package.root)
    return missing
