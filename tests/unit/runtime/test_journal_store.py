"""The journal's file: crashes, locks, other programs' files, other processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fakes.refund_desk import CountingSkills, refund, refund_desk

from waooaw import ActionState, Agent, EnvironmentFault, InputError, Task
from waooaw.bus import SqliteBus
from waooaw.errors import StoreBusy
from waooaw.store import Entry, EntryState, MemoryChange, Spending, SqliteStore
from waooaw.testing import JournalLock

SOON = timedelta(milliseconds=50)


def entry(event_id: str = "e-1", state: EntryState = EntryState.FINAL) -> Entry:
    return Entry(
        agent="wow-x",
        event_id=event_id,
        subject="",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        woke=True,
        tier="rules",
        state=state,
        decision="{}",
        trace="{}",
        event="{}",
    )


def spending(worst: str, limit: str) -> Spending:
    return Spending("wow-x", "e-1", "m", "2026-01", Decimal(worst), Decimal(limit))


def test_an_effect_that_a_crash_interrupted_runs_again_under_its_key(tmp_path: Path) -> None:
    """Announced and not confirmed: the next delivery runs it again, with the same key."""
    store = SqliteStore(tmp_path / "journal.db")

    class Dies:
        async def issue_refund(self, task: Task[Any]) -> object:
            raise KeyboardInterrupt

    dying = Agent(refund_desk(), skills=Dies(), store=store, lease=SOON)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(dying.handle(refund(120)))
    left = asyncio.run(store.find("wow-refund-desk", "e-1"))
    skills = CountingSkills()
    agent = Agent(refund_desk(), skills=skills, store=store, lease=SOON)

    decision = asyncio.run(agent.handle(refund(120)))
    (kept,) = asyncio.run(agent.journal())
    store.close()

    assert left is not None
    assert left.state is EntryState.ACTING
    assert decision.action is ActionState.DONE
    assert skills.keys == ["e-1"]
    assert kept.attempts == 2


def test_a_slow_effect_is_left_to_who_is_at_it(tmp_path: Path) -> None:
    """A lease is renewed for as long as the skill runs; whoever comes meanwhile waits for it."""
    skills = CountingSkills(pause_s=0.4)
    stores = [SqliteStore(tmp_path / "journal.db") for _ in range(2)]
    first, second = (
        Agent(refund_desk(), skills=skills, store=store, lease=timedelta(milliseconds=90))
        for store in stores
    )

    async def both() -> list[str]:
        running = asyncio.create_task(first.handle(refund(120)))
        await asyncio.sleep(0.1)
        return [(await second.handle(refund(120))).to_json(), (await running).to_json()]

    told = asyncio.run(both())
    for store in stores:
        store.close()

    assert told[0] == told[1]
    assert skills.keys == ["e-1"]


def test_the_word_of_who_took_over_stands(tmp_path: Path) -> None:
    """A process that was thought dead and comes back too late changes nothing."""
    store = SqliteStore(tmp_path / "journal.db")
    acting = entry(state=EntryState.ACTING)

    async def work() -> tuple[Any, ...]:
        _ = await store.record(acting, owner="first", lease=timedelta(0))
        taken = await store.take(acting, owner="second", lease=timedelta(minutes=1))
        again = await store.take(acting, owner="third", lease=timedelta(minutes=1))
        late = await store.confirm(entry(), owner="first", change=MemoryChange(0, {"a": 1}))
        kept = await store.context("wow-x", "")
        return taken, again, late, kept

    taken, again, late, kept = asyncio.run(work())
    store.close()

    assert (taken, again) == (True, False)
    assert late.state is EntryState.ACTING
    assert kept.version == 0


def test_money_is_set_aside_before_it_is_spent(tmp_path: Path) -> None:
    """A reservation counts until it is settled, and what is left bounds the next one, exactly."""
    store = SqliteStore(tmp_path / "journal.db")

    async def work() -> tuple[Any, ...]:
        first = await store.reserve(spending("0.7", "1"))
        second = await store.reserve(spending("0.300000001", "1"))
        assert first is not None
        await store.settle(first, Decimal("0.1"))
        third = await store.reserve(spending("0.9", "1"))
        return second, third, await store.spent("wow-x", "2026-01")

    second, third, spent = asyncio.run(work())
    store.close()

    assert second is None
    assert third is not None
    assert spent == Decimal("1.0")


def test_a_short_lock_is_waited_for(tmp_path: Path) -> None:
    """Another process that writes for a moment delays a decision, and loses none."""
    store = SqliteStore(tmp_path / "journal.db")
    lock = JournalLock(tmp_path / "journal.db")
    agent = Agent(refund_desk(), skills=CountingSkills(), store=store)
    lock.hold(timedelta(milliseconds=150))

    decision = asyncio.run(agent.handle(refund(120)))
    lock.close()
    store.close()

    assert decision.action is ActionState.DONE


def test_a_long_lock_is_told_and_nothing_is_done(tmp_path: Path) -> None:
    """A journal that stays locked ends in StoreBusy: no effect was begun, so it may come again."""
    store = SqliteStore(tmp_path / "journal.db", patience=SOON)
    lock = JournalLock(tmp_path / "journal.db")
    skills = CountingSkills()
    agent = Agent(refund_desk(), skills=skills, store=store)
    lock.hold()

    with pytest.raises(StoreBusy, match=r"the journal stayed locked for 0\.05 s"):
        asyncio.run(agent.handle(refund(120)))
    during = list(skills.keys)
    lock.release()
    decision = asyncio.run(agent.handle(refund(120)))
    lock.close()
    store.close()

    assert during == []
    assert decision.action is ActionState.DONE


def test_opening_waits_for_a_lock_and_then_gives_up(tmp_path: Path) -> None:
    """A locked file cannot be opened for the first time either, and says so."""
    SqliteStore(tmp_path / "journal.db").close()
    lock = JournalLock(tmp_path / "journal.db")
    lock.hold()

    with pytest.raises(StoreBusy):
        SqliteStore(tmp_path / "journal.db", patience=SOON)
    lock.release()
    SqliteStore(tmp_path / "journal.db", patience=SOON).close()
    lock.close()


def test_a_file_of_another_kind_is_no_journal(tmp_path: Path) -> None:
    """A text file is refused as it is, and stays as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("dear diary\n" * 1_000, encoding="utf-8")

    with pytest.raises(InputError, match="not a journal of waooaw") as caught:
        SqliteStore(path)

    assert caught.value.hint is not None
    assert path.read_text(encoding="utf-8") == "dear diary\n" * 1_000


