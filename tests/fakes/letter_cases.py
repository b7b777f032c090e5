"""Tickets whose customers are written to, made of real steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from waooaw.desk.letters import Case, Letter, Occasion, composed
from waooaw.desk.standings import Actor, ActorKind, Standing
from waooaw.desk.steps import Judgement, Stepped, arrived
from waooaw.desk.templates import LetterKind, shipped_voices
from waooaw.triage.requests import Request
from waooaw.triage.tickets import Ticket
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel

__all__ = ["ADA", "NOW", "case", "letter"]

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
ADA = Actor(ActorKind.PERSON, "ada")


def case(
    *steps: Callable[[Standing], Stepped],
    id_: str = "T-1",
    title: str = "The invoice page is blank",
    body: str = "",
    type_: RequestType = RequestType.BUG,
    severity: SeverityLevel = SeverityLevel.P1,
    route: Route = Route.L1,
    facts: Mapping[str, Any] | None = None,
    abstained: Sequence[str] = (),
    needs: Sequence[str] = (),
    original: Case | None = None,
) -> Case:
    stepped = arrived(id_, Judgement(type_, severity, route, NOW), NOW)
    standing, history = stepped.standing, [stepped.entry]
    for step in steps:
        stepped = step(standing)
        standing = stepped.standing
        history.append(stepped.entry)
    result = {"abstained": list(abstained), "needs": list(needs), "facts": dict(facts or {})}
    ticket = Ticket(Request(id=id_, title=title, body=body), result, (), NOW)
    return Case(ticket, standing, history, original)


def letter(
    one: Case,
    kind: LetterKind,
    *,
    tone: str = "friendly",
    earlier: datetime | None = None,
    now: datetime = NOW,
) -> Letter:
    voice = shipped_voices()[tone]
    return composed(one, Occasion(kind, "once"), tone, voice, earlier, now)
