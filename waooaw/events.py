"""Events as CloudEvents 1.0 says them, and the topic patterns that wake agents.

Source: CloudEvents 1.0.2, core specification and JSON event format.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from waooaw.errors import InputError, shown
from waooaw.moments import rfc3339

__all__ = ["MAX_EVENT_BYTES", "Event", "TopicPattern", "event_schema", "topic_problem"]

MAX_EVENT_BYTES = 1_000_000
#: Deeper data would exhaust the stack of whatever walks it later.
_MAX_DEPTH = 100
_LONGEST_TOPIC = 200
_MOST_DIGITS = 400

_SEGMENT = re.compile(r"[a-z0-9_-]+")
_EXTENSION = re.compile(r"[a-z0-9]{1,60}")
_ATTRIBUTES = frozenset(
    {
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "datacontenttype",
        "dataschema",
        "data",
        "data_base64",
    }
)

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class Event(BaseModel):
    """Hold one CloudEvent, data included.

    Attributes:
        id: Unique within its source; an agent decides an id once.
        type: The topic, as ``refund.requested``.
        source: A URI reference that names who sent it.
        subject: What it is about within the source; also whose memory an agent recalls.
        time: When it happened.
        data: Any JSON; None where the event carries none.
        extensions: CloudEvents extension attributes, kept as they came.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    specversion: Literal["1.0"] = "1.0"
    id: _Text
    source: _Text
    type: _Text
    subject: _Text | None = None
    time: AwareDatetime | None = None
    datacontenttype: _Text | None = None
    dataschema: _Text | None = None
    data: Any = None  # any JSON, by the specification
    extensions: Mapping[str, str | int | bool] = Field(default_factory=dict)

    @field_validator("time", mode="before")
    @classmethod
    def _time_is_rfc3339(cls, value: object) -> object:
        # pydantic would read a bare number as seconds since 1970; RFC 3339 has no such form.
        if value is None or isinstance(value, datetime):
            return value
        if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[Tt]", value):
            return value
        raise ValueError("a time such as 2026-01-01T00:00:00Z is needed")

    @field_validator("data")
    @classmethod
    def _shallow(cls, data: object) -> object:
        if _is_deep(data):
            raise ValueError(f"nested deeper than {_MAX_DEPTH} levels")
        return data

    @model_validator(mode="after")
    def _extension_names(self) -> Event:
        for name in self.extensions:
            if not _EXTENSION.fullmatch(name):
                raise ValueError(f"{name!r} is no extension name: lower-case letters and digits")
        return self

    @classmethod
    def from_mapping(cls, content: object, *, default_id: str | None = None) -> Event:
        """Read structured-mode JSON, or the short form ``{type, data}``.

        Args:
            content: The parsed JSON.
            default_id: The id of a short form that brings none.

        Raises:
            InputError: It is not an event; the message names the attribute.
        """
        if not isinstance(content, Mapping):
            raise InputError(
                f"an event is a JSON object, not {shown(content)}",
                hint='the short form is {"type": "a.b", "data": {}}',
            )
        fields: dict[str, Any] = {}
        extensions: dict[str, Any] = {}
        for name, value in content.items():
            (fields if name in _ATTRIBUTES else extensions)[name] = value
        if "specversion" not in fields:
            # The short form: everything but the type has a default.
            fields.setdefault("id", default_id)
            fields.setdefault("source", "/waooaw/local")
        if "data_base64" in fields:
            fields["data"] = _decoded(fields)
        try:
            return cls(**fields, extensions=extensions)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = ".".join(str(part) for part in first["loc"]) or "event"
            reason = first["msg"].removeprefix("Value error, ")
            given = "missing" if first["type"] == "missing" else shown(first["input"])
            raise InputError(
                f"event attribute {name} ({given}): {reason}",
                hint="see CloudEvents 1.0, section Context Attributes",
            ) from error

    @classmethod
    def from_json(cls, text: str | bytes, *, default_id: str | None = None) -> Event:
        """Read one event from JSON text of at most 1 MB.

        Raises:
            InputError: It is no JSON or no event.
        """
        if len(text) > MAX_EVENT_BYTES:
            raise InputError(f"the event is larger than {MAX_EVENT_BYTES:,} bytes")
        try:
            content = _loaded(text)
        except ValueError as error:
            raise InputError(f"the event is not JSON: {error}") from error
        return cls.from_mapping(content, default_id=default_id)

    def to_json(self) -> str:
        """Return structured-mode JSON, attributes in the specification's order."""
        fields: dict[str, Any] = {
            "specversion": self.specversion,
            "id": self.id,
            "source": self.source,
            "type": self.type,
        }
        if self.subject is not None:
            fields["subject"] = self.subject
        if self.time is not None:
            fields["time"] = rfc3339(self.time)
        if self.datacontenttype is not None:
            fields["datacontenttype"] = self.datacontenttype
        if self.dataschema is not None:
            fields["dataschema"] = self.dataschema
        fields.update(self.extensions)
        if self.data is not None:
            fields["data"] = self.data
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

    def variables(self) -> dict[str, Any]:
        """Return what conditions see, by qualified name; times as RFC 3339 text."""
        return {
            "event.id": self.id,
            "event.type": self.type,
            "event.source": self.source,
            "event.subject": self.subject or "",
            "event.time": rfc3339(self.time) if self.time else "",
            "event.data": self.data if self.data is not None else {},
        }