def test_another_program_s_database_is_no_journal(tmp_path: Path) -> None:
    """A SQLite file with somebody else's tables is not written into."""
    path = tmp_path / "theirs.db"
    theirs = sqlite3.connect(path)
    theirs.execute("CREATE TABLE journal (theirs TEXT)")
    theirs.close()
    before = path.read_bytes()

    with pytest.raises(InputError, match="a database of another program"):
        SqliteStore(path)

    assert path.read_bytes() == before


def test_a_bus_is_no_journal(tmp_path: Path) -> None:
    """Our own files are not mistaken for each other."""
    SqliteBus(tmp_path / "bus.db").close()

    with pytest.raises(InputError, match="another program, not a journal"):
        SqliteStore(tmp_path / "bus.db")


def test_a_newer_journal_asks_for_a_newer_waooaw(tmp_path: Path) -> None:
    """A schema from the future is not touched."""
    SqliteStore(tmp_path / "journal.db").close()
    future = sqlite3.connect(tmp_path / "journal.db")
    future.execute("PRAGMA user_version = 99")
    future.close()

    with pytest.raises(InputError, match="a journal of version 99"):
        SqliteStore(tmp_path / "journal.db")


def test_a_damaged_journal_is_told_in_a_sentence(tmp_path: Path) -> None:
    """A file that broke under us ends in a message that names it, not in a traceback."""
    path = tmp_path / "journal.db"
    store = SqliteStore(path)
    agent = Agent(refund_desk(), skills=CountingSkills(), store=store)
    for number in range(50):
        _ = asyncio.run(agent.handle(refund(120, event_id=f"e-{number}")))
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)

    store = SqliteStore(path)
    with pytest.raises(
        InputError, match=r"journal\.db: not a journal of waooaw, or a damaged"
    ) as caught:
        asyncio.run(store.find("wow-refund-desk", "e-1"))
    store.close()

    # Another file would repeat every effect.
    assert caught.value.hint == (
        "restore it from a backup (with its -wal file beside it, not the damaged one's); "
        "a new journal decides every event again"
    )


