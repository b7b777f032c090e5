"""What goes wrong outside an agent, made to order."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from waooaw.bus import Bus, Delivery
from waooaw.events import Event

__all__ = ["DroppingBus", "JournalLock"]


class DroppingBus:
    """Lose every second acknowledgement on its way, so that those events are delivered again.

    Args:
        bus: The bus that works. Deliveries are held for no time, so what was lost comes at once.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._acknowledged = 0
        #: How many acknowledgements were lost.
        self.dropped = 0

    async def publish(self, events: Sequence[Event]) -> None:
        """Append events to the log."""
        await self._bus.publish(events)

    async def receive(self, group: str, *, most: int, hold: timedelta) -> tuple[Delivery, ...]:
        """Return what is new and what was lost; *hold* is not kept."""
        del hold
        return await self._bus.receive(group, most=most, hold=timedelta(0))

    async def acknowledge(self, group: str, positions: Sequence[int]) -> None:
        """Pass every second acknowledgement on."""
        for position in positions:
            self._acknowledged += 1
            if self._acknowledged % 2:
                self.dropped += 1
            else:
                await self._bus.acknowledge(group, [position])

    def close(self) -> None:
        """Close the bus that works."""
        self._bus.close()


class JournalLock:
    """Lock a journal from a second connection, as another process would.

    Args:
        path: The journal's file; it has to be there.
    """

    def __init__(self, path: Path) -> None:
        # The lock may be let go from a timer's thread.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def hold(self, for_: timedelta | None = None) -> None:
        """Take the lock; let go after *for_*, or at `release`."""
        self._connection.execute("BEGIN EXCLUSIVE")
        if for_ is not None:
            threading.Timer(for_.total_seconds(), self.release).start()

    def release(self) -> None:
        """Let go."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Let go, and close the connection."""
        self.release()
        self._connection.close()
