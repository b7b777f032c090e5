"""What people said of tickets, as labels to learn from.

Corrections alone would teach that everything is wrong, for only mistakes are corrected. So what a
person looked at and left as it was counts too: whoever put another field right, or wrote down how a
request was settled, saw its type. See docs/triage.md, "Learning here".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from waooaw.triage.tickets import Ticket
from waooaw.triage.vocabulary import RequestType

__all__ = ["Label", "Origin", "labels_of"]

_TRUE = frozenset({"true", "yes"})
_FALSE = frozenset({"false", "no"})


class Origin(StrEnum):
    """Name where a label comes from."""

    FILE = "file"
    CORRECTED = "corrected"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Label:
    """Hold what is right of one field, as text, and who said so."""

    value: str
    origin: Origin


def labels_of(ticket: Ticket) -> Mapping[str, Label]:
    """Return what people said of a ticket's type and of its security, by field.

    What nobody looked at has none, and neither has what was imported and not judged.
    """
    return {field: label for field, label in _labels(ticket) if label is not None}


def _labels(ticket: Ticket) -> Iterator[tuple[str, Label | None]]:
    corrected = {one.field: one.value for one in ticket.corrections}
    looked_at = bool(corrected) and ticket.result is not None
    said = ticket.result if looked_at and ticket.result is not None else {}
    kind = corrected.get("type")
    yield "type", _type(kind, Origin.CORRECTED) or _type(said.get("type"), Origin.CONFIRMED)
    # A security type is a concern; another type says nothing of it.
    concern = "true" if kind == RequestType.SECURITY else corrected.get("security")
    confirmed = said.get("facts", {}).get("security")
    yield "security", _flag(concern, Origin.CORRECTED) or _flag(confirmed, Origin.CONFIRMED)


def _type(value: object, origin: Origin) -> Label | None:
    text = str(value)
    return Label(text, origin) if text in set(RequestType) else None


def _flag(value: object, origin: Origin) -> Label | None:
    text = str(value).lower()
    if text not in _TRUE | _FALSE:
        return None
    return Label("true" if text in _TRUE else "false", origin)
