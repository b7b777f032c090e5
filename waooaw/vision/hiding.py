"""How code loses a failure: handlers that tell nobody, and what Python does to an exception."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from waooaw.vision.scopes import Scope, resolve

__all__ = [
    "BROAD",
    "does_nothing",
    "exits_quietly",
    "is_left_in_finally",
    "is_unread_gather",
    "loses",
    "never_gives_up",
]

#: What is caught by who catches everything.
BROAD = frozenset(
    {"bare", "builtins.Exception", "builtins.BaseException", "asyncio.CancelledError"}
)

#: What a handler calls so that somebody hears of the failure.
_TELLING = frozenset(
    {"warning", "warn", "error", "exception", "critical", "fatal", "log", "capture_exception"}
    | {"print_exc", "set_exception", "cancel", "fail", "exit", "abort", "escalate", "notify"}
)
_BORDERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_LEAVING = (ast.Return, ast.Break, ast.Continue)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def loses(handler: ast.ExceptHandler) -> bool:
    """Tell whether nobody hears of what a handler catches.

    It raises nothing, tells no log and uses the exception in no way: it does nothing, or goes on as
    if all were well.
    """
    for node in _inside(handler.body):
        match node:
            case ast.Raise():
                return False
            case ast.Name(id=name) if name == handler.name:
                return False
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in _TELLING:
                return False
            case _:
                continue
    return all(_goes_on(statement) for statement in handler.body)


def does_nothing(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler holds nothing but a placeholder."""
    idle = (ast.Pass, ast.Continue)
    return all(
        isinstance(one, idle) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in handler.body
    )


def never_gives_up(loop: ast.While) -> bool:
    """Tell whether a loop ends only when it was given what it wants: nothing in it counts."""
    bounding = (ast.Raise, ast.AugAssign)
    return not any(isinstance(one, bounding) for one in _inside(loop.body))


def _goes_on(statement: ast.stmt) -> bool:
    """Tell whether a statement answers with something written, or does nothing at all."""
    match statement:
        case ast.Pass() | ast.Continue() | ast.Break() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Return(value=value):
            return value is None or _is_written(value)
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return _is_written(value)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="debug" | "info"))):
            return True
        case _:
            return False


def _is_written(value: ast.expr) -> bool:
    """Tell whether a value is written in the code and tells nothing of what happened."""
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return False
    return True


def _inside(body: list[ast.stmt]) -> Iterator[ast.AST]:
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _BORDERS):
            pending.extend(ast.iter_child_nodes(node))


def is_left_in_finally(statement: ast.stmt) -> bool:
    """Tell whether a statement of a `finally` throws away what was being raised."""
    pending: list[tuple[ast.AST, bool]] = [(statement, False)]
    while pending:
        node, looping = pending.pop()
        if isinstance(node, ast.Return) or (isinstance(node, _LEAVING) and not looping):
            return True
        if not isinstance(node, _BORDERS):
            within = looping or isinstance(node, _LOOPS)
            pending += [(inner, within) for inner in ast.iter_child_nodes(node)]
    return False


def exits_quietly(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a context manager says of every exception that it was dealt with."""
    if function.name not in {"__exit__", "__aexit__"}:
        return False
    match function.body[-1]:
        case ast.Return(value=ast.Constant(value=True)):
            returns = [one for one in _inside(function.body) if isinstance(one, ast.Return)]
            raises = any(isinstance(one, ast.Raise) for one in _inside(function.body))
            return len(returns) == 1 and not raises
        case _:
            return False


def is_unread_gather(call: ast.Call, scope: Scope) -> bool:
    """Tell whether exceptions are gathered and nobody looks at them."""
    if "asyncio.gather" not in resolve(call.func, scope):
        return False
    return any(
        keyword.arg == "return_exceptions"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )
