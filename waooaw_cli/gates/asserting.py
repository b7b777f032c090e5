"""Which tests of a package assert something, read from their files.

A test asserts by `assert`, by raising, by a context manager such as `pytest.raises`, by a call
whose name says so (`check_total`, `mock.assert_called_once`), or by a function or fixture of the
tests' own files that does one of these. What always holds (`assert True`) asserts nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from waooaw_cli.gates.declared import Declared

__all__ = ["asserting_nothing"]

_SAYS_SO = re.compile(
    r"assert|check|verif|expect|raises|warns|fail|must|should|ensure|valid|compare|match|equal"
    r"|snapshot|golden|deprecated_call|benchmark",
    re.IGNORECASE,
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def asserting_nothing(
    declared: Iterable[Declared], sources: Mapping[PurePosixPath, str]
) -> Iterator[Declared]:
    """Yield the tests that assert nothing, in the order of *declared*.

    Args:
        declared: The tests.
        sources: Texts by their paths in the package; only those below `tests` are looked at.
    """
    functions = {
        (path, function.lineno): function
        for path, text in sources.items()
        if path.parts[0] == "tests"
        for function in _functions(text)
    }
    helpful = _helpful(functions.values())
    for one in declared:
        if not _asserts(functions[one.path, one.line], helpful):
            yield one


def _functions(text: str) -> Iterator[_Function]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # pytest says so
    for node in ast.walk(tree):
        if isinstance(node, _Function):
            yield node


def _helpful(functions: Iterable[_Function]) -> frozenset[str]:
    """Return the names of the functions that assert, themselves or by one another."""
    pending = list(functions)
    found: set[str] = set()
    while new := {one.name for one in pending if _asserts(one, frozenset(found))}:
        found |= new
        pending = [one for one in pending if one.name not in found]
    return frozenset(found)


def _asserts(function: _Function, helpful: frozenset[str]) -> bool:
    if any(argument.arg in helpful for argument in _arguments(function)):
        return True
    # A decorator may do it: `@given`, `@pytest.mark.xfail(raises=…)`, `@parametrize_with_checks`.
    places = [*function.body, *function.decorator_list]
    return any(_says(node, helpful) for place in places for node in ast.walk(place))


def _arguments(function: _Function) -> Iterator[ast.arg]:
    given = function.args
    yield from (*given.posonlyargs, *given.args, *given.kwonlyargs)


def _says(node: ast.AST, helpful: frozenset[str]) -> bool:
    match node:
        case ast.Assert(test=test):
            return not _always_holds(test)
        case ast.Raise():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in helpful or bool(_SAYS_SO.search(name))
        # A helper may be handed on: `asyncio.run`, `pool.map(check, …)`.
        case ast.Name(id=name):
            return name in helpful
        case _:
            return False


def _always_holds(test: ast.expr) -> bool:
    """Say whether an assertion holds whatever the code under test has made."""
    if isinstance(test, ast.Compare):
        itself = ast.dump(test.left) == ast.dump(test.comparators[0])
        return itself and isinstance(test.ops[0], ast.Eq | ast.Is | ast.LtE | ast.GtE)
    made = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.Await, ast.Compare)
    return not any(isinstance(node, made) for node in ast.walk(test))
