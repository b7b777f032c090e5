"""What a language model advises, and what becomes of an answer by it.

Advice raises, and lowers nothing: severity is the higher of the two, alarms are added, the desk
follows from the policy. What was stated, and what triage was sure of, stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waooaw.triage.asking import FACT_QUESTIONS
from waooaw.triage.assessment import assess
from waooaw.triage.facts import Facts
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.policies import Case, with_policies
from waooaw.triage.requests import Request
from waooaw.triage.results import Reason, TriageResult
from waooaw.triage.routing import Routing, route
from waooaw.triage.vocabulary import RequestType, SeverityLevel, Tier, rank

__all__ = ["Advice", "advised", "kept_advice"]

#: From which likelihood, of its own telling, a model's type is taken. Ours, and not measured.
_SURE = 0.8
_NOTE = "model"


@dataclass(frozen=True, slots=True)
class Advice:
    """Hold what a model said of one request, redacted.

    Attributes:
        model: Who says so.
        says: Why, in a sentence, as it is shown.
        note: What it was asked and what that cost, in a sentence.
        type: None where it was not asked for one.
        severity: The same.
        security: Whether somebody should look at it for security.
        legal_or_compliance: Whether law, contract or regulation is concerned.
        confidence: How likely the type is right, from 0 to 1, as the model tells.
    """

    model: str
    says: str
    note: str
    type: RequestType | None = None
    severity: SeverityLevel | None = None
    security: bool = False
    legal_or_compliance: bool = False
    confidence: float = 0.0

    def reason(self, field: str) -> Reason:
        """Return the advice as the reason of *field*."""
        return Reason(field, Tier.MODEL, self.model, self.says)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Hold what of an advice is taken, and what it stands on.

    Attributes:
        offline: The answer without a model.
        base: The answer with the model's type for stated; the offline one where it is not taken.
        kind: The type that is taken, or None.
        severity: The one that holds.
        raised: Whether that is the model's.
    """

    advice: Advice
    offline: TriageResult
    base: TriageResult
    kind: RequestType | None
    severity: SeverityLevel
    raised: bool

    @property
    def doubted(self) -> bool:
        """Whether a severity that was not certain holds, and the type did not settle it."""
        settled = self.severity is self.base.severity and not self.raised
        return "severity" in self.offline.abstained and not settled


def advised(
    request: Request, offline: TriageResult, advice: Advice, knowledge: Knowledge
) -> TriageResult:
    """Return the answer to *request* with *advice*: in nothing lower than the *offline* one.

    A type is taken where triage abstained from it and the model is sure; everything that follows
    from a type follows from it too. A severity that a model raised still has to be asked about.
    """
    taken = _taken(request, offline, advice, knowledge)
    facts = _facts(request, taken)
    case = Case(taken.base.type, taken.severity, facts, taken.base.agents)
    routing = with_policies(route(facts, taken.severity), knowledge.policies, case)
    abstained = set(taken.base.abstained) | ({"severity"} if taken.doubted else set())
    confidence = taken.base.confidence
    if taken.kind is not None:
        confidence = min(confidence, round(advice.confidence, 2))
    if taken.doubted:
        confidence = min(confidence, offline.confidence)
    return replace(
        taken.base,
        severity=taken.severity,
        routing=routing,
        facts=facts,
        confidence=confidence,
        abstained=tuple(name for name in ("type", "severity") if name in abstained),
        needs=_needs(taken),
        reasons=tuple(_reasons(taken, facts, routing)),
    )


def _taken(request: Request, offline: TriageResult, advice: Advice, knowledge: Knowledge) -> _Taken:
    base, kind = offline, None
    if "type" in offline.abstained and advice.confidence >= _SURE:
        kind = advice.type
    if kind is not None:
        stated = replace(request, facts=replace(request.facts, type=kind))
        base = assess(stated, knowledge)
    severity = max(offline.severity, base.severity, key=rank)
    if "severity" in offline.abstained and advice.severity is not None:
        # `max` returns the first of equals: what was there before stays the reason.
        highest = max(severity, advice.severity, key=rank)
        return _Taken(advice, offline, base, kind, highest, raised=highest is not severity)
    return _Taken(advice, offline, base, kind, severity, raised=False)


def _facts(request: Request, taken: _Taken) -> Facts:
    before, facts, stated = taken.offline.facts, taken.base.facts, request.facts
    security = before.security or facts.security
    if stated.security is None:
        # Somebody should look, which makes nothing urgent.
        security = security or taken.advice.security
    legal = before.legal_or_compliance
    if stated.legal_or_compliance is None:
        legal = legal or taken.advice.legal_or_compliance
    known = facts.known_pattern
    if security and not before.security and stated.known_pattern is None:
        # A security concern is known only by what stands for one.
        known = False
    return replace(facts, security=security, legal_or_compliance=legal, known_pattern=known)


def _needs(taken: _Taken) -> tuple[str, ...]:
    if not taken.doubted:
        return taken.base.needs
    about_severity = [one for one in taken.offline.needs if one != FACT_QUESTIONS["type"]]
    return tuple(dict.fromkeys((*taken.base.needs, *about_severity)))


def _reasons(taken: _Taken, facts: Facts, routing: Routing) -> Iterator[Reason]:
    advice, before = taken.advice, taken.offline.facts
    source = taken.base if taken.severity is taken.base.severity else taken.offline
    by_field = {one.field: one for one in source.reasons}
    kind = {one.field: one for one in taken.offline.reasons}["type"]
    yield kind if taken.kind is None else advice.reason("type")
    yield advice.reason("severity") if taken.raised else by_field["severity"]
    yield Reason("route", Tier.POLICY, routing.line.id, routing.line.says)
    raised = [
        name
        for name in ("security", "legal_or_compliance")
        if getattr(facts, name) and not getattr(before, name)
    ]
    for name in raised:
        yield advice.reason(f"facts.{name}")
    for one in taken.base.reasons:
        if one.field in {"type", "severity", "route"}:
            continue
        if one.field == "facts.known_pattern" and "security" in raised and not facts.known_pattern:
            says = f"Perhaps, but no security concern is known by it. {one.says}"
            yield replace(one, says=says)
        else:
            yield one
    yield Reason(_NOTE, Tier.MODEL, advice.model, advice.note)


def kept_advice(content: Mapping[str, Any]) -> Advice | None:  # any JSON
    """Return the advice that a result, as it was kept, rests on; None where no model was asked.

    Args:
        content: A result as JSON, as `waooaw.triage.results.result_content` made it.
    """
    reasons = {one["field"]: one for one in content["reasons"] if one["tier"] == Tier.MODEL}
    note = reasons.pop(_NOTE, None)
    if note is None:
        return None
    return Advice(
        note["rule"],
        next((one["says"] for one in reasons.values()), ""),
        note["says"],
        RequestType(content["type"]) if "type" in reasons else None,
        SeverityLevel(content["severity"]) if "severity" in reasons else None,
        "facts.security" in reasons,
        "facts.legal_or_compliance" in reasons,
        _SURE,
    )
