"""The pytest plugin: fixtures that the tests of an agent use.

pytest loads it in every project of an environment that has waooaw, so everything heavy is imported
when a fixture is asked for, and no hook runs.

- `make_agent(WowX, skills=…, model=…)`: an agent on a journal of its own, a real file; its model
  answers the examples as they expect.
- `journal_path`: that file.
- `journal_lock`: locks that file as another process would.
- `dropping_bus`: a bus that loses every second acknowledgement.
- `model_server`: a local server that speaks Anthropic's API, with delays and nonsense to order.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from waooaw.agent import Agent
    from waooaw.models import Model
    from waooaw.store import SqliteStore
    from waooaw.testing.faults import DroppingBus, JournalLock
    from waooaw.testing.model_server import ModelServer

    _Agent = TypeVar("_Agent", bound=Agent)

__all__ = ["MakeAgent", "dropping_bus", "journal_lock", "journal_path", "make_agent"]


class MakeAgent:
    """Make agents on one journal file; a second one is a second process as far as it can tell.

    Args:
        journal_path: The file.
    """

    def __init__(self, journal_path: Path) -> None:
        self._journal_path = journal_path
        self._stores: list[SqliteStore] = []

    def __call__(
        self,
        agent_class: type[_Agent],
        *,
        skills: object | None = None,
        model: Model | None = None,
    ) -> _Agent:
        """Make an agent.

        Args:
            agent_class: The agent.
            skills: In place of the package's own.
            model: In place of one that answers the examples as they expect.
        """
        from waooaw.store import SqliteStore
        from waooaw.testing.cases import scripted_model

        spec = agent_class.own_spec()
        store = SqliteStore(self._journal_path)
        self._stores.append(store)
        return agent_class(
            spec,
            skills=skills,
            store=store,
            model=model if model is not None else scripted_model(spec),
        )

    def close(self) -> None:
        """Close every journal that was opened."""
        for store in self._stores:
            store.close()


@pytest.fixture
def journal_path(tmp_path: Path) -> Path:
    """Return where `make_agent` keeps the journal; the file appears with the first agent."""
    return tmp_path / "journal.db"


@pytest.fixture
def make_agent(journal_path: Path) -> Iterator[MakeAgent]:
    """Make agents of a class on one journal file, and close it at the end."""
    making = MakeAgent(journal_path)
    yield making
    making.close()


@pytest.fixture
def journal_lock(journal_path: Path) -> Iterator[JournalLock]:
    """Lock the journal of `make_agent` from a second connection: `hold`, then `release`."""
    from waooaw.testing.faults import JournalLock

    lock = JournalLock(journal_path)
    yield lock
    lock.close()


@pytest.fixture
def dropping_bus() -> Iterator[DroppingBus]:
    """Return a bus in memory that loses every second acknowledgement."""
    from waooaw.bus import MemoryBus
    from waooaw.testing.faults import DroppingBus

    bus = DroppingBus(MemoryBus())
    yield bus
    bus.close()


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """Serve `/v1/messages` on this machine while the test runs."""
    from waooaw.testing.model_server import ModelServer

    with ModelServer() as server:
        yield server
