"""When an answer is due, and when a ticket that nobody answers moves on.

The promise to the customer is the contract's, by severity. How long one desk may stay silent
before the next is asked is a setting, and by default as long as the promise; P0 is due at once, and
what is due at once still needs a while to be picked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from waooaw.desk.standings import Standing, State
from waooaw.triage.routing import RESPOND_WITHIN_MINUTES
from waooaw.triage.vocabulary import SeverityLevel

__all__ = ["DEFAULT_CLOCK", "PICK_UP", "Clock"]

#: Source: PagerDuty, "Escalation policies": five minutes is the least that leaves time to wake up.
PICK_UP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Clock:
    """Compute deadlines.

    Attributes:
        patience: How long a desk may stay silent, by severity; a severity that is not named never
            escalates.
    """

    patience: Mapping[SeverityLevel, timedelta]

    def due(self, standing: Standing) -> datetime | None:
        """Return until when the customer was promised an answer; None where none is owed."""
        minutes = RESPOND_WITHIN_MINUTES[standing.severity]
        if standing.owed_since is None or minutes is None:
            return None
        return standing.owed_since + timedelta(minutes=minutes)

    def overdue(self, standing: Standing, now: datetime) -> bool:
        """Say whether a desk still owes an answer that was due before *now*."""
        due = self.due(standing)
        return standing.state.open and due is not None and due < now

    def escalates(self, standing: Standing) -> datetime | None:
        """Return when the ticket moves on if nobody answers, or takes it; None where it stays."""
        patience = self.patience.get(standing.severity)
        silent = standing.owed_since is not None or standing.state is State.NEW
        if patience is None or not silent or not standing.state.open:
            return None
        return standing.asked + patience


def _usual_patience() -> dict[SeverityLevel, timedelta]:
    return {
        severity: max(timedelta(minutes=minutes), PICK_UP)
        for severity, minutes in RESPOND_WITHIN_MINUTES.items()
        if minutes is not None
    }


DEFAULT_CLOCK = Clock(_usual_patience())
