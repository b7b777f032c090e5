"""Follow values through the statements of one function, in the order that they run in."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from waooaw.vision.calling import Caller
from waooaw.vision.dangers import CLEAN, RAW, Value, joined
from waooaw.vision.guards import Cleared
from waooaw.vision.scopes import folded
from waooaw.vision.slots import Slot, Slots, either, named, place_of

if TYPE_CHECKING:
    from waooaw.vision.callees import Callee
    from waooaw.vision.following import Package


__all__ = ["Trace"]

_DEEPEST_LOOPS = 3
#: Functions that raise where a text is not of a strict form.
_CHECKS = frozenset({"uuid.UUID", "builtins.int", "builtins.float", "ipaddress.ip_address"})


class Trace(Caller):
    """Follow one function.

    Args:
        package: What is known of the package, and who is told what arrives where.
        callee: The function.
        slots: What its variables hold at the start.
    """

    def __init__(self, package: Package, callee: Callee, slots: Slots) -> None:
        super().__init__(package, callee, slots)
        self.returned: Value = CLEAN
        self.rebound: set[str] = set()
        self.exits: list[Slots] = []
        self._breaks: list[list[Slots]] = []

    def run(self) -> None:
        """Follow the body to its end."""
        body = self.callee.node.body
        if isinstance(body, ast.expr):
            self.returned = self.weigh(body)
        elif not self._block(body):
            self.exits.append(self.snapshot())

    # Statements. Each returns whether what follows it is never reached.

    def _block(self, statements: Sequence[ast.stmt]) -> bool:
        return any(self._statement(statement) for statement in statements)

    def _statement(self, statement: ast.stmt) -> bool:
        what = self._what.get(type(statement))
        if what is not None:
            return what(self, statement)
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.expr):
                self.weigh(child)
        return False

    def bind(self, target: ast.expr, value: Value, meaning: ast.expr | None) -> None:
        """Take note that *target* is given *value*."""
        match target:
            case ast.Name(id=name):
                self.rebound.add(name)
                self._judge_variable(name, target, value)
                self.put(name, self._new_slot(name, value, meaning))
            case ast.Starred(value=inner):
                self.bind(inner, value, None)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values = meaning.elts if isinstance(meaning, ast.Tuple | ast.List) else []
                if len(values) == len(targets):
                    for one, each in zip(targets, values, strict=True):
                        self.bind(one, self.weigh(each), each)
                else:
                    for one in targets:
                        self.bind(one, value, None)
            case ast.Attribute() | ast.Subscript():
                self._bind_part(target, value)

    def _new_slot(self, name: str, value: Value, meaning: ast.expr | None) -> Slot:
        value = named(name, value)
        place = None if meaning is None else place_of(meaning)
        if place is not None and place[0] in self.slots:
            other = self.slots[place[0]]
            label = None if other.label is None else other.label + "".join(place[1])
            if other.at(place[1])[1]:
                label = None
            return Slot(value, other.below(place[1]), label, meaning)
        parts: dict[tuple[str, ...], Value] = {}
        match meaning:
            case ast.Dict(keys=keys, values=values) if value:
                for key, one in zip(keys, values, strict=True):
                    if (text := folded(key)) is not None:
                        parts[(f"[{text!r}]",)] = self.weigh(one)
            case ast.Call(keywords=keywords) if value:
                for keyword in keywords:
                    if keyword.arg is not None:
                        parts[(f".{keyword.arg}",)] = self.weigh(keyword.value)
        return Slot(value, parts, None, meaning)

    def _judge_variable(self, name: str, node: ast.AST, value: Value) -> None:
        if value:
            for rule, flow in self.package.sinks.variables:
                if flow.variables is not None and flow.variables.search(name):
                    self._arrive(rule, flow, name, node, value)

    def _bind_part(self, target: ast.Attribute | ast.Subscript, value: Value) -> None:
        if isinstance(target, ast.Subscript):
            self.weigh(target.slice)
        place = place_of(target)
        if place is None:
            if value:
                self._mutate(target.value, value)
            return
        root, way = place
        slot = self.slots.get(root, Slot())
        self.put(root, slot.having(way, value))
        if root == self.own_name and value:
            self.package.keep_attribute(self.callee.owner, way[:1], value)

    def _assign(self, statement: ast.Assign) -> bool:
        value = self.weigh(statement.value)
        for target in statement.targets:
            self.bind(target, value, statement.value)
        return False

    def _annotated(self, statement: ast.AnnAssign) -> bool:
        if statement.value is not None:
            self.bind(statement.target, self.weigh(statement.value), statement.value)
        return False

    def _augmented(self, statement: ast.AugAssign) -> bool:
        target = statement.target
        if isinstance(statement.op, ast.Add | ast.Mod | ast.Div):
            loaded = ast.BinOp(target, statement.op, statement.value)
            value = self.weigh(ast.copy_location(loaded, statement))
        else:
            value = joined(self.weigh(target), self.weigh(statement.value))
        self.bind(target, value, None)
        return False

    def _expression(self, statement: ast.Expr) -> bool:
        self.weigh(statement.value)
        match statement.value:
            case ast.Call(args=[checked, *_], func=function) if self.names(function) & _CHECKS:
                # `uuid.UUID(order)` raises where it is none.
                if (place := place_of(checked)) is not None:
                    self.clear([Cleared(place, RAW)])
        return False

    def _return(self, statement: ast.Return) -> bool:
        self.returned = joined(self.returned, self.weigh(statement.value))
        self.exits.append(self.snapshot())
        return True

    def _raise(self, statement: ast.Raise) -> bool:
        self.weigh(statement.exc)
        return True

    def _leave(self, _: ast.stmt) -> bool:
        if self._breaks:
            self._breaks[-1].append(self.snapshot())
        return True

    def _assert(self, statement: ast.Assert) -> bool:
        self.weigh(statement.test)
        self.assume(statement.test, truth=True)
        return False

    def _if(self, statement: ast.If) -> bool:
        # A chain of `elif` may be longer than Python's own stack.
        open_ends: list[Slots] = []
        current = statement
        while True:
            self.weigh(current.test)
            before = self.snapshot()
            self.assume(current.test, truth=True)
            if not self._block(current.body):
                open_ends.append(self.snapshot())
            self.restore(before)
            self.assume(current.test, truth=False)
            match current.orelse:
                case [ast.If() as following]:
                    current = following
                case orelse:
                    if not self._block(orelse):
                        open_ends.append(self.snapshot())
                    break
        return self._go_on(open_ends)

    def _go_on(self, open_ends: Sequence[Slots]) -> bool:
        if not open_ends:
            return True
        self.restore(open_ends[0])
        for other in open_ends[1:]:
            self.restore(either(self.slots, other))
        return False

    def _loop(self, statement: ast.For | ast.AsyncFor | ast.While) -> bool:
        # Twice, since the second round sees what the first has left; deeper inside once is enough.
        rounds = 2 if len(self._breaks) < _DEEPEST_LOOPS else 1
        before = self.snapshot()
        self._breaks.append([])
        for _ in range(rounds):
            if isinstance(statement, ast.While):
                self.weigh(statement.test)
                self.assume(statement.test, truth=True)
            else:
                self.bind(statement.target, self.weigh(statement.iter), None)
            if not self._block(statement.body):
                before = either(before, self.snapshot())
            for left in self._breaks[-1]:
                before = either(before, left)
            self.restore(before)
        self._breaks.pop()
        if isinstance(statement, ast.While):
            self.assume(statement.test, truth=False)
        return self._block(statement.orelse)

    def _with(self, statement: ast.With | ast.AsyncWith) -> bool:
        for item in statement.items:
            value = self.weigh(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, None)
        return self._block(statement.body)

    def _try(self, statement: ast.Try | ast.TryStar) -> bool:
        before = self.snapshot()
        open_ends: list[Slots] = []
        ended = self._block(statement.body)
        broken_off = either(before, self.snapshot())
        if not (ended or self._block(statement.orelse)):
            open_ends.append(self.snapshot())
        for handler in statement.handlers:
            self.restore(broken_off)
            if not self._block(handler.body):
                open_ends.append(self.snapshot())
        ended = self._go_on(open_ends)
        return self._block(statement.finalbody) or ended

    def _match(self, statement: ast.Match) -> bool:
        value = self.weigh(statement.subject)
        place = place_of(statement.subject)
        before = self.snapshot()
        open_ends = [before]
        for case in statement.cases:
            self.restore(before)
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if name is not None:
                    self.bind(ast.Name(name, ast.Store()), value, None)
            if place is not None and _is_choice(case.pattern):
                self.clear([Cleared(place, RAW)])
            if case.guard is not None:
                self.weigh(case.guard)
                self.assume(case.guard, truth=True)
            if not self._block(case.body):
                open_ends.append(self.snapshot())
        last = statement.cases[-1]
        if (
            isinstance(last.pattern, ast.MatchAs)
            and last.pattern.pattern is None
            and not last.guard
        ):
            open_ends.remove(before)  # `case _` leaves no way past the cases
        return self._go_on(open_ends)

    def _define(self, statement: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        inner = self.package.nested(statement, self.callee, self.slots)
        if inner is not None:
            self.local[statement.name] = inner
            self.package.follow_nested(inner)
        return False

    def _pass_over(self, _: ast.stmt) -> bool:
        return False

    _what: ClassVar[dict[type[ast.stmt], Callable[[Any, Any], bool]]] = {
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.Expr: _expression,
        ast.Return: _return,
        ast.Raise: _raise,
        ast.Break: _leave,
        ast.Continue: _leave,
        ast.Assert: _assert,
        ast.If: _if,
        ast.For: _loop,
        ast.AsyncFor: _loop,
        ast.While: _loop,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Try: _try,
        ast.TryStar: _try,
        ast.Match: _match,
        ast.FunctionDef: _define,
        ast.AsyncFunctionDef: _define,
        ast.ClassDef: _pass_over,
    }


def _is_choice(pattern: ast.pattern) -> bool:
    match pattern:
        case ast.MatchValue() | ast.MatchSingleton():
            return True
        case ast.MatchOr(patterns=patterns):
            return all(_is_choice(one) for one in patterns)
        case _:
            return False