def _is_deep(data: object) -> bool:
    level = [data]
    for _ in range(_MAX_DEPTH + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _loaded(text: str | bytes) -> object:
    """Parse JSON as the standard has it; Python's own reader takes NaN and 1e999 besides."""
    try:
        return json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_whole
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"{shown(text)} is too large a number")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{shown(text)} is too large a number")
    return number


def _decoded(fields: dict[str, Any]) -> object:
    if "data" in fields:
        raise InputError("an event has data or data_base64, not both")
    encoded = fields.pop("data_base64")
    try:
        content = base64.b64decode(encoded, validate=True)
        text = content.decode("utf-8")
    except (TypeError, ValueError) as error:
        raise InputError(
            f"event attribute data_base64 ({shown(encoded)}) is no base64 of UTF-8 text"
        ) from error
    kind = fields.get("datacontenttype") or "application/json"
    if isinstance(kind, str) and kind.split(";")[0].strip().endswith(("/json", "+json")):
        try:
            return _loaded(text)
        except ValueError as error:
            raise InputError(f"event attribute data_base64 holds no JSON: {error}") from error
    return text


def topic_problem(pattern: str) -> str | None:
    """Say what is wrong with a topic pattern, or None."""
    if len(pattern) > _LONGEST_TOPIC:
        return f"is longer than {_LONGEST_TOPIC} characters"
    for segment in pattern.split("."):
        if not segment:
            return "has an empty segment"
        if segment not in {"*", "**"} and not _SEGMENT.fullmatch(segment):
            return f"has the segment {shown(segment)}"
    return None


class TopicPattern:
    """Match event types: ``*`` stands for one segment, ``**`` for any number, zero included.

    Raises:
        InputError: The pattern is malformed.
    """

    __slots__ = ("_segments", "pattern")

    def __init__(self, pattern: str) -> None:
        if problem := topic_problem(pattern):
            raise InputError(f"the topic {shown(pattern)} {problem}", hint="as in refund.requested")
        self.pattern = pattern
        self._segments = tuple(pattern.split("."))

    def matches(self, topic: str) -> bool:
        """Tell whether *topic* fits. Linear in pattern × topic, so no pattern is slow."""
        segments = topic.split(".")
        # reachable[i]: the pattern so far can cover the first i segments of the topic.
        reachable = [True] + [False] * len(segments)
        for part in self._segments:
            if part == "**":
                seen = False
                for index, here in enumerate(reachable):
                    seen = seen or here
                    reachable[index] = seen
            else:
                reachable = [False] + [
                    before and part in {"*", segment}
                    for before, segment in zip(reachable, segments, strict=False)
                ]
        return reachable[-1]

    def __repr__(self) -> str:
        return f"TopicPattern({self.pattern!r})"


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one event in structured JSON.

    Extension attributes stand beside the known ones, as CloudEvents has them.
    """
    schema = Event.model_json_schema()
    schema["properties"].pop("extensions")
    schema["properties"]["data_base64"] = {"type": "string", "contentEncoding": "base64"}
    schema["required"] = ["specversion", "id", "source", "type"]
    schema["additionalProperties"] = {"type": ["string", "integer", "boolean"]}
    schema["propertyNames"] = {"pattern": "^([a-z0-9]+|data_base64)$"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
