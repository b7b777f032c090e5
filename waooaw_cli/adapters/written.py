"""Whether the function that a test runner calls is the one that stands in the test's file."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

__all__ = ["function_of", "is_as_written"]

# Decorators that leave the function as it is written.
_MARKS = re.compile(r"(pytest\.)?mark\.\w+|(waooaw\.)?testing\.examples")


def function_of(node: str) -> str:
    """Return a node id without its parameters: `tests/test_a.py::test_b[1]`, `…::test_b`."""
    file, separator, name = node.partition("::")
    return f"{file}{separator}{name.partition('[')[0]}"


def is_as_written(item: pytest.Function) -> bool:
    """Say whether the function that is about to be called is the one in the file.

    Not known, and so believed, is who decorates a test with something else than marks, or inherits
    it.
    """
    _, _, inside = function_of(item.nodeid).partition("::")
    lines = _beginnings(item.path).get(inside)
    code = getattr(inspect.unwrap(item.function), "__code__", None)
    if lines is None or code is None:
        return lines is None
    name = inside.rpartition("::")[2]
    written = (code.co_name, Path(code.co_filename)) == (name, item.path)
    return written and code.co_firstlineno in lines


@functools.cache
def _beginnings(file: Path) -> Mapping[str, frozenset[int]]:
    """Return the first lines of the tests in *file* that are decorated by marks at most."""
    pending: list[tuple[str, ast.Module | ast.ClassDef]] = []
    try:
        pending.append(("", ast.parse(file.read_bytes())))
    except (OSError, ValueError, SyntaxError):  # pytest says so
        return {}
    found: dict[str, set[int]] = {}
    decorated: set[str] = set()
    while pending:
        prefix, node = pending.pop()
        for one in node.body:
            match one:
                case ast.ClassDef():
                    pending.append((f"{prefix}{one.name}::", one))
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    marks = [ast.unparse(mark).partition("(")[0] for mark in one.decorator_list]
                    if not all(_MARKS.fullmatch(mark) for mark in marks):
                        decorated.add(prefix + one.name)
                    first = min([one.lineno, *(mark.lineno for mark in one.decorator_list)])
                    found.setdefault(prefix + one.name, set()).add(first)
    return {name: frozenset(lines) for name, lines in found.items() if name not in decorated}
