"""How events travel: appended to a log, read by groups, acknowledged when they are decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from waooaw.events import Event

__all__ = ["Bus", "Delivery"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hold one event on its way to one group.

    Attributes:
        position: Where it stands in the log; positions grow.
        event: The event.
        attempt: 1 for the first delivery.
    """

    position: int
    event: Event
    attempt: int


class Bus(Protocol):
    """Carry events from whoever publishes to each group once, and again until it is acknowledged.

    Delivery is at least once: a consumer that died, or was slower than *hold*, sees an event again,
    and so may another consumer of the group. Agents decide an event id once.
    """

    async def publish(self, events: Sequence[Event]) -> None:
        """Append events to the log, all of them or none."""
        ...

    async def receive(self, group: str, *, most: int, hold: timedelta) -> tuple[Delivery, ...]:
        """Return up to *most* deliveries in order of the log, none where nothing is there.

        They are kept from the group's other consumers for *hold*, then delivered again unless
        acknowledged. A new group begins at the beginning of the log.
        """
        ...

    async def acknowledge(self, group: str, positions: Sequence[int]) -> None:
        """Say that the group is done with these deliveries."""
        ...

    def close(self) -> None:
        """Let go of what the bus holds."""
        ...
