"""A desk that violates nothing, and variations of it."""

from __future__ import annotations

from typing import Any

import yaml

from waooaw.spec import AgentSpec

__all__ = ["desk", "desk_with"]

_PLAIN: dict[str, Any] = {
    "name": "wow-desk",
    "purpose": "Decide refund requests within policy.",
    "domain": "payments",
    "owner": "payments-team@example.com",
    "wake": [{"topic": "refund.requested"}],
    "rules": [
        {
            "id": "small",
            "when": "event.data.amount <= 500",
            "then": "approve",
            "because": "Small sums are within the desk's authority.",
        }
    ],
    "collaborators": {"escalates_to": "on-call@example.com"},
    "examples": [
        {
            "event": {"type": "refund.requested", "data": {"amount": 10}},
            "expect": {"outcome": "approve"},
        }
    ],
}


def desk(**fields: Any) -> AgentSpec:
    """Return the plain desk, with these top-level fields instead."""
    filled = dict(fields)
    if "collaborators" in fields:
        filled["collaborators"] = _PLAIN["collaborators"] | fields["collaborators"]
    return AgentSpec.model_validate(_PLAIN | filled)


def desk_with(text: str) -> AgentSpec:
    """Return the plain desk, with the fields of a piece of `agent.yaml` instead."""
    return desk(**yaml.safe_load(text))
