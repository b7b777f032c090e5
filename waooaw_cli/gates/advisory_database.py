"""Which database of advisories is in force, known without opening it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["POINTER", "Database", "advisories_state", "database_at"]

#: The small file beside the index that says which index is in force and what is in it.
POINTER = "current.json"
_SCHEMA = "waooaw.advisories/1"


@dataclass(frozen=True, slots=True)
class Database:
    """Hold what is known of an imported database without opening it.

    Attributes:
        index: The index's file.
        size_bytes: What it measures.
        digest: SHA-256 of the index, in hex.
        source: The name of what was imported.
        source_digest: SHA-256 of what was imported, in hex.
        imported_at: When.
        newest: When the newest of its records was last changed; None where no record says.
        records: How many records it holds.
        packages: Of how many distributions they speak.
    """

    index: Path
    size_bytes: int
    digest: str
    source: str
    source_digest: str
    imported_at: datetime
    newest: datetime | None
    records: int
    packages: int

    def age(self, now: datetime) -> timedelta:
        """Return how old its knowledge is, which importing it again does not change."""
        return max(timedelta(0), now - (self.newest or self.imported_at))

    def content(self) -> dict[str, object]:
        """Return it as plain JSON, for the pointer's file."""
        return {
            "schema": _SCHEMA,
            "index": self.index.name,
            "size_bytes": self.size_bytes,
            "digest": self.digest,
            "source": self.source,
            "source_digest": self.source_digest,
            "imported_at": self.imported_at.isoformat(),
            "newest": None if self.newest is None else self.newest.isoformat(),
            "records": self.records,
            "packages": self.packages,
        }


def database_at(folder: Path) -> Database | None:
    """Return what the pointer in *folder* says; None where nothing was imported. Under 1 ms.

    Raises:
        ValueError: The pointer can't be read or is no pointer of ours; the message says why.
    """
    try:
        text = (folder / POINTER).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ValueError(error.strerror or "it can't be read") from error
    try:
        content: Any = json.loads(text)  # `Any`: it may be anybody's file
        if content["schema"] != _SCHEMA:
            raise ValueError(f"{POINTER} is of another version of waooaw")
        newest = content["newest"]
        return Database(
            index=folder / Path(content["index"]).name,
            size_bytes=int(content["size_bytes"]),
            digest=str(content["digest"]),
            source=str(content["source"]),
            source_digest=str(content["source_digest"]),
            imported_at=_moment(content["imported_at"]),
            newest=None if newest is None else _moment(newest),
            records=int(content["records"]),
            packages=int(content["packages"]),
        )
    except (KeyError, TypeError, RecursionError, json.JSONDecodeError) as error:
        raise ValueError(f"{POINTER} is damaged") from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def advisories_state(folder: Path, *, now: datetime, max_age: timedelta) -> str:
    """Return what a cached verdict depends on: which database is in force, and whether it is old.

    Reads one small file and imports nothing that costs time. The text changes when another database
    is imported, when the one in force goes over its age, and when the index is lost.
    """
    try:
        database = database_at(folder)
    except ValueError:
        return "damaged"
    if database is None:
        return "none"
    try:
        whole = database.index.stat().st_size == database.size_bytes
    except OSError:
        whole = False
    age = "old" if database.age(now) > max_age else "fresh"
    return f"{database.digest}:{age}" if whole else "damaged"
