"""The model tier: a small protocol, Anthropic behind it, and a stand-in that never guesses.

An event is data, never instructions: it reaches a model as JSON in the user's turn, and what comes
back counts only where it names one of the outcomes that were offered.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from waooaw.errors import ModelFault, shown
from waooaw.messages import TIME_LIMIT, MessageService, Prompt
from waooaw.spec import AgentSpec, Otherwise

__all__ = [
    "Answer",
    "AnthropicModel",
    "Choice",
    "Model",
    "Question",
    "ScriptedModel",
    "default_model",
    "judged",
]

_MOST_REASON_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Name one outcome that a model may choose, and say what it means."""

    outcome: str
    description: str


@dataclass(frozen=True, slots=True)
class Question:
    """Hold all that a model is told.

    Attributes:
        event_id: For the stand-in and for logs; not told to the model.
        system: Who the agent is, its prompt, and what is asked.
        facts: The event and what is remembered, as JSON; personal data is out of it where the
            specification says so.
        choices: The outcomes that it may choose.
    """

    event_id: str
    system: str
    facts: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what a model said, not judged yet.

    Attributes:
        outcome: One of the question's choices, if it kept to them.
        confidence: In [0, 1], if it kept to that.
        reason: For a person.
        cost_usd: What the call cost.
    """

    outcome: str
    confidence: float
    reason: str
    cost_usd: Decimal = Decimal(0)


class Model(Protocol):
    """Decide where no rule does."""

    @property
    def name(self) -> str:
        """The model's name, as the journal keeps it."""
        ...

    def worst_cost_usd(self, question: Question) -> Decimal:
        """Return the most that asking *question* can cost."""
        ...

    async def decide(self, question: Question) -> Answer:
        """Answer *question*.

        Raises:
            ModelFault: There is no answer: no key, a time-out, a refusal, nonsense.
        """
        ...


@dataclass(frozen=True)
class ScriptedModel:
    """Stand in for a model: say what was written down, the same every time, for nothing.

    Attributes:
        answers: An outcome for each event id.
        default: The outcome for any other event.
        name: What the journal calls it.
        confidence: Of every answer.
        cost_usd: Of every answer.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    default: str = "escalate"
    name: str = "scripted"
    confidence: float = 1.0
    cost_usd: Decimal = Decimal(0)

    def worst_cost_usd(self, question: Question) -> Decimal:  # noqa: ARG002 - the protocol's
        """Return what every answer costs."""
        return self.cost_usd

    async def decide(self, question: Question) -> Answer:
        """Return the outcome that was written down for the event."""
        outcome = self.answers.get(question.event_id, self.default)
        return Answer(outcome, self.confidence, f"The script says {outcome}.", self.cost_usd)


def judged(answer: Answer, question: Question) -> Answer:
    """Return *answer* where it can be used.

    Raises:
        ModelFault: It names no outcome that was offered, its confidence is outside [0, 1], or it
            gives no reason.
    """
    known = [choice.outcome for choice in question.choices]
    problem: str | None = None
    if answer.outcome not in known:
        problem = f"chose {shown(answer.outcome)}, which was not offered"
    elif not math.isfinite(answer.confidence) or not 0 <= answer.confidence <= 1:
        problem = f"gave the confidence {answer.confidence}, which is outside 0 to 1"
    elif not answer.reason.strip():
        problem = "gave no reason"
    if problem is not None:
        raise ModelFault(f"the model {problem}", cost_usd=answer.cost_usd)
    return Answer(
        answer.outcome,
        float(answer.confidence),
        answer.reason.strip()[:_MOST_REASON_CHARACTERS],
        answer.cost_usd,
    )


def default_model(spec: AgentSpec) -> Model | None:
    """Return Anthropic's model where the specification lets a model decide, else None."""
    if spec.otherwise is not Otherwise.MODEL or spec.model is None:
        return None
    return AnthropicModel(spec.model.name)


class AnthropicModel:
    """Ask one of Anthropic's models, by its Messages API.

    The answer is held to a JSON schema that names the outcomes ("structured outputs"). A forced
    tool would do the same, but models that always think refuse one.

    Args:
        name: The model's name.
        env: Where `ANTHROPIC_API_KEY` and `ANTHROPIC_BASE_URL` are looked up, at each call.
        time_limit: For one attempt.
        retries: How often an overloaded or unreachable server is asked again.
    """

    def __init__(
        self,
        name: str,
        *,
        env: Mapping[str, str] = os.environ,
        time_limit: timedelta = TIME_LIMIT,
        retries: int = 1,
    ) -> None:
        self._service = MessageService(name, env=env, time_limit=time_limit, retries=retries)

    @property
    def name(self) -> str:
        """The model's name."""
        return self._service.name

    def worst_cost_usd(self, question: Question) -> Decimal:
        """Return what the longest answer to *question* costs."""
        return self._service.worst_cost_usd(_prompt(question))

    async def decide(self, question: Question) -> Answer:
        """Ask, and return what the model said.

        Raises:
            ModelFault: No key, no server, a time-out, a refusal, an answer that is none.
        """
        said, cost_usd = await self._service.answer(_prompt(question), _Said)
        return Answer(said.outcome, said.confidence, said.reason, cost_usd)


class _Said(BaseModel):
    model_config = ConfigDict(strict=True)

    outcome: str
    confidence: float
    reason: str


def _prompt(question: Question) -> Prompt:
    return Prompt(question.system, question.facts, _schema(question))


def _schema(question: Question) -> dict[str, Any]:
    outcomes = [choice.outcome for choice in question.choices]
    return {
        "type": "object",
        "properties": {
            "outcome": {"type": "string", "enum": outcomes},
            "confidence": {"type": "number", "description": "from 0 to 1"},
            "reason": {"type": "string", "description": "one or two sentences for a person"},
        },
        "required": ["outcome", "confidence", "reason"],
        "additionalProperties": False,
    }
