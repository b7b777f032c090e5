"""How past requests are kept and compared: `vectors` and `database` of the table `[triage]`."""

from __future__ import annotations

from dataclasses import dataclass, field

from waooaw.errors import InputError, shown
from waooaw_cli.settings import Settings

__all__ = ["IndexSettings", "index_settings"]


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Hold where the index of past requests lies, and whether meanings are compared.

    Attributes:
        vectors: Whether an embedding is asked beside the words.
        database: ``postgresql://…``; empty: a file in the state folder. It may hold a password.
    """

    vectors: bool = False
    database: str = field(default="", repr=False)


def index_settings(settings: Settings) -> IndexSettings:
    """Return what holds; the environment's database over the file's.

    Raises:
        InputError: One has the wrong type; a database is never repeated.
    """
    table = settings.tables.get("triage", {})
    if not isinstance(table, dict):
        raise InputError(f"{settings.file}: triage is no table", hint="write [triage]")
    vectors = table.get("vectors", False)
    if not isinstance(vectors, bool):
        raise InputError(
            f"{settings.file}: triage.vectors = {shown(vectors)} is not true or false",
            hint="vectors = true",
        )
    database = settings.triage_database or table.get("database", "")
    if not isinstance(database, str):
        raise InputError(
            f"{settings.file}: triage.database is no text",
            hint='database = "postgresql://user@host/name"',
        )
    return IndexSettings(vectors, database)
