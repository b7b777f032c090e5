"""What goes wrong outside an agent, made to order.

The buses stand in front of a bus that works. Each of them keeps what a bus promises, at least one
delivery of every event, and nothing more than that.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from waooaw.bus import Bus, Delivery
from waooaw.events import Event
from waooaw.store import SqliteStore

__all__ = [
    "DisturbedBus",
    "DroppingBus",
    "DuplicatingBus",
    "JournalDamage",
    "JournalFull",
    "JournalLock",
    "LosingBus",
    "ReorderingBus",
]


class DisturbedBus:
    """Pass everything on; what goes wrong is each kind's own.

    Args:
        bus: The bus that works.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        #: How many deliveries or acknowledgements went wrong.
        self.disturbed = 0

    async def publish(self, events: Sequence[Event]) -> None:
        """Append events to the log."""
        await self._bus.publish(events)

    async def receive(self, group: str, *, most: int, hold: timedelta) -> tuple[Delivery, ...]:
        """Return what is there."""
        return await self._bus.receive(group, most=most, hold=hold)

    async def acknowledge(self, group: str, positions: Sequence[int]) -> None:
        """Pass acknowledgements on."""
        await self._bus.acknowledge(group, positions)

    def close(self) -> None:
        """Close the bus that works."""
        self._bus.close()


class DroppingBus(DisturbedBus):
    """Lose every second acknowledgement on its way, so that those events are delivered again.

    Args:
        bus: The bus that works. Deliveries are held for no time, so what was lost comes at once.
    """

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus)
        self._acknowledged = 0

    @property
    def dropped(self) -> int:
        """How many acknowledgements were lost."""
        return self.disturbed

    async def receive(self, group: str, *, most: int, hold: timedelta) -> tuple[Delivery, ...]:
        """Return what is new and what was lost; *hold* is not kept."""
        del hold
        return await self._bus.receive(group, most=most, hold=timedelta(0))

    async def acknowledge(self, group: str, positions: Sequence[int]) -> None:
        """Pass every second acknowledgement on."""
        for position in positions:
            self._acknowledged += 1
            if self._acknowledged % 2:
                self.disturbed += 1
            else:
                await self._bus.acknowledge(group, [position])


class LosingBus(DisturbedBus):
    """Lose every second event on its first way; it comes again when its hold is over.

    Args:
        bus: The bus that works.
    """

    async def receive(self, group: str, *, most: int, hold: timedelta) -> tuple[Delivery, ...]:
        """Return what was not lost."""
        deliveries = await self._bus.receive(group, most=most, hold=hold)
        arrived = tuple(one for one in deliveries if one.attempt > 1 or one.position % 2)
        self.disturbed += len(deliveries) - len(arrived)
        return arrived


class DuplicatingBus(DisturbedBus):
    """Deliver every event twice, at once and once more behind the others of its batch.

    Args:
        bus: The bus that works.
    """

    async def receive(self, group: str, *, most: int, hold: timedelta) -> tuple[Delivery, ...]:
        """Return everything twice."""
        deliveries = await self._bus.receive(group, most=most, hold=hold)
        self.disturbed += len(deliveries)
        return deliveries + deliveries


class ReorderingBus(DisturbedBus):
    """Deliver the newest event of each batch first.

    Args:
        bus: The bus that works.
    """

    async def receive(self, group: str, *, most: int, hold: timedelta) -> tuple[Delivery, ...]:
        """Return everything the wrong way round."""
        deliveries = await self._bus.receive(group, most=most, hold=hold)
        self.disturbed += max(0, len(deliveries) - 1)
        return deliveries[::-1]


class JournalLock:
    """Lock a journal from a second connection, as another process would.

    Args:
        path: The journal's file; it has to be there.
    """

    def __init__(self, path: Path) -> None:
        # The lock may be let go from a timer's thread.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._timer: threading.Timer | None = None

    def hold(self, for_: timedelta | None = None) -> None:
        """Take the lock; let go after *for_*, or at `release`."""
        self._connection.execute("BEGIN EXCLUSIVE")
        if for_ is not None:
            self._timer = threading.Timer(for_.total_seconds(), self.release)
            self._timer.daemon = True
            self._timer.start()

    def release(self) -> None:
        """Let go."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Let go, and close the connection."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        self.release()
        self._connection.close()


class JournalFull:
    """Let a store find no more space, as on a full disk.

    Args:
        store: The store; other connections to its file are not concerned.
    """

    # Above what SQLite allows; it takes its own greatest number instead.
    _ENDLESS = 2**32

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    async def fill(self) -> None:
        """Leave what the file has, and not a page more."""
        await self._limit(lambda db: int(db.execute("PRAGMA page_count").fetchone()[0]))

    async def free(self) -> None:
        """Let it grow again."""
        await self._limit(lambda _: self._ENDLESS)

    async def _limit(self, pages: Callable[[sqlite3.Connection], int]) -> None:
        # The limit is a connection's own, and the connection is the store's.
        database = self._store._database  # noqa: SLF001 - see above
        await database.run(lambda db: db.execute(f"PRAGMA max_page_count = {pages(db)}"))


class JournalDamage:
    """Damage a journal that no process holds, as a failing disk would; keep a copy to restore.

    Args:
        path: The journal's file; it has to be there.
        backup: Where the copy is put.
    """

    def __init__(self, path: Path, backup: Path) -> None:
        self._path = path
        self._backup = backup
        shutil.copyfile(path, backup)

    def strike(self) -> None:
        """Overwrite everything behind the first page, which says what the file is and holds."""
        size = self._path.stat().st_size
        with self._path.open("r+b") as file:
            # Source: SQLite, "Database File Format", section 1.3.2; a 1 stands for 65 536.
            page = int.from_bytes(file.read(18)[16:], "big")
            page = 65_536 if page == 1 else page
            file.seek(page)
            file.write(b"\xa5" * max(0, size - page))

    def restore(self) -> None:
        """Put the copy back, and what a damaged journal left beside it away."""
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._backup, self._path)
