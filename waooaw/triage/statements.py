"""The edge where facts and requests come in as plain data: checked field by field, with places."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from waooaw.documents import Document, FieldPath, Json
from waooaw.errors import InvalidDocument, Problem
from waooaw.names import agent_name_problem
from waooaw.triage.facts import StatedFacts
from waooaw.triage.redaction import quoted
from waooaw.triage.requests import Request
from waooaw.triage.vocabulary import SETS, LocClass, Reach, RequestType, ServiceState, SeverityLevel

__all__ = ["request_of", "stated_facts"]

_LONGEST_ID = 200
_MOST_AGENTS = 50
#: Trackers export some hundreds of fields of their own.
_MOST_FIELDS = 2_000
# As Jira exports it: 2008/4/2  0:57:44 +0100.
_OF_JIRA = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?:\s+(\d{1,2}):(\d\d):(\d\d))?\s*([+-]\d{4})?")


# A traceback must not quote what a sender wrote.
_STRICT = ConfigDict(frozen=True, strict=True, defer_build=True, hide_input_in_errors=True)


class _FactsEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", **_STRICT)

    service_state: Annotated[ServiceState | None, Field(strict=False)] = None
    reach: Annotated[Reach | None, Field(strict=False)] = None
    workaround: bool | None = None
    security: bool | None = None
    data_exposed: bool | None = None
    legal_or_compliance: bool | None = None
    outside_vision: bool | None = None
    breaking_change: bool | None = None
    domain_logic: bool | None = None
    known_pattern: bool | None = None
    loc_class: Annotated[LocClass | None, Field(strict=False)] = None
    type: Annotated[RequestType | None, Field(strict=False)] = None
    severity: Annotated[SeverityLevel | None, Field(strict=False)] = None


class _RequestEntry(BaseModel):
    # Other fields belong to the tracker that the request comes from; they are never read.
    model_config = ConfigDict(extra="ignore", **_STRICT)

    id: str | int | None = None
    title: str | None = None
    body: str | None = None
    text: str | None = None
    project: str | None = None
    component: str | None = None
    created: str | None = None
    resolution: str | None = None
    agents: Annotated[tuple[str, ...], Field(strict=False, max_length=_MOST_AGENTS)] = ()
    attachments: Annotated[tuple[str, ...], Field(strict=False)] = ()


_KNOWN = frozenset(_RequestEntry.model_fields) | {"facts"}
#: Of others' fields, these are what a typing mistake would make of ours.
_NEAR = 0.8
#: A field that is longer is a typing mistake of none of ours.
_LONGEST_NEAR = 20


def stated_facts(document: Document, data: Json, path: FieldPath = ()) -> StatedFacts:
    """Return the facts that *data* states.

    Args:
        document: What it stands in, for the places of what is wrong.
        data: A mapping of facts, plain.
        path: Where it stands in the document.

    Raises:
        InvalidDocument: A field is unknown, or its value is none of those it may have.
    """
    if not isinstance(data, Mapping):
        message = f"facts are a mapping, not {quoted(data)}"
        raise InvalidDocument(document.source, (document.problem(path, message),))
    try:
        entry = _FactsEntry.model_validate(dict(data))
    except ValidationError as error:
        problems = [
            _fact_problem(document, (*path, *one["loc"]), one["type"], one["input"])
            for one in error.errors()
        ]
        raise InvalidDocument(document.source, tuple(problems)) from error
    return StatedFacts(**{field.name: getattr(entry, field.name) for field in fields(StatedFacts)})


def request_of(document: Document, data: Json, *, default_id: str) -> Request:
    """Return the request that *data* is.

    Args:
        document: What it stands in, for the places of what is wrong.
        data: One request as JSON, in the contract's form.
        default_id: Its id where it says none.

    Raises:
        InvalidDocument: It is no request; the first problem of each field is named.
    """
    if not isinstance(data, Mapping):
        message = f"a request is an object, not {quoted(data)}"
        raise InvalidDocument(document.source, (document.problem((), message),))
    misspelt = _misspelt(document, data)
    try:
        entry = _RequestEntry.model_validate({key: data[key] for key in data if key != "facts"})
    except ValidationError as error:
        problems = [
            document.problem(one["loc"], f"{quoted(one['input'])}: {one['msg'].lower()}")
            for one in error.errors()
        ]
        raise InvalidDocument(document.source, (*misspelt, *problems)) from error
    if misspelt:
        raise InvalidDocument(document.source, misspelt)
    body = entry.body if entry.body is not None else entry.text
    facts = data.get("facts")
    if entry.title is None and body is None and facts is None:
        problem = document.problem((), "neither title nor body", expected="a title, or a body")
        raise InvalidDocument(document.source, (problem,))
    return Request(
        id=_id(document, entry.id, default_id),
        title=entry.title or "",
        body=body or "",
        project=entry.project or "",
        component=entry.component or "",
        created=_moment(document, entry.created),
        facts=stated_facts(document, {} if facts is None else facts, ("facts",)),
        agents=_agents(document, entry.agents),
        attachments=entry.attachments,
        resolution=entry.resolution or "",
    )


def _id(document: Document, given: str | int | None, default: str) -> str:
    text = "" if given is None else str(given).strip()
    if len(text) > _LONGEST_ID:
        message = f"{quoted(text)} is longer than {_LONGEST_ID} characters"
        raise InvalidDocument(document.source, (document.problem(("id",), message),))
    return text or default


def _moment(document: Document, text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(_as_iso(text.strip()))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{quoted(text)} is no point in time"
        problem = document.problem(
            ("created",), message, expected="ISO 8601, as 2026-01-31T09:00:00Z"
        )
        raise InvalidDocument(document.source, (problem,)) from error


def _as_iso(text: str) -> str:
    exported = _OF_JIRA.fullmatch(text)
    if exported is None:
        return text
    year, month, day, hour, minute, second, offset = exported.groups(default="00")
    zone = offset if exported[7] else ""
    return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second}{zone}"


def _agents(document: Document, names: tuple[str, ...]) -> tuple[str, ...]:
    for number, name in enumerate(names):
        if (problem := agent_name_problem(name)) is not None:
            place = ("agents", number)
            message = f"{quoted(name)} {problem}"
            raise InvalidDocument(document.source, (document.problem(place, message),))
    return names


def _misspelt(document: Document, data: Mapping[str, Json]) -> tuple[Problem, ...]:
    """Refuse what is almost a field of ours: a fact that nobody reads would be lost in silence."""
    if len(data) > _MOST_FIELDS:
        message = f"a request of {len(data):,} fields; {_MOST_FIELDS:,} at most are looked through"
        return (document.problem((), message, hint="send title and body"),)
    problems = []
    for key in data:
        if key in _KNOWN:
            continue
        near = next((name for name in _nearest(key) if name not in data), None)
        if near is not None:
            message = f"no field is named {quoted(key)}"
            hint = f"did you mean {near!r}?"
            problems.append(document.problem((key,), message, hint=hint))
    return tuple(problems)


# A batch has the same fields in every line.
@lru_cache(maxsize=_MOST_FIELDS)
def _nearest(key: str) -> tuple[str, ...]:
    """Return our fields that *key* may be a typing mistake of, the nearest first."""
    if len(key) > _LONGEST_NEAR:
        return ()
    known = sorted(_KNOWN)
    return tuple(difflib.get_close_matches(key, known, n=len(known), cutoff=_NEAR))


def _fact_problem(document: Document, path: FieldPath, kind: str, value: Json) -> Problem:
    name = str(path[-1])
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, _FactsEntry.model_fields, n=1)
        hint = f"did you mean {near[0]!r}?" if near else None
        known = ", ".join(_FactsEntry.model_fields)
        # A name may be anything too: what is quoted in part is no place.
        place = path if quoted(name) == repr(name) else path[:-1]
        return document.problem(place, f"no fact is named {quoted(name)}", known, hint)
    allowed = SETS.get(name)
    expected = "true or false" if allowed is None else "one of " + ", ".join(allowed)
    return document.problem(path, f"{quoted(value)} is no value of {name}", expected)
