"""What `waooaw advisories` prints."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from waooaw_cli.factory.advisories import Imported
from waooaw_cli.gates.advisory_database import Database
from waooaw_cli.render.foreign import intact, visible

__all__ = ["import_json", "import_text", "status_json", "status_text"]


def import_text(imported: Imported, *, now: datetime) -> str:
    """Return what an import did, for a person."""
    database = imported.database
    lines = [f"in force: {_size(database)}, {_known_until(database, now)}"]
    if imported.not_counted:
        counts = sorted(imported.not_counted.items())
        lines.append("left out: " + ", ".join(f"{count:,} {reason}" for reason, count in counts))
    lines += [f"  broken: {visible(example)}" for example in imported.examples]
    return intact("\n".join(lines))


def import_json(imported: Imported) -> str:
    """Return the same as one JSON document."""
    return _document(
        {
            "schema": "waooaw.advisories-import/1",
            "database": _database(imported.database),
            "not_counted": {
                reason.name.lower(): count for reason, count in imported.not_counted.items()
            },
            "examples": list(imported.examples),
        }
    )


def status_text(
    state: str,
    database: Database | None,
    folder: Path,
    *,
    now: datetime,
    max_age: timedelta,
    why: str,
) -> str:
    """Return what is in force, for a person.

    Args:
        state: fresh, old, none or damaged.
        database: What is in force; None where nothing can be used.
        folder: Where it is kept.
        now: The day.
        max_age: How old its knowledge may be.
        why: What is wrong with a damaged one.
    """
    if database is None:
        what = f"damaged: {why}" if why else "none: nothing was imported yet"
        return visible(f"{what} ({folder.as_posix()})") + "\n  try: waooaw advisories import ZIP"
    lines = [
        f"{state}: {_known_until(database, now)}; at most {max_age.days} days are allowed",
        _size(database),
        f"source: {database.source} (sha256 {database.source_digest})",
        f"imported: {database.imported_at:%Y-%m-%d %H:%M} UTC",
        f"index: {database.index.as_posix()} ({database.size_bytes:,} bytes)",
    ]
    return intact("\n".join(visible(line) for line in lines))


def status_json(
    state: str,
    database: Database | None,
    folder: Path,
    *,
    now: datetime,
    max_age: timedelta,
    why: str,
) -> str:
    """Return the same as one JSON document."""
    return _document(
        {
            "schema": "waooaw.advisories-status/1",
            "state": state,
            "why": why or None,
            "folder": folder.as_posix(),
            "age_days": None if database is None else database.age(now).days,
            "max_age_days": max_age.days,
            "database": None if database is None else _database(database),
        }
    )


def _size(database: Database) -> str:
    advisories = "advisory" if database.records == 1 else "advisories"
    packages = "package" if database.packages == 1 else "packages"
    return f"{database.records:,} {advisories} on {database.packages:,} {packages}"


def _known_until(database: Database, now: datetime) -> str:
    days = database.age(now).days
    until = database.newest or database.imported_at
    return f"known until {until:%Y-%m-%d}, {days:,} {'day' if days == 1 else 'days'} ago"


def _database(database: Database) -> dict[str, object]:
    return database.content() | {"index": database.index.as_posix()}


def _document(content: dict[str, object]) -> str:
    return intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))
