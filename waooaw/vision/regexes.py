"""Regular expressions that anyone may have written: those that could take for ever are refused.

Python's engine tries every way to divide a text among repetitions. What is refused here is what
lets the number of ways grow faster than with the square of the text's length.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

__all__ = ["danger_of"]

_LONGEST = 500
#: Repetitions one after the other that may have to share a text: each is one more power.
_MOST_LOOSE = 2
_SHORT = 1


def danger_of(pattern: str) -> str | None:
    """Return why *pattern* is refused, or None where it is harmless.

    Args:
        pattern: A regular expression in Python's language.
    """
    if len(pattern) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
            tree = _parsed(pattern)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        return f"it is no regular expression: {error}"
    loose = 0
    for name, value, depth in _nodes(tree, 0):
        if name in {"ASSERT", "ASSERT_NOT", "GROUPREF", "GROUPREF_EXISTS"}:
            return "it looks around or back"
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            least, most, _ = value
            if depth and least != most:
                return "a repetition stands inside a repetition"
            loose += most > _SHORT and least != most
        elif name == "BRANCH" and depth:
            return "alternatives stand inside a repetition"
    return f"it has more than {_MOST_LOOSE} repetitions" if loose > _MOST_LOOSE else None


def _parsed(pattern: str) -> Any:  # noqa: ANN401 - the tree's type is Python's own and private
    from re import _parser  # type: ignore[attr-defined]  # typeshed leaves it out

    return _parser.parse(pattern)


def _nodes(tree: Any, depth: int) -> Iterator[tuple[str, Any, int]]:  # noqa: ANN401 - as above
    """Yield each node's name, its value and in how many repetitions it stands."""
    for operator, value in tree:
        name = str(operator)
        yield name, value, depth
        match name:
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                yield from _nodes(value[2], depth + (value[1] > _SHORT))
            case "SUBPATTERN":
                yield from _nodes(value[3], depth)
            case "ATOMIC_GROUP":
                yield from _nodes(value, depth)
            case "BRANCH":
                for one in value[1]:
                    yield from _nodes(one, depth)
            case _:
                continue
