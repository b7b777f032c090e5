"""Read YAML 1.2 or JSON that may come from anyone, and remember where everything stood.

Only plain data comes out: mappings with string keys, lists, strings, numbers, booleans, null.
Source of the scalar rules: YAML 1.2.2, section 10.3 (core schema).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import yaml

from waooaw.errors import EnvironmentFault, InputError, InvalidDocument, Problem, shown

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = [
    "MAX_BYTES",
    "MAX_NODES",
    "Document",
    "FieldPath",
    "Json",
    "content_of",
    "field_name",
    "parse",
    "read",
]

#: Plain data as JSON knows it. A precise recursive alias would make every reader narrow each step
#: by hand; pydantic does that at the edge instead.
Json: TypeAlias = Any  # `Any`: see above.
FieldPath: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 1_000_000
MAX_NODES = 10_000
_MAX_DEPTH = 64
_ABSENT = "check the path, or use - for stdin"

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}|0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
#: An escaped backslash, which is passed over, or an escaped surrogate pair.
_ESCAPED_PAIR = re.compile(r"\\\\|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

# libyaml where PyYAML was built with it; the pure parser is slower and says the same.
_Loader: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """Hold one document and the place of each of its fields.

    Attributes:
        source: The file as the user named it (``-`` for standard input).
        data: The plain data.
        positions: Field path to 1-based (line, column) of the key, or of the item in a list.
    """

    source: str
    data: Json
    positions: Mapping[FieldPath, tuple[int, int]] = field(default_factory=dict)

    def position(self, path: FieldPath) -> tuple[int | None, int | None]:
        """Return the place of *path*, or of the nearest thing around it that stands in the file."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.positions:
                return self.positions[path[:end]]
        return (None, None)

    def problem(
        self, path: FieldPath, message: str, expected: str | None = None, hint: str | None = None
    ) -> Problem:
        """Return what is wrong at *path*, with its place."""
        line, column = self.position(path)
        return Problem(message, field_name(path), line, column, expected, hint)

    def refusal(self, error: ValidationError) -> InvalidDocument:
        """Return what a pydantic model has against the document, each problem with its place."""
        problems = (self.problem(one["loc"], one["msg"]) for one in error.errors(include_url=False))
        return InvalidDocument(self.source, tuple(problems))


