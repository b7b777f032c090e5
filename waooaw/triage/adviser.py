"""Ask a language model about a request that triage was not sure of.

What it says counts only in the form and the words that were offered; anything else is no advice.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from waooaw.errors import ModelFault
from waooaw.messages import MessageService
from waooaw.triage.advice import Advice
from waooaw.triage.briefing import Briefing
from waooaw.triage.markup import seen
from waooaw.triage.redaction import shown_safely, without_secrets
from waooaw.triage.vocabulary import RequestType, SeverityLevel

__all__ = ["advice_on"]

_LONGEST_READ = 2_000


async def advice_on(briefing: Briefing, service: MessageService) -> Advice:
    """Return what a model says to *briefing*.

    Raises:
        ModelFault: No key, no server, a time-out, a refusal; it left out what it was asked, said
            what it was not asked, or gave no reason.
    """
    said, cost_usd = await service.answer(briefing.prompt, _Said)
    answered = said.model_dump(exclude_none=True, exclude={"confidence", "reason"})
    if answered.keys() != set(briefing.fields):
        raise ModelFault(
            f"{service.name} answered other fields than it was asked for", cost_usd=cost_usd
        )
    reason = _safe(said.reason)
    if not reason:
        raise ModelFault(f"{service.name} gave no reason", cost_usd=cost_usd)
    return Advice(
        model=service.name,
        says=f"The model says: {reason}",
        note=_note(briefing.fields, cost_usd),
        type=said.type,
        severity=said.severity,
        security=bool(said.security),
        legal_or_compliance=bool(said.legal_or_compliance),
        confidence=said.confidence,
    )


def _safe(text: str) -> str:
    """Return what a model wrote as one line that can be shown: it was told what others wrote."""
    return shown_safely(without_secrets(seen(text[:_LONGEST_READ])))


def _note(fields: tuple[str, ...], cost_usd: Decimal) -> str:
    *first, last = (name.replace("_", " ") for name in fields)
    asked = f"{', '.join(first)} and {last}" if first else last
    return shown_safely(f"Asked about {asked}, for {cost_usd:.4f} USD.")


class _Said(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    type: RequestType | None = None
    severity: SeverityLevel | None = None
    security: bool | None = None
    legal_or_compliance: bool | None = None
    confidence: float = Field(ge=0, le=1, allow_inf_nan=False)
    reason: str
