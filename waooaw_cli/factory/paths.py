"""Paths into plain data, as people write them (``rules[0].when``), and what stands at them."""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import Final, Literal

from waooaw.documents import FieldPath, Json, field_name
from waooaw.errors import InputError, shown

__all__ = ["ABSENT", "Absent", "drop", "parse_path", "put", "value_at", "within"]

_LONGEST = 400
_MOST_ENTRIES = 10_000

_NAME = re.compile(r"[^.\[\]=\s\"']+")
_INDEX = re.compile(r"\[\s*(-?\d{1,9})\s*\]")
_QUOTED = re.compile(r'\[\s*("(?:[^"\\]|\\.)*")\s*\]')


class Absent(Enum):
    """Say that nothing stands at a path, which null would not."""

    ABSENT = "absent"


ABSENT: Final[Literal[Absent.ABSENT]] = Absent.ABSENT


def parse_path(text: str) -> FieldPath:
    """Return the path that *text* writes: names joined by dots, indices and odd names in brackets.

    Raises:
        InputError: It is no path: empty, a stray bracket, a negative index.
    """
    if not text or len(text) > _LONGEST:
        raise InputError(
            f"{shown(text)} is no path to a field", hint="as in limits.monthly_usd or rules[0].when"
        )
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        if text[at] == "[":
            found = _INDEX.match(text, at) or _QUOTED.match(text, at)
            inside: str | int | None = _bracketed(found[1], text) if found else None
        else:
            at += text[at] == "." and bool(parts)
            found = _NAME.match(text, at)
            inside = found[0] if found else None
        if found is None or inside is None:
            raise InputError(
                f"{shown(text)} is no path to a field: character {at + 1} does not fit",
                hint="as in limits.monthly_usd or rules[0].when",
            )
        parts.append(inside)
        at = found.end()
        if at < len(text) and text[at] not in ".[":
            raise InputError(
                f"{shown(text)} is no path to a field: character {at + 1} does not fit",
                hint="as in limits.monthly_usd or rules[0].when",
            )
    return tuple(parts)


def _bracketed(text: str, path: str) -> str | int | None:
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return None
    index = int(text)
    if not 0 <= index < _MOST_ENTRIES:
        raise InputError(
            f"{shown(path)} has the index {index}",
            hint=f"entries are counted from 0, up to {_MOST_ENTRIES - 1}",
        )
    return index


def within(path: FieldPath, field: str) -> bool:
    """Tell whether *field*, as people write it, is the one at *path* or lies below it."""
    name = field_name(path)
    return field == name or field.startswith((f"{name}.", f"{name}["))


def value_at(data: Json, path: FieldPath) -> Json | Absent:
    """Return what stands at *path*, or `ABSENT`."""
    here = data
    for part in path:
        if isinstance(here, dict) and isinstance(part, str):
            if part not in here:
                return ABSENT
            here = here[part]
        elif isinstance(here, list) and isinstance(part, int):
            if part >= len(here):
                return ABSENT
            here = here[part]
        else:
            return ABSENT
    return here


def put(data: Json, path: FieldPath, value: Json) -> None:
    """Set the field at *path* in place; mappings and lists on the way are made where none are.

    Raises:
        InputError: The path leads into something that has no fields, or leaves a gap in a list.
    """
    here = data
    for depth, part in enumerate(path):
        last = depth == len(path) - 1
        _refuse_misfit(here, path, depth)
        absent = value_at(here, (part,)) is ABSENT
        if last or absent:
            fresh: Json = value if last else ([] if isinstance(path[depth + 1], int) else {})
            if isinstance(here, list) and absent:
                here.append(fresh)
            else:
                here[part] = fresh
        here = here[part]


def _refuse_misfit(here: Json, path: FieldPath, depth: int) -> None:
    part = path[depth]
    whole = field_name(path)
    around = field_name(path[:depth])
    if isinstance(part, int):
        if not isinstance(here, list):
            raise InputError(
                f"{whole} can't be set: {around or 'the whole'} is {_kind(here)}, not a list",
                hint=f"leave [{part}] out" if around else "begin with a field's name",
            )
        if part > len(here):
            raise InputError(
                f"{whole} can't be set: {around} has {len(here)} entries",
                hint=f"the next is {around}[{len(here)}]",
            )
    elif not isinstance(here, dict):
        raise InputError(
            f"{whole} can't be set: {around} is {_kind(here)}, which has no field {part!r}",
            hint=f"as in {around}[0].{part}" if isinstance(here, list) else f"set {around} itself",
        )


def _kind(value: Json) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return shown(value)


def drop(data: Json, path: FieldPath) -> None:
    """Take the field at *path* away, where it is, and mappings around it that are empty then."""
    *around, last = path
    holder: Json = value_at(data, tuple(around))
    if value_at(holder, (last,)) is ABSENT:
        return
    del holder[last]
    if around and isinstance(holder, dict) and not holder and isinstance(around[-1], str):
        drop(data, tuple(around))
