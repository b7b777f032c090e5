"""The store in one SQLite file: a commit for every event, safe between processes."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from waooaw.database import MEMORY, Database, Schema
from waooaw.documents import Json
from waooaw.moments import rfc3339
from waooaw.store.interface import (
    ApprovalRecord,
    Context,
    Entry,
    EntryState,
    MemoryChange,
    Spending,
    Tally,
)
from waooaw.store.migrations import APPLICATION_ID, MIGRATIONS

__all__ = ["SCHEMA", "SqliteStore"]

SCHEMA = Schema("journal", APPLICATION_ID, MIGRATIONS, anew="decides every event again")
_PATIENCE = timedelta(seconds=5)
_NANO = Decimal(10) ** 9
_COLUMNS = (
    "agent, event_id, subject, at, woke, tier, state, decision, trace, event, output, error, "
    "escalated_to, attempts"
)
_FIND = f"SELECT {_COLUMNS} FROM journal WHERE agent = ? AND event_id = ?"  # noqa: S608 - ours
_NEWEST = f"""SELECT {_COLUMNS} FROM (
    SELECT * FROM journal WHERE agent = ? ORDER BY position DESC LIMIT ?
) ORDER BY position"""  # noqa: S608 - our own column names
_RECORD = f"""INSERT INTO journal ({_COLUMNS}, owner, leased_until)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (agent, event_id) DO NOTHING"""  # noqa: S608 - our own column names


class SqliteStore:
    """Keep everything in one SQLite file; many processes may share it.

    Args:
        path: The file, made if it is not there; `:memory:` for a store that ends with the process.
        patience: How long to wait while another process holds the file.

    Raises:
        InputError: The file is no journal of waooaw's.
        EnvironmentFault: It cannot be opened or written here.
        StoreBusy: It stayed locked for longer than *patience*.
    """

    def __init__(self, path: Path | str = MEMORY, *, patience: timedelta = _PATIENCE) -> None:
        self._database = Database(path, SCHEMA, patience=patience)

    async def find(self, agent: str, event_id: str) -> Entry | None:
        """Return the entry of an event, if it has one."""
        row = await self._database.run(lambda db: db.execute(_FIND, (agent, event_id)).fetchone())
        return None if row is None else _entry(row)

    async def entries(self, agent: str, *, limit: int = 1_000) -> tuple[Entry, ...]:
        """Return the newest *limit* entries, oldest first."""
        rows = await self._database.run(lambda db: db.execute(_NEWEST, (agent, limit)).fetchall())
        return tuple(_entry(row) for row in rows)

    async def context(self, agent: str, subject: str) -> Context:
        """Return what the agent remembers about *subject*."""
        row = await self._database.run(
            lambda db: db.execute(
                "SELECT version, content FROM context WHERE agent = ? AND subject = ? "
                "ORDER BY version DESC LIMIT 1",
                (agent, subject),
            ).fetchone()
        )
        return Context() if row is None else Context(row[0], json.loads(row[1]))

    async def record(self, entry: Entry, *, owner: str, lease: timedelta) -> Entry | None:
        """Write *entry* unless its event has one; return None, or the one that stands."""
        values = (*_values(entry), owner, time.time() + lease.total_seconds())
        written = await self._database.run(lambda db: db.execute(_RECORD, values).rowcount)
        return None if written else await self.find(entry.agent, entry.event_id)

    async def take(self, entry: Entry, *, owner: str, lease: timedelta) -> bool:
        """Begin the effect of *entry* (again), unless another owner's lease still holds."""
        now = time.time()
        taken = await self._database.run(
            lambda db: (
                db.execute(
                    "UPDATE journal SET state = 'acting', owner = ?, leased_until = ?, "
                    "attempts = attempts + 1 WHERE agent = ? AND event_id = ? AND "
                    "(state = 'waiting' OR (state = 'acting' AND leased_until <= ?))",
                    (owner, now + lease.total_seconds(), entry.agent, entry.event_id, now),
                ).rowcount
            )
        )
        return bool(taken)

    async def renew(self, entry: Entry, *, owner: str, lease: timedelta) -> None:
        """Keep an entry that *owner* is working on for another *lease*."""
        until = time.time() + lease.total_seconds()
        await self._database.run(
            lambda db: db.execute(
                "UPDATE journal SET leased_until = ? "
                "WHERE agent = ? AND event_id = ? AND owner = ? AND state = 'acting'",
                (until, entry.agent, entry.event_id, owner),
            )
        )

    async def confirm(
        self, entry: Entry, *, owner: str, change: MemoryChange | None
    ) -> Entry | None:
        """Write how it ended, and what is remembered, in one transaction."""

        def work(db: sqlite3.Connection) -> bool | None:
            db.execute("BEGIN IMMEDIATE")
            held = db.execute(
                "UPDATE journal SET state = ?, tier = ?, decision = ?, trace = ?, output = ?, "
                "error = ?, escalated_to = ? "
                "WHERE agent = ? AND event_id = ? AND owner = ? AND state = 'acting'",
                (
                    entry.state,
                    entry.tier,
                    entry.decision,
                    entry.trace,
                    entry.output,
                    entry.error,
                    entry.escalated_to,
                    entry.agent,
                    entry.event_id,
                    owner,
                ),
            ).rowcount
            if not held:
                return False
            if change is not None and not _remembered(db, entry, change):
                return None
            db.execute("COMMIT")
            return True

        written = await self._database.run(work)
        if written is None:
            return None
        return entry if written else await self.find(entry.agent, entry.event_id)

    async def approve(self, entry: Entry, record: ApprovalRecord) -> ApprovalRecord:
        """Keep what a person said to a waiting entry; the first word stands and is returned."""
        values = (
            entry.agent,
            entry.event_id,
            int(record.granted),
            record.by,
            record.note,
            rfc3339(record.at),
        )
        written = await self._database.run(
            lambda db: (
                db.execute(
                    "INSERT INTO approvals (agent, event_id, granted, by, note, at) "
                    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    values,
                ).rowcount
            )
        )
        earlier = None if written else await self.approval(entry.agent, entry.event_id)
        return record if earlier is None else earlier

    async def approval(self, agent: str, event_id: str) -> ApprovalRecord | None:
        """Return what a person said, if anyone did."""
        row = await self._database.run(
            lambda db: db.execute(
                "SELECT by, granted, note, at FROM approvals WHERE agent = ? AND event_id = ?",
                (agent, event_id),
            ).fetchone()
        )
        if row is None:
            return None
        return ApprovalRecord(row[0], bool(row[1]), row[2], datetime.fromisoformat(row[3]))

    async def reserve(self, spending: Spending) -> int | None:
        """Set money aside for a model call; None when the month has not that much left."""
        worst = _nano(spending.worst_usd)

        def work(db: sqlite3.Connection) -> int | None:
            db.execute("BEGIN IMMEDIATE")
            if _spent(db, spending.agent, spending.month) + worst > _nano(spending.limit_usd):
                return None
            call = db.execute(
                "INSERT INTO model_calls (agent, event_id, model, month, cost_nano_usd, settled) "
                "VALUES (?, ?, ?, ?, ?, 0)",
                (spending.agent, spending.event_id, spending.model, spending.month, worst),
            ).lastrowid
            db.execute("COMMIT")
            return call

        return await self._database.run(work)

    async def settle(self, call: int, cost_usd: Decimal) -> None:
        """Replace what was set aside by what it cost."""
        await self._database.run(
            lambda db: db.execute(
                "UPDATE model_calls SET cost_nano_usd = ?, settled = 1 WHERE call = ?",
                (_nano(cost_usd), call),
            )
        )

    async def spent(self, agent: str, month: str) -> Decimal:
        """Return what the agent's model calls of a month cost, reservations included."""
        nano = await self._database.run(lambda db: _spent(db, agent, month))
        return Decimal(nano) / _NANO

    async def tally(self, agent: str) -> Tally:
        """Count decisions, for the model's share."""
        rows = await self._database.run(
            lambda db: db.execute(
                "SELECT tier, count(*) FROM journal WHERE agent = ? AND woke = 1 GROUP BY tier",
                (agent,),
            ).fetchall()
        )
        counts = dict(rows)
        return Tally(woken=sum(counts.values()), by_model=counts.get("model", 0))

    async def earlier_answer(self, agent: str, key: str) -> str | None:
        """Return what `keep_answer` kept under *key*."""
        row = await self._database.run(
            lambda db: db.execute(
                "SELECT answer FROM answers WHERE agent = ? AND question = ?", (agent, key)
            ).fetchone()
        )
        return None if row is None else str(row[0])

    async def keep_answer(self, agent: str, key: str, answer: str) -> None:
        """Keep a model's answer for the same question later."""
        await self._database.run(
            lambda db: db.execute(
                "INSERT INTO answers (agent, question, answer) VALUES (?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (agent, key, answer),
            )
        )

    def close(self) -> None:
        """Let go of the file; nothing may be asked afterwards."""
        self._database.close()


