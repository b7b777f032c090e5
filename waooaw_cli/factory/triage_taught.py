"""Labels to learn from: those of a file, and what people said of the tickets here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from waooaw.triage.labels import Origin, labels_of
from waooaw.triage.redaction import without_secrets
from waooaw.triage.tickets import Ticket
from waooaw_cli.factory.triage_labels import LabelledRequest

__all__ = ["Labels", "Taught", "balanced", "taught"]

_READ = 8_000
#: How many are confirmed for each that is corrected, at least: on requests of a project that it
#: never saw, triage tells two of three types.
_CONFIRMED = 1.5
#: How many rows of a file stand for one that was confirmed: beside many, a few corrections more do
#: not change what is learned.
_FILED = 4


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


@dataclass(frozen=True, slots=True)
class Labels:
    """Hold how many labels came from where.

    Attributes:
        origins: Of those that are learned from.
        left_out: Corrections that are not, since too few were confirmed beside them.
    """

    origins: Mapping[Origin, int]
    left_out: int = 0


def balanced(found: Sequence[Taught]) -> tuple[tuple[Taught, ...], Labels]:
    """Return what may be learned from, and how many labels that are.

    Where people correct and hardly ever confirm, their labels are a choice of mistakes: of them a
    model learns to contradict itself, and does so well on other mistakes that it would be promoted.
    Then only the file is learned from. See docs/triage.md, "Learning here".
    """
    counts = _counts(found)
    corrected = counts[Origin.CORRECTED]
    right = counts[Origin.CONFIRMED] + counts[Origin.FILE] / _FILED
    if right >= corrected * _CONFIRMED:
        return tuple(found), Labels(counts)
    filed = tuple(one for one in found if one.origin is Origin.FILE)
    return filed, Labels(_counts(filed), corrected)


def _counts(found: Iterable[Taught]) -> Mapping[Origin, int]:
    counts = Counter(one.origin for one in found)
    return {origin: counts[origin] for origin in Origin}
