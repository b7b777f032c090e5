"""`waooaw advisories [status|import SOURCE]`: the known vulnerabilities that gates judge by."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.errors import InputError, shown

if TYPE_CHECKING:
    from waooaw_cli.settings import Settings

__all__ = ["advisories"]


def advisories(
    action: Annotated[str, typer.Argument(help="status or import.")] = "status",
    source: Annotated[
        Path | None, typer.Argument(help="A zip file or a folder of OSV records to import.")
    ] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")] = False,
) -> int:
    """Import known vulnerabilities for the gate security, or say how old they are.

    Exit code of status 0: they are young enough. 1: they are too old. 3: there are none that can be
    used.

    Example: waooaw advisories import advisory-database-main.zip
    """
    from waooaw_cli.settings import read_settings

    settings = read_settings(Path.cwd(), os.environ)
    if action == "status" and source is None:
        return _status(settings, as_json=json_output)
    if action == "import" and source is not None:
        return _import(source, settings.advisories, as_json=json_output, quiet=quiet)
    if action == "import":
        raise InputError("import what?", hint="waooaw advisories import ZIP or FOLDER")
    if action == "status":
        raise InputError(
            f"status takes no name: {shown(str(source))}",
            hint=f"waooaw advisories import {source}",
        )
    raise InputError(
        f"{shown(action)} is neither status nor import", hint="see waooaw advisories --help"
    )


def _status(settings: Settings, *, as_json: bool) -> int:
    from waooaw_cli.adapters.advisory_index import AdvisoryIndex
    from waooaw_cli.gates.dependency_settings import dependency_settings
    from waooaw_cli.render.advisories import status_json, status_text

    table = settings.tables.get("dependencies")
    max_age = dependency_settings(table, os.environ, source=str(settings.file)).max_age
    now = datetime.now(UTC)
    database, why = None, ""
    try:
        database = AdvisoryIndex(settings.advisories).database()
    except ValueError as error:
        why = str(error)
    if database is None:
        state, code = ("damaged" if why else "none"), 3
    else:
        state, code = ("old", 1) if database.age(now) > max_age else ("fresh", 0)
    text = status_json if as_json else status_text
    sys.stdout.write(
        text(state, database, settings.advisories, now=now, max_age=max_age, why=why) + "\n"
    )
    return code


def _import(source: Path, folder: Path, *, as_json: bool, quiet: bool) -> int:
    from waooaw_cli.adapters.advisories import IndexStore, opened_source
    from waooaw_cli.factory.advisories import import_advisories
    from waooaw_cli.render.advisories import import_json, import_text

    now = datetime.now(UTC)
    with opened_source(source) as opened, _counting(quiet=quiet) as progress:
        imported = import_advisories(opened, IndexStore(folder), now=now, progress=progress)
    text = import_json(imported) if as_json else import_text(imported, now=now)
    sys.stdout.write(text + "\n")
    return 0


@contextmanager
def _counting(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield what shows how far an import is: a moving line on a terminal, one line elsewhere."""
    moving = sys.stderr.isatty() and os.environ.get("TERM", "") != "dumb"
    said = False

    def progress(done: int, total: int) -> None:
        nonlocal said
        if quiet or (said and not moving):
            return
        line = f"reading {total:,} records" + (f": {done:,}" if moving else "")
        sys.stderr.write(f"\r{line}" if moving else f"{line}\n")
        sys.stderr.flush()
        said = True

    try:
        yield progress
    finally:
        if moving and said:
            sys.stderr.write("\r\x1b[K")
