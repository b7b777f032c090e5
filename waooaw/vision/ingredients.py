"""What an expression is put together from: the values that it reads, texts, and calls.

Local variables and the package's own functions are looked into; what is counted, compared, redacted
or hashed on the way is no ingredient of the result.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from waooaw.vision.loops import Callings
from waooaw.vision.scopes import Element, Origin, Returned, Scope, folded, resolve

__all__ = ["Found", "Functions", "called_on", "ingredients", "snake"]

#: The package's functions by their full names, each with its own scope.
Functions: TypeAlias = Mapping[str, tuple["ast.FunctionDef | ast.AsyncFunctionDef", Scope]]

#: Beyond these an expression is not worth looking into: it is a table of data.
_MOST_STEPS = 400
_DEEPEST = 12
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: What is left of a value says nothing of it.
_CLEANING = re.compile(
    r"(?i)(^|_)(redact|mask|scrub|anonymi[sz]e|pseudonymi[sz]e|obfuscate|hide|censor|hash|hashed"
    r"|digest|hexdigest|sha\d*|md5|blake2[bs]|hmac|encrypt|fingerprint|tokeni[sz]e|sanitize"
    r"|sanitise)(e?d)?(_|$)"
)
_MEASURING = frozenset(
    {"len", "bool", "type", "isinstance", "hash", "any", "all", "count", "startswith", "endswith"}
    | {"isdigit", "issubset", "keys", "hasattr", "callable", "id"}
)


@dataclass(slots=True)
class Found:
    """Hold the ingredients of one expression.

    Attributes:
        texts: Literal texts, keys of dictionaries among them.
        read: What values are called, in snake_case, part by part: `task.input.email`.
        calls: Full names of what is called.
    """

    texts: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)


def ingredients(
    expression: ast.expr, scope: Scope, functions: Functions, callings: Callings
) -> Found:
    """Return what *expression*, which stands in *scope*, is put together from."""
    looker = _Looker(functions, callings)
    looker.look(expression, scope, 0)
    return looker.found


def called_on(receiver: ast.expr) -> str:
    """Return what a method's object is called, in snake_case; empty where it has no name."""
    return _path(receiver) or ""


def snake(name: str) -> str:
    """Return a name in snake_case."""
    return _HUMP.sub("_", name).replace("-", "_").replace(" ", "_").lower()


