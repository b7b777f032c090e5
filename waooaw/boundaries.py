"""What an agent must never do, asked before every action, and what it may spend on a model."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from waooaw.decisions import ActionState, Decision
from waooaw.events import Event
from waooaw.names import OUTCOMES
from waooaw.rulebook import Rulebook, Verdict
from waooaw.spec import AgentSpec, Effect

__all__ = ["bounded", "open_to_model"]


def bounded(
    decision: Decision, event: Event, context: Mapping[str, Any], rulebook: Rulebook
) -> Decision:
    """Return *decision*, escalated with the reason where a boundary refuses it.

    A boundary whose condition has no answer refuses (fail closed).
    """
    if decision.outcome is None or decision.action is ActionState.REFUSED:
        return decision
    verdict = Verdict(
        decision.outcome,
        rule=decision.rule or "",
        tier=decision.tier or "",
        confidence=decision.confidence if decision.confidence is not None else 0.0,
        cost_usd=float(decision.cost_usd),
    )
    refusal = rulebook.refusal(event, context, verdict)
    if refusal.boundary is None:
        return decision
    trace = dataclasses.replace(decision.trace, faults=(*decision.trace.faults, *refusal.faults))
    return dataclasses.replace(
        decision,
        outcome="escalate",
        boundary=refusal.boundary.id,
        because=refusal.boundary.because,
        action=ActionState.REFUSED,
        trace=trace,
    )


def open_to_model(spec: AgentSpec) -> tuple[str, ...]:
    """Return what a model may choose: never an external effect that no person approves."""
    return (
        *OUTCOMES,
        *(
            skill.name
            for skill in spec.skills
            if skill.effect is not Effect.EXTERNAL or skill.name in spec.boundaries.approval
        ),
    )
