"""The file that tickets are kept in: one database for what triage said and what the desk did."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from waooaw.database import Schema
from waooaw.errors import EnvironmentFault

__all__ = ["PATIENCE", "SCHEMA", "own_folder"]

#: How long to wait while another process writes.
PATIENCE = timedelta(seconds=5)
SCHEMA = Schema(
    noun="triage memory",
    application_id=0x77616F74,
    migrations=(
        (
            """CREATE TABLE tickets (
                id TEXT PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL,
                about TEXT NOT NULL, result TEXT, resolution TEXT NOT NULL, at TEXT NOT NULL
            ) STRICT""",
            """CREATE TABLE corrections (
                number INTEGER PRIMARY KEY, id TEXT NOT NULL, field TEXT NOT NULL,
                was TEXT NOT NULL, value TEXT NOT NULL, at TEXT NOT NULL
            ) STRICT""",
            "CREATE INDEX corrections_of ON corrections (id)",
            """CREATE TABLE prints (
                fingerprint TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (fingerprint, id)
            ) STRICT, WITHOUT ROWID""",
            # Which entry of the catalogue a ticket was known by.
            """CREATE TABLE matches (
                id TEXT PRIMARY KEY, pattern TEXT NOT NULL
            ) STRICT, WITHOUT ROWID""",
        ),
        (
            # `at` is when a ticket was judged last; the promise to answer runs from its arrival.
            "ALTER TABLE tickets ADD COLUMN arrived TEXT",
            "UPDATE tickets SET arrived = at WHERE result IS NOT NULL",
            """CREATE TABLE standings (
                id TEXT PRIMARY KEY, desk TEXT NOT NULL, state TEXT NOT NULL,
                type TEXT NOT NULL, severity TEXT NOT NULL, routed TEXT NOT NULL,
                first_desk TEXT NOT NULL, judged TEXT NOT NULL, arrived TEXT NOT NULL,
                asked TEXT NOT NULL, owed_since TEXT, answered TEXT, taken_by TEXT,
                solved TEXT, closed TEXT, duplicate_of TEXT
            ) STRICT""",
            "CREATE INDEX standings_open ON standings (state, desk)",
            "CREATE INDEX standings_arrived ON standings (arrived)",
            "CREATE INDEX standings_twins ON standings (duplicate_of)",
            # Nothing is ever taken out of it.
            """CREATE TABLE history (
                number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, at TEXT NOT NULL,
                actor TEXT NOT NULL, step TEXT NOT NULL, desk_from TEXT NOT NULL,
                desk_to TEXT NOT NULL, says TEXT NOT NULL
            ) STRICT""",
            "CREATE INDEX history_of ON history (id)",
        ),
        (
            # What is sent to customers: announced before, confirmed after, each occasion once.
            """CREATE TABLE letters (
                number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, kind TEXT NOT NULL,
                occasion TEXT NOT NULL, tone TEXT NOT NULL, subject TEXT NOT NULL,
                body TEXT NOT NULL, port TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL,
                sent TEXT, error TEXT NOT NULL DEFAULT '', decided TEXT NOT NULL DEFAULT '',
                UNIQUE (id, kind, occasion)
            ) STRICT""",
            "CREATE INDEX letters_open ON letters (state) WHERE state <> 'sent'",
        ),
        (
            # What agents did because of an event, with what they publish: done once, told again.
            """CREATE TABLE deeds (
                agent TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, did TEXT NOT NULL,
                events TEXT NOT NULL, PRIMARY KEY (agent, key)
            ) STRICT, WITHOUT ROWID""",
            "CREATE INDEX deeds_of ON deeds (id, agent)",
        ),
    ),
    anew="forgets tickets, corrections and what the desks did",
)


def own_folder(folder: Path, *, hint: str) -> None:
    """Make the folder that the file stands in, if it is not there, for its owner alone.

    Requests are between a customer and the desk: nobody else's on a shared machine.

    Raises:
        EnvironmentFault: It can't be made here; *hint* says the way out.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(f"{folder}: {error.strerror or error}", hint=hint) from error
