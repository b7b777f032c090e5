"""`waooaw doctor`: what this machine has, lacks and uses."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["doctor"]


def doctor(
    *,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Show the settings in force and where each came from, and what this machine lacks.

    Exit code 3 when something is missing that waooaw cannot work without.

    Example: waooaw doctor --json
    """
    from waooaw_cli.adapters.git import git_version
    from waooaw_cli.factory.machine import State, examine
    from waooaw_cli.render.machine import machine_json, machine_text
    from waooaw_cli.settings import read_settings

    settings = read_settings(Path.cwd(), os.environ)
    checks = examine(
        settings.cache_dir,
        settings.state_dir,
        os.environ,
        git=git_version(),
        advisories=settings.advisories,
    )
    if json_output:
        text = machine_json(checks, settings.values(), settings.origins)
    else:
        # Piped into a file, a path stays on its line.
        narrow = sys.stdout.isatty() or "COLUMNS" in os.environ
        width = shutil.get_terminal_size().columns if narrow else None
        text = machine_text(checks, settings.values(), settings.origins, width=width)
    sys.stdout.write(text + "\n")
    return 3 if any(check.state is State.MISSING for check in checks) else 0
