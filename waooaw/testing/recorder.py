"""Stand-ins for what an agent would do to the world: its skills, and the model that it asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from waooaw.models import Answer, Question
from waooaw.spec import AgentSpec, FieldType
from waooaw.tasks import Task

__all__ = ["Call", "CountedModel", "RecordedSkills"]

#: What a recorded skill answers with, so that its declared output holds.
_SAMPLES: dict[FieldType, object] = {
    FieldType.STRING: "recorded",
    FieldType.NUMBER: 0,
    FieldType.INTEGER: 0,
    FieldType.BOOLEAN: False,
    FieldType.OBJECT: {},
    FieldType.ARRAY: [],
}


@dataclass(frozen=True, slots=True)
class Call:
    """Hold one call of a skill.

    Attributes:
        skill: Its name.
        key: The idempotency key that it was given.
    """

    skill: str
    key: str


class RecordedSkills:
    """Stand in for all skills of a specification: touch nothing, keep who was called.

    Args:
        spec: Whose skills they are; whatever else is asked for is not there.
        on_call: Told of each call while the skill runs.
    """

    def __init__(self, spec: AgentSpec, *, on_call: Callable[[Call], None] | None = None) -> None:
        self._outputs = {
            skill.name: {name: _SAMPLES[kind] for name, kind in skill.fields("output").items()}
            for skill in spec.skills
        }
        self._on_call = on_call
        #: Every call, oldest first.
        self.calls: list[Call] = []

    def __getattr__(self, name: str) -> Callable[[Task[Any]], Awaitable[dict[str, object]]]:
        outputs: dict[str, dict[str, object]] = self.__dict__.get("_outputs", {})
        if name not in outputs:
            raise AttributeError(f"the specification has no skill {name!r}")

        async def recorded(task: Task[Any]) -> dict[str, object]:
            call = Call(name, task.key)
            self.calls.append(call)
            if self._on_call is not None:
                self._on_call(call)
            await asyncio.sleep(0)  # as a real skill would: others get their turn
            return outputs[name]

        return recorded


@dataclass
class CountedModel:
    """Stand in for a model: answer at once that a person has to decide, and keep who asked.

    Attributes:
        name: What the journal calls it.
        asked: The ids of the events that it was asked about.
    """

    name: str = "stand-in"
    asked: set[str] = field(default_factory=set)

    def worst_cost_usd(self, question: Question) -> Decimal:  # noqa: ARG002 - the protocol's
        """Return nothing: no money is spent here."""
        return Decimal(0)

    async def decide(self, question: Question) -> Answer:
        """Escalate, which every agent may."""
        self.asked.add(question.event_id)
        return Answer("escalate", 1.0, "Nobody is asked while the agent is measured.")
