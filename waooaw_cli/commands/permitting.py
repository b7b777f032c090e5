"""Wire what is permitted: the waivers of the settings, and the baseline."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from waooaw.errors import InputError
from waooaw_cli.commands.asked import Asked
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.settling import Permissions, Settling
from waooaw_cli.settings import Settings

if TYPE_CHECKING:
    from waooaw_cli.factory.adoption import Adoption
    from waooaw_cli.gates.baseline import Baseline
    from waooaw_cli.gates.waivers import Waiver

__all__ = ["settling_for", "tell_of_baseline"]


def settling_for(asked: Asked, settings: Settings, recall: Recall | None) -> Settling:
    """Return how the results of a run are settled.

    Raises:
        InputError: The waivers or the baseline can't be read.
    """
    today = datetime.now(UTC).date()
    waivers: tuple[Waiver, ...] = ()
    if "waivers" in settings.tables:
        from waooaw_cli.gates.waivers import read_waivers

        waivers = read_waivers(settings.tables["waivers"], source=str(settings.file), today=today)
    permissions = Permissions(
        today,
        waivers,
        settings.file,
        _baseline(asked, settings),
        complete=not asked.paths and asked.changed_since is None and asked.shard is None,
    )
    return Settling(
        permissions,
        named=lambda package: _name(package, recall),
        marked=recall.marked if recall is not None else None,
        adopt=_adoption(asked),
    )


def tell_of_baseline(settling: Settling, asked: Asked, settings: Settings) -> None:
    """Say on stderr how many entries of the baseline in force no longer occur."""
    file = asked.baseline or settings.baseline
    gone = settling.gone() if file is not None and asked.write_baseline is None else 0
    if gone and not asked.quiet:
        entries = "entry is" if gone == 1 else "entries are"
        sys.stderr.write(
            f"baseline {file}: {gone:,} {entries} gone; --write-baseline {file} shrinks it\n"
        )


def _name(package: Package, recall: Recall | None) -> str:
    if recall is not None and (known := recall.find_name(package)) is not None:
        return known.name
    from waooaw_cli.factory.check import named

    return named(package, recall)[0]


def _baseline(asked: Asked, settings: Settings) -> Baseline | None:
    file = asked.baseline or settings.baseline
    if file is None or asked.write_baseline is not None:
        return None
    from waooaw_cli.gates.baseline import read_baseline

    return read_baseline(file, source=str(file))


def _adoption(asked: Asked) -> Adoption | None:
    if asked.write_baseline is None:
        return None
    if asked.baseline is not None:
        raise InputError(
            "--baseline and --write-baseline exclude each other",
            hint="--write-baseline FILE writes FILE and judges by it",
        )
    from waooaw_cli.adapters.delivery import deliver
    from waooaw_cli.factory.adoption import Adoption

    def tell(line: str) -> None:
        if not asked.quiet:
            sys.stderr.write(f"{line}\n")

    return Adoption(asked.write_baseline, write=deliver, tell=tell)
