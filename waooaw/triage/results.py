"""What triage says of a request, and how that is written as JSON (`waooaw.triage/1`)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from waooaw.triage.facts import FACT_NAMES, Facts
from waooaw.triage.routing import Routing
from waooaw.triage.vocabulary import SETS, RequestType, Route, SeverityLevel, Tier

__all__ = ["Reason", "SimilarRequest", "TriageResult", "result_content", "triage_schema"]

_SCHEMA = "waooaw.triage/1"


@dataclass(frozen=True, slots=True)
class Reason:
    """Hold why a field has its value.

    Attributes:
        field: The field.
        tier: Where the value came from.
        rule: The rule, model or line of the policy, by its id.
        says: The reason, in a sentence.
        evidence: The sender's own words, redacted; empty where there are none.
    """

    field: str
    tier: Tier
    rule: str
    says: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class SimilarRequest:
    """Hold one earlier request that reads alike; shown, never acted on.

    Attributes:
        score: From 0 to 1, only to be compared within one list.
        resolution: How it was settled; empty where nobody wrote that down.
    """

    id: str
    title: str
    score: float
    resolution: str = ""


@dataclass(frozen=True, slots=True)
class TriageResult:
    """Hold the whole answer. Every field has its best guess.

    Attributes:
        abstained: Fields that were not certain enough to act on.
        needs: Questions whose answers would settle those.
        confidence: Of the least certain of type and severity, from 0 to 1.
    """

    id: str
    type: RequestType
    severity: SeverityLevel
    routing: Routing
    agents: tuple[str, ...]
    facts: Facts
    similar: tuple[SimilarRequest, ...]
    confidence: float
    abstained: tuple[str, ...]
    needs: tuple[str, ...]
    reasons: tuple[Reason, ...]


def result_content(result: TriageResult) -> dict[str, Any]:  # Any: JSON
    """Return *result* as plain JSON, in the contract's shape."""
    return {
        "schema": _SCHEMA,
        "id": result.id,
        "type": result.type.value,
        "severity": result.severity.value,
        "route": result.routing.route.value,
        "page_oncall": result.routing.page_oncall,
        "respond_within_minutes": result.routing.respond_within_minutes,
        "agents": list(result.agents),
        "facts": {name: _plain(getattr(result.facts, name)) for name in FACT_NAMES},
        "similar": [
            {"id": one.id, "title": one.title, "score": one.score, "resolution": one.resolution}
            for one in result.similar
        ],
        "confidence": result.confidence,
        "abstained": list(result.abstained),
        "needs": list(result.needs),
        "reasons": [
            {name.name: _plain(getattr(reason, name.name)) for name in fields(Reason)}
            for reason in result.reasons
        ],
    }


def _plain(value: StrEnum | str | bool) -> str | bool:  # noqa: FBT001 - a fact's value
    return value.value if isinstance(value, StrEnum) else value


def triage_schema() -> dict[str, Any]:  # Any: JSON
    """Return the JSON Schema (2020-12) of a result."""
    text, flag = {"type": "string"}, {"type": "boolean"}
    score = {"type": "number", "minimum": 0, "maximum": 1}
    texts = {"type": "array", "items": text}
    fact_fields = {name: _one_of(SETS[name]) if name in SETS else flag for name in FACT_NAMES}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What triage says of a service request",
        **_record(
            {
                "schema": {"const": _SCHEMA},
                "id": text,
                "type": _one_of(RequestType),
                "severity": _one_of(SeverityLevel),
                "route": _one_of(Route),
                "page_oncall": flag,
                "respond_within_minutes": {"enum": [0, 15, 240, None]},
                "agents": texts,
                "facts": _record(fact_fields),
                "similar": {
                    "type": "array",
                    "maxItems": 10,
                    "items": _record(
                        {"id": text, "title": text, "score": score, "resolution": text}
                    ),
                },
                "confidence": score,
                "abstained": texts,
                "needs": texts,
                "reasons": {
                    "type": "array",
                    "items": _record(
                        {
                            "field": text,
                            "tier": _one_of(Tier),
                            "rule": text,
                            "says": text,
                            "evidence": text,
                        }
                    ),
                },
            }
        ),
    }


def _one_of(kind: type[StrEnum]) -> dict[str, Any]:  # Any: JSON
    return {"enum": [member.value for member in kind]}


def _record(properties: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
