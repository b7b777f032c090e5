"""Which tests a package declares, read from its files: what its own hooks say does not count."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

__all__ = ["Declared", "declared_tests", "unreadable"]


@dataclass(frozen=True, slots=True)
class Declared:
    """Name one test function.

    Attributes:
        test: Its node id without parameters: `tests/test_a.py::TestB::test_c`.
        line: Where it is defined, 1-based.
    """

    test: str
    path: PurePosixPath
    line: int


def declared_tests(sources: Mapping[PurePosixPath, str]) -> tuple[Declared, ...]:
    """Return the tests in *sources*, as pytest's own rules find them below `tests`.

    Where several bear the same name, each is there; Python keeps the last.

    Args:
        sources: Texts by their paths in the package; the others than test files are passed over.
    """
    found: list[Declared] = []
    for path, text in sources.items():
        if path.parts[0] == "tests" and _is_test_file(path.name):
            tree = _parsed(text)
            found += _within(tree.body if tree else [], str(path), path)
    return tuple(found)


def unreadable(sources: Mapping[PurePosixPath, str]) -> Iterator[PurePosixPath]:
    """Yield the files below `src` that are no Python."""
    for path, text in sources.items():
        if path.parts[0] == "src" and path.suffix == ".py" and _parsed(text) is None:
            yield path


def _is_test_file(name: str) -> bool:
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _within(body: list[ast.stmt], node: str, path: PurePosixPath) -> Iterator[Declared]:
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if statement.name.startswith("test") and not _is_fixture(statement):
                    yield Declared(f"{node}::{statement.name}", path, statement.lineno)
            case ast.ClassDef() if statement.name.startswith("Test") and not _is_made(statement):
                yield from _within(statement.body, f"{node}::{statement.name}", path)
            case _:
                pass


def _is_fixture(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("fixture" in ast.unparse(one).partition("(")[0] for one in function.decorator_list)


def _is_made(test_class: ast.ClassDef) -> bool:
    """Say whether a class has a constructor, which pytest collects nothing from."""
    return any(
        isinstance(one, ast.FunctionDef) and one.name in {"__init__", "__new__"}
        for one in test_class.body
    )
