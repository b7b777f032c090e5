"""Follow values into calls: what arrives in them, and what comes back."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from waooaw.vision.dangers import (
    CLEAN,
    LEXICAL,
    OBJECT,
    PATH,
    Value,
    joined,
    kept,
    marked,
)
from waooaw.vision.flows import Flow
from waooaw.vision.guards import Cleared
from waooaw.vision.known import CLEANERS, MARKERS, NEW_CONTENT, ONE_PASSED, PASSERS
from waooaw.vision.scopes import Names, folded
from waooaw.vision.slots import Place, Slot, Slots, last_name, place_of
from waooaw.vision.texts import Piece, placeholders, together
from waooaw.vision.weighing import Weigher

if TYPE_CHECKING:
    from waooaw.vision.callees import Callee
    from waooaw.vision.following import Package

__all__ = ["Caller"]

_MUTATORS = frozenset(
    {"append", "add", "extend", "insert", "update", "appendleft", "put", "put_nowait", "setdefault"}
)
#: Calls of these run what they are given: position of the function, then its arguments.
#: `[^a-z0-9-]+` leaves harmless letters only.
_STRIPPING = re.compile(
    r"\[\^[^\]\[/\\'\"\s.;|&<>{}$`]*(?:\\[wd][^\]\[/\\'\"\s;|&<>{}$`]*)*\][+*]?"
)
_RUNNERS = {"asyncio.to_thread": 0, "anyio.to_thread.run_sync": 0, "functools.partial": 0}
_DEEPEST_LOOPS = 3


class Caller(Weigher):
    """Follow the calls of one function.

    Args:
        package: What is known of the package, and who is told what arrives where.
        callee: The function.
        slots: What its variables hold at the start.
    """

    def __init__(self, package: Package, callee: Callee, slots: Slots) -> None:
        super().__init__(callee.inner, slots)
        self.package = package
        self.callee = callee
        self.own_name = callee.own_name
        self.local: dict[str, Callee] = {}

    # What flows where.

    def _arrive(self, rule: Any, flow: Flow, name: str, node: ast.AST, value: Value) -> None:  # noqa: ANN401 - handed through
        self.package.arrive(rule, flow, name, self.callee.file, node, value)

    def looked_into(self, subscript: ast.Subscript, key: Value) -> None:
        """Take note that something is looked into with *key*."""
        for name in self.names(subscript.value):
            for rule, flow in self.package.sinks.subscripts.get(name, ()):
                self._arrive(rule, flow, name, subscript, key)

    def message(self, node: ast.Dict, content: Value) -> None:
        """Take note of what is told to a model."""
        if content:
            for rule, flow in self.package.sinks.messages:
                self._arrive(rule, flow, "a message", node, content)

    def attribute_of_self(self, way: tuple[str, ...]) -> Value:
        """Return what an attribute of the method's object may do."""
        return self.package.attribute(self.callee.owner, way)

    # Calls.

    def called(self, call: ast.Call) -> Value:
        """Return what *call* gives, and tell what arrives in it."""
        self.package.spend()
        place = place_of(call)
        if place is not None and place[0] in self.slots:
            return self._place(call)
        names = self.names(call.func)
        if call.args and (names & _RUNNERS.keys() or last_name(call.func) == "run_in_executor"):
            return self._run_later(call, names)
        receiver = CLEAN
        if isinstance(call.func, ast.Attribute):
            receiver = self.weigh(call.func.value)
        elif not isinstance(call.func, ast.Name):
            self.weigh(call.func)
        values = [self.weigh(argument) for argument in call.args]
        keywords = [(keyword.arg, self.weigh(keyword.value)) for keyword in call.keywords]
        self._judge(call, names, receiver, values, keywords)
        callee = self._callee(call, names)
        if callee is not None:
            return self._followed(call, callee, receiver, values, keywords)
        return self._result(call, names, receiver, values, keywords)

    def _run_later(self, call: ast.Call, names: Names) -> Value:
        start = 0 if names & _RUNNERS.keys() else 1
        if len(call.args) <= start or isinstance(call.args[start], ast.Starred):
            return joined(*(self.weigh(argument) for argument in call.args))
        inner = ast.Call(call.args[start], call.args[start + 1 :], call.keywords)
        return self.called(ast.copy_location(inner, call))

    def _judge(
        self,
        call: ast.Call,
        names: Names,
        receiver: Value,
        values: list[Value],
        keywords: list[tuple[str | None, Value]],
    ) -> None:
        """Tell which of the values must not arrive in this call."""
        if not receiver and not any(values) and not any(value for _, value in keywords):
            return
        sinks = self.package.sinks
        for name in names:
            for rule, flow in sinks.calls.get(name, ()):
                meant = [self.arguments(call.args)] if flow.spread and call.args else []
                for value in meant or _meant(call, flow, values, keywords):
                    self._arrive(rule, flow, name.replace("builtins.", ""), call, value)
        if isinstance(call.func, ast.Attribute):
            self._judge_method(call, call.func, receiver, values, keywords)
        self._judge_by_name(call, values, keywords)

    def _judge_by_name(
        self, call: ast.Call, values: list[Value], keywords: list[tuple[str | None, Value]]
    ) -> None:
        sinks = self.package.sinks
        called = last_name(call.func)
        for rule, flow in sinks.named:
            if flow.named is not None and flow.named.search(called):
                for value in _meant(call, flow, values, keywords):
                    self._arrive(rule, flow, called, call, value)
        for keyword, value in keywords:
            if value and keyword is not None:
                for rule, flow in sinks.keywords.get(keyword, ()):
                    self._arrive(rule, flow, called, call, value)

    def _judge_method(
        self,
        call: ast.Call,
        method: ast.Attribute,
        receiver: Value,
        values: list[Value],
        keywords: list[tuple[str | None, Value]],
    ) -> None:
        for rule, flow in self.package.sinks.methods.get(method.attr, ()):
            if flow.on is not None and not flow.on.search(last_name(method.value)):
                continue
            judged = [receiver] if flow.receiver else _meant(call, flow, values, keywords)
            for value in judged:
                self._arrive(rule, flow, method.attr, call, value)

    def _callee(self, call: ast.Call, names: Names) -> Callee | None:
        match call.func:
            case ast.Name(id=name) if name in self.local:
                return self.local[name]
            case ast.Name(id=name) if name in self.slots:
                meaning = self.slots[name].meaning
                if isinstance(meaning, ast.Lambda):
                    return self.package.nested(meaning, self.callee, self.slots)
            case ast.Attribute(value=ast.Name(id=name), attr=method) if name == self.own_name:
                return self.package.method(self.callee.owner, method)
        return self.package.function(names)

    def _followed(
        self,
        call: ast.Call,
        callee: Callee,
        receiver: Value,
        values: list[Value],
        keywords: list[tuple[str | None, Value]],
    ) -> Value:
        bound, places = _bound(call, callee, receiver, values, keywords)
        if not any(bound.values()) and callee.closure is None:
            return CLEAN
        result, cleared = self.package.called(callee, bound)
        taken = [
            Cleared(place, bits)
            for parameter, bits in cleared.items()
            if (place := places.get(parameter)) is not None
        ]
        self.clear(taken)
        return result

    def _result(
        self,
        call: ast.Call,
        names: Names,
        receiver: Value,
        values: list[Value],
        keywords: list[tuple[str | None, Value]],
    ) -> Value:
        """Return what a function gives that does not stand in the package."""
        given = joined(*values, *(value for _, value in keywords))
        if "re.sub" in names and len(values) > 1:
            # What it leaves is what the pattern does not name.
            strict = _STRIPPING.fullmatch(self.text(call.args[0]) or "")
            return joined(values[1], *(() if strict else values[2:]))
        for name in names:
            if name in CLEANERS:
                return kept(given, ~CLEANERS[name])
            if name in MARKERS:
                return marked(given, MARKERS[name])
            if name in PASSERS:
                return given
            if name in ONE_PASSED:
                others = (value for keyword, value in keywords if keyword in {"url", "fullurl"})
                return joined(*values[ONE_PASSED[name] :][:1], *others)
            if self.package.is_checked_class(name.removesuffix("()")):
                return CLEAN
        if isinstance(call.func, ast.Attribute):
            return self._of_method(call, call.func, receiver, given, values, keywords)
        return CLEAN

    def _of_method(
        self,
        call: ast.Call,
        method: ast.Attribute,
        receiver: Value,
        given: Value,
        values: list[Value],
        keywords: list[tuple[str | None, Value]],
    ) -> Value:
        match method.attr:
            case "format" | "format_map":
                text = self.text(method.value)
                if text is not None:
                    named_values = {name: value for name, value in keywords if name is not None}
                    return placeholders(text, values, named_values)
                inner = CLEAN if isinstance(method.value, ast.Call) else given
                return joined(receiver, inner)
            case "join":
                return self._joined_text(call, method, receiver, given)
            case "relative_to" if receiver:
                return self._held_inside(method.value, receiver)
            case "joinpath" | "with_name" | "with_suffix" | "with_stem":
                return marked(joined(receiver, given), OBJECT)
            case "resolve" | "absolute" if any(bits & OBJECT for bits in receiver.values()):
                return kept(receiver, ~LEXICAL)
            case attribute if attribute in _MUTATORS and given:
                self._mutate(method.value, given)
                return joined(receiver, given)
            case "replace" if call.args and folded(call.args[0]) in {"/", "\\"}:
                return kept(joined(receiver, given), ~PATH)
            case "replace" | "pop" | "union" | "model_copy":
                return joined(receiver, given)
        return CLEAN if method.attr in NEW_CONTENT else receiver

    def _joined_text(
        self, call: ast.Call, method: ast.Attribute, receiver: Value, given: Value
    ) -> Value:
        given_list = call.args[0] if len(call.args) == 1 else None
        if isinstance(given_list, ast.Name) and given_list.id in self.slots:
            given_list = self.slots[given_list.id].meaning
        match given_list:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) if elements:
                between = Piece(self.text(method.value) or "", CLEAN)
                pieces: list[Piece] = []
                for element in elements:
                    pieces += [self.piece(element), between]
                return joined(receiver, together(pieces[:-1]))
            case _:
                return joined(receiver, given)

    def _held_inside(self, path: ast.expr, value: Value) -> Value:
        """Take note that `relative_to` raised nothing: the path lies in the folder."""
        if any(bits & LEXICAL for bits in value.values()):
            return value
        if (place := place_of(path)) is not None:
            self.clear([Cleared(place, PATH)])
        return kept(value, ~PATH)

    def _mutate(self, target: ast.expr, value: Value) -> None:
        place = place_of(target)
        if place is None:
            return
        root, way = place
        slot = self.slots.get(root, Slot())
        if way:
            slot = slot.having(way, joined(slot.at(way)[0], value))
        else:
            if isinstance(slot.meaning, ast.List):  # it will be joined into one text
                texts = [Piece(self.text(one), CLEAN) for one in slot.meaning.elts]
                value = together([*texts, Piece(None, value)])
            slot = Slot(joined(slot.value, value), slot.parts, None, None)
        self.put(root, slot)
        if root == self.own_name and way:
            self.package.keep_attribute(self.callee.owner, way[:1], value)


