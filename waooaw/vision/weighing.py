"""What an expression may do, told from the variables around it without running it."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from waooaw.vision.dangers import (
    CLEAN,
    MIXED,
    OBJECT,
    PATH,
    PROMPT,
    SHELL,
    Value,
    joined,
    kept,
    marked,
)
from waooaw.vision.guards import Cleared, Looker, implied
from waooaw.vision.known import PATH_PARTS
from waooaw.vision.scopes import Names, Scope, bound_once, folded, resolve
from waooaw.vision.slots import Slot, Slots, last_name, place_of
from waooaw.vision.texts import Piece, percent, together

__all__ = ["Weigher"]

_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "cmd", "cmd.exe", "powershell", "pwsh"})
_PROGRAMS = _SHELLS | {"python", "python3", "perl", "ruby", "node", "env", "xargs", "ssh", "sudo"}
_WITH_PARTS = (ast.Attribute, ast.Subscript)
_INSTRUCTING = frozenset({"system", "developer"})


class Weigher(ABC):
    """Weigh expressions of one function.

    Args:
        scope: The function's own scope.
        slots: What its variables hold; replaced as it is followed.
    """

    #: What a method calls its object.
    own_name: str | None = None

    def __init__(self, scope: Scope, slots: Slots) -> None:
        self.scope = scope
        self.slots = slots
        self._shared = True
        self._assuming = False

    # What following a call, and reporting what arrives somewhere, is left to who follows functions.

    @abstractmethod
    def called(self, call: ast.Call) -> Value:
        """Return what *call* gives."""

    @abstractmethod
    def attribute_of_self(self, way: tuple[str, ...]) -> Value:
        """Return what an attribute of the method's object may do."""

    @abstractmethod
    def looked_into(self, subscript: ast.Subscript, key: Value) -> None:
        """Take note that something is looked into with *key*."""

    @abstractmethod
    def message(self, node: ast.Dict, content: Value) -> None:
        """Take note of what is told to a model."""

    def snapshot(self) -> Slots:
        """Return what the variables hold now; what is put later does not change it."""
        self._shared = True
        return self.slots

    def restore(self, slots: Slots) -> None:
        """Go on with what the variables held at another time."""
        self.slots = slots
        self._shared = True

    def put(self, name: str, slot: Slot) -> None:
        """Let a variable hold something else."""
        if self._shared:
            self.slots = dict(self.slots)
            self._shared = False
        self.slots[name] = slot

    def weigh(self, expression: ast.expr | None) -> Value:
        """Return what *expression* may do."""
        if expression is None or isinstance(expression, ast.Constant):
            return CLEAN
        how = self._how.get(type(expression))
        if how is not None:
            return how(self, expression)
        return joined(*(self.weigh(one) for one in _inner(expression)))

    def names(self, expression: ast.expr) -> Names:
        """Return what *expression* may be called in full."""
        return resolve(expression, self.scope)

    def text(self, expression: ast.expr) -> str | None:
        """Return the text that *expression* is, constants of the module among it."""
        found = folded(expression)
        if found is not None or not isinstance(expression, ast.Name):
            return found
        slot = self.slots.get(expression.id)
        if slot is not None:
            return None if slot.meaning is None else folded(slot.meaning)
        return folded(bound_once(expression.id, self.scope))

    def piece(self, expression: ast.expr) -> Piece:
        """Return *expression* as a piece of a text."""
        if isinstance(expression, ast.FormattedValue):
            if expression.conversion in {ord("r"), ord("a")}:
                return Piece(None, kept(self.weigh(expression.value), ~(PROMPT | MIXED)))
            expression = expression.value
        text = self.text(expression)
        if text is not None:
            return Piece(text, CLEAN)
        return Piece(None, self.weigh(expression), last_name(expression))

    def looker(self) -> Looker:
        """Return what judging a condition takes."""
        return Looker(self.slots, self.weigh, self.names)

    def assume(self, test: ast.expr, *, truth: bool) -> None:
        """Take note that *test* turned out as *truth*."""
        if self._assuming:  # a condition in a condition: what it says does not outlast it
            return
        self._assuming = True
        self.clear(implied(test, truth, self.looker()))
        self._assuming = False

    def clear(self, cleared: Sequence[Cleared]) -> None:
        """Take bits away from places."""
        for (root, way), bits in cleared:
            slot = self.slots.get(root, Slot())
            left = kept(slot.at(way)[0], ~bits)
            if way:
                self.put(root, slot.having(way, left))
            else:
                parts = {one: kept(value, ~bits) for one, value in slot.parts.items()}
                self.put(root, Slot(left, parts, None, slot.meaning))

    # Each kind of expression that is more than its parts.

    def _place(self, expression: ast.expr) -> Value:
        place = place_of(expression)
        if place is None:
            return self._part(expression) if isinstance(expression, _WITH_PARTS) else CLEAN
        root, way = place
        slot = self.slots.get(root)
        if slot is None:
            return CLEAN
        value, told = slot.at(way)
        if not told and way and not value:
            return self.attribute_of_self(way) if root == self.own_name else CLEAN
        if not told and way and way[-1][1:] in PATH_PARTS and _is_object(value):
            return kept(value, ~(PATH | OBJECT))
        return value

    def _part(self, expression: ast.Attribute | ast.Subscript) -> Value:
        value = self.weigh(expression.value)
        if isinstance(expression, ast.Attribute):
            if expression.attr in PATH_PARTS and _is_object(value):
                return kept(value, ~(PATH | OBJECT))
            return CLEAN if expression.attr == "port" else value
        if key := self.weigh(expression.slice):
            self.looked_into(expression, key)
        # `path.split("/")[-1]` is what stands behind the last slash.
        return kept(value, ~PATH) if _is_last(expression) else value

    def _formatted(self, expression: ast.JoinedStr) -> Value:
        pieces = [self.piece(value) for value in expression.values]
        for value in expression.values:
            if isinstance(value, ast.FormattedValue):
                self.weigh(value.format_spec)
        return together(pieces)

    def _binary(self, expression: ast.BinOp) -> Value:
        match expression.op:
            case ast.Add():
                return self._sum(expression)
            case ast.Div():
                left, right = self.weigh(expression.left), self.weigh(expression.right)
                value = joined(left, right)
                sides = (expression.left, expression.right)
                if any(
                    isinstance(one, ast.Constant) and not isinstance(one.value, str)
                    for one in sides
                ):
                    return value
                return marked(value, OBJECT)
            case ast.Mod():
                text = self.text(expression.left)
                if text is not None:
                    return self._percent(text, expression.right)
        return joined(self.weigh(expression.left), self.weigh(expression.right))

    def _sum(self, expression: ast.BinOp) -> Value:
        terms: list[ast.expr] = []
        current: ast.expr = expression
        while isinstance(current, ast.BinOp) and isinstance(current.op, ast.Add):
            terms.append(current.right)
            current = current.left
        terms.append(current)
        terms.reverse()
        pieces = [self.piece(term) for term in terms]
        if isinstance(terms[0], ast.List | ast.Tuple) and not pieces[0].value:
            return kept(joined(*(piece.value for piece in pieces)), ~SHELL)
        return together(pieces)

    def _percent(self, text: str, right: ast.expr) -> Value:
        match right:
            case ast.Tuple(elts=elements):
                return percent(text, [self.weigh(one) for one in elements], {})
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                by_name = {folded(key) or "": self.weigh(value) for key, value in pairs}
                return percent(text, [], by_name)
            case _:
                return percent(text, [self.weigh(right)], {})

    def _either(self, expression: ast.IfExp) -> Value:
        self.weigh(expression.test)
        before = self.snapshot()
        self.assume(expression.test, truth=True)
        one = self.weigh(expression.body)
        self.restore(before)
        self.assume(expression.test, truth=False)
        other = self.weigh(expression.orelse)
        self.restore(before)
        return joined(one, other)

    def _logic(self, expression: ast.BoolOp) -> Value:
        before = self.snapshot()
        found = []
        for value in expression.values:
            found.append(self.weigh(value))
            self.assume(value, truth=isinstance(expression.op, ast.And))
        self.restore(before)
        return joined(*found)

    def _compare(self, expression: ast.Compare) -> Value:
        for one in (expression.left, *expression.comparators):
            self.weigh(one)
        return CLEAN

    def _unary(self, expression: ast.UnaryOp) -> Value:
        value = self.weigh(expression.operand)
        return CLEAN if isinstance(expression.op, ast.Not) else value

    def _mapping(self, expression: ast.Dict) -> Value:
        keys = [None if key is None else folded(key) for key in expression.keys]
        values = [self.weigh(value) for value in expression.values]
        found = [*values, *(self.weigh(key) for key in expression.keys)]
        if "role" in keys and "content" in keys:
            at = keys.index("content")
            role = folded(expression.values[keys.index("role")])
            content = values[at]
            if role in _INSTRUCTING:
                content = marked(content, MIXED, where=PROMPT)
            self.message(expression, content)
            # It has been judged; the list that it goes into is not judged again.
            found[at] = kept(content, ~(PROMPT | MIXED))
        return joined(*found)

    def _sequence(self, expression: ast.List | ast.Tuple | ast.Set) -> Value:
        return self.arguments(expression.elts)

    def arguments(self, elements: Sequence[ast.expr]) -> Value:
        """Return what a list may do; as a command line, only its program and a script may."""
        values = [self.weigh(one) for one in elements]
        if not any(values):
            return CLEAN
        program = (self.text(elements[0]) or "").rsplit("/", 1)[-1]
        scripted = program in _PROGRAMS and any(
            (self.text(one) or "").lower() in {"-c", "-lc", "-ec", "/c", "-command", "-e", "-ic"}
            for one in elements
        )
        if values[0] or scripted or program in {"env", "sudo", "xargs", "ssh"}:
            return joined(*values)
        return kept(joined(*values), ~SHELL)

    def _comprehension(
        self, expression: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Value:
        before = self.snapshot()
        for generator in expression.generators:
            self.bind(generator.target, self.weigh(generator.iter), None)
            for test in generator.ifs:
                self.weigh(test)
                self.assume(test, truth=True)
        if isinstance(expression, ast.DictComp):
            value = joined(self.weigh(expression.key), self.weigh(expression.value))
        else:
            value = self.weigh(expression.elt)
        self.restore(before)
        return value

    def _walrus(self, expression: ast.NamedExpr) -> Value:
        value = self.weigh(expression.value)
        self.bind(expression.target, value, expression.value)
        return value

    def _lambda(self, expression: ast.Lambda) -> Value:
        before = self.snapshot()
        arguments = expression.args
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.put(one.arg, Slot())
        self.weigh(expression.body)
        self.restore(before)
        return CLEAN

    def _call(self, expression: ast.Call) -> Value:
        return self.called(expression)

    @abstractmethod
    def bind(self, target: ast.expr, value: Value, meaning: ast.expr | None) -> None:
        """Take note that *target* is given *value*."""

    _how: ClassVar[dict[type[ast.expr], Callable[[Any, Any], Value]]] = {
        ast.Name: _place,
        ast.Attribute: _place,
        ast.Subscript: _place,
        ast.JoinedStr: _formatted,
        ast.BinOp: _binary,
        ast.IfExp: _either,
        ast.BoolOp: _logic,
        ast.Compare: _compare,
        ast.UnaryOp: _unary,
        ast.Dict: _mapping,
        ast.List: _sequence,
        ast.Tuple: _sequence,
        ast.Set: _sequence,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension,
        ast.NamedExpr: _walrus,
        ast.Lambda: _lambda,
        ast.Call: _call,
    }


def _is_object(value: Value) -> bool:
    return any(bits & OBJECT for bits in value.values())


def _is_last(expression: ast.Subscript) -> bool:
    match expression:
        case ast.Subscript(
            value=ast.Call(func=ast.Attribute(attr="split" | "rsplit"), args=[separator, *_]),
            slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)),
        ):
            return folded(separator) in {"/", "\\"}
        case _:
            return False


def _inner(expression: ast.AST) -> Iterator[ast.expr]:
    return (one for one in ast.iter_child_nodes(expression) if isinstance(one, ast.expr))
