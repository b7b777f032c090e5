"""Journals are read beside the agents that write them, and whatever stands in them."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.refund_desk import CountingSkills, refund, refund_desk

from waooaw import Agent, EnvironmentFault, InputError
from waooaw.errors import StoreBusy
from waooaw.store import Journalled, JournalReader, SqliteStore


def desk(path: Path, **changes: object) -> Agent:
    return Agent(refund_desk(**changes), skills=CountingSkills(), store=SqliteStore(path))


def written(path: Path, count: int = 3) -> Agent:
    agent = desk(path)
    for number in range(count):
        asyncio.run(agent.handle(refund(event_id=f"e-{number}")))
    return agent


def read(path: Path, limit: int = 1_000) -> list[Journalled]:
    reader = JournalReader(path)
    try:
        return [one for one in reader.entries(limit=limit) if one is not None]
    finally:
        reader.close()


def test_everything_is_read_in_the_order_it_was_written(tmp_path: Path) -> None:
    """All agents of the file, over as many pages as it has."""
    agent = written(tmp_path / "journal.db", 150)
    other = desk(tmp_path / "journal.db", name="wow-other")
    asyncio.run(other.handle(refund(event_id="e-0")))

    found = read(tmp_path / "journal.db")

    assert [one.entry.event_id for one in found[:-1]] == [f"e-{number}" for number in range(150)]
    assert found[-1].entry.agent == "wow-other"
    assert [one.entry.event_id for one in read(tmp_path / "journal.db", 2)] == ["e-149", "e-0"]
    agent.store.close()


def test_what_a_person_said_comes_with_the_entry(tmp_path: Path) -> None:
    """Granted, declined, or nothing."""
    path = tmp_path / "journal.db"
    agent = desk(path, boundaries={"approval": ["issue_refund"]})
    for name in ("yes", "no", "open"):
        asyncio.run(agent.handle(refund(event_id=name)))
    asyncio.run(agent.approve("yes", by="maria"))
    asyncio.run(agent.approve("no", by="maria", granted=False))

    assert {one.entry.event_id: one.granted for one in read(path)} == {
        "yes": True,
        "no": False,
        "open": None,
    }


def test_an_agent_writes_while_its_journal_is_read(tmp_path: Path) -> None:
    """Neither waits for the other, and not a byte is changed by who reads."""
    path = tmp_path / "journal.db"
    agent = written(path, 200)
    reader = JournalReader(path)
    rows = reader.entries(limit=1_000)
    next(rows)

    with sqlite3.connect(path, timeout=0, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE journal SET attempts = 9")
        second = next(rows)
        writer.execute("COMMIT")
    asyncio.run(agent.handle(refund(event_id="late")))

    last = [*rows][-1]
    assert [one and one.entry.event_id for one in (second, last)] == ["e-1", "late"]
    reader.close()


def test_a_journal_that_nobody_has_open_stays_as_it_is(tmp_path: Path) -> None:
    """Its bytes and its time; also where it was left without its -wal file."""
    path = tmp_path / "journal.db"
    written(path).store.close()
    before = (path.read_bytes(), path.stat().st_mtime_ns)

    assert len(read(path)) == 3
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, "no such journal", id="nothing"),
        pytest.param(b"", "holds no journal yet", id="empty"),
        pytest.param(b"not a database" * 100, "not a journal", id="text"),
    ],
)
def test_what_is_no_journal_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    """And never made."""
    path = tmp_path / "journal.db"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(InputError, match=says):
        read(path)
    assert path.exists() is (content is not None)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """Also a bus of ours."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE journal (a)")

    with pytest.raises(InputError, match="another program"):
        read(path)


def test_a_table_that_is_a_query_is_refused(tmp_path: Path) -> None:
    """A view may compute for ever."""
    path = tmp_path / "journal.db"
    written(path).store.close()
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE journal RENAME TO old")
        database.execute("CREATE VIEW journal AS SELECT * FROM old")

    with pytest.raises(InputError, match="a damaged journal"):
        read(path)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("state = 'lost'", id="state"),
        pytest.param("at = 'yesterday'", id="time"),
        pytest.param("at = '2026-01-01T00:00:00'", id="time-without-zone"),
        pytest.param("at = '0001-01-01T00:00:00+14:00'", id="time-before-all-times"),
        pytest.param("decision = x'00ff'", id="blob"),
        pytest.param("event = hex(zeroblob(5000000))", id="ten-megabytes"),
    ],
)
def test_a_row_that_is_no_entry_is_passed_over(tmp_path: Path, change: str) -> None:
    """It is none; the others are read."""
    path = tmp_path / "journal.db"
    written(path).store.close()
    with sqlite3.connect(path) as database:
        database.execute(f"UPDATE journal SET {change} WHERE event_id = 'e-1'")

    reader = JournalReader(path)
    found = [one and one.entry.event_id for one in reader.entries(limit=10)]

    assert found == ["e-0", None, "e-2"]
    reader.close()


def test_text_that_is_no_utf_8_is_read_with_marks(tmp_path: Path) -> None:
    """SQLite lets anybody write it."""
    path = tmp_path / "journal.db"
    written(path).store.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE journal SET subject = CAST(x'61ff' AS TEXT)")

    assert {one.entry.subject for one in read(path)} == {"a\ufffd"}


def test_a_journal_that_is_held_as_a_whole_is_waited_for_and_told(tmp_path: Path) -> None:
    """As agents do."""
    path = tmp_path / "journal.db"
    written(path).store.close()
    with sqlite3.connect(path, isolation_level=None) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy, match="stayed locked"):
            JournalReader(path, patience=timedelta(milliseconds=20))


def test_a_journal_that_answers_never_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bounded time."""
    path = tmp_path / "journal.db"
    written(path).store.close()
    monkeypatch.setattr("waooaw.store.reading._LONGEST_S", -1.0)

    with pytest.raises(EnvironmentFault, match="takes longer"):
        read(path)
