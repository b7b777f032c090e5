"""Labelled requests: as `waooaw triage batch` reads them, with what is right beside them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waooaw.errors import InputError, InvalidDocument, Problem
from waooaw.triage.facts import FACT_NAMES
from waooaw.triage.intake import read_requests
from waooaw.triage.redaction import quoted
from waooaw.triage.requests import Request
from waooaw.triage.vocabulary import SETS
from waooaw_cli.factory.triage_intake import content_of

__all__ = ["LabelledRequest", "Prediction", "label_text", "labelled_requests"]

_MOST_BYTES = 1_000_000_000
_FLAGS = frozenset(FACT_NAMES) - SETS.keys() | {"page_oncall"}
#: Without one of these a row is no request.
_TEXTS = ("title", "body", "text", "facts")
_PREDICTION = "prediction"
_RESULT = "waooaw.triage/1"
_FIELDS = ("type", "severity", "route", "page_oncall", "respond_within_minutes", *FACT_NAMES)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Hold what was said of a request before, as text by field, and what was not certain."""

    said: Mapping[str, str]
    abstained: frozenset[str]


@dataclass(frozen=True, slots=True)
class LabelledRequest:
    """Hold a request, and what is right of it as text, by field.

    Attributes:
        prediction: What was said of it before; None where it is to be judged.
    """

    request: Request
    gold: Mapping[str, str]
    prediction: Prediction | None = None


def labelled_requests(path: Path, *, predicted: bool = False) -> tuple[LabelledRequest, ...]:
    """Return the requests of a JSONL file with their labels; `-` for standard input.

    A label stands beside `title` and `body`: `label` (a type) or any field of a result. What stands
    in `facts` is what the sender states, and no label.

    Args:
        path: The file.
        predicted: Whether a row may hold a `prediction`, a result of triage; it needs no text then.

    Raises:
        InputError: There is no such file, or no label in it.
        InvalidDocument: Lines of it are no requests, labels no values, or predictions no results.
    """
    standard = str(path) == "-"
    content = sys.stdin.buffer.read() if standard else content_of(path, most=_MOST_BYTES)
    whole = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if predicted:
        whole = [_with_text(line) for line in whole]
    requests = read_requests(b"\n".join(whole), source=str(path))
    lines = [(number, line) for number, line in enumerate(whole, 1) if line.strip()]
    found = tuple(
        _labelled(request, json.loads(line), number, str(path), predicted=predicted)
        for request, (number, line) in zip(requests, lines, strict=True)
    )
    if not any(one.gold for one in found):
        raise InputError(
            f"{path}: no request in it has a label",
            hint='write "label": "bug", or any field of a result, beside "title"',
        )
    return found


def _with_text(line: bytes) -> bytes:
    """Return *line*, as a request without a word where it holds a result and no text."""
    if f'"{_PREDICTION}"'.encode() not in line:
        return line
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):  # it is named when requests are read
        return line
    if not isinstance(row, dict) or _PREDICTION not in row or any(name in row for name in _TEXTS):
        return line
    return json.dumps({**row, "facts": {}}).encode()


def _labelled(
    request: Request,
    row: Mapping[str, Any],  # Any: JSON
    line: int,
    source: str,
    *,
    predicted: bool,
) -> LabelledRequest:
    gold = _gold(row, line, source)
    said = row.get(_PREDICTION) if predicted else None
    return LabelledRequest(request, gold, None if said is None else _prediction(said, line, source))


def _prediction(content: object, line: int, source: str) -> Prediction:
    """Return a result that stands in a row.

    Raises:
        InvalidDocument: It is none of `waooaw triage`.
    """
    place = Place(source, line, _PREDICTION)
    facts = content.get("facts") if isinstance(content, Mapping) else None
    if not isinstance(content, Mapping) or not isinstance(facts, Mapping):
        raise place.problem("is no result of waooaw triage", hint=f"one of {_RESULT}")
    if content.get("schema") != _RESULT:
        raise place.problem(f"{quoted(content.get('schema'))} is not {_RESULT}", hint="see --json")
    abstained = content.get("abstained")
    if not isinstance(abstained, list):
        raise place.problem(f"abstained: {quoted(abstained)} is no list", hint="of fields")
    fields = {**content, **facts}
    missing = [name for name in _FIELDS if name not in fields]
    if missing:
        raise place.problem(f"has no {missing[0]}", hint="a whole result of waooaw triage --json")
    said = {
        name: _value(name, fields[name], Place(source, line, f"{_PREDICTION}.{name}"))
        for name in _FIELDS
    }
    return Prediction(said, frozenset(map(str, abstained)))


def label_text(value: object) -> str:
    """Return a field's value as a label is compared: `true`, `null`, or the text itself."""
    if isinstance(value, str):
        return str(value)
    return json.dumps(value)


def _gold(row: Mapping[str, Any], line: int, source: str) -> dict[str, str]:  # Any: JSON
    gold: dict[str, str] = {}
    for name in _FIELDS:
        key = "label" if name == "type" and "label" in row else name
        value = row.get(key)
        if key not in row or (value is None and name != "respond_within_minutes"):
            continue
        gold[name] = _value(name, value, Place(source, line, key))
    return gold


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a label stands."""

    source: str
    line: int
    key: str

    def problem(self, message: str, *, hint: str) -> InvalidDocument:
        """Return the error that something is wrong there."""
        one = Problem(message, field=self.key, line=self.line, hint=hint)
        return InvalidDocument(self.source, (one,))


def _value(name: str, value: object, place: Place) -> str:
    known: tuple[str, ...] = ()
    if name in SETS:
        known = tuple(one.value for one in SETS[name])
        right = value in known
    elif name in _FLAGS:
        # Other programs write 0 and 1.
        value = bool(value) if value in (0, 1) else value
        known, right = ("true", "false"), isinstance(value, bool)
    else:
        right = value is None or type(value) is int
    if not right:
        problem = Problem(
            f"{quoted(value)} is no {name}",
            field=place.key,
            line=place.line,
            expected=", ".join(known) or "minutes, or null",
            hint=f"known: {', '.join(known)}" if known else "write minutes, or null",
        )
        raise InvalidDocument(place.source, (problem,))
    return label_text(value)
