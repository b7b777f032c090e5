"""Wire what earlier runs came to; the command and its quick answer share it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from waooaw_cli.adapters.ground import ground, installed
from waooaw_cli.adapters.needing import asks_for_more
from waooaw_cli.commands.asked import Asked
from waooaw_cli.gates.cache import Results
from waooaw_cli.gates.dependency_settings import dependency_state
from waooaw_cli.gates.inputs import Installed
from waooaw_cli.gates.policies import policies_digest
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.report import GateId
from waooaw_cli.gates.secrets import history_base
from waooaw_cli.settings import Settings

__all__ = ["recall_for"]


def recall_for(asked: Asked, settings: Settings, env: Mapping[str, str]) -> Recall:
    """Return what earlier runs came to and still holds."""
    return Recall(
        Results(settings.cache_dir / "results", secret=env.get("WAOOAW_CACHE_KEY", "")),
        ground(
            env,
            settings.cache_dir,
            settings.tables,
            installed_for=_installed_for(settings.cache_dir / "environments"),
            extra={GateId.SECURITY: _known_vulnerabilities(settings, env)},
            around={GateId.VISION: _policies()},
        ),
        never=_never(asked, settings),
    )


def _policies() -> Callable[[Path], str]:
    """Return what tells the policies for a package; they may differ from folder to folder."""
    folder, today = Path.cwd(), datetime.now(UTC).date()
    return lambda root: policies_digest(root, folder, today)


def _known_vulnerabilities(settings: Settings, env: Mapping[str, str]) -> str:
    table = settings.tables.get("dependencies")
    return dependency_state(table, settings.advisories, env, now=datetime.now(UTC))


def _never(asked: Asked, settings: Settings) -> frozenset[GateId]:
    """Return the gates that are to judge now, whatever they said before."""
    never = set()
    if asked.thorough:
        never.add(GateId.PERFORMANCE)  # what is measured until it is stable is not remembered
    source = str(settings.file)
    if history_base(asked.changed_since, settings.tables, source=source) is not None:
        never.add(GateId.SECURITY)  # nothing in a package's folder tells its history
    return frozenset(never)


def _installed_for(environments: Path) -> Callable[[Path], Installed]:
    def installed_for(root: Path) -> Installed:
        if not asks_for_more(root):
            return installed(sys.path)
        from waooaw.errors import InputError
        from waooaw_cli.adapters.environments import built_environment, own_requirements

        try:
            if not own_requirements(root):
                return installed(sys.path)
            built = built_environment(root, environments)
        except InputError:  # it can't be read, which gates say
            return installed(sys.path)
        if built is None:
            # Nobody knows yet what will be installed: a name that no other run will find.
            return Installed({}, os.urandom(16).hex())
        return installed((str(built), *sys.path))

    return installed_for
