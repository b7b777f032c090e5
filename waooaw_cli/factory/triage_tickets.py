"""What can be done with a ticket: look it up, put it right, and remember past ones."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from waooaw.documents import Document, Json
from waooaw.errors import InputError, shown
from waooaw.names import agent_name_problem
from waooaw.triage.assessment import assess
from waooaw.triage.facts import StatedFacts
from waooaw.triage.requests import Request
from waooaw.triage.results import Reason, TriageResult, result_content
from waooaw.triage.routing import Line
from waooaw.triage.statements import stated_facts
from waooaw.triage.tickets import History, Ticket, Tickets
from waooaw.triage.vocabulary import Route, Tier
from waooaw_cli.factory.triage_model import kept
from waooaw_cli.factory.triage_past import Past, index_of, indexed, opened_index
from waooaw_cli.factory.triaging import knowledge_for, memory_at, opened
from waooaw_cli.settings import Settings

__all__ = ["corrected", "found", "histories", "imported"]

_FACTS = tuple(one.name for one in fields(StatedFacts))
_FIELDS = (*_FACTS, "route", "agents", "resolution")
_WORDS: Mapping[str, Json] = {"true": True, "yes": True, "false": False, "no": False}


def found(id_: str, settings: Settings) -> tuple[Ticket, Mapping[str, Any]]:
    """Return a ticket, and what triage said of it as JSON.

    Raises:
        InputError: No request of that id was judged here.
    """
    tickets = opened(settings)
    try:
        ticket = _ticket(tickets, id_)
    finally:
        tickets.close()
    if ticket.result is None:
        raise InputError(
            f"{shown(id_)} was imported, and not judged", hint="give it to waooaw triage --file"
        )
    return ticket, ticket.result


def _ticket(tickets: Tickets, id_: str) -> Ticket:
    ticket = tickets.ticket(id_)
    if ticket is None:
        near = difflib.get_close_matches(id_, tickets.ids(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "the id that `waooaw triage` printed"
        raise InputError(f"no request {shown(id_)} was judged here", hint=hint)
    return ticket


def corrected(
    id_: str, changes: Sequence[str], settings: Settings, folder: Path, now: datetime
) -> tuple[TriageResult, Ticket]:
    """Put fields right, and judge the request anew by them.

    Args:
        id_: The ticket's id.
        changes: Each as ``field=value``; a fact, `type`, `severity`, `route`, `agents` or
            `resolution`.
        settings: Where tickets are kept.
        folder: The current folder.
        now: When this is.

    Raises:
        InputError: There is no such ticket, field or value.
    """
    pairs = [_change(change) for change in changes]
    values = dict(pairs)
    if len(values) < len(pairs):
        twice = next(name for at, (name, _) in enumerate(pairs) if name in dict(pairs[:at]))
        raise InputError(f"{twice} is put right twice", hint="give each field once")
    tickets = opened(settings)
    index = index_of(settings)
    try:
        ticket = _ticket(tickets, id_)
        route = _route(values.get("route") or _earlier(ticket, "route"))
        request = _put_right(ticket.request, values)
        knowledge = knowledge_for(settings, folder, Past(tickets, index))
        result = kept(request, assess(request, knowledge), ticket.result, knowledge)
        if route is not None:
            result = _routed(result, route)
        before = {} if ticket.result is None else ticket.result
        rows = [(field, _was(before, field), value) for field, value in values.items()]
        tickets.remember([(request, result_content(result))], now)
        if "resolution" in values:
            tickets.settle([request], now)
        tickets.correct(id_, rows, now)
        if "resolution" in values:
            # Last: the ticket is put right also where the index is out of reach.
            indexed([request], settings)
        return result, _ticket(tickets, id_)
    finally:
        tickets.close()
        if index is not None:
            index.close()


def _change(text: str) -> tuple[str, str]:
    field, sign, value = text.partition("=")
    field = field.strip().removeprefix("facts.")
    if not sign:
        raise InputError(f"{shown(text)} puts nothing right", hint="write field=value")
    if field not in _FIELDS:
        near = difflib.get_close_matches(field, _FIELDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(_FIELDS)}"
        raise InputError(f"no field is named {shown(field)}", hint=hint)
    return field, value.strip()


def _put_right(request: Request, values: Mapping[str, str]) -> Request:
    """Return *request* with what a person says for stated."""
    data = {
        name: _WORDS.get(value.lower(), value) for name, value in values.items() if name in _FACTS
    }
    stated = stated_facts(Document("correct", data), data)
    told: dict[str, Any] = {  # Any: each field has its own type
        name: value for name in data if (value := getattr(stated, name)) is not None
    }
    request = replace(request, facts=replace(request.facts, **told))
    if "agents" in values:
        names = tuple(one.strip() for one in values["agents"].split(",") if one.strip())
        for name in names:
            if (problem := agent_name_problem(name)) is not None:
                raise InputError(f"agents: {shown(name)} {problem}")
        request = replace(request, agents=names)
    if "resolution" in values:
        request = replace(request, resolution=values["resolution"])
    return request


def _route(text: str | None) -> Route | None:
    if text is None:
        return None
    try:
        return Route(text)
    except ValueError:
        raise InputError(
            f"route: {shown(text)} is no desk", hint=f"one of {', '.join(Route)}"
        ) from None


def _earlier(ticket: Ticket, field: str) -> str | None:
    values = [one.value for one in ticket.corrections if one.field == field]
    return values[-1] if values else None


def _routed(result: TriageResult, route: Route) -> TriageResult:
    """Return *result* with the desk that a person chose."""
    line = Line("corrected", "A person chose the desk.", route)
    reasons = tuple(
        Reason("route", Tier.FACTS, line.id, line.says) if one.field == "route" else one
        for one in result.reasons
    )
    return replace(result, routing=replace(result.routing, line=line), reasons=reasons)


def _was(result: Mapping[str, Any], field: str) -> str:
    value = result.get(field, result.get("facts", {}).get(field, ""))
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def histories(settings: Settings) -> Mapping[str, History]:
    """Return how often each known pattern was right here; nothing where nothing was judged."""
    if not memory_at(settings).exists():
        return {}
    tickets = opened(settings)
    try:
        return tickets.histories()
    finally:
        tickets.close()


def imported(requests: Sequence[Request], settings: Settings, now: datetime) -> int:
    """Remember past requests, and return how many say how they were settled."""
    tickets = opened(settings)
    try:
        # Opened before anything is written: where it is out of reach, nothing is half imported.
        with closing(opened_index(settings)) as index:
            tickets.settle(requests, now)
            index.add(requests)
    finally:
        tickets.close()
    return sum(bool(request.resolution.strip()) for request in requests)
