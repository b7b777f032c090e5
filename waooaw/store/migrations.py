"""The store's schema, as numbered migrations. Append to the list; never edit what was released."""

from __future__ import annotations

__all__ = ["APPLICATION_ID", "MIGRATIONS"]

#: Marks a SQLite file as ours: "WAOW" in ASCII. Source: SQLite, "PRAGMA application_id".
APPLICATION_ID = 0x57414F57

#: One item a version; `PRAGMA user_version` counts those that a file has.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE journal (
            position INTEGER PRIMARY KEY,
            agent TEXT NOT NULL,
            event_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            at TEXT NOT NULL,
            woke INTEGER NOT NULL,
            tier TEXT,
            state TEXT NOT NULL,
            decision TEXT NOT NULL,
            trace TEXT NOT NULL,
            event TEXT NOT NULL,
            output TEXT,
            error TEXT,
            escalated_to TEXT,
            attempts INTEGER NOT NULL,
            owner TEXT NOT NULL,
            leased_until REAL NOT NULL,
            UNIQUE (agent, event_id)
        )""",
        "CREATE INDEX journal_tiers ON journal (agent, tier) WHERE woke = 1",
        """CREATE TABLE context (
            agent TEXT NOT NULL,
            subject TEXT NOT NULL,
            version INTEGER NOT NULL,
            content TEXT NOT NULL,
            PRIMARY KEY (agent, subject, version)
        ) WITHOUT ROWID""",
        """CREATE TABLE approvals (
            agent TEXT NOT NULL,
            event_id TEXT NOT NULL,
            granted INTEGER NOT NULL,
            by TEXT NOT NULL,
            note TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (agent, event_id)
        ) WITHOUT ROWID""",
        # A billionth of a dollar is finer than any price for a token, and integers add up exactly.
        """CREATE TABLE model_calls (
            call INTEGER PRIMARY KEY,
            agent TEXT NOT NULL,
            event_id TEXT NOT NULL,
            model TEXT NOT NULL,
            month TEXT NOT NULL,
            cost_nano_usd INTEGER NOT NULL,
            settled INTEGER NOT NULL
        )""",
        "CREATE INDEX model_calls_month ON model_calls (agent, month, cost_nano_usd)",
        """CREATE TABLE answers (
            agent TEXT NOT NULL,
            question TEXT NOT NULL,
            answer TEXT NOT NULL,
            PRIMARY KEY (agent, question)
        ) WITHOUT ROWID""",
    ),
)
