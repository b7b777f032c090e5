"""Who calls whom in a package, and what of it runs on the event loop."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from waooaw.vision.reading import Reading
from waooaw.vision.scopes import Scope, resolve

__all__ = ["CallSite", "Callings", "callings_of", "spread_over_calls"]

Defined: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

#: What runs a function that it is handed, elsewhere than on the loop: position of the function.
_RUNNERS = {
    "asyncio.to_thread": 0,
    "anyio.to_thread.run_sync": 0,
    "functools.partial": 0,
    "threading.Thread": None,
}


class CallSite(NamedTuple):
    """Say where a function of the package is called.

    Attributes:
        scope: Where the call stands.
        skip: How many of its arguments are not the function's.
    """

    call: ast.Call
    scope: Scope
    skip: int


@dataclass(slots=True)
class Callings:
    """Hold the calls among the functions of one package.

    Attributes:
        nodes: The definition of each function, by its scope's `id`.
        sites: Where each is called or handed over to be called, by the same.
        called: What each function calls itself, by the same.
    """

    nodes: dict[int, Defined] = field(default_factory=dict)
    sites: dict[int, list[CallSite]] = field(default_factory=lambda: defaultdict(list))
    called: dict[int, list[Scope]] = field(default_factory=lambda: defaultdict(list))

    def arguments(self, scope: Scope, name: str) -> list[tuple[ast.expr, Scope]]:
        """Return what callers hand over for a parameter of the function with that scope."""
        node = self.nodes.get(id(scope))
        if node is None:
            return []
        parameters = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
        if scope.own is not None:
            parameters = parameters[1:]
        found: list[tuple[ast.expr, Scope]] = []
        for site in self.sites.get(id(scope), ()):
            given = site.call.args[site.skip :]
            named = [one.value for one in site.call.keywords if one.arg == name]
            if named:
                found.append((named[0], site.scope))
            elif name in parameters and parameters.index(name) < len(given):
                found.append((given[parameters.index(name)], site.scope))
        return found


def callings_of(readings: Iterable[Reading]) -> Callings:
    """Gather who calls whom."""
    found = Callings()
    named: dict[str, Scope] = {}
    every = tuple(readings)
    for reading in every:
        for node, outer, inner in reading.functions:
            if not isinstance(node, ast.Lambda):
                found.nodes[id(inner)] = node
                if outer.parent is None:
                    named[f"{outer.module}.{node.name}".lstrip(".")] = inner
    for reading in every:
        for call, scope in reading.calls:
            called = _function(call.func, scope, named)
            if called is not None:
                found.sites[id(called)].append(CallSite(call, scope, 0))
                found.called[id(scope.function)].append(called)
            elif call.args:
                _handed_over(found, call, scope, named)
    return found


def _handed_over(found: Callings, call: ast.Call, scope: Scope, named: Mapping[str, Scope]) -> None:
    """Take note of `asyncio.to_thread(work, order)`: it calls work, and not on the loop."""
    at = next((_RUNNERS[one] for one in resolve(call.func, scope) if one in _RUNNERS), None)
    if isinstance(call.func, ast.Attribute) and call.func.attr == "run_in_executor":
        at = 1
    if at is not None and at < len(call.args):
        called = _function(call.args[at], scope, named)
        if called is not None:
            found.sites[id(called)].append(CallSite(call, scope, at + 1))


def spread_over_calls(readings: Iterable[Reading], callings: Callings) -> None:
    """Mark every function of a package that a coroutine calls, at whatever distance.

    A function that is handed over (`asyncio.to_thread(work)`) is not called there.
    """
    pending = [inner for reading in readings for _, _, inner in reading.functions if inner.on_loop]
    while pending:
        for called in callings.called.get(id(pending.pop()), ()):
            if not called.on_loop:
                called.on_loop = True
                pending.append(called)


def _function(function: ast.expr, scope: Scope, named: Mapping[str, Scope]) -> Scope | None:
    match function:
        case ast.Name(id=name):
            for place in scope.enclosing():
                if name in place.functions:
                    return place.functions[name]
                if name in place.origins:
                    break
        case ast.Attribute(value=ast.Name(id=base), attr=name) if base == scope.own_name:
            owner = scope.owner
            return None if owner is None else owner.functions.get(name)
        case _:
            pass
    return next((named[one] for one in resolve(function, scope) if one in named), None)
