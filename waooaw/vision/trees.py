"""What a condition is made of: its checked expression as a tree.

The engine gives its expressions only in the wire format of protocol buffers, of which this reads
the few messages that it needs.
Source: https://github.com/google/cel-spec/blob/master/proto/cel/expr/syntax.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from waooaw.expressions import Condition

__all__ = ["Call", "Const", "Name", "Node", "Other", "Select", "tree_of"]


@dataclass(frozen=True, slots=True)
class Const:
    """Hold a literal; a whole number and a decimal one are the same where they are equal."""

    value: bool | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Name:
    """Hold a variable, such as `event.data`."""

    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """Hold the field of something; `asks`: whether it is there (`has`), instead of its value."""

    of: Node
    field: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Hold an operator (`_&&_`), a function or a method, whose target comes first."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """Hold what nothing is known about: a message."""

    content: bytes


Node: TypeAlias = Const | Name | Select | Call | Other


def tree_of(condition: Condition) -> Node:
    """Return the tree of *condition*."""
    # The tree is the condition's own, and nobody else asks for it.
    content = condition._expression.serialize()  # noqa: SLF001 - as above
    checked = dict(_fields(content))[2]  # google.protobuf.Any: the type's name, the value
    return _expr(_last(checked, 4))


def _expr(content: bytes) -> Node:
    for number, value in _fields(content):
        match number:
            case 3:
                return _const(value)
            case 4:
                return Name(_text(value, 1))
            case 5:
                parts = dict(_fields(value))
                asks = _ASKS in parts
                return Select(_expr(parts[1]), _text(value, 2), asks)
            case 6:
                return _call(value)
            case 7:
                return Call("[]", tuple(_expr(one) for key, one in _fields(value) if key == 1))
            case 9:
                return _comprehension(value)
            case 2:
                continue  # the node's own number
            case _:
                return Other(value)
    return Other(content)


#: The field of a selection that says it stands in `has`.
_ASKS = 3


def _call(content: bytes) -> Node:
    target, function, arguments = [], "", []
    for number, value in _fields(content):
        if number == 1:
            target.append(_expr(value))
        elif number == 2:  # noqa: PLR2004 - a field's number
            function = value.decode()
        elif number == 3:  # noqa: PLR2004 - as above
            arguments.append(_expr(value))
    match function, arguments:
        case "-_", [Const(value=float(negated))]:
            return Const(-negated)
        case "_[_]", [of, Const(value=str(field))]:
            return Select(of, field)
        case "dyn", [same]:
            return same
        case _:
            return Call(function, (*target, *arguments))


def _comprehension(content: bytes) -> Call:
    """Return `exists`, `all` and their like: the names of their variables, then what they do."""
    parts = tuple(
        Const(value.decode()) if number in _NAMES else _expr(value)
        for number, value in _fields(content)
    )
    return Call("comprehension", parts)


#: The fields of a comprehension that are names.
_NAMES = frozenset({1, 3, 8})


def _const(content: bytes) -> Const:
    for number, value in _fields(content):
        match number:
            case 2:
                return Const(value != b"\0")
            case 3:
                signed = int.from_bytes(value, "little")
                return Const(float(signed - (1 << 64) if signed >= 1 << 63 else signed))
            case 4:
                return Const(float(int.from_bytes(value, "little")))
            case 5:
                return Const(float(struct.unpack("<d", value)[0]))
            case 6:
                return Const(value.decode())
            case 7:
                return Const(value)
            case _:
                return Const(None)
    return Const(None)


def _text(content: bytes, wanted: int) -> str:
    return _last(content, wanted).decode()


def _last(content: bytes, wanted: int) -> bytes:
    return next((value for number, value in _fields(content) if number == wanted), b"")


def _fields(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each field; a whole number as eight bytes, little end first."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        number, kind = key >> 3, key & 7
        match kind:
            case 0:
                value, at = _varint(content, at)
                yield number, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "little")
                continue
            case 1:
                size = 8
            case 2:
                size, at = _varint(content, at)
            case 5:
                size = 4
            case _:
                raise ValueError("no protocol buffer")
        if at + size > len(content):
            raise IndexError("a field ends after its message")
        yield number, content[at : at + size]
        at += size


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the highest bit says that more follows
            return value, at
        shift += 7
