"""All that the next desk needs, so that nobody asks the customer twice (`waooaw.handover/1`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from waooaw.desk.clock import Clock
from waooaw.desk.standings import Entry, Standing, Step
from waooaw.moments import rfc3339
from waooaw.triage.facts import StatedFacts
from waooaw.triage.tickets import Ticket

__all__ = ["Handover", "entry_content", "handover_content", "standing_content"]

_SCHEMA = "waooaw.handover/1"
_TRIED = frozenset({Step.NOTED, Step.SOLVED, Step.REOPENED})


@dataclass(frozen=True, slots=True)
class Handover:
    """Hold a ticket with everything that is known of it.

    Attributes:
        ticket: The redacted request, what triage said, and what people put right.
        history: All that happened, in order.
        duplicates: Tickets that a person linked to this one.
        told: What the customer was sent, as JSON.
    """

    ticket: Ticket
    standing: Standing
    history: Sequence[Entry]
    duplicates: Sequence[str] = ()
    told: Sequence[Mapping[str, Any]] = ()  # Any: JSON


def handover_content(handover: Handover, clock: Clock) -> dict[str, Any]:  # Any: JSON
    """Return the package as plain JSON."""
    request, history = handover.ticket.request, handover.history
    last = next((one for one in reversed(history) if one.desk_from is not one.desk_to), history[0])
    return {
        "schema": _SCHEMA,
        "ticket": standing_content(handover.standing, clock),
        "because": entry_content(last),
        "request": {
            "id": request.id,
            "title": request.title,
            "body": request.body,
            "project": request.project,
            "component": request.component,
            "created": None if request.created is None else rfc3339(request.created),
            "agents": list(request.agents),
            "attachments": list(request.attachments),
            "stated": {
                one.name: value
                for one in fields(StatedFacts)
                if (value := getattr(request.facts, one.name)) is not None
            },
            "resolution": request.resolution,
        },
        "triage": handover.ticket.result,
        "corrections": [
            {"field": one.field, "was": one.was, "value": one.value, "at": one.at}
            for one in handover.ticket.corrections
        ],
        "tried": [entry_content(one) for one in history if one.step in _TRIED],
        "told": list(handover.told),
        "duplicates": list(handover.duplicates),
        "history": [entry_content(one) for one in history],
    }


def standing_content(standing: Standing, clock: Clock) -> dict[str, Any]:  # Any: JSON
    """Return where a ticket stands as plain JSON."""
    return {
        "id": standing.id,
        "desk": standing.desk.value,
        "state": standing.state.value,
        "type": standing.type.value,
        "severity": standing.severity.value,
        "arrived": rfc3339(standing.arrived),
        "due": _text(clock.due(standing)),
        "escalates": _text(clock.escalates(standing)),
        "answered": _text(standing.answered),
        "taken_by": standing.taken_by,
        "solved": _text(standing.solved),
        "closed": _text(standing.closed),
        "duplicate_of": standing.duplicate_of,
    }


def entry_content(entry: Entry) -> dict[str, str]:
    """Return a step of the history as plain JSON."""
    return {
        "at": rfc3339(entry.at),
        "actor": entry.actor,
        "step": entry.step.value,
        "from": entry.desk_from.value,
        "to": entry.desk_to.value,
        "says": entry.says,
    }


def _text(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
