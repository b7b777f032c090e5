"""What a skill is handed, and how one is run: code that we did not write, held at arm's length."""

from __future__ import annotations

import asyncio
import inspect
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeAlias, TypeVar

from waooaw.decisions import Decision
from waooaw.errors import NotWritten, WaooawError
from waooaw.events import Event
from waooaw.spec import FieldType, Skill

__all__ = ["Done", "Failed", "Ran", "Task", "Unwritten", "has_type", "run", "task_input"]

_Input = TypeVar("_Input")

_MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Task(Generic[_Input]):
    """Hold one piece of work for a skill.

    Attributes:
        event: What woke the agent.
        input: The skill's declared fields that the event's data has, each of its declared type.
        decision: Why the skill runs.
        key: The idempotency key, equal to the event's id. After a crash between an effect and its
            confirmation the skill runs again with the same key: hand it to whatever you call.
        memory: What the agent remembers about the event's subject. Change it in place: what it
            holds when the skill returns is remembered, as plain JSON.
    """

    event: Event
    input: _Input
    decision: Decision
    key: str
    memory: dict[str, Any] = field(default_factory=dict)  # any JSON


@dataclass(frozen=True, slots=True)
class Done:
    """Say that the skill did its work.

    Attributes:
        output: What it returned, as JSON.
    """

    output: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Say that the skill did not, or returned what it must not; its effect may have happened.

    Attributes:
        error: Type and message, in one line; of an error that is raised on purpose, its message and
            the way out.
        details: The traceback, for the journal.
    """

    error: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Say that the skill is a stub."""


Ran: TypeAlias = Done | Failed | Unwritten


def task_input(skill: Skill, data: object) -> dict[str, Any]:
    """Return the declared fields that *data* has with the declared type; the rest is left out."""
    if not isinstance(data, Mapping):
        return {}
    return {
        name: data[name]
        for name, kind in skill.fields("input").items()
        if name in data and has_type(data[name], kind)
    }


def has_type(value: object, kind: FieldType) -> bool:
    """Tell whether a JSON value is of a declared type. A boolean is no number."""
    match kind:
        case FieldType.STRING:
            return isinstance(value, str)
        case FieldType.BOOLEAN:
            return isinstance(value, bool)
        case FieldType.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case FieldType.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case FieldType.OBJECT:
            return isinstance(value, Mapping)
        case FieldType.ARRAY:
            return isinstance(value, list | tuple)


async def run(
    method: Callable[[Task[Any]], object] | None,
    task: Task[Any],
    skill: Skill,
    *,
    time_limit: timedelta,
) -> Ran:
    """Run one skill, and turn whatever it does into a value.

    A coroutine is given *time_limit*; a plain function holds the event loop while it runs.
    """
    if method is None:
        return Unwritten()
    limit = asyncio.timeout(time_limit.total_seconds())
    try:
        result = method(task)
        if inspect.isawaitable(result):
            async with limit:
                result = await result
    except NotWritten:
        return Unwritten()
    except asyncio.CancelledError as error:
        ours = asyncio.current_task()
        if ours is not None and ours.cancelling():
            raise
        # Somebody cancelled what the skill waited for, and not us.
        return _failed(error)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a skill is not our code
        if isinstance(error, TimeoutError) and limit.expired():
            return Failed(f"TimeoutError: longer than {time_limit.total_seconds():g} s")
        return _failed(error)
    return _returned(result, skill)


def _failed(error: BaseException) -> Failed:
    try:
        words = _words(error)
    except Exception:  # noqa: BLE001 - an error's own words are the skill's code, too
        words = f"{type(error).__name__}: (its words cannot be had)"
    return Failed(words, "".join(traceback.format_exception(error)))


def _words(error: BaseException) -> str:
    """Return what an error says, in one line; how long its message is cuts no way out."""
    # Ours speak in sentences: to who runs the agent, the class's name says nothing more.
    ours = isinstance(error, WaooawError)
    text = _line(str(error) if ours else f"{type(error).__name__}: {error}")
    hint = error.hint if isinstance(error, WaooawError) else None
    return f"{text} (hint: {_line(hint)})" if hint else text


def _line(text: str) -> str:
    return text.replace("\n", " ")[:_MOST_CHARACTERS]


def _returned(result: object, skill: Skill) -> Ran:
    if not isinstance(result, Mapping):
        return Failed(f"TypeError: the skill returned {type(result).__name__}, not a mapping")
    for name, kind in skill.fields("output").items():
        # JSON Schema may let a field be null, which says as much as leaving it out.
        if result.get(name) is not None and not has_type(result[name], kind):
            return Failed(f"TypeError: the skill returned {name!r} that is no {kind}")
    try:
        return Done(json.dumps(result, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        return Failed(f"{type(error).__name__}: the skill returned what is no JSON: {error}")
