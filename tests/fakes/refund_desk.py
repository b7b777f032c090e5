"""An agent for the runtime's tests: its specification, its events, and skills that keep count."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from waooaw import Event, NotWritten, Task
from waooaw.spec import AgentSpec

__all__ = ["SPEC", "CountingSkills", "refund", "refund_desk"]

SPEC: dict[str, Any] = {
    "name": "wow-refund-desk",
    "version": "0.1.0",
    "purpose": "Decide refund requests.",
    "domain": "payments",
    "owner": "payments@example.com",
    "wake": [{"topic": "refund.requested", "when": "event.data.amount > 0"}],
    "skills": [
        {
            "name": "issue_refund",
            "description": "Pay the money back.",
            "effect": "external",
            "input": {"order_id": "string", "amount": "number"},
            "output": {"refund_id": "string"},
        },
        {"name": "ask_for_receipt", "description": "Ask for a receipt.", "effect": "internal"},
    ],
    "rules": [
        {
            "id": "blocked",
            "when": "has(event.data.customer) && event.data.customer.blocked",
            "then": "reject",
            "because": "Blocked customers are the risk team's.",
            "cite": "POL-3",
        },
        {
            "id": "small",
            "when": "event.data.amount <= 500",
            "then": "issue_refund",
            "because": "Small refunds are paid.",
            "cite": "POL-7",
        },
        {
            "id": "remembered",
            "when": "has(context.trusted) && context.trusted == true",
            "then": "approve",
            "because": "This customer is known.",
        },
        {
            "id": "no-receipt",
            "when": "event.data.amount > 100000",
            "then": "ask_for_receipt",
            "because": "So much needs a receipt.",
        },
    ],
    "otherwise": "escalate",
    "boundaries": {
        "never": [
            {
                "id": "no-cash",
                "when": 'decision.outcome == "issue_refund" && event.data.channel == "cash"',
                "because": "Cash is never paid back.",
            }
        ]
    },
    "collaborators": {"escalates_to": "on-call@example.com"},
    "examples": [
        {
            "event": {
                "type": "refund.requested",
                "data": {"order_id": "A1", "amount": 120, "channel": "card"},
            },
            "expect": {"outcome": "issue_refund", "rule": "small"},
        },
        {"event": {"type": "order.created", "data": {}}, "expect": {"wakes": False}},
    ],
}


def refund_desk(**changes: Any) -> AgentSpec:
    """Return the specification with top-level fields replaced."""
    return AgentSpec.model_validate(SPEC | changes)


def refund(
    amount: float = 120, *, event_id: str = "e-1", subject: str | None = None, **data: Any
) -> Event:
    """Return a refund request by card."""
    return Event(
        id=event_id,
        source="/shop",
        type="refund.requested",
        subject=subject,
        data={"order_id": "A1", "amount": amount, "channel": "card"} | data,
    )


class CountingSkills:
    """Count the effects by idempotency key, and do what the test says.

    Args:
        act: What `issue_refund` does besides; its return value is the skill's.
        pause_s: How long the skill takes.
    """

    def __init__(
        self,
        act: Callable[[Task[Mapping[str, Any]]], object] | None = None,
        *,
        pause_s: float = 0.0,
    ) -> None:
        self.keys: list[str] = []
        self.inputs: list[Mapping[str, Any]] = []
        self._act = act
        self._pause_s = pause_s

    async def issue_refund(self, task: Task[Mapping[str, Any]]) -> object:
        self.keys.append(task.key)
        self.inputs.append(task.input)
        await asyncio.sleep(self._pause_s)
        return {"refund_id": f"r-{task.key}"} if self._act is None else self._act(task)

    async def ask_for_receipt(self, task: Task[Mapping[str, Any]]) -> Mapping[str, Any]:
        del task
        raise NotWritten("ask_for_receipt")
