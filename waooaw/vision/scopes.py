"""Which dotted names an expression of Python may stand for, told without running it.

A name in a scope has origins: an import, a definition, or expressions that were assigned to it.
Resolving follows them all, in whatever order they stand in, so that one alias is as good as
another: `from os import system as run`, `e = eval`, `getattr(os, "sys" + "tem")`. What can't be
told stands for nothing. Builtins are written `builtins.eval`; a call's result `httpx.Client()`.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["Names", "Origin", "Returned", "Scope", "bound_once", "folded", "resolve"]

Names: TypeAlias = frozenset[str]

_NOTHING: Names = frozenset()
_BUILTINS = frozenset(dir(builtins))
_OFTEN_IMPORTED = frozenset({"builtins", "importlib", "os", "subprocess", "sys"})
#: Beyond these an expression is not worth following: nobody writes it by hand, and what hides in
#: it was mentioned somewhere on the way in, where it is found.
_DEEPEST = 100
_MOST_NAMES = 64


@dataclass(frozen=True, slots=True)
class Returned:
    """Stand for what a call of (or a `with` on, or an annotation by) an expression gives."""

    value: ast.expr


@dataclass(frozen=True, slots=True)
class Element:
    """Stand for any element of an expression that is looped over."""

    value: ast.expr


#: A full name, an expression in the scope, or None for a value that can't be told.
Origin: TypeAlias = "str | ast.expr | Returned | Element | None"


@dataclass(slots=True, eq=False)
class Scope:
    """Hold what is bound in a module, a class, a function or a comprehension.

    Attributes:
        module: The module's full name.
        on_loop: Whether a function's code runs on the event loop: an `async def`, and what one
            calls.
        local: Whether a name that is bound here is never looked up further out (a function).
        certain: Names that every run of this scope binds.
        outside: Names that `global` or `nonlocal` bind in another scope.
        stars: Modules whose every name is imported.
        modules: Modules that `import` names, in a module's own scope.
        own: What a method calls its object; None for all other scopes.
        attributes: What a class's objects are given by their methods.
        functions: The functions that are defined here, with their own scopes.
        comprehensions: The scopes of comprehensions that stand here, by the node's `id`.
    """

    module: str
    parent: Scope | None = None
    is_class: bool = False
    is_comprehension: bool = False
    local: bool = False
    on_loop: bool = False
    origins: dict[str, list[tuple[Origin, Scope]]] = field(default_factory=dict)
    certain: set[str] = field(default_factory=set)
    outside: dict[str, Scope] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    known: dict[str, Names] = field(default_factory=dict)
    own: str | None = None
    attributes: dict[str, list[tuple[Origin, Scope]]] = field(default_factory=dict)
    functions: dict[str, Scope] = field(default_factory=dict)
    comprehensions: dict[int, Scope] = field(default_factory=dict)

    def bind(
        self, name: str, origin: Origin, *, seen_from: Scope | None = None, certain: bool = False
    ) -> None:
        """Take note that *name* may stand for *origin*, an expression in the scope *seen_from*."""
        home = self.outside.get(name, self)
        home.origins.setdefault(name, []).append((origin, seen_from or self))
        if certain and home is self:
            home.certain.add(name)

    @property
    def function(self) -> Scope:
        """The scope whose code this is: a comprehension's is that around it."""
        scope = self
        while scope.is_comprehension and scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def own_name(self) -> str | None:
        """What the method around calls its object; None outside of methods."""
        scope: Scope | None = self
        while scope is not None and scope.own is None:
            scope = scope.parent
        return None if scope is None else scope.own

    @property
    def owner(self) -> Scope | None:
        """The class whose method this code stands in."""
        scope: Scope | None = self
        while scope is not None and scope.own is None:
            scope = scope.parent
        return None if scope is None else scope.parent

    def attributes_of_own(self, name: str) -> list[tuple[Origin, Scope]]:
        """Return what an attribute of the method's object may be, as its class says."""
        owner = self.owner
        if owner is None:
            return []
        return [*owner.origins.get(name, ()), *owner.attributes.get(name, ())]

    @property
    def top(self) -> Scope:
        """The module's own scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def enclosing(self) -> Iterator[Scope]:
        """Yield the scopes in which a name used here is looked up, innermost first."""
        yield self
        scope = self.parent
        while scope is not None:
            # Python skips class bodies when it looks from a function inside them.
            if not scope.is_class:
                yield scope
            scope = scope.parent


def resolve(expression: ast.expr, scope: Scope, depth: int = 0) -> Names:
    """Return the full names that *expression* may stand for in *scope*."""
    if depth > _DEEPEST:
        return _NOTHING
    tail: list[str] = []
    while isinstance(expression, ast.Attribute):
        tail.append(expression.attr)
        expression = expression.value
    names = _NOTHING
    if tail and isinstance(expression, ast.Name) and expression.id == scope.own_name:
        # `self.client` is what the class or one of its methods says it is.
        names = _attribute(tail[-1], scope, depth + 1)
        if names:
            tail.pop()
    if not names:
        names = _resolved(expression, scope, depth + 1)
    if len(names) > _MOST_NAMES:
        names = frozenset(sorted(names)[:_MOST_NAMES])
    if not tail or not names:
        return names
    below = ".".join(reversed(tail))
    return frozenset(_canonical(f"{name}.{below}") for name in names)


def _attribute(name: str, scope: Scope, depth: int) -> Names:
    owner = scope.owner
    if owner is None:
        return _NOTHING
    key = f".{name}"
    if key not in owner.known:
        owner.known[key] = _NOTHING  # ends a circle such as self.x = self.x
        found = (
            _of_origin(origin, seen_from, depth)
            for origin, seen_from in scope.attributes_of_own(name)
        )
        owner.known[key] = _NOTHING.union(*found)
    return owner.known[key]


def bound_once(name: str, scope: Scope) -> ast.expr | None:
    """Return the expression that *name* stands for where it is given a value in one place only."""
    for place in scope.enclosing():
        origins = place.outside.get(name, place).origins.get(name)
        if origins:
            origin = origins[0][0] if len(origins) == 1 else None
            return origin if isinstance(origin, ast.expr) else None
    return None


def _resolved(expression: ast.expr, scope: Scope, depth: int) -> Names:
    match expression:
        case ast.Name(id=name):
            return _lookup(name, scope, depth)
        case ast.Call():
            return _call(expression, scope, depth)
        case ast.Subscript(value=value, slice=index):
            return _element(value, index, scope, depth)
        case ast.NamedExpr(value=value) | ast.Starred(value=value):
            return resolve(value, scope, depth)
        case ast.IfExp(body=body, orelse=orelse):
            return resolve(body, scope, depth) | resolve(orelse, scope, depth)
        case ast.BoolOp(values=values):
            return _any(values, scope, depth)
        case _:
            return _NOTHING


def _any(expressions: list[ast.expr], scope: Scope, depth: int) -> Names:
    return _NOTHING.union(*(resolve(one, scope, depth) for one in expressions[:_MOST_NAMES]))


def _lookup(name: str, scope: Scope, depth: int) -> Names:
    if name in scope.known:
        return scope.known[name]
    scope.known[name] = _NOTHING  # ends a circle such as x = x.parent
    found: set[str] = set()
    for place in scope.enclosing():
        home = place.outside.get(name, place)
        if name not in home.origins:
            continue
        for origin, seen_from in home.origins[name]:
            found |= _of_origin(origin, seen_from, depth)
        # On some path the name is not bound here, and then it means what it means outside.
        if home.local or name in home.certain:
            break
    else:
        found |= _unbound(name, scope)
    # Each name is followed once, so that no web of aliases takes more time than its size.
    scope.known[name] = frozenset(found)
    return scope.known[name]


def _unbound(name: str, scope: Scope) -> set[str]:
    if name in {"__builtins__", "__builtin__"}:
        return {"builtins"}
    found = {f"{module}.{name}" for module in scope.top.stars}
    if name in _BUILTINS:
        found.add(f"builtins.{name}")
    return found


def _of_origin(origin: Origin, scope: Scope, depth: int) -> Names:
    match origin:
        case None:
            return _NOTHING
        case str():
            return frozenset({origin})
        case Returned(value=ast.Subscript(value=ast.Name() | ast.Attribute() as value)):
            return _of_origin(Returned(value), scope, depth)  # `queue.Queue[str]`
        case Returned(value=value):
            return frozenset(
                name if name.endswith("()") else f"{name}()"
                for name in resolve(value, scope, depth + 1)
            )
        case Element(value=ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elements)):
            return _any(elements, scope, depth + 1)
        case Element():
            return _NOTHING
        case _:
            return resolve(origin, scope, depth + 1)


def _call(call: ast.Call, scope: Scope, depth: int) -> Names:
    found: set[str] = set()
    first = call.args[0] if call.args else None
    for name in resolve(call.func, scope, depth):
        match name:
            case "builtins.__import__" | "importlib.import_module" | "importlib.__import__":
                module = folded(first)
                if module is not None:
                    # `__import__("a.b")` gives `a`, and `a.b` where a list of names is asked for.
                    found |= {module, module.split(".")[0]}
            case "builtins.getattr" if first is not None and len(call.args) > 1:
                attribute = folded(call.args[1])
                if attribute is not None:
                    found |= {
                        _canonical(f"{base}.{attribute}") for base in resolve(first, scope, depth)
                    }
            case "functools.partial" | "builtins.staticmethod" if first is not None:
                found |= resolve(first, scope, depth)
            case "builtins.vars" if first is not None:
                found |= {f"{base}.__dict__" for base in resolve(first, scope, depth)}
            case "builtins.globals" | "builtins.locals" | "builtins.vars":
                found.add(_NAMESPACE)
            case _:
                found.add(f"{name}()")
    return frozenset(found)


#: What `globals()` gives.
_NAMESPACE = "<namespace>"


def _element(value: ast.expr, index: ast.expr, scope: Scope, depth: int) -> Names:
    match value:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return _any(elements, scope, depth)
        case ast.Dict(values=values):
            return _any(values, scope, depth)
    key = folded(index)
    found: set[str] = set()
    for name in resolve(value, scope, depth):
        if key is None:
            continue
        if name == "sys.modules":
            found.add(key)
        elif name == _NAMESPACE:
            found |= _lookup(key, scope, depth + 1)
        elif name == "builtins":  # in an imported module `__builtins__` is a dictionary
            found.add(f"builtins.{key}")
        elif name.endswith(".__dict__"):
            found.add(_canonical(f"{name.removesuffix('.__dict__')}.{key}"))
    return frozenset(found)


def _canonical(name: str) -> str:
    """Return the one spelling of what can be reached in several ways."""
    if ".__builtins__." in name:
        return f"builtins.{name.rsplit('.__builtins__.', 1)[1]}"
    if ".__self__." in name and name.startswith("builtins."):
        return f"builtins.{name.rsplit('.__self__.', 1)[1]}"
    parts = name.split(".")
    # Modules of the standard library have those that they import as attributes: `shutil.os`.
    for index in range(len(parts) - 2, 0, -1):
        if parts[index] in _OFTEN_IMPORTED and parts[0] in sys.stdlib_module_names:
            return ".".join(parts[index:])
    return name


def folded(expression: ast.expr | None, depth: int = 0) -> str | None:
    """Return the text that *expression* is, where that can be told from constants alone."""
    if depth > _DEEPEST:
        return None
    match expression:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            before, after = folded(left, depth + 1), folded(right, depth + 1)
            return None if before is None or after is None else before + after
        case ast.JoinedStr(values=values):
            parts = [folded(value, depth + 1) for value in values]
            return None if None in parts else "".join(part for part in parts if part is not None)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return folded(value, depth + 1)
        case _:
            return None
