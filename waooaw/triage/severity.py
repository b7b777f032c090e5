"""How bad it is, computed from facts: a matrix of state and reach, and floors under it.

Severity is never taken from adjectives: customers who write "urgent" are not the ones who are down.
Sources: ITIL's impact × urgency matrix; PagerDuty, "Severity levels" (exposed customer data is the
highest; when unsure, take the higher one).
"""

from __future__ import annotations

from dataclasses import dataclass

from waooaw.triage.facts import Facts
from waooaw.triage.vocabulary import Reach, RequestType, ServiceState, SeverityLevel, rank

__all__ = ["MATRIX", "Floor", "Severity", "severity_of"]

_P0, _P1, _P2, _P3 = (SeverityLevel.P0, SeverityLevel.P1, SeverityLevel.P2, SeverityLevel.P3)

#: State → reach → (without another way to get the work done, with one).
MATRIX = {
    ServiceState.OK: {
        Reach.NONE: (_P3, _P3),
        Reach.ONE: (_P2, _P2),
        Reach.SOME: (_P2, _P2),
        Reach.MOST: (_P2, _P2),
        Reach.ALL: (_P2, _P2),
    },
    ServiceState.DEGRADED: {
        Reach.NONE: (_P3, _P3),
        Reach.ONE: (_P2, _P2),
        Reach.SOME: (_P1, _P2),
        Reach.MOST: (_P1, _P2),
        Reach.ALL: (_P1, _P1),
    },
    ServiceState.DOWN: {
        Reach.NONE: (_P3, _P3),
        Reach.ONE: (_P1, _P2),
        Reach.SOME: (_P1, _P1),
        Reach.MOST: (_P0, _P1),
        Reach.ALL: (_P0, _P1),
    },
}

#: What is usual where nothing is broken: a wish is worth an answer, a question can wait.
_USUAL = {
    RequestType.QUESTION: _P3,
    RequestType.FEATURE: _P2,
    RequestType.LEARNING: _P2,
    RequestType.BUG: _P3,
    RequestType.SECURITY: _P2,
}
#: A wish that touches law or security is looked at, not rushed.
_WISHES = frozenset({RequestType.FEATURE, RequestType.LEARNING})


@dataclass(frozen=True, slots=True)
class Floor:
    """Say that a request is at least so bad, and by which rule.

    Attributes:
        level: The least severity.
        rule: The rule's id.
        says: Why, in a sentence.
        evidence: The words that say so; empty where a fact does.
    """

    level: SeverityLevel
    rule: str
    says: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Severity:
    """Hold how bad a request is, and the floor that decided."""

    level: SeverityLevel
    because: Floor


def severity_of(
    facts: Facts, kind: RequestType, *, floors: tuple[Floor, ...] = (), cosmetic: bool = False
) -> Severity:
    """Return the highest that the matrix, the facts, the type or *floors* demand.

    Args:
        facts: Complete facts.
        kind: What is asked for.
        floors: What was read from the text beside the facts: credentials, money, approvals.
        cosmetic: Whether a wish is about looks only, and so can wait.
    """
    cell = MATRIX[facts.service_state][facts.reach][facts.workaround]
    state, reach = facts.service_state.value, facts.reach.value
    beside = ", with another way" if facts.workaround else ""
    usual = _P3 if cosmetic else _USUAL[kind]
    candidates = [
        *floors,
        *_demanded(facts, kind),
        Floor(cell, "matrix", f"The service is {state}; customers who feel it: {reach}{beside}."),
        Floor(usual, f"usual-{kind.value}", f"Usual for the type {kind.value}."),
    ]
    # `max` returns the first of equals: the most telling stands first.
    decisive = max(candidates, key=lambda floor: rank(floor.level))
    return Severity(decisive.level, decisive)


def _demanded(facts: Facts, kind: RequestType) -> list[Floor]:
    floors = []
    if facts.data_exposed:
        floors.append(Floor(_P0, "data-exposed", "Somebody saw what is not theirs."))
    if facts.security and kind not in _WISHES:
        floors.append(Floor(_P1, "security-concern", "A security concern is at least P1."))
    if facts.legal_or_compliance and kind not in _WISHES:
        floors.append(Floor(_P1, "legal-demand", "A legal matter is at least P1."))
    return floors
