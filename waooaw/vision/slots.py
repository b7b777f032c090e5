"""What the variables of a function hold while it is followed, part by part."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from waooaw.vision.dangers import RAW, URLISH, Value, joined, marked
from waooaw.vision.scopes import folded

__all__ = ["Place", "Slot", "Slots", "either", "last_name", "named", "place_of"]

#: A variable, and the way from it to a part: ``(".input", "['path']")``.
Place: TypeAlias = tuple[str, tuple[str, ...]]

_LONGEST_WAY = 6
_MOST_PARTS = 64
_OF_A_URL = re.compile(
    r"(?i)ur[li]s?\b|link|href|endpoint|host|domain|webhook|callback|address|site"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """Hold what is known of one variable.

    Attributes:
        value: What any part of it may do that is not told apart.
        parts: What single parts may do.
        label: Where it is a part of an event: its text, as `task.input`.
        meaning: The expression that was assigned to it.
    """

    value: Value = field(default_factory=dict)
    parts: dict[tuple[str, ...], Value] = field(default_factory=dict)
    label: str | None = None
    meaning: ast.expr | None = None

    def at(self, way: tuple[str, ...]) -> tuple[Value, bool]:
        """Return what the part there may do, and whether it was told apart from the rest."""
        if self.parts:
            for end in range(len(way), 0, -1):
                if way[:end] in self.parts:
                    return self.parts[way[:end]], True
        if self.label is None or not self.value:
            return self.value, False
        text = self.label + "".join(way)
        extra = URLISH if _OF_A_URL.search(way[-1] if way else text) else 0
        return {text: RAW | extra}, False

    def below(self, way: tuple[str, ...]) -> dict[tuple[str, ...], Value]:
        """Return the parts of the part there."""
        size = len(way)
        return {one[size:]: value for one, value in self.parts.items() if one[:size] == way != one}

    def having(self, way: tuple[str, ...], value: Value) -> Slot:
        """Return the slot with *value* at a part."""
        if len(self.parts) >= _MOST_PARTS:
            return replace(self, value=joined(self.value, value))
        others = {one: had for one, had in self.parts.items() if one[: len(way)] != way}
        return replace(self, parts=others | {way: value})


Slots: TypeAlias = dict[str, Slot]


def place_of(expression: ast.expr) -> Place | None:
    """Return the place that *expression* names, where each step of the way is a constant.

    `task.input.get("path")` is the place that `task.input["path"]` is.
    """
    way: list[str] = []
    while True:
        match expression:
            case ast.Name(id=name):
                return name, tuple(reversed(way))
            case ast.Attribute(value=inner, attr=attribute):
                way.append(f".{attribute}")
            case ast.Subscript(value=inner, slice=ast.Constant(value=str() | int() as key)):
                way.append(f"[{key!r}]")
            case ast.Call(
                func=ast.Attribute(value=inner, attr="get"), args=[key, *rest], keywords=[]
            ):
                text = folded(key)
                if text is None or any(not isinstance(one, ast.Constant) for one in rest):
                    return None
                way.append(f"[{text!r}]")
            case ast.Await(value=inner):
                pass
            case _:
                return None
        expression = inner
        if len(way) > _LONGEST_WAY:
            return None


def last_name(expression: ast.expr) -> str:
    """Return the last name of *expression*: `cursor` of `self.db.cursor()`."""
    while True:
        match expression:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name
            case ast.Call(func=inner) | ast.Subscript(value=inner) | ast.Await(value=inner):
                expression = inner
            case _:
                return ""


def named(name: str, value: Value) -> Value:
    """Return *value* with what its variable's name says of it."""
    return marked(value, URLISH) if value and _OF_A_URL.search(name) else value


def either(one: Slots, other: Slots) -> Slots:
    """Return what holds after a way through *one* or through *other*."""
    if one is other:
        return one
    found = dict(one)
    for name, slot in other.items():
        mine = found.get(name)
        if mine is None:
            found[name] = slot
        elif mine is not slot:
            found[name] = _joined(mine, slot)
    return found


def _joined(one: Slot, other: Slot) -> Slot:
    ways = one.parts.keys() | other.parts.keys()
    return Slot(
        joined(one.value, other.value),
        {way: joined(one.at(way)[0], other.at(way)[0]) for way in ways},
        one.label if one.label == other.label else None,
        one.meaning if one.meaning is other.meaning else None,
    )