def _meant(
    call: ast.Call, flow: Flow, values: list[Value], keywords: list[tuple[str | None, Value]]
) -> list[Value]:
    """Return the values of the arguments that *flow* judges."""
    found = [value for name, value in keywords if name is None or name in flow.names]
    for index, value in enumerate(values):
        if index in flow.at or isinstance(call.args[index], ast.Starred):
            found.append(value)
    return found


def _bound(
    call: ast.Call,
    callee: Callee,
    receiver: Value,
    values: list[Value],
    keywords: list[tuple[str | None, Value]],
) -> tuple[dict[str, Value], dict[str, Place | None]]:
    """Return the value of each parameter, and the place that was handed over for it."""
    parameters = callee.parameters
    bound: dict[str, Value] = {}
    places: dict[str, Place | None] = {}
    if callee.own_name is not None:
        bound[callee.own_name] = receiver
        parameters = parameters[1:]
    for index, (argument, value) in enumerate(zip(call.args, values, strict=True)):
        if isinstance(argument, ast.Starred):
            for parameter in parameters[index:]:
                bound[parameter] = joined(bound.get(parameter, CLEAN), value)
        elif index < len(parameters):
            bound[parameters[index]] = value
            places[parameters[index]] = place_of(argument)
        elif callee.rest is not None:
            bound[callee.rest] = joined(bound.get(callee.rest, CLEAN), value)
    known = set(callee.all_parameters)
    for keyword, (name, value) in zip(call.keywords, keywords, strict=True):
        meant = name if name in known else callee.more
        if name is None:
            bound = dict.fromkeys(parameters, value) | bound
        elif meant is not None:
            bound[meant] = joined(bound.get(meant, CLEAN), value)
            places[meant] = place_of(keyword.value)
    return bound, places
