"""Read an agent's specification from a file, with every problem placed and all of them together."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from waooaw import documents
from waooaw.consistency import Objection, nearest, objections
from waooaw.documents import Document, FieldPath, field_name
from waooaw.errors import InvalidDocument, Problem, shown
from waooaw.spec import AgentSpec

__all__ = ["check_spec", "problems_in", "read_spec"]

#: Stand in for what is not answered yet, so that the rest can be judged together.
_PLACEHOLDERS: dict[str, Any] = {
    "name": "waooaw-draft",
    "purpose": "Not said yet.",
    "domain": "unknown",
    "owner": "nobody",
    "wake": [{"topic": "**"}],
    "rules": [{"id": "draft", "when": "false", "then": "escalate", "because": "Not said yet."}],
    "collaborators": {"escalates_to": "nobody"},
    "examples": [{"event": {"type": "draft"}, "expect": {}}],
}

_EXPECTED = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "float_type": "a number",
    "int_type": "a whole number",
    "model_type": "a mapping of fields",
    "string_type": "text",
    "tuple_type": "a list",
}


def read_spec(path: Path, *, source: str | None = None) -> AgentSpec:
    """Read one `agent.yaml`.

    Args:
        path: The file.
        source: How messages name it; the path by default.

    Raises:
        InputError: The file can't be read.
        InvalidDocument: What stands in it is no specification; every problem with its place.
    """
    name = source if source is not None else str(path)
    return _spec(documents.content_of(path, source=name), name)


# A test suite makes an agent for each test; the same bytes are the same specification.
@functools.lru_cache(maxsize=8)
def _spec(content: bytes, source: str) -> AgentSpec:
    return check_spec(documents.parse(content, source=source))


def check_spec(document: Document) -> AgentSpec:
    """Turn a document into a specification.

    Raises:
        InvalidDocument: Every problem, in the order of the file.
    """
    found, spec = _judged(document.data)
    if spec is None or found:
        raise InvalidDocument(document.source, _placed(found, document))
    return spec


def problems_in(data: object, *, partial: bool = False) -> tuple[Problem, ...]:
    """Return what is wrong with plain data, without places in a file.

    Args:
        data: What an answers file holds.
        partial: Whether fields that are missing are merely not answered yet.
    """
    filled = data
    absent: set[str] = set()
    if partial and isinstance(data, Mapping):
        filled = dict(data)
        for name, value in _PLACEHOLDERS.items():
            if not filled.get(name):
                filled[name] = value
                absent.add(name)
            elif isinstance(value, dict) and isinstance(filled[name], Mapping):
                filled[name] = value | dict(filled[name])
    found, _ = _judged(filled, partial=partial)
    kept = [one for one in found if not (one.path and one.path[0] in absent)]
    return _placed(kept, Document("", data))


def _judged(data: object, *, partial: bool = False) -> tuple[list[Objection], AgentSpec | None]:
    if not isinstance(data, dict):
        kind = "a list" if isinstance(data, list) else shown(data)
        return [Objection((), f"{kind} is no specification", "a mapping of fields")], None
    try:
        spec = AgentSpec.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
    else:
        return list(objections(spec)), spec
    found = [_objection(one) for one in _meant(details, partial=partial)]
    return [*found, *_objections_to_the_rest(data, details)], None


def _objections_to_the_rest(
    data: dict[str, Any], details: list[ErrorDetails]
) -> tuple[Objection, ...]:
    """Judge together what stands beside the fields that are wrong by themselves."""
    unreadable = frozenset(str(one["loc"][0]) for one in details if one["loc"])
    rest = {name: value for name, value in data.items() if name not in unreadable}
    filled = {name: _PLACEHOLDERS[name] for name in unreadable if name in _PLACEHOLDERS}
    try:
        spec = AgentSpec.model_validate(rest | filled)
    except ValidationError:
        return ()
    return objections(spec, unreadable=unreadable)


def _meant(details: list[ErrorDetails], *, partial: bool) -> Iterable[ErrorDetails]:
    """Leave out what only follows from another error, and what is merely not answered yet."""
    paths = [one["loc"] for one in details]
    for one in details:
        if partial and one["type"] == "missing":
            continue
        # pydantic drops the items that failed and then finds the list too short.
        inside = any(path != one["loc"] and path[: len(one["loc"])] == one["loc"] for path in paths)
        if one["type"] == "too_short" and inside:
            continue
        yield one


def _objection(detail: ErrorDetails) -> Objection:
    path: FieldPath = tuple(detail["loc"])
    kind = detail["type"]
    context = detail.get("ctx", {})
    value = shown(detail["input"])
    if kind == "missing":
        return Objection(path, "is missing", hint=f"add {field_name(path)}")
    if kind == "extra_forbidden":
        known = _known_fields(path[:-1])
        name = str(path[-1])
        return Objection(
            path,
            f"{shown(name)} is no field of a specification",
            expected=", ".join(known) if known else None,
            hint=nearest(name, known) or "remove it",
        )
    if kind == "refused":
        return Objection(path, f"{value} {context['message']}", expected=context["expected"])
    if kind in {"enum", "literal_error"}:
        words = str(context["expected"]).replace("'", "").replace(" or ", ", ").replace(", ", " | ")
        return Objection(path, f"{value} is not one of the known words", expected=words)
    if kind == "too_short":
        return Objection(path, "is empty", expected="at least one entry")
    if kind == "string_too_short":
        return Objection(path, f"{value} is empty", expected="some words")
    if kind in _EXPECTED:
        hint = "put it in quotes" if kind == "string_type" and _is_scalar(detail["input"]) else None
        return Objection(path, f"{value} is not {_EXPECTED[kind]}", _EXPECTED[kind], hint)
    expected = detail["msg"].removeprefix("Input should be ").removeprefix("String should have ")
    return Objection(path, f"{value} is not allowed", expected=expected)


def _is_scalar(value: object) -> bool:
    return isinstance(value, bool | int | float)


def _known_fields(path: FieldPath) -> tuple[str, ...]:
    """Return the fields that may stand at *path*."""
    model: type[BaseModel] = AgentSpec
    for part in path:
        if isinstance(part, int):
            continue
        for name, field in model.model_fields.items():
            if part in {name, field.alias}:
                inner = _model_in(field.annotation)
                if inner is None:
                    return ()
                model = inner
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if (found := _model_in(argument)) is not None:
            return found
    return None


def _placed(found: Iterable[Objection], document: Document) -> tuple[Problem, ...]:
    problems = []
    for one in found:
        line, column = document.position(one.path) if document.positions else (None, None)
        problems.append(
            Problem(
                one.message,
                field=field_name(one.path),
                line=line,
                column=column,
                expected=one.expected,
                hint=one.hint,
            )
        )
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
