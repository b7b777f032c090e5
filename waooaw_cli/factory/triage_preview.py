"""What triage would say, with nothing remembered: a person is still being asked."""

from __future__ import annotations

from pathlib import Path

from waooaw.errors import WaooawError
from waooaw.triage.assessment import assess
from waooaw.triage.requests import Request
from waooaw.triage.results import TriageResult
from waooaw.triage.tickets import Tickets
from waooaw_cli.factory.triage_past import Past, index_of
from waooaw_cli.factory.triaging import knowledge_for, memory_at, opened
from waooaw_cli.settings import Settings

__all__ = ["previewed"]


def previewed(request: Request, settings: Settings, folder: Path) -> TriageResult:
    """Judge *request* by what is known here; whoever stops now has left nothing behind.

    Raises:
        InputError: The settings or a file of patterns are wrong.
    """
    tickets = _memory(settings)
    index = None if tickets is None else index_of(settings)
    try:
        past = None if tickets is None else Past(tickets, index)
        return assess(request, knowledge_for(settings, folder, past))
    finally:
        for file in (tickets, index):
            if file is not None:
                file.close()


def _memory(settings: Settings) -> Tickets | None:
    try:
        # Opening would make it, where there is none.
        return opened(settings) if memory_at(settings).exists() else None
    except (OSError, WaooawError):  # told when the answer can't be remembered
        return None
