"""The model tier of triage: whether a model is asked, which one, and of many requests at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from waooaw.errors import InputError, ModelFault, shown
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.requests import Request
from waooaw.triage.results import TriageResult
from waooaw_cli.settings import Settings

if TYPE_CHECKING:
    from waooaw.messages import MessageService
    from waooaw.triage.advice import Advice
    from waooaw.triage.briefing import Briefing

__all__ = ["ChosenModel", "chosen_model", "kept", "with_advice"]

_DEFAULT = "claude-haiku-4-5"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,99}")
_TIME_LIMIT = timedelta(seconds=10)
#: Requests that are asked about at the same time.
_AT_ONCE = 8
#: After so many in a row nobody is asked any more: a server that is down is down for all of them.
_MOST_FAILURES = 5


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """Hold which model is asked where triage is not sure.

    Attributes:
        name: The model's name.
        env: Where its key and its server's address stand.
        time_limit: For one attempt; there are two.
    """

    name: str
    env: Mapping[str, str]
    time_limit: timedelta = _TIME_LIMIT


def chosen_model(
    settings: Settings, env: Mapping[str, str], *, many: bool = False
) -> ChosenModel | None:
    """Return the model that is asked; None where none is.

    Args:
        settings: `[triage] model` names one, or turns it off.
        env: With a key in it, a model is asked about a request that somebody waits for.
        many: Whether it is about many requests, which is money: then a model has to be named.

    Raises:
        InputError: The setting is no model's name.
    """
    named = _named(settings)
    if named is False:
        return None
    if named is None and (many or not env.get("ANTHROPIC_API_KEY", "").strip()):
        return None
    return ChosenModel(named or _DEFAULT, env)


def _named(settings: Settings) -> str | Literal[False] | None:
    """Return what `[triage] model` says: a name, False for none; None where it says nothing."""
    table = settings.tables.get("triage")
    if not isinstance(table, dict) or "model" not in table:
        return None
    value = table["model"]
    if value is False or (isinstance(value, str) and _NAME.fullmatch(value)):
        return value
    raise InputError(
        f"{settings.file}: triage.model = {shown(value)} is no model's name",
        hint=f'write model = "{_DEFAULT}", or model = false',
    )


def with_advice(
    model: ChosenModel | None,
    requests: Sequence[Request],
    results: Sequence[TriageResult],
    knowledge: Knowledge,
) -> tuple[tuple[TriageResult, ...], str | None]:
    """Return results with what a model advises where they abstained, and why it did not for some.

    Whatever goes wrong on the way leaves the result as it was.

    Args:
        model: Who is asked; None: nobody.
        requests: As they came.
        results: What triage says of each without a model, in their order.
        knowledge: What triage looked at.
    """
    unsure = [number for number, result in enumerate(results) if result.abstained]
    if model is None or not unsure:
        return tuple(results), None
    import asyncio

    from waooaw.messages import MessageService
    from waooaw.triage.advice import advised
    from waooaw.triage.briefing import briefing

    asked = {
        number: one
        for number in unsure
        if (one := briefing(requests[number], results[number])) is not None
    }
    service = MessageService(model.name, env=model.env, time_limit=model.time_limit)
    heard = _Heard()
    asyncio.run(_all_heard(service, asked, heard))
    told = list(results)
    for number, advice in heard.advice.items():
        told[number] = advised(requests[number], results[number], advice, knowledge)
    return tuple(told), heard.failure(len(asked))


@dataclass(slots=True)
class _Heard:
    """Gather what a model says, and how often it failed."""

    advice: dict[int, Advice] = field(default_factory=dict)
    faults: list[ModelFault] = field(default_factory=list)
    in_a_row: int = 0

    def failure(self, asked: int) -> str | None:
        """Return what went wrong in one line; None where nothing did."""
        if not self.faults:
            return None
        why = self.faults[0].message
        cost_usd = sum((fault.cost_usd for fault in self.faults), Decimal(0))
        spent = f", for {cost_usd:.4f} USD" if cost_usd else ""
        if asked == 1:
            return f"the model gave nothing usable: {why}{spent}"
        missing = asked - len(self.advice)
        left = ", so it was asked no more" if missing > len(self.faults) else ""
        return f"the model gave nothing usable for {missing} of {asked}: {why}{spent}{left}"


async def _all_heard(service: MessageService, asked: Mapping[int, Briefing], heard: _Heard) -> None:
    import asyncio

    # One iterator for all: each takes the next that nobody has taken.
    waiting = iter(asked.items())
    count = min(_AT_ONCE, len(asked))
    await asyncio.gather(*(_each_heard(service, waiting, heard) for _ in range(count)))


async def _each_heard(
    service: MessageService, waiting: Iterator[tuple[int, Briefing]], heard: _Heard
) -> None:
    from waooaw.triage.adviser import advice_on

    for number, briefing in waiting:
        if heard.in_a_row >= _MOST_FAILURES:
            return
        try:
            heard.advice[number] = await advice_on(briefing, service)
        except ModelFault as fault:
            heard.faults.append(fault)
            heard.in_a_row += 1
        else:
            heard.in_a_row = 0


def kept(
    request: Request,
    result: TriageResult,
    before: Mapping[str, Any] | None,  # any JSON
    knowledge: Knowledge,
) -> TriageResult:
    """Return *result* with what a model advised when the request was judged *before*.

    Nobody is asked again: what it raised stays raised, where a person has not said otherwise.
    """
    from waooaw.triage.advice import advised, kept_advice

    advice = None if before is None else kept_advice(before)
    return result if advice is None else advised(request, result, advice, knowledge)
