"""What becomes of values when texts are put together: where they stand decides what they can do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from waooaw.vision.dangers import (
    CLEAN,
    MIXED,
    PART,
    PROMPT,
    SQL,
    SQLISH,
    URL,
    URLISH,
    Value,
    joined,
    kept,
    marked,
)

__all__ = ["Piece", "percent", "placeholders", "together"]

_UNKNOWN, _FOREIGN = "\0", "\1"
_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^/?#\1]{1,300}[/?#]")
_SCHEME = re.compile(r"(?i)(https?|wss?|ftp|file)?:?/{0,2}")
_WORDS = re.compile(r"[^\W\d_]{3}")
_INSTRUCTS = re.compile(r"(?i)prompt|instruct|system|persona|template")
_SQL = re.compile(
    r"(?i)\b(select\b.{1,200}\bfrom|insert\s+into|update\b.{1,200}\bset|delete\s+from|where|order\s+by"
    r"|drop\s+table|values|pragma|create\s+table|alter\s+table|attach\s+database)\b",
    re.DOTALL,
)
_OPENS = re.compile(r"(<[\w-]{1,40}>|```\w{0,20}|\"\"\"|'''|<<<\w{0,20}|-{3,9}|#{3,9}|={3,9})\s*$")
_CLOSES = re.compile(r"\s*(</[\w-]{1,40}>|```|\"\"\"|'''|\w{0,20}>>>|-{3,9}|#{3,9}|={3,9})")
_PERCENT = re.compile(r"%(?:\((\w{1,60})\))?[-+ #0-9.*]{0,12}[a-zA-Z]")
_BRACES = re.compile(r"\{([^{}]{0,200})\}")


class Piece(NamedTuple):
    """Hold one piece of a text.

    Attributes:
        text: What it says, where that can be told.
        value: What it may do.
        name: The last name of its expression.
    """

    text: str | None
    value: Value
    name: str = ""


def together(pieces: Sequence[Piece]) -> Value:
    """Return what the text may do that *pieces* make.

    A value behind a host can't change it; one that stands between delimiters is data to a model,
    and one in the middle of a sentence is not.
    """
    if not any(piece.value for piece in pieces):
        return CLEAN
    said = " ".join(piece.text for piece in pieces if piece.text)
    instructs = bool(_WORDS.search(said)) or any(
        not piece.value and piece.text is None and _INSTRUCTS.search(piece.name) for piece in pieces
    )
    extra = (SQLISH if _SQL.search(said) else 0) | (URLISH if "://" in said else 0)
    before = ""
    found: list[Value] = []
    for index, piece in enumerate(pieces):
        if not piece.value:
            before += _UNKNOWN if piece.text is None else piece.text
            continue
        value = kept(piece.value, ~URL) if _is_fixed(before) else piece.value
        if _is_delimited(pieces, index):
            value = kept(value, ~(PROMPT | MIXED))
        elif instructs:
            value = marked(value, MIXED, where=PROMPT)
        found.append(marked(value, extra, where=SQL | URL | PART))
        before += _FOREIGN
    return joined(*found)


def _is_fixed(before: str) -> bool:
    """Tell whether the host of a URL stands in *before* already."""
    if before.startswith(_UNKNOWN):
        return True
    if "://" in before:
        return bool(_HOST.match(before))
    return bool(before) and not _SCHEME.fullmatch(before) and _FOREIGN not in before


def _is_delimited(pieces: Sequence[Piece], index: int) -> bool:
    before = pieces[index - 1].text if index else None
    after = pieces[index + 1].text if index + 1 < len(pieces) else None
    return bool(before and after and _OPENS.search(before[-60:]) and _CLOSES.match(after))


def percent(text: str, values: Sequence[Value], by_name: dict[str, Value]) -> Value:
    """Return what ``text % values`` may do."""
    pieces: list[Piece] = []
    end, number = 0, 0
    for found in _PERCENT.finditer(text):
        pieces.append(Piece(text[end : found.start()], CLEAN))
        if found[1] is not None:
            pieces.append(Piece(None, by_name.get(found[1], CLEAN)))
        elif number < len(values):
            pieces.append(Piece(None, values[number]))
            number += 1
        end = found.end()
    pieces.append(Piece(text[end:], CLEAN))
    return together(pieces)


def placeholders(text: str, values: Sequence[Value], by_name: dict[str, Value]) -> Value:
    """Return what ``text.format(*values, **by_name)`` may do."""
    pieces: list[Piece] = []
    end, number = 0, 0
    for found in _BRACES.finditer(text):
        pieces.append(Piece(text[end : found.start()], CLEAN))
        field = re.split(r"[.\[:!]", found[1], maxsplit=1)[0]
        index = int(field) if field.isascii() and field.isdigit() else number
        if field and not field.isdigit():
            pieces.append(Piece(None, by_name.get(field, CLEAN)))
        else:
            pieces.append(Piece(None, values[index] if index < len(values) else CLEAN))
            number += 1
        end = found.end()
    pieces.append(Piece(text[end:], CLEAN))
    return together(pieces)
