"""A bus inside one process, for tests and small tools; it forgets when the process ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from waooaw.bus.interface import Delivery
from waooaw.events import Event

__all__ = ["MemoryBus"]


@dataclass(slots=True)
class _Group:
    next: int = 0
    # Position to (held until, attempts so far).
    open: dict[int, tuple[float, int]] = field(default_factory=dict)


class MemoryBus:
    """Carry events within the process.

    Args:
        clock: Seconds that only grow; says when a delivery that was not acknowledged comes again.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._log: list[Event] = []
        self._groups: dict[str, _Group] = {}

    async def publish(self, events: Sequence[Event]) -> None:
        """Append events to the log."""
        self._log.extend(events)

    async def receive(self, group: str, *, most: int, hold: timedelta) -> tuple[Delivery, ...]:
        """Return up to *most* deliveries: first what comes again, then what is new."""
        state = self._groups.setdefault(group, _Group())
        now = self._clock()
        again = sorted(spot for spot, (until, _) in state.open.items() if until <= now)
        new = range(state.next, min(len(self._log), state.next + max(0, most - len(again))))
        state.next = max(state.next, new.stop)
        deliveries: list[Delivery] = []
        for position in (*again[:most], *new):
            _, attempts = state.open.get(position, (0.0, 0))
            state.open[position] = (now + hold.total_seconds(), attempts + 1)
            deliveries.append(Delivery(position, self._log[position], attempts + 1))
        return tuple(deliveries)

    async def acknowledge(self, group: str, positions: Sequence[int]) -> None:
        """Say that the group is done with these deliveries."""
        state = self._groups.setdefault(group, _Group())
        for position in positions:
            state.open.pop(position, None)

    def close(self) -> None:
        """Forget everything."""
        self._log.clear()
        self._groups.clear()
