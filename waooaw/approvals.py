"""Actions that wait for a person, and what that person's word makes of them."""

from __future__ import annotations

import dataclasses

from waooaw.decisions import ActionState, Decision
from waooaw.spec import AgentSpec
from waooaw.store import ApprovalRecord

__all__ = ["declined", "needs_approval"]


def needs_approval(spec: AgentSpec, decision: Decision) -> bool:
    """Tell whether the decision's skill waits for a person."""
    return decision.outcome in spec.boundaries.approval


def declined(decision: Decision, word: ApprovalRecord | None) -> Decision:
    """Return what a decision becomes when a person says no: escalated, and never run.

    Args:
        decision: The one that waited.
        word: What the person said; None where nobody said anything, which grants nothing.
    """
    because = f"Nobody approved {decision.outcome}."
    if word is not None:
        note = f": {word.note}" if word.note else "."
        because = f"{word.by} refused {decision.outcome}{note}"
    return dataclasses.replace(
        decision, outcome="escalate", action=ActionState.REFUSED, because=because
    )
