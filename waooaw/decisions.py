"""What an agent decides about one event: the line that is shown, journalled and replayed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from waooaw.moments import rfc3339

__all__ = ["ActionState", "Decision", "Tier", "Trace"]

SCHEMA_NAME = "waooaw.decision/1"


class Tier(StrEnum):
    """Name where a decision came from."""

    RULES = "rules"
    CACHE = "cache"
    MODEL = "model"
    OTHERWISE = "otherwise"


class ActionState(StrEnum):
    """Say what became of a decision's action.

    `NONE`: the outcome is no skill. `WAITING`: for a person's approval. `REFUSED`: by a boundary or
    by that person. `NOT_WRITTEN`: the skill is a stub.
    """

    DONE = "done"
    WAITING = "waiting"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_WRITTEN = "not-written"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Trace:
    """Hold what replaying a decision needs beside the decision and its event.

    Attributes:
        spec_digest: SHA-256 of the specification that decided.
        context_version: Which version of the subject's memory was recalled; 0 is the empty one.
        model: The model that answered, also where the answer came from the cache.
        prompt_digest: SHA-256 of what the model was told, the event left out.
        faults: Conditions that had no answer, and what else went wrong on the way.
    """

    spec_digest: str = ""
    context_version: int = 0
    model: str | None = None
    prompt_digest: str | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold one decision, as the contract's `waooaw.decision/1` shows it.

    Attributes:
        agent: The agent's name.
        agent_version: The version of its specification.
        event: The event's id.
        woke: Whether the event woke the agent; if not, nothing was decided.
        outcome: approve, reject, escalate, defer or a skill's name; None where it did not wake.
        rule: The rule that decided, if one did.
        boundary: The boundary that refused, if one did; the outcome is then escalate.
        tier: Where the decision came from.
        confidence: In [0, 1]; 1 for a rule.
        because: The reason, for a person.
        cites: The policies that it rests on.
        cost_usd: What the model took for it.
        latency_ms: From the event's arrival to the decision, the action left out.
        action: What became of it.
        at: When it was decided.
        trace: What replaying needs; not part of the line.
    """

    agent: str
    agent_version: str
    event: str
    woke: bool
    outcome: str | None
    rule: str | None
    boundary: str | None
    tier: Tier | None
    confidence: float | None
    because: str
    cites: tuple[str, ...]
    cost_usd: Decimal
    latency_ms: float
    action: ActionState
    at: datetime
    trace: Trace = field(default=Trace(), compare=False, repr=False)

    def plain(self) -> dict[str, Any]:
        """Return the contract's fields as plain JSON, in the contract's order."""
        return {
            "schema": SCHEMA_NAME,
            "agent": self.agent,
            "agent_version": self.agent_version,
            "event": self.event,
            "woke": self.woke,
            "outcome": self.outcome,
            "rule": self.rule,
            "boundary": self.boundary,
            "tier": self.tier,
            "confidence": self.confidence,
            "because": self.because,
            "cites": list(self.cites),
            "cost_usd": float(self.cost_usd),
            "latency_ms": self.latency_ms,
            "action": self.action,
            "at": rfc3339(self.at),
        }

    def to_json(self) -> str:
        """Return one line of ASCII, the same bytes for the same decision on every machine."""
        return json.dumps(self.plain())

    @classmethod
    def from_mapping(cls, content: Mapping[str, Any], *, trace: Trace | None = None) -> Decision:
        """Rebuild a decision from what `plain` gave; the journal alone does that."""
        tier = content["tier"]
        return cls(
            agent=content["agent"],
            agent_version=content["agent_version"],
            event=content["event"],
            woke=content["woke"],
            outcome=content["outcome"],
            rule=content["rule"],
            boundary=content["boundary"],
            tier=None if tier is None else Tier(tier),
            confidence=content["confidence"],
            because=content["because"],
            cites=tuple(content["cites"]),
            cost_usd=Decimal(str(content["cost_usd"])),
            latency_ms=content["latency_ms"],
            action=ActionState(content["action"]),
            at=datetime.fromisoformat(content["at"]),
            trace=trace if trace is not None else Trace(),
        )
