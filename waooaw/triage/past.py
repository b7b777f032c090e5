"""Past requests: by fingerprint from the tickets, by likeness from an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from waooaw.triage.knowledge import Settled
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest
from waooaw.triage.tickets import Tickets

__all__ = ["Alike", "Past"]


class Alike(Protocol):
    """Find past requests that read alike."""

    def similar(self, request: Request) -> tuple[SimilarRequest, ...]:
        """Return the requests that read most alike, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Past:
    """Answer from the tickets, and from the index of past requests.

    What can't be read is an error: an agent tries again rather than take known for unknown.

    Attributes:
        tickets: Where settled requests are known by their fingerprints.
        index: Finds requests that read alike; None where none were imported.
    """

    tickets: Tickets
    index: Alike | None

    def settled(self, prints: Sequence[str]) -> Settled | None:
        """Return the settled request with one of these fingerprints."""
        return self.tickets.settled(prints)

    def doubted(self) -> frozenset[str]:
        """Return the entries of the catalogue that were wrong too often here."""
        histories = self.tickets.histories()
        return frozenset(id_ for id_, history in histories.items() if history.doubtful)

    def similar(self, request: Request) -> tuple[SimilarRequest, ...]:
        """Return the requests that read most alike."""
        return () if self.index is None else self.index.similar(request)
