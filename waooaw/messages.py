"""Ask one of Anthropic's models by its Messages API, and hold the answer to a form.

What is asked, and what an answer is worth, is the caller's: agents that decide, triage that is not
sure. Here are keys, time limits, errors and prices.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError, field_validator

from waooaw.errors import ModelFault, shown

__all__ = ["TIME_LIMIT", "MessageService", "Price", "Prompt", "price"]

TIME_LIMIT = timedelta(seconds=20)
_BASE_URL = "https://api.anthropic.com"
#: What the service adds to a prompt with a schema; measured by nobody, taken from what it adds for
#: tools (Anthropic, "Tool use", pricing: 313 to 346 tokens), rounded up.
_FRAME_TOKENS = 350
_FEWEST_BYTES_A_TOKEN = 2
#: Of an answer as it is sent. The longest that we ask for is a hundredth of it.
_MOST_BYTES = 256_000

_Form = TypeVar("_Form", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Hold what a model is told.

    Attributes:
        system: The instructions.
        content: The user's turn: data, as JSON.
        schema: The JSON Schema that the answer is held to ("structured outputs").
    """

    system: str
    content: str
    schema: Mapping[str, Any]  # any JSON


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


class MessageService:
    """Ask one model, and return what it said in a form that was checked.

    The answer is held to a JSON schema. A forced tool would do the same, but models that always
    think refuse one.

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
        self._name = name
        self._env = env
        self._time_limit_s = time_limit.total_seconds()
        self._retries = retries

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    def worst_cost_usd(self, prompt: Prompt) -> Decimal:
        """Return what the longest answer to *prompt* costs.

        Tokens are counted from bytes, two to a token, which is more than any language takes.
        """
        told = prompt.system + prompt.content + json.dumps(prompt.schema)
        tokens = len(told.encode()) // _FEWEST_BYTES_A_TOKEN + _FRAME_TOKENS
        family = price(self._name)
        return family.cost_usd(tokens, family.max_tokens)

    async def answer(self, prompt: Prompt, form: type[_Form]) -> tuple[_Form, Decimal]:
        """Ask, and return what the model said as a *form*, and what that cost in US dollars.

        Raises:
            ModelFault: No key, no server, a time-out, a refusal, an answer of another form.
        """
        key = self._env.get("ANTHROPIC_API_KEY", "").strip()
        if not key:
            raise ModelFault("there is no ANTHROPIC_API_KEY", hint="set it in the environment")
        return self._read(await self._posted(self._body(prompt), key), form)

    async def _posted(self, body: Mapping[str, Any], key: str) -> bytes:
        """Post *body*, and return the body of the answer."""
        import anthropic  # about a second of imports
        import httpx2  # the SDK's own client

        from waooaw.bounded import bound_to

        hooks = {"response": [bound_to(_MOST_BYTES)]}
        try:
            async with (
                # The SDK's own one complains on stderr where it cannot be made, and would follow
                # a redirection to another server with the key.
                httpx2.AsyncClient(timeout=self._time_limit_s, event_hooks=hooks) as http,
                anthropic.AsyncAnthropic(
                    api_key=key,
                    base_url=self._env.get("ANTHROPIC_BASE_URL") or _BASE_URL,
                    timeout=self._time_limit_s,
                    max_retries=self._retries,
                    http_client=http,
                ) as client,
                # The SDK's limit is for each read; a server that drips would outlast it.
                asyncio.timeout(self._time_limit_s * (self._retries + 1)),
            ):
                # Raw: the SDK does not check what it parses, and a proxy may answer anything. Its
                # `messages.create` also warns of models that end soon, which fails strict tests.
                response = await client.post("/v1/messages", cast_to=httpx2.Response, body=body)
                return response.content
        except (anthropic.APITimeoutError, TimeoutError) as error:
            raise ModelFault(
                f"{self._name} gave no answer within {self._time_limit_s:g} s"
            ) from error
        except anthropic.APIStatusError as error:
            raise ModelFault(f"{self._name}: HTTP {error.status_code}") from error
        except (
            *(anthropic.AnthropicError, httpx2.HTTPError, httpx2.InvalidURL),
            # A key or a URL with letters that HTTP has not; a file of certificates that is not
            # there; a proxy whose protocol the client has no package for.
            *(ValueError, OSError, ImportError),
        ) as error:
            raise ModelFault(f"{self._name} cannot be reached: {error}") from error

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        family = price(self._name)
        output: dict[str, Any] = {"format": {"type": "json_schema", "schema": prompt.schema}}
        if family.thinks:
            output["effort"] = "low"
        return {
            "model": self._name,
            "max_tokens": family.max_tokens,
            "system": prompt.system,
            "messages": [{"role": "user", "content": prompt.content}],
            "output_config": output,
        }

    def _read(self, content: bytes, form: type[_Form]) -> tuple[_Form, Decimal]:
        try:
            message = _Message.model_validate_json(content)
        except ValidationError as error:
            raise ModelFault(f"{self._name} answered what is no message") from error
        usage = message.usage
        cost_usd = price(self._name).cost_usd(
            usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens,
            usage.output_tokens,
        )
        said = "".join(block.text for block in message.content if block.type == "text")
        try:
            return form.model_validate_json(said), cost_usd
        except ValidationError as error:
            raise ModelFault(
                f"{self._name} gave no decision (it stopped with {shown(message.stop_reason)})",
                cost_usd=cost_usd,
            ) from error


class _Usage(BaseModel):
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)
    cache_creation_input_tokens: int = Field(default=0, ge=0)
    cache_read_input_tokens: int = Field(default=0, ge=0)

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
