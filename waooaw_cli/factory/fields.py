"""What the specification's own models say of a path: which fields there are, and in which order."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from waooaw.documents import FieldPath, Json
from waooaw.spec import AgentSpec

__all__ = ["arranged", "holds_text", "known_fields"]

#: A type form: a class, a union, a generic alias; typing has no better name for it.
_Form = Any


def known_fields(path: FieldPath) -> tuple[str, ...] | None:
    """Return the fields that may stand right below *path*; None where it has no fixed fields."""
    model = _model(_form_at(path))
    return None if model is None else _names(model)


def holds_text(path: FieldPath) -> bool:
    """Tell whether the field at *path* is a string, or a word out of a list."""
    form = _form_at(path)
    return isinstance(form, type) and (issubclass(form, str | Enum))


def arranged(data: Json) -> Json:
    """Return *data* with the fields of a specification in the order of the contract.

    What is unknown stays, after what is known, so that whoever judges it can name it.
    """
    return _arranged(data, AgentSpec)


def _names(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _form_at(path: FieldPath) -> _Form | None:
    form: _Form | None = AgentSpec
    for part in path:
        form = _below(form, part)
    return form


def _below(form: _Form | None, part: str | int) -> _Form | None:
    if isinstance(part, int):
        return _plain(get_args(form)[0]) if get_origin(form) is tuple else None
    model = _model(form)
    if model is None:
        return None
    for name, field in model.model_fields.items():
        if part == (field.alias or name):
            return _plain(field.annotation)
    return None


def _plain(form: _Form) -> _Form:
    """Return *form* without its annotations and without `| None`."""
    origin: object = get_origin(form)
    if origin is Annotated:
        return _plain(get_args(form)[0])
    choices = [choice for choice in get_args(form) if choice is not type(None)]
    if type(None) in get_args(form) and len(choices) == 1:
        return _plain(choices[0])
    return form


def _model(form: _Form | None) -> type[BaseModel] | None:
    return form if isinstance(form, type) and issubclass(form, BaseModel) else None


def _arranged(data: Json, form: _Form | None) -> Json:
    if isinstance(data, list):
        return [_arranged(item, _below(form, index)) for index, item in enumerate(data)]
    model = _model(form)
    if model is None or not isinstance(data, dict):
        return data
    known = [name for name in _names(model) if name in data]
    unknown = [name for name in data if name not in known]
    return {name: _arranged(data[name], _below(form, name)) for name in [*known, *unknown]}
