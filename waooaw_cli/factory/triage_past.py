"""Past requests: by fingerprint from the tickets, by likeness from the index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from waooaw.errors import DamagedFile, EnvironmentFault, WaooawError
from waooaw.triage.knowledge import Settled
from waooaw.triage.likeness import RequestIndex
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest
from waooaw.triage.tickets import Tickets
from waooaw_cli.factory.triage_settings import IndexSettings, index_settings
from waooaw_cli.settings import Settings

__all__ = ["Lookup", "Past", "index_of", "indexed", "opened_index"]


class Lookup:
    """Ask an index that may be out of reach: then nothing is alike, and it is asked no more.

    Args:
        opened: Opens the index; called when it is asked for the first time.

    Attributes:
        fault: Why it could not be asked; None where it could.
    """

    def __init__(self, opened: Callable[[], RequestIndex]) -> None:
        self._opened = opened
        self._index: RequestIndex | None = None
        self.fault: WaooawError | None = None

    def similar(self, request: Request) -> tuple[SimilarRequest, ...]:
        """Return the requests that read most alike."""
        if self.fault is not None:
            return ()
        try:
            if self._index is None:
                self._index = self._opened()
            return self._index.similar(request)
        except (DamagedFile, EnvironmentFault) as error:
            # Who asks for a desk gets one; and in a batch nobody waits for it a second time.
            self.fault = error
            return ()

    def close(self) -> None:
        """Let go of the index."""
        if self._index is not None:
            self._index.close()


@dataclass(frozen=True, slots=True)
class Past:
    """Answer from the tickets, and from the index of past requests.

    Attributes:
        tickets: Where settled requests are known by their fingerprints.
        index: Finds requests that read alike; None where none were imported.
    """

    tickets: Tickets
    index: Lookup | None

    def settled(self, prints: Sequence[str]) -> Settled | None:
        """Return the settled request with one of these fingerprints."""
        try:
            return self.tickets.settled(prints)
        except (DamagedFile, EnvironmentFault):
            # Who asks for a desk gets one; that nothing can be kept is told when it is tried.
            return None

    def doubted(self) -> frozenset[str]:
        """Return the entries of the catalogue that were wrong too often here."""
        try:
            histories = self.tickets.histories()
        except (DamagedFile, EnvironmentFault):
            return frozenset()
        return frozenset(id_ for id_, history in histories.items() if history.doubtful)

    def similar(self, request: Request) -> tuple[SimilarRequest, ...]:
        """Return the requests that read most alike."""
        return () if self.index is None else self.index.similar(request)


def _place(settings: Settings) -> Path:
    return settings.state_dir / "triage" / "similar.db"


def index_of(settings: Settings) -> Lookup | None:
    """Return the index of past requests; None where nothing was imported yet.

    Raises:
        InputError: The settings are wrong.
    """
    wanted = index_settings(settings)
    if not wanted.database and not _place(settings).exists():
        return None
    return Lookup(lambda: _opened(wanted, _place(settings)))


def opened_index(settings: Settings) -> RequestIndex:
    """Open the index of past requests, made if it is not there.

    Raises:
        WaooawError: It can't be used.
    """
    return _opened(index_settings(settings), _place(settings))


def _opened(wanted: IndexSettings, place: Path) -> RequestIndex:
    embedding = None
    if wanted.vectors:
        from waooaw.triage.embedding import shipped_model

        embedding = shipped_model()
    if wanted.database:
        from waooaw.triage.similar_postgres import PostgresIndex

        return PostgresIndex(wanted.database, embedding)
    from waooaw.triage.similar import SimilarIndex

    return SimilarIndex(place, embedding)


def indexed(requests: Iterable[Request], settings: Settings) -> None:
    """Add past requests to the index, made if it is not there.

    Raises:
        WaooawError: It can't be used.
    """
    index = opened_index(settings)
    try:
        index.add(requests)
    finally:
        index.close()
