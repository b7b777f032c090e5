"""What the desk's agents tell each other, and whoever listens, as events on the bus."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from waooaw.desk.standings import Standing
from waooaw.events import Event
from waooaw.triage.tickets import Ticket
from waooaw.triage.vocabulary import Route

__all__ = ["PATIENT", "Teller", "Topic", "about"]

#: Desks where a ticket may wait for the customer: further up, somebody looks meanwhile.
PATIENT = frozenset({Route.BACKLOG, Route.L1})


class Topic(StrEnum):
    """Name what happened, as the type of an event."""

    TRIAGED = "ticket.triaged"
    PASSED = "ticket.passed"
    SOLVED = "ticket.solved"
    HANDED_OVER = "ticket.handed-over"
    #: Somebody, or something, has to do the known fix; `fix.done` or `fix.failed` answers it.
    FIX_DUE = "fix.due"
    LETTER_DUE = "customer.letter.due"
    PAGE_DUE = "oncall.page.due"


@dataclass(frozen=True, slots=True)
class Teller:
    """Make the events that an agent publishes because of another event.

    Attributes:
        agent: Its name.
        key: The other event's. The same key gives the same ids.
        at: When.
    """

    agent: str
    key: str
    at: datetime

    def tells(self, topic: Topic, ticket: str, data: Mapping[str, Any]) -> Event:  # Any: JSON
        """Return the event; the ticket is its subject."""
        source = f"{self.agent}\0{self.key}\0{ticket}".encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(source).hexdigest()
        return Event(
            id=f"{topic}-{digest[:32]}",
            source=f"/waooaw/desk/{self.agent}",
            type=topic.value,
            subject=ticket or None,
            time=self.at,
            data={"ticket": ticket, **data},
        )


def about(
    ticket: Ticket, standing: Standing, *, known: bool, again: bool
) -> dict[str, Any]:  # Any: JSON
    """Return what the next agent decides by.

    `ask`: whether the customer is asked before anybody does anything: nothing is known, how bad it
    is was not certain, and it is at a desk that can wait. What was once asked is not asked again.

    Args:
        ticket: What triage said of it.
        standing: Where it stands now.
        known: Whether there is a resolution to go by.
        again: Whether its sender wrote before.
    """
    result = ticket.result or {}
    uncertain = "severity" in result["abstained"] and bool(result["needs"])
    return {
        "to": standing.desk.value,
        "type": standing.type.value,
        "severity": standing.severity.value,
        "route": result["route"],
        "page": result["page_oncall"],
        "known": known,
        "security": result["facts"]["security"],
        "abstained": list(result["abstained"]),
        "needs": list(result["needs"]),
        "again": again,
        "ask": uncertain and standing.desk in PATIENT and not (known or again),
    }
