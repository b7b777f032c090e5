"""Parse Python that may come from anyone; what can't be parsed says so."""

from __future__ import annotations

import ast
import re
import threading
import warnings
from pathlib import PurePosixPath

__all__ = ["Unreadable", "module_name", "parsed"]

# PEP 263: what stands in one of the first two lines decides how Python itself reads the file.
_COOKIE = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_UTF8 = frozenset({"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"})
_LINE_END = re.compile(r"\r\n|\r|\n")
# How bytes that are no UTF-8 come in: with `surrogateescape`.
_SURROGATE = re.compile("[\ud800-\udfff]")
# `catch_warnings` changes what the whole process does; one reading at a time does so.
_quiet = threading.Lock()


class Unreadable(Exception):
    """Say that a file is no Python that can be judged.

    Args:
        reason: Why, in a few words.
        line: 1-based line, where one is to blame.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def parsed(text: str) -> tuple[ast.Module, list[str]]:
    """Return the syntax tree and the lines of *text*.

    Raises:
        Unreadable: Python could not parse it, or would read another text than this one.
    """
    lines = _LINE_END.split(text)
    if stray := _SURROGATE.search(text):
        raise Unreadable("it is not UTF-8", len(_LINE_END.findall(text, 0, stray.start())) + 1)
    for number, line in enumerate(lines[:2], start=1):
        cookie = _COOKIE.match(line)
        if cookie and cookie[1].lower().replace("_", "-") not in _UTF8:
            raise Unreadable(f"it declares the encoding {cookie[1][:40]!r}, not UTF-8", number)
    return _tree(text), lines


def _tree(text: str) -> ast.Module:
    try:
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape is the linter's business
            return ast.parse(text)
    except SyntaxError as error:
        line = error.lineno or None
        raise Unreadable(error.msg or "invalid syntax", line) from error
    except (RecursionError, MemoryError) as error:
        raise Unreadable("it is nested too deeply") from error
    except ValueError as error:  # a null byte, half a surrogate pair, a number of 5 000 digits
        raise Unreadable(str(error).split("\n", 1)[0][:100]) from error


def module_name(path: PurePosixPath) -> tuple[str, bool]:
    """Return the full name of the module that stands at *path*, and whether it is a package."""
    parts = [*path.parts[:-1], path.stem]
    if parts and parts[0] == "src":
        parts = parts[1:]
    if parts and parts[-1] == "__init__":
        return ".".join(parts[:-1]), True
    return ".".join(parts), False