def _values(entry: Entry) -> tuple[str | int | None, ...]:
    return (
        entry.agent,
        entry.event_id,
        entry.subject,
        rfc3339(entry.at),
        int(entry.woke),
        entry.tier,
        entry.state,
        entry.decision,
        entry.trace,
        entry.event,
        entry.output,
        entry.error,
        entry.escalated_to,
        entry.attempts,
    )


def _entry(row: Json) -> Entry:
    # What the driver gives, in the order of _COLUMNS.
    return Entry(
        agent=row[0],
        event_id=row[1],
        subject=row[2],
        at=datetime.fromisoformat(row[3]),
        woke=bool(row[4]),
        tier=row[5],
        state=EntryState(row[6]),
        decision=row[7],
        trace=row[8],
        event=row[9],
        output=row[10],
        error=row[11],
        escalated_to=row[12],
        attempts=row[13],
    )


def _remembered(db: sqlite3.Connection, entry: Entry, change: MemoryChange) -> bool:
    """Write the next version of the memory, unless another one was written meanwhile."""
    written = db.execute(
        "INSERT INTO context (agent, subject, version, content) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (entry.agent, entry.subject, change.base + 1, json.dumps(change.values)),
    )
    return bool(written.rowcount)


def _spent(db: sqlite3.Connection, agent: str, month: str) -> int:
    (nano,) = db.execute(
        "SELECT coalesce(sum(cost_nano_usd), 0) FROM model_calls WHERE agent = ? AND month = ?",
        (agent, month),
    ).fetchone()
    return int(nano)


def _nano(usd: Decimal) -> int:
    return int((usd * _NANO).to_integral_value(rounding="ROUND_CEILING"))
