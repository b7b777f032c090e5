"""Wire what earlier runs came to; the command and its quick answer share it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from waooaw_cli.adapters.ground import ground, installed
from waooaw_cli.commands.asked import Asked
from waooaw_cli.gates.cache import Results
from waooaw_cli.gates.dependency_settings import dependency_state
from waooaw_cli.gates.inputs import Installed
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.report import GateId
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
            installed_for=_installed,
            extra={GateId.SECURITY: _dependencies(settings, env)},
        ),
        # What is measured until it is stable is wanted now, not remembered.
        never=frozenset({GateId.PERFORMANCE}) if asked.thorough else frozenset(),
    )


def _dependencies(settings: Settings, env: Mapping[str, str]) -> str:
    table = settings.tables.get("dependencies")
    return dependency_state(table, settings.advisories, env, now=datetime.now(UTC))


def _installed(root: Path) -> Installed:
    del root
    return installed(sys.path)
