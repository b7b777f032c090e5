"""The line of an `agent.yaml` as it has to be, where that alone mends an objection."""

from __future__ import annotations

from datetime import date

from waooaw.documents import FieldPath
from waooaw.errors import InputError
from waooaw.spec import AgentSpec
from waooaw_cli.factory.spec_edits import CannotEdit, Edit, edited
from waooaw_cli.gates.fingerprints import lines_of

__all__ = ["mended", "restored"]

_LONGEST_LINE = 1_000


def restored(content: bytes, line: int | None, path: FieldPath, value: object) -> str | None:
    """Return line *line* with the field *path* as it was; None where more than that has to change.

    Args:
        content: The file.
        line: 1-based.
        path: The field.
        value: What it was.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return _line(content, line, Edit(path, "set", whole))


def mended(content: bytes, spec: AgentSpec, line: int | None, rule: str) -> str | None:
    """Return line *line* as *rule* of the core wants it; None where a person has to decide that."""
    from waooaw.vision import layers_of, modifications

    for one in modifications(spec, layers_of((), date.max)) or ():
        if one.rule == rule:
            edit = Edit(one.path, one.do, one.value)
            if (suggestion := _line(content, line, edit)) is not None:
                return suggestion
    return None


def _line(content: bytes, line: int | None, edit: Edit) -> str | None:
    try:
        after = edited(content, [edit])
    except (CannotEdit, InputError, LookupError, TypeError):
        return None
    was, now = (lines_of(text.decode("utf-8-sig", "replace")) for text in (content, after))
    differ = [
        number for number, pair in enumerate(zip(was, now, strict=False), 1) if len({*pair}) > 1
    ]
    if len(was) != len(now) or differ != [line]:
        return None
    suggestion = now[differ[0] - 1]
    return suggestion if len(suggestion) <= _LONGEST_LINE else None
