"""The model tier: a small protocol, Anthropic behind it, and a stand-in that never guesses.

An event is data, never instructions: it reaches a model as JSON in the user's turn, and what comes
back counts only where it names one of the outcomes that were offered.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from waooaw.errors import ModelFault, shown
from waooaw.spec import AgentSpec, Otherwise

__all__ = [
    "Answer",
    "AnthropicModel",
    "Choice",
    "Model",
    "Price",
    "Question",
    "ScriptedModel",
    "default_model",
    "judged",
    "price",
]

_MOST_REASON_CHARACTERS = 1_000
_BASE_URL = "https://api.anthropic.com"
_TIME_LIMIT = timedelta(seconds=20)
#: What the service adds to a prompt with a schema; measured by nobody, taken from what it adds for
#: tools (Anthropic, "Tool use", pricing: 313 to 346 tokens), rounded up.
_FRAME_TOKENS = 350
_FEWEST_BYTES_A_TOKEN = 2


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


@dataclass(frozen=True, slots=True)
class Price:
    """Hold what a million tokens of one family of models cost, in US dollars.

    Attributes:
        thinks: Whether the family thinks before it answers unless told otherwise; its thoughts are
            output.
    """

    input_usd: Decimal
    output_usd: Decimal
    thinks: bool = False

    @property
    def max_tokens(self) -> int:
        """The longest answer that we ask for, thoughts included."""
        return 640 if self.thinks else 256

    def cost_usd(self, input_tokens: int, output_tokens: int) -> Decimal:
        """Return what one call costs."""
        return (self.input_usd * input_tokens + self.output_usd * output_tokens) / 1_000_000


def _price(input_usd: str, output_usd: str, *, thinks: bool = False) -> Price:
    return Price(Decimal(input_usd), Decimal(output_usd), thinks)


#: By the beginning of a model's name, the longest one that fits wins; the plain rate without
#: discounts for caches or batches, the highest where it depends on the prompt's length.
#: Source: https://platform.claude.com/docs/en/about-claude/pricing, November 2026.
_PRICES = {
    "claude-fable-5": _price("10", "50", thinks=True),
    "claude-mythos-5": _price("10", "50", thinks=True),
    "claude-opus-5-5": _price("4", "20", thinks=True),
    "claude-opus-5": _price("5", "25", thinks=True),
    "claude-opus-4-5": _price("5", "25"),
    "claude-opus-4-6": _price("5", "25"),
    "claude-opus-4-7": _price("5", "25", thinks=True),
    "claude-opus-4-8": _price("5", "25", thinks=True),
    "claude-opus-4": _price("15", "75"),
    "claude-sonnet-5": _price("2", "10", thinks=True),
    "claude-sonnet-4": _price("3", "15"),
    "claude-haiku-5-5": _price("0.50", "2.50", thinks=True),
    "claude-haiku-4-5": _price("1", "5"),
}


def price(name: str) -> Price:
    """Return a model's price; for a name that is not known, the highest that is."""
    fitting = [prefix for prefix in _PRICES if name.startswith(prefix)]
    if fitting:
        return _PRICES[max(fitting, key=len)]
    dearest = max(_PRICES.values(), key=lambda one: (one.output_usd, one.input_usd))
    # What is not known is newer than this table, and newer families think.
    return Price(dearest.input_usd, dearest.output_usd, thinks=True)


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
        time_limit: timedelta = _TIME_LIMIT,
        retries: int = 1,
    ) -> None:
        self._name = name
        self._env = env
        self._time_limit_s = time_limit.total_seconds()
        self._retries = retries

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    def worst_cost_usd(self, question: Question) -> Decimal:
        """Return what the longest answer to *question* costs.

        Tokens are counted from bytes, two to a token, which is more than any language takes.
        """
        told = question.system + question.facts + json.dumps(_schema(question))
        tokens = len(told.encode()) // _FEWEST_BYTES_A_TOKEN + _FRAME_TOKENS
        family = price(self._name)
        return family.cost_usd(tokens, family.max_tokens)

    async def decide(self, question: Question) -> Answer:
        """Ask, and return what the model said.

        Raises:
            ModelFault: No key, no server, a time-out, a refusal, an answer that is none.
        """
        key = self._env.get("ANTHROPIC_API_KEY", "").strip()
        if not key:
            raise ModelFault("there is no ANTHROPIC_API_KEY", hint="set it in the environment")
        import anthropic  # about a second of imports
        import httpx2  # the SDK's own client

        try:
            async with (
                anthropic.AsyncAnthropic(
                    api_key=key,
                    base_url=self._env.get("ANTHROPIC_BASE_URL") or _BASE_URL,
                    timeout=self._time_limit_s,
                    max_retries=self._retries,
                ) as client,
                # The SDK's limit is for each read; a server that drips would outlast it.
                asyncio.timeout(self._time_limit_s * (self._retries + 1)),
            ):
                # Raw: the SDK does not check what it parses, and a proxy may answer anything. Its
                # `messages.create` also warns of models that end soon, which fails strict tests.
                response = await client.post(
                    "/v1/messages", cast_to=httpx2.Response, body=self._body(question)
                )
                content = response.content
        except (anthropic.APITimeoutError, TimeoutError) as error:
            raise ModelFault(
                f"{self._name} gave no answer within {self._time_limit_s:g} s"
            ) from error
        except anthropic.APIStatusError as error:
            raise ModelFault(f"{self._name}: HTTP {error.status_code}") from error
        except (anthropic.AnthropicError, httpx2.HTTPError, ValueError) as error:
            # A key or a URL with letters that HTTP has not is a ValueError.
            raise ModelFault(f"{self._name} cannot be reached: {error}") from error
        return self._read(content)

    def _body(self, question: Question) -> dict[str, Any]:
        family = price(self._name)
        output: dict[str, Any] = {"format": {"type": "json_schema", "schema": _schema(question)}}
        if family.thinks:
            output["effort"] = "low"
        return {
            "model": self._name,
            "max_tokens": family.max_tokens,
            "system": question.system,
            "messages": [{"role": "user", "content": question.facts}],
            "output_config": output,
        }

    def _read(self, content: bytes) -> Answer:
        try:
            message = _Message.model_validate_json(content)
        except ValidationError as error:
            raise ModelFault(f"{self._name} answered what is no message") from error
        usage = message.usage
        cost = price(self._name).cost_usd(
            usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens,
            usage.output_tokens,
        )
        said = "".join(block.text for block in message.content if block.type == "text")
        try:
            answer = _Said.model_validate_json(said)
        except ValidationError as error:
            raise ModelFault(
                f"{self._name} gave no decision (it stopped with {shown(message.stop_reason)})",
                cost_usd=cost,
            ) from error
        return Answer(answer.outcome, answer.confidence, answer.reason, cost)


class _Usage(BaseModel):
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0

    @field_validator("cache_creation_input_tokens", "cache_read_input_tokens", mode="before")
    @classmethod
    def _absent_is_none_used(cls, tokens: object) -> object:
        return 0 if tokens is None else tokens


class _Block(BaseModel):
    type: str
    text: str = ""


class _Message(BaseModel):
    content: tuple[_Block, ...]
    stop_reason: str | None = None
    usage: _Usage


class _Said(BaseModel):
    model_config = ConfigDict(strict=True)

    outcome: str
    confidence: float
    reason: str


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
