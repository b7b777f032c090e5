"""What calls are made for: the names that their results go to."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["purposes_of"]

_MOST_NAMES = 8


def purposes_of(tree: ast.Module) -> dict[ast.AST, tuple[str, ...]]:
    """Return for each call the names of what its result is assigned to, or is for.

    A result may go to a variable, an attribute, a keyword, a key, and by `return` to whoever called
    the function.
    """
    found: dict[ast.AST, tuple[str, ...]] = {}
    # A node, the function around it, and the names that its value goes to.
    pending: list[tuple[ast.AST, str, tuple[str, ...]]] = [(tree, "", ())]
    while pending:
        node, function, names = pending.pop()
        if isinstance(node, ast.Call):
            found[node] = names
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        for child, own in _below(node, function):
            outer = () if isinstance(child, ast.stmt) else names
            pending.append((child, function, (*outer, *own)[-_MOST_NAMES:]))
    return found


def _below(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield value, tuple(name for target in targets for name in _named(target))
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield value, tuple(_named(target))
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield value, tuple(_named(target))
        case ast.Return(value=ast.expr() as value):
            yield value, (function,)
        case ast.keyword(arg=str(name), value=value):
            yield value, (name,)
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                text = key.value if isinstance(key, ast.Constant) else None
                yield value, (text,) if isinstance(text, str) else ()
        case _:
            for child in ast.iter_child_nodes(node):
                yield child, ()


def _named(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Subscript(slice=ast.Constant(value=str(text))):
            yield text
