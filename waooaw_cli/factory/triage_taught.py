"""Labels to learn from: those of a file, and what people said of the tickets here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from waooaw.triage.labels import Origin, labels_of
from waooaw.triage.redaction import without_secrets
from waooaw.triage.tickets import Ticket
from waooaw_cli.factory.triage_labels import LabelledRequest

__all__ = ["Taught", "origins", "taught"]

_READ = 8_000


@dataclass(frozen=True, slots=True)
class Taught:
    """Hold what one request teaches of one field.

    Attributes:
        title: Redacted: terms of it are kept.
        body: The same, as much of it as is learned from.
        project: As the tracker calls it.
        value: What is right, as text.
        origin: Who said so.
    """

    title: str
    body: str
    project: str
    value: str
    origin: Origin


def taught(
    field: str, rows: Sequence[LabelledRequest], tickets: Iterable[Ticket]
) -> tuple[Taught, ...]:
    """Return what is right of *field*: by the file, then by people; for one id the file wins.

    A request without a word, of facts alone, teaches nothing.
    """
    found = [
        Taught(
            without_secrets(one.request.title[:_READ]),
            without_secrets(one.request.body[:_READ]),
            one.request.project,
            one.gold[field],
            Origin.FILE,
        )
        for one in rows
        if field in one.gold
    ]
    filed = {one.request.id for one in rows if field in one.gold}
    for ticket in tickets:
        label = labels_of(ticket).get(field)
        if label is not None and ticket.request.id not in filed:
            # Redacted when it was kept.
            text = ticket.request.title[:_READ], ticket.request.body[:_READ]
            found.append(Taught(*text, ticket.request.project, label.value, label.origin))
    return tuple(one for one in found if (one.title + one.body).strip())


def origins(found: Iterable[Taught]) -> Mapping[Origin, int]:
    """Return how many labels came from where."""
    counts = Counter(one.origin for one in found)
    return {origin: counts[origin] for origin in Origin}
