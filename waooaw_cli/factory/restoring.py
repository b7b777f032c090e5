"""Put one value of an `agent.yaml` back to what it was, in the line where it stands."""

from __future__ import annotations

import json
import re
from typing import Any

from waooaw.documents import Document, FieldPath, parse
from waooaw.errors import InputError
from waooaw_cli.gates.fingerprints import lines_of

__all__ = ["restored"]

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_LONGEST_LINE = 1_000
_SCALAR = r"""(?:"[^"\\]*"|'[^']*'|[^\s,\]}\[{#&*!|>"'][^,\]}#]*?)"""


def restored(text: str, document: Document, path: FieldPath, value: Any) -> str | None:  # noqa: ANN401 - plain JSON
    """Return the line of *path* with *value* in it, where that alone mends the file; else None.

    Args:
        text: The file.
        document: The same, read.
        path: The field; it may stand in a line with others.
        value: What it was: a text without breaks or a number.
    """
    place = document.positions.get(path)
    if place is None or not isinstance(value, str | int | float):
        return None
    lines = lines_of(text)
    line, column = lines[place[0] - 1], place[1] - 1
    key = re.escape(str(path[-1]))
    scalar = rf"(?P<key>[\"']?{key}[\"']?\s*:\s+){_SCALAR}"
    found = re.match(scalar + r"(?=\s*(?:[,\]}]|\s#|$))", line[column:])
    if found is None or len(line) > _LONGEST_LINE:
        return None
    end = column + found.end()
    mended = f"{line[:column]}{found['key']}{_written(value)}{line[end:]}"
    lines[place[0] - 1] = mended
    try:
        data = parse("\n".join(lines).encode("utf-8", "surrogatepass"), source="agent.yaml").data
    except InputError:
        return None
    return mended if _with(document.data, path, value) == data else None


def _written(value: str | float) -> str:
    if not isinstance(value, str):
        return f"{value:.15g}"
    if _WORD.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    return json.dumps(value, ensure_ascii=False)


def _with(data: Any, path: FieldPath, value: object) -> Any:  # noqa: ANN401 - plain JSON
    """Return a copy of *data* that has *value* at *path*."""
    if not path:
        return value
    copy = data.copy()
    copy[path[0]] = _with(data[path[0]], path[1:], value)
    return copy