class _Looker:
    def __init__(self, functions: Functions, callings: Callings) -> None:
        self.found = Found()
        self._functions = functions
        self._callings = callings
        self._seen: set[tuple[int, int]] = set()
        self._left = _MOST_STEPS

    def look(self, expression: ast.expr | None, scope: Scope, depth: int) -> None:
        """Gather the ingredients of one expression."""
        if expression is None or depth > _DEEPEST or self._left <= 0:
            return
        key = (id(expression), id(scope))
        if key in self._seen:
            return
        self._seen.add(key)
        self._left -= 1
        how = self._how.get(type(expression))
        if how is not None:
            how(self, expression, scope, depth)
            return
        for inner in ast.iter_child_nodes(expression):
            if isinstance(inner, ast.expr):
                self.look(inner, scope, depth)

    def _constant(self, constant: ast.Constant, scope: Scope, depth: int) -> None:
        del scope, depth
        if isinstance(constant.value, str):
            self.found.texts.add(constant.value)
        elif isinstance(constant.value, bytes):
            self.found.texts.add(constant.value.decode("latin-1"))

    def _nothing(self, expression: ast.expr, scope: Scope, depth: int) -> None:
        """Take note that what is compared or negated leaves a truth, and nothing of itself."""

    def _negated(self, expression: ast.UnaryOp, scope: Scope, depth: int) -> None:
        if not isinstance(expression.op, ast.Not):
            self.look(expression.operand, scope, depth)

    def _either(self, expression: ast.IfExp, scope: Scope, depth: int) -> None:
        self.look(expression.body, scope, depth)
        self.look(expression.orelse, scope, depth)

    def _walrus(self, expression: ast.NamedExpr, scope: Scope, depth: int) -> None:
        self.look(expression.value, scope, depth)

    def _dictionary(self, expression: ast.Dict, scope: Scope, depth: int) -> None:
        for key, value in zip(expression.keys, expression.values, strict=True):
            name = folded(key)
            if name is not None:
                self.found.texts.add(name)
                # `{"iban": iban}` says what the value is, whatever the variable is called.
                if not isinstance(value, ast.Constant):
                    self.found.read.add(snake(name))
            self.look(value, scope, depth)

    def _value(self, expression: ast.expr, scope: Scope, depth: int) -> None:
        path = _path(expression)
        if path is not None:
            self.found.read.add(path)
        match expression:
            case ast.Name(id=name):
                self._variable(name, scope, depth)
            case ast.Attribute(value=ast.Name(id=base), attr=name) if base == scope.own_name:
                for origin, seen_from in scope.attributes_of_own(name):
                    self._origin(origin, seen_from, depth + 1)
            case ast.Subscript(value=value, slice=index):
                if path is None and _path(value) is None:  # one of many is not all of them
                    self.look(value, scope, depth)
                # `who[field]` for each field of a written list reads each of them.
                for text in _each(index, scope):
                    above = _path(value)
                    self.found.read.add(f"{above}.{snake(text)}" if above else snake(text))
            case ast.Attribute(value=value) if path is None:
                self.look(value, scope, depth)
            case _:
                return

    def _variable(self, name: str, scope: Scope, depth: int) -> None:
        home, origins = _origins(name, scope)
        for origin, seen_from in origins:
            self._origin(origin, seen_from, depth + 1)
        # A parameter is what the package's own calls hand over for it.
        if home is not None and any(origin is None for origin, _ in origins):
            for argument, stands_in in self._callings.arguments(home, name):
                self.look(argument, stands_in, depth + 2)

    def _origin(self, origin: Origin, scope: Scope, depth: int) -> None:
        match origin:
            case ast.expr():
                self.look(origin, scope, depth)
            case Element(value=value):
                self.look(value, scope, depth)
            case Returned(value=ast.Call() as call):
                self.look(call, scope, depth)
            case _:
                return

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
        scope: Scope,
        depth: int,
    ) -> None:
        inner = scope.comprehensions.get(id(node), scope)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in parts:
            self.look(part, inner, depth)

    def _call(self, call: ast.Call, scope: Scope, depth: int) -> None:
        names = resolve(call.func, scope)
        self.found.calls |= names
        last = _last(call.func)
        if last in _MEASURING or _CLEANING.search(snake(last)):
            return
        path = _path(call)
        if path is not None:  # `data.get("email")`
            self.found.read.add(path)
            return
        if isinstance(call.func, ast.Attribute):
            if call.func.attr in {"format", "format_map"}:
                self._placeholders(call.func.value, call, scope)
            self.look(call.func.value, scope, depth)
        function = next((self._functions[one] for one in names if one in self._functions), None)
        if function is not None and depth < _DEEPEST:
            self._function(*function, depth)
        for argument in call.args:
            # Of a whole object that is handed to a function of ours, what it gives is told there.
            if function is None or not isinstance(argument, ast.Name):
                self.look(argument, scope, depth)
        for keyword in call.keywords:
            self._keyword(keyword, scope, depth)

    def _keyword(self, keyword: ast.keyword, scope: Scope, depth: int) -> None:
        value = keyword.value
        if keyword.arg is not None and not isinstance(value, ast.Constant):
            self.found.read.add(snake(keyword.arg))
        if keyword.arg == "default_factory":  # it is called for each new object
            self.found.calls |= resolve(value, scope)
            value = value.body if isinstance(value, ast.Lambda) else value
        self.look(value, scope, depth)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, inner: Scope, depth: int
    ) -> None:
        for statement in ast.walk(node):
            if isinstance(statement, ast.Return | ast.Yield):
                self.look(statement.value, inner, depth + 3)

    def _placeholders(self, template: ast.expr, call: ast.Call, scope: Scope) -> None:
        """Take `"{email}".format(**person)` for reading the e-mail of a person."""
        if all(keyword.arg is not None for keyword in call.keywords) and call.func is not None:
            return
        text = folded(template)
        if text is None and isinstance(template, ast.Name):
            origins = [origin for origin, _ in _origins(template.id, scope)[1]]
            text = next((folded(one) for one in origins if isinstance(one, ast.expr)), None)
        try:
            fields = [name for _, name, _, _ in string.Formatter().parse(text or "") if name]
        except ValueError:
            return
        self.found.read.update(snake(name) for name in fields)

    #: Each kind of expression that is more, or less, than its parts.
    _how: ClassVar[Mapping[type[ast.expr], Callable[..., None]]] = {
        ast.Attribute: _value,
        ast.Call: _call,
        ast.Compare: _nothing,
        ast.Constant: _constant,
        ast.Dict: _dictionary,
        ast.DictComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.IfExp: _either,
        ast.Lambda: _nothing,
        ast.ListComp: _comprehension,
        ast.Name: _value,
        ast.NamedExpr: _walrus,
        ast.SetComp: _comprehension,
        ast.Subscript: _value,
        ast.UnaryOp: _negated,
    }


def _origins(name: str, scope: Scope) -> tuple[Scope | None, list[tuple[Origin, Scope]]]:
    """Return the innermost scope that binds a variable, and what it may hold there."""
    for place in scope.enclosing():
        home = place.outside.get(name, place)
        if name in home.origins:
            return home, home.origins[name]
    return None, []


def _each(index: ast.expr, scope: Scope) -> Iterator[str]:
    if not isinstance(index, ast.Name):
        return
    for origin, _ in _origins(index.id, scope)[1]:
        match origin:
            case Element(value=ast.List(elts=elements) | ast.Tuple(elts=elements)):
                for element in elements:
                    if (text := folded(element)) is not None:
                        yield text
            case _:
                continue


def _last(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _path(expression: ast.expr) -> str | None:
    """Return `task.input.email` for `task.input["email"]`; None where a part has no name."""
    parts: list[str] = []
    while True:
        match expression:
            case ast.Name(id=name):
                parts.append(snake(name))
                return ".".join(reversed(parts))
            case ast.Attribute(value=value, attr=name):
                parts.append(snake(name))
                expression = value
            case ast.Subscript(value=value, slice=ast.Constant(value=str(key))):
                parts.append(snake(key))
                expression = value
            case ast.Call(
                func=ast.Attribute(value=value, attr="get" | "pop"),
                args=[ast.Constant(value=str(key)), *_],
            ):
                parts.append(snake(key))
                expression = value
            case _:
                return None
