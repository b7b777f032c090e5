"""Code that a type checker is told to pass over, by the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["unchecked"]

_CHECKING = "TYPE_CHECKING"
_PASSED_OVER = "no_type_check"


def unchecked(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of what keeps the checker out of a part of the module *text*.

    That is `@no_type_check`, and code that runs only where nobody checks: below
    `if not TYPE_CHECKING`, or in the `else` of one, as far as it defines something.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # mypy says so
    names = {_PASSED_OVER, *_aliases(tree)}
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                for decorator in node.decorator_list:
                    if _last(decorator) in names:
                        yield decorator.lineno, "@no_type_check"
            case (
                ast.If(test=ast.UnaryOp(op=ast.Not(), operand=test), body=hidden)
                | ast.If(test=test, orelse=hidden)
            ) if _last(test) == _CHECKING and any(map(_defines, hidden)):
                yield node.lineno, "what only runs where TYPE_CHECKING is false"
            case _:
                pass


def _aliases(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (one.asname or one.name for one in node.names if one.name == _PASSED_OVER)


def _last(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def _defines(statement: ast.stmt) -> bool:
    """Say whether *statement* is more than an import or a plain name for one."""
    return not isinstance(statement, ast.Import | ast.ImportFrom | ast.Assign | ast.Pass | ast.Expr)