@pytest.mark.parametrize(
    ("place", "message"),
    [
        pytest.param("missing/journal.db", "there is no folder", id="no-folder"),
        pytest.param("folder", "a folder, not a journal", id="folder"),
        pytest.param("x" * 300, "cannot be a journal", id="long"),
    ],
)
def test_a_journal_needs_a_place(place: str, message: str, tmp_path: Path) -> None:
    """A path that cannot hold a file is the caller's to mend."""
    (tmp_path / "folder").mkdir()

    with pytest.raises(InputError, match=message):
        SqliteStore(tmp_path / place)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for rights to make links")
def test_a_journal_that_cannot_be_made_is_the_machine_s_fault(tmp_path: Path) -> None:
    """A link that leads nowhere is told as what SQLite says of it."""
    (tmp_path / "journal.db").symlink_to(tmp_path / "gone" / "journal.db")

    with pytest.raises(EnvironmentFault, match="unable to open"):
        SqliteStore(tmp_path / "journal.db")


def test_a_closed_store_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    """Asking after the end is told as it is, and names the file."""
    store = SqliteStore(tmp_path / "journal.db")
    store.close()

    with pytest.raises(EnvironmentFault, match=r"journal\.db: the journal cannot be used"):
        asyncio.run(store.find("wow-x", "e-1"))


def test_a_full_disk_writes_nothing_by_half(tmp_path: Path) -> None:
    """Where the journal can't grow, the event is not decided, and the agent goes on afterwards."""
    store = SqliteStore(tmp_path / "journal.db")
    agent = Agent(refund_desk(), skills=CountingSkills(), store=store)
    connection = store._database._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(EnvironmentFault, match="full"):
        asyncio.run(agent.handle(refund(900, note="x" * 100_000)))
    connection.execute("PRAGMA max_page_count = 1000000")
    decision = asyncio.run(agent.handle(refund(900)))
    store.close()

    assert decision.outcome == "escalate"


def test_entries_come_oldest_first(tmp_path: Path) -> None:
    """The newest of the journal, in the order they were decided."""
    store = SqliteStore(tmp_path / "journal.db")
    for number in range(5):
        _ = asyncio.run(store.record(entry(f"e-{number}"), owner="o", lease=SOON))

    newest = asyncio.run(store.entries("wow-x", limit=2))
    store.close()

    assert [one.event_id for one in newest] == ["e-3", "e-4"]


WRITER = """
    import asyncio, sys
    from pathlib import Path
    from fakes.refund_desk import CountingSkills, refund, refund_desk
    from waooaw import Agent
    from waooaw.store import SqliteStore

    async def main():
        agent = Agent(refund_desk(), skills=CountingSkills(), store=SqliteStore(Path(sys.argv[1])))
        for number in range(int(sys.argv[2])):
            print((await agent.handle(refund(120, event_id=f"e-{number}"))).to_json(), flush=True)

    asyncio.run(main())
"""


def writer(journal: Path, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(journal), str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "tests"},
    )


def test_processes_share_a_journal(tmp_path: Path) -> None:
    """Real processes that handle the same events at once print the same lines."""
    running = [writer(tmp_path / "journal.db", 150) for _ in range(3)]
    printed = {process.communicate()[0] for process in running}

    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(printed) == 1
    assert len(printed.pop().splitlines()) == 150


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_kill_loses_no_entry(tmp_path: Path) -> None:
    """Every decision that was told before `kill -9` is in the journal afterwards, unchanged."""
    process = writer(tmp_path / "journal.db", 100_000)
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(300)]
    process.kill()
    told += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    store = SqliteStore(tmp_path / "journal.db")

    kept = asyncio.run(store.entries("wow-refund-desk", limit=100_000))
    store.close()
    lines = [one.decision for one in kept]
    whole = [line.rstrip("\n") for line in told if line.endswith("\n")]

    assert len(whole) >= 300
    assert lines[: len(whole)] == whole
    assert len(lines) <= len(whole) + 1


def test_a_copied_journal_goes_on_elsewhere(tmp_path: Path) -> None:
    """A closed journal is one file: it can be moved, and knows what it knew."""
    store = SqliteStore(tmp_path / "journal.db")
    skills = CountingSkills()
    first = asyncio.run(Agent(refund_desk(), skills=skills, store=store).handle(refund(120)))
    store.close()
    shutil.copy(tmp_path / "journal.db", tmp_path / "moved.db")

    moved = SqliteStore(tmp_path / "moved.db")
    again = asyncio.run(Agent(refund_desk(), skills=skills, store=moved).handle(refund(120)))
    moved.close()

    assert again.to_json() == first.to_json()
    assert skills.keys == ["e-1"]
