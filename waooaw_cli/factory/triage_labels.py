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

__all__ = ["LabelledRequest", "label_text", "labelled_requests"]

_MOST_BYTES = 1_000_000_000
_FLAGS = frozenset(FACT_NAMES) - SETS.keys() | {"page_oncall"}
_FIELDS = ("type", "severity", "route", "page_oncall", "respond_within_minutes", *FACT_NAMES)


@dataclass(frozen=True, slots=True)
class LabelledRequest:
    """Hold a request, and what is right of it as text, by field."""

    request: Request
    gold: Mapping[str, str]


def labelled_requests(path: Path) -> tuple[LabelledRequest, ...]:
    """Return the requests of a JSONL file with their labels; `-` for standard input.

    A label stands beside `title` and `body`: `label` (a type) or any field of a result. What stands
    in `facts` is what the sender states, and no label.

    Raises:
        InputError: There is no such file, or no label in it.
        InvalidDocument: Lines of it are no requests, or labels no values.
    """
    standard = str(path) == "-"
    content = sys.stdin.buffer.read() if standard else content_of(path, most=_MOST_BYTES)
    requests = read_requests(content, source=str(path))
    lines = [
        (number, line)
        for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1)
        if line.strip()
    ]
    found = tuple(
        LabelledRequest(request, _gold(json.loads(line), number, str(path)))
        for request, (number, line) in zip(requests, lines, strict=True)
    )
    if not any(one.gold for one in found):
        raise InputError(
            f"{path}: no request in it has a label",
            hint='write "label": "bug", or any field of a result, beside "title"',
        )
    return found


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
