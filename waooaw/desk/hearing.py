"""A request that comes over the bus: judged and remembered, also where its sender wrote before.

What a sender adds is judged together with what stands there, and lowers nothing: the answer that
was given stands unless the new one is at least as grave.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from enum import Enum, auto
from typing import Any

from waooaw.desk.acting import Deeds
from waooaw.desk.deeds import Deed, Did
from waooaw.desk.lore import Lore
from waooaw.desk.standings import Actor, Standing
from waooaw.desk.steps import noted
from waooaw.triage.assessment import assess
from waooaw.triage.facts import StatedFacts
from waooaw.triage.intake import read_request
from waooaw.triage.keeping import kept_text
from waooaw.triage.requests import Request
from waooaw.triage.results import result_content
from waooaw.triage.tickets import Ticket
from waooaw.triage.vocabulary import SETS, rank

__all__ = ["Heard", "hear", "request_in"]

_WROTE = "#wrote"


class Heard(Enum):
    """Name what a request is to the desk."""

    FIRST = auto()
    AGAIN = auto()
    #: It says what stands there, and was told to the others.
    REPEATED = auto()


def request_in(data: object) -> Request:
    """Return the request that an event carries.

    How it was settled is the desk's to say: what the sender states of that is left out.

    Raises:
        InvalidDocument: It is none; every problem is named.
    """
    content = json.dumps(data).encode()
    return replace(read_request(content, source="request.json"), resolution="")


def hear(request: Request, key: str, lore: Lore, deeds: Deeds, actor: Actor, at: datetime) -> Heard:
    """Judge *request* and remember it; a process may die anywhere in between, and hear it again.

    Args:
        request: As it came.
        key: The event's.
        lore: What triage may look at, and where it is remembered.
        deeds: What the agent did.
        actor: The agent.
        at: When.
    """
    before = lore.tickets.ticket(request.id)
    if before is None or before.result is None:
        result = result_content(assess(request, lore.judging()))
        lore.tickets.remember([(request, result)], at)
        return Heard.FIRST
    added = _added(request, before)
    if deeds.find(key + _WROTE) is None:
        if not added:
            return Heard.REPEATED if deeds.of(before.request.id) else Heard.FIRST

        def note(standing: Standing) -> Deed:
            return Deed(Did.NOTED, (noted(standing, actor, at, "the sender wrote again"),))

        # Announced first: heard again after a crash, it would look like what stands there already.
        deeds.carry_out(key + _WROTE, before.request.id, note)
    if added:
        whole = _joined(before.request, request, added)
        graver = _graver(before.result, result_content(assess(whole, lore.judging())))
        lore.tickets.remember([(whole, graver)], at)
    return Heard.AGAIN


def _added(request: Request, before: Ticket) -> str:
    """Return what the request says beyond what stands there; empty where that is nothing."""
    there = before.request.text
    parts = (request.title, request.body)
    return "\n\n".join(part for part in parts if kept_text(part) not in there)


def _joined(old: Request, new: Request, added: str) -> Request:
    stated = {
        one.name: value
        for one in fields(StatedFacts)
        if getattr(old.facts, one.name) is None
        and (value := getattr(new.facts, one.name)) is not None
    }
    values: dict[str, Any] = stated  # Any: each field has its own type
    return replace(old, body=f"{old.body}\n\n{added}".strip(), facts=replace(old.facts, **values))


def _graver(old: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:  # Any: JSON
    """Return the new result, unless it is milder in severity or desk."""
    milder = any(
        rank(SETS[field](new[field])) < rank(SETS[field](old[field]))
        for field in ("severity", "route")
    )
    return old if milder else new
