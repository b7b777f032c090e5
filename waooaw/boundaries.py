"""What an agent must never do, asked before every action: its own boundaries, then the vision."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from waooaw.decisions import ActionState, Decision
from waooaw.events import Event
from waooaw.names import OUTCOMES
from waooaw.rulebook import Rulebook, Verdict
from waooaw.spec import AgentSpec, Effect
from waooaw.vision.actions import Action
from waooaw.vision.guardian import Guardian

__all__ = ["Guard", "open_to_model"]


class Guard:
    """Hold the decisions of one agent to its boundaries and to the vision.

    Args:
        rulebook: Whose boundaries are asked.
        guardian: Whose rules are asked.
        now: The time, aware; policies have a first and a last day.
    """

    def __init__(self, rulebook: Rulebook, guardian: Guardian, now: Callable[[], datetime]) -> None:
        self._rulebook = rulebook
        self._guardian = guardian
        self._now = now

    def checked(self, decision: Decision, event: Event, context: Mapping[str, Any]) -> Decision:
        """Return *decision*, escalated with the reason where a boundary or a rule refuses it.

        What has no answer refuses (fail closed). A rule of the vision is cited with its layer and
        its version.
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
        refusal = self._rulebook.refusal(event, context, verdict)
        if refusal.boundary is not None:
            named, because = refusal.boundary.id, refusal.boundary.because
            return _refused(decision, named, because, faults=refusal.faults)
        action = Action(verdict, decision.because, decision.cites)
        today = self._now().astimezone(UTC).date()
        judged = self._guardian.judged(action, event, context, today)
        if judged.stopped is not None:
            one = judged.stopped
            return _refused(
                decision, one.rule, one.message, cites=(one.citation,), faults=judged.advice
            )
        return _with_faults(decision, judged.advice) if judged.advice else decision


def _refused(
    decision: Decision,
    boundary: str,
    because: str,
    *,
    cites: tuple[str, ...] = (),
    faults: tuple[str, ...] = (),
) -> Decision:
    return dataclasses.replace(
        _with_faults(decision, faults),
        outcome="escalate",
        boundary=boundary,
        because=because,
        cites=(*decision.cites, *cites),
        action=ActionState.REFUSED,
    )


def _with_faults(decision: Decision, faults: tuple[str, ...]) -> Decision:
    trace = dataclasses.replace(decision.trace, faults=(*decision.trace.faults, *faults))
    return dataclasses.replace(decision, trace=trace)


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
