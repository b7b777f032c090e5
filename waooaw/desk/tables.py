"""What stands in the tables of the desk, read and written inside of somebody's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from waooaw.desk.rows import entry_row, standing_from, standing_row
from waooaw.desk.standings import Standing
from waooaw.desk.steps import Stepped
from waooaw.errors import InputError, shown
from waooaw.triage.keeping import kept_words

__all__ = ["find_standing", "required_standing", "storable_id", "write_steps"]


def find_standing(connection: sqlite3.Connection, id_: str) -> Standing | None:
    """Return where a ticket stands; None where there is none of that id."""
    row = connection.execute("SELECT * FROM standings WHERE id = ?", (storable_id(id_),)).fetchone()
    return None if row is None else standing_from(row)


def required_standing(connection: sqlite3.Connection, id_: str) -> Standing:
    """Return where a ticket stands.

    Raises:
        InputError: There is none of that id.
    """
    standing = find_standing(connection, id_)
    if standing is None:
        raise InputError(f"no ticket {shown(id_)} is at a desk", hint="see `waooaw desk`")
    return standing


def storable_id(id_: str) -> str:
    """Return an id as it can be looked up: SQLite takes no halves of surrogate pairs."""
    return id_.encode("utf-8", "replace").decode()


def write_steps(connection: sqlite3.Connection, steps: Iterable[Stepped]) -> None:
    """Write where tickets stand after *steps*, and what happened, redacted."""
    steps = list(steps)
    connection.executemany(
        """INSERT OR REPLACE INTO standings
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [standing_row(one.standing) for one in steps],
    )
    connection.executemany(
        """INSERT INTO history (id, at, actor, step, desk_from, desk_to, says)
        VALUES (?, ?, ?, ?, ?, ?, ?)""",
        [entry_row(replace(one.entry, says=kept_words(one.entry.says))) for one in steps],
    )