def field_name(path: FieldPath) -> str:
    """Return *path* as people write it: ``rules[0].when``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def read(path: Path, *, source: str | None = None, absent: str = _ABSENT) -> Document:
    """Read and parse one file.

    Args:
        path: The file.
        source: How messages name it; by default its path.
        absent: What to do where there is no such file.

    Raises:
        InputError: There is no such file, it is a folder or may not be read.
        InvalidDocument: What stands in it cannot be used.
    """
    name = source if source is not None else str(path)
    return parse(content_of(path, source=name, absent=absent), source=name)


def content_of(path: Path, *, source: str, absent: str = _ABSENT) -> bytes:
    """Return what stands in a file, one byte more than is allowed at most.

    Raises:
        InputError: There is no such file, it is a folder or may not be read.
    """
    try:
        with path.open("rb") as file:
            # One byte more than allowed tells "too large" without reading 10 MB of it.
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(f"{source}: no such file", hint=absent) from error
    except IsADirectoryError as error:
        raise InputError(
            f"{source}: is a folder, not a file", hint="name the file in it"
        ) from error
    except PermissionError as error:
        raise InputError(
            f"{source}: may not be read", hint="check the file's permissions"
        ) from error
    except OSError as error:
        raise EnvironmentFault(f"{source}: could not be read: {error.strerror}") from error


def parse(content: bytes, *, source: str) -> Document:
    """Parse one UTF-8 document of YAML 1.2 (JSON is a part of it).

    Raises:
        InvalidDocument: Too large, not UTF-8, not YAML, several documents, a tag, a duplicate or
            non-string key, or more than 10 000 nodes once aliases are expanded.
    """
    if len(content) > MAX_BYTES:
        raise InvalidDocument(
            source,
            (Problem(f"the file is larger than {MAX_BYTES:,} bytes", hint="split or shorten it"),),
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = Problem(
            f"byte {content[error.start]:#04x} is not UTF-8", line=line, hint="save it as UTF-8"
        )
        raise InvalidDocument(source, (problem,)) from error
    try:
        return _Builder(source).build(yaml.parse(_without_surrogates(text), Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = Problem(
            " ".join(str(part) for part in (error.context, error.problem) if part),
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
            expected="YAML 1.2 or JSON",
        )
        raise InvalidDocument(source, (problem,)) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = Problem(
            f"the character {shown(chr(error.character))} may not stand in YAML"
            if isinstance(error.character, int)
            else "a character that may not stand in YAML",
            line=line,
            hint="remove it, or write it as an escape inside double quotes",
        )
        raise InvalidDocument(source, (problem,)) from error


def _without_surrogates(text: str) -> str:
    r"""Return *text* with JSON's escaped surrogate pairs as the characters that they stand for.

    JSON may write an emoji as ``"\ud83d\ude00"``; YAML has no such escape and would refuse it.
    """
    if text.lstrip()[:1] not in {"{", "[", '"'} or "\\u" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        high, low = int(match[1], 16), int(match[2], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))

    return _ESCAPED_PAIR.sub(character, text)


@dataclass(slots=True)
class _Open:
    """Hold a collection that is still being read."""

    value: dict[str, Json] | list[Json]
    path: FieldPath
    anchor: str | None
    start: int
    key: str | None = None


class _Builder:
    """Build plain data from parser events without recursion, so that depth is ours to bound."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._positions: dict[FieldPath, tuple[int, int]] = {}
        self._anchors: dict[str, tuple[Json, int]] = {}
        self._stack: list[_Open] = []
        self._nodes = 0
        self._root: list[Json] = []

    def build(self, events: Iterator[yaml.Event]) -> Document:
        for event in events:
            match event:
                case yaml.ScalarEvent():
                    self._refuse_tag(event)
                    self._scalar(event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._refuse_tag(event)
                    self._open(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._close()
                case yaml.AliasEvent():
                    self._alias(event)
                case yaml.DocumentStartEvent() if self._root:
                    self._fail(event, "a second document starts here", "one document in a file")
                case yaml.DocumentStartEvent() if event.version not in {None, (1, 2)}:
                    self._fail(event, "the file says that it is another YAML", "YAML 1.2")
                case yaml.DocumentStartEvent() if event.tags:
                    self._fail(event, "a %TAG directive is refused", "plain data without tags")
        if not self._root:
            raise InvalidDocument(
                self._source, (Problem("the file is empty", expected="a mapping of fields"),)
            )
        return Document(self._source, self._root[0], self._positions)

    def _fail(self, event: yaml.Event, message: str, expected: str | None = None) -> NoReturn:
        line, column = _place(event)
        problem = Problem(
            message,
            field=field_name(self._path()) if self._stack else "",
            line=line,
            column=column,
            expected=expected,
        )
        raise InvalidDocument(self._source, (problem,))

    def _path(self) -> FieldPath:
        top = self._stack[-1]
        if isinstance(top.value, list):
            return (*top.path, len(top.value))
        return top.path if top.key is None else (*top.path, top.key)

    def _count(self, event: yaml.Event, nodes: int = 1) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._fail(event, f"more than {MAX_NODES:,} nodes once aliases are expanded")

    def _refuse_tag(
        self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent
    ) -> None:
        if event.tag is not None:
            self._fail(event, f"the tag {shown(event.tag)} is refused", "plain data without tags")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._count(event)
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(event, top)
            return
        value = event.value if event.style else self._resolved(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)
        self._put(event, value)

    def _key(self, event: yaml.ScalarEvent, top: _Open) -> None:
        key = event.value
        if not event.style and not isinstance(self._resolved(event), str):
            self._fail(event, f"the key {key} is not a string", f'a name, or "{key}" in quotes')
        top.key = key
        if key in top.value:
            self._fail(event, f"the key {shown(key)} stands here twice", "each key once")
        self._positions.setdefault((*top.path, key), _place(event))

    def _resolved(self, event: yaml.ScalarEvent) -> Json:
        text = event.value
        if text in _NULL:
            return None
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        if _INTEGER.fullmatch(text):
            return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if math.isfinite(number):
                return number
            self._fail(event, f"{shown(text)} is too large a number")
        if _SPECIAL_FLOAT.fullmatch(text):
            self._fail(event, f"{text} is no number that JSON knows", "a finite number")
        return text

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        self._count(event)
        if len(self._stack) >= _MAX_DEPTH:
            self._fail(event, f"nested deeper than {_MAX_DEPTH} levels")
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._fail(event, "a key is a list or a mapping", "a name")
        path = self._path() if self._stack else ()
        self._positions.setdefault(path, _place(event))
        value: dict[str, Json] | list[Json] = (
            {} if isinstance(event, yaml.MappingStartEvent) else []
        )
        self._stack.append(_Open(value, path, event.anchor, self._nodes))

    def _close(self) -> None:
        closed = self._stack.pop()
        if closed.anchor is not None:
            self._anchors[closed.anchor] = (closed.value, self._nodes - closed.start + 1)
        self._put(None, closed.value)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = event.anchor or ""
        if name not in self._anchors:
            self._fail(event, f"the alias *{name} has no anchor before it")
        value, size = self._anchors[name]
        self._count(event, size)
        self._put(event, value)

    def _put(self, event: yaml.Event | None, value: Json) -> None:
        if not self._stack:
            self._root.append(value)
            return
        top = self._stack[-1]
        if isinstance(top.value, list):
            if event is not None:
                self._positions.setdefault((*top.path, len(top.value)), _place(event))
            top.value.append(value)
        elif top.key is None:
            if event is not None:
                self._fail(event, "a key is an alias", "a name")
        else:
            top.value[top.key] = value
            top.key = None


def _place(event: yaml.Event) -> tuple[int, int]:
    """Return where an event begins, 1-based; the top of the file where the parser can't tell."""
    mark = event.start_mark
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
