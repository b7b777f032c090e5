"""Past requests: by fingerprint from the tickets, by likeness from the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from waooaw.triage.knowledge import Settled
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest
from waooaw.triage.tickets import Tickets
from waooaw_cli.settings import Settings

__all__ = ["Past", "similar_requests"]


@dataclass(frozen=True, slots=True)
class Past:
    """Answer from the tickets, and from the index of those that were imported.

    Attributes:
        tickets: Where settled requests are known by their fingerprints.
        alike: Finds requests that read alike.
    """

    tickets: Tickets
    alike: Callable[[Request], tuple[SimilarRequest, ...]]

    def settled(self, prints: Sequence[str]) -> Settled | None:
        """Return the settled request with one of these fingerprints."""
        return self.tickets.settled(prints)

    def similar(self, request: Request) -> tuple[SimilarRequest, ...]:
        """Return the requests that read most alike."""
        return self.alike(request)


def similar_requests(settings: Settings) -> Callable[[Request], tuple[SimilarRequest, ...]]:
    """Return what finds requests that read alike."""
    del settings
    return lambda _: ()
