"""`waooaw cache [show|clear]`: what is kept for the next run."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from waooaw.errors import InputError, shown

__all__ = ["cache"]


def cache(
    action: Annotated[str, typer.Argument(help="show or clear.")] = "show",
    *,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Show what the gates keep for the next run, or let go of it.

    Nothing that is kept is needed: a run without it takes longer and says the same. Clear it while
    no gates run.

    Example: waooaw cache clear
    """
    from waooaw_cli.adapters.locks import taken
    from waooaw_cli.factory.kept import clear, kept
    from waooaw_cli.settings import read_settings

    folder = read_settings(Path.cwd(), os.environ).cache_dir
    if action == "clear":
        clear(folder, lock=taken)
    elif action != "show":
        raise InputError(
            f"{shown(action)} is neither show nor clear", hint="see waooaw cache --help"
        )
    found = kept(folder)
    if json_output:
        said = {
            "schema": "waooaw.cache/1",
            "folder": folder.as_posix(),
            "kinds": [
                {"name": one.name, "files": one.files, "size_bytes": one.size_bytes}
                for one in found
            ],
        }
        sys.stdout.write(json.dumps(said, indent=2, sort_keys=True) + "\n")
        return 0
    lines = [f"{folder.as_posix()}"]
    lines += [
        f"{one.name:<12}  {one.files:>6,} files  {one.size_bytes / 1e6:>7.1f} MB  {one.meaning}"
        for one in found
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0
