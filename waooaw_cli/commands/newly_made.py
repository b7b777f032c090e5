"""The gates on a package that is not in its place yet; whoever makes packages shares it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waooaw_cli.factory.create import Check
    from waooaw_cli.gates.report import Report
    from waooaw_cli.settings import Settings

__all__ = ["all_gates_on"]


def all_gates_on(shown: Path, settings: Settings, *, quiet: bool) -> Check:
    """Return what runs every gate on a package that will stand at *shown*."""

    def gates(package: Path) -> Report:
        from waooaw_cli.commands.asked import Asked
        from waooaw_cli.commands.gating import (
            how_many,
            processes_for,
            usable_cache,
            wired_gates,
        )
        from waooaw_cli.commands.recalling import recall_for
        from waooaw_cli.factory.check import check
        from waooaw_cli.gates.gate import Package
        from waooaw_cli.gates.report import GateId
        from waooaw_cli.render.page import pages
        from waooaw_cli.render.progress import following

        with (
            processes_for(settings) as processes,
            usable_cache(settings.cache_dir) as cache,
            following(pages(os.environ)[1], os.environ, quiet=quiet) as progress,
        ):
            return check(
                [Package(package, shown.as_posix())],
                wired_gates(processes, cache, settings),
                chosen=frozenset(GateId),
                jobs=how_many(settings.jobs),
                progress=progress,
                now=lambda: datetime.now(UTC),
                # The next `waooaw gate` need not do it again.
                recall=recall_for(Asked(), settings, os.environ),
            )

    return gates
