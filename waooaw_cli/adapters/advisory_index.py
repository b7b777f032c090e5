"""Ask the index of advisories that is in force."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from waooaw_cli.gates.advisories import Advisory, Bound
from waooaw_cli.gates.advisory_database import Database, database_at

__all__ = ["AdvisoryIndex", "file_digest"]


class AdvisoryIndex:
    """Answer the port `Advisories` from the index that is in force.

    Args:
        folder: Where imports put it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._whole: Database | None = None

    def database(self) -> Database | None:
        """Return what is in force; None where nothing was imported.

        Raises:
            ValueError: It can't be used; the message says why.
        """
        database = database_at(self._folder)
        if database is not None and database != self._whole:
            try:
                digest = file_digest(database.index)
            except OSError as error:
                raise ValueError(f"{database.index.name} can't be read") from error
            if digest != database.digest:
                raise ValueError(f"{database.index.name} is not what was imported")
            self._whole = database
        return database

    def about(self, names: Iterable[str]) -> Mapping[str, tuple[Advisory, ...]]:
        """Return what is known of each of *names* (normalised); nothing of those not named in it.

        Raises:
            ValueError: There is no index, or it can't be read.
        """
        import sqlite3  # most agents have nothing to look up

        database = self.database()
        if database is None:
            raise ValueError("no advisories were imported")
        found: dict[str, tuple[Advisory, ...]] = {}
        try:
            uri = f"{database.index.absolute().as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(uri, uri=True)) as index:
                for name in sorted(set(names)):
                    rows = index.execute(
                        "SELECT id, content FROM advisory WHERE name = ? ORDER BY id", (name,)
                    )
                    advisories = tuple(_advisory(name, *row) for row in rows)
                    if advisories:
                        found[name] = advisories
        except (sqlite3.Error, KeyError, TypeError) as error:
            raise ValueError(f"{database.index.name} can't be read: {error}") from error
        return found


def _advisory(name: str, id_: str, content: str) -> Advisory:
    data = json.loads(content)
    return Advisory(
        name,
        id_,
        tuple(data["aliases"]),
        data["summary"],
        data["severity"],
        frozenset(data["versions"]),
        tuple(tuple((Bound(kind), text) for kind, text in events) for events in data["ranges"]),
    )


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
