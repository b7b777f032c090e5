"""Past requests on this machine: who asks for a desk gets one, whatever is out of reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from waooaw.errors import DamagedFile, EnvironmentFault, WaooawError
from waooaw.triage import past
from waooaw.triage.knowledge import Settled
from waooaw.triage.likeness import RequestIndex
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest
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


class Past(past.Past):
    """Answer where the memory is damaged or out of reach, too: then nothing was there before."""

    __slots__ = ()

    def settled(self, prints: Sequence[str]) -> Settled | None:
        """Return the settled request with one of these fingerprints."""
        try:
            return super().settled(prints)
        except (DamagedFile, EnvironmentFault):
            # Who asks for a desk gets one; that nothing can be kept is told when it is tried.
            return None

    def doubted(self) -> frozenset[str]:
        """Return the entries of the catalogue that were wrong too often here."""
        try:
            return super().doubted()
        except (DamagedFile, EnvironmentFault):
            return frozenset()


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
