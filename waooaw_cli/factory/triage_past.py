"""Past requests: by fingerprint from the tickets, by likeness from the index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from waooaw.triage.knowledge import Settled
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest
from waooaw.triage.similar import SimilarIndex
from waooaw.triage.tickets import Tickets
from waooaw_cli.settings import Settings

__all__ = ["Past", "index_of", "indexed"]


@dataclass(frozen=True, slots=True)
class Past:
    """Answer from the tickets, and from the index of past requests.

    Attributes:
        tickets: Where settled requests are known by their fingerprints.
        index: Finds requests that read alike; None where none were imported.
    """

    tickets: Tickets
    index: SimilarIndex | None

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


def _place(settings: Settings) -> Path:
    return settings.state_dir / "triage" / "similar.db"


def index_of(settings: Settings) -> SimilarIndex | None:
    """Open the index of past requests; None where nothing was imported yet.

    Raises:
        WaooawError: It can't be used.
    """
    place = _place(settings)
    return SimilarIndex(place) if place.exists() else None


def indexed(requests: Iterable[Request], settings: Settings) -> None:
    """Add past requests to the index, made if it is not there.

    Raises:
        WaooawError: It can't be used.
    """
    index = SimilarIndex(_place(settings))
    try:
        index.add(requests)
    finally:
        index.close()
