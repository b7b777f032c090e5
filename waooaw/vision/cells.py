"""What a condition can come to: its answers over every kind of event that it tells apart.

A condition compares terms (a field, a size) with literals, and these cut what a term may be into
cells: below the smallest, each itself, between two of them, beyond the largest, and for texts any
other. Inside a cell every answer is the same, so that to ask one value of each is to ask them all.
What is not understood may be true or false, independent of all else. So "always" and "never" are
proven; of what is not proven nothing is said. A field that is asked for is taken to be there
unless the condition itself asks whether it is, and to be of a type that can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from types import EllipsisType
from typing import TypeAlias

from waooaw.vision.trees import Call, Const, Name, Node, Select

__all__ = ["Cells", "Pair", "Value", "is_ordered"]

_MOST = 1_024
_UNTRIED = "untried"
_ORDER = frozenset({"_<_", "_<=_", "_>_", "_>=_"})
_COMPARED = _ORDER | {"_==_", "_!=_"}
_TURNED = {"_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_"}
_LOGIC = frozenset({"_&&_", "_||_", "!_", "_?_:_", "@in"}) | _COMPARED
_TEXTUAL = frozenset({"startsWith", "endsWith", "contains"})
#: What is known of the decision and of every event.
_TIERS = ("rules", "cache", "model", "otherwise")
_NEVER_EMPTY = frozenset({"event.id", "event.type", "event.source", "decision.outcome"})
_LEAST = {"decision.cost_usd": 0.0, "decision.confidence": 0.0}
_MOST_OF = {"decision.confidence": 1.0}


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold two terms that are compared; its value is the sign of their difference."""

    first: Node
    second: Node


@dataclass(frozen=True, slots=True)
class _Any:
    """Hold a value that equals no literal of the condition; a text may begin in a known way."""

    begins: str = ""


@dataclass(frozen=True, slots=True)
class _Absent:
    """Stand for a field that is not there."""


Value: TypeAlias = bool | float | str | bytes | _Any | _Absent | None
_Term: TypeAlias = Node | Pair


def is_ordered(node: Node) -> bool:
    """Tell whether *node* asks which of two is larger."""
    return isinstance(node, Call) and node.function in _ORDER


class Cells:
    """Hold a condition and the values that its terms have to be tried with.

    Args:
        tree: The condition.
        topics: The topic patterns that the event's type fits one of; none: it may be any.

    Attributes:
        domains: The terms that it tells apart, and a value of each of their cells.
        ordered: Those whose size is asked for.
    """

    def __init__(self, tree: Node, topics: Iterable[str] = ()) -> None:
        self._tree = tree
        self._topics = tuple(topics)
        self._literals: dict[_Term, set[Value]] = {}
        self.ordered: set[_Term] = set()
        self._asked: set[_Term] = set()
        self._flags: set[_Term] = set()
        self._read(tree)
        self.domains = {term: self._domain(term) for term in self._literals}
        self.domains |= dict.fromkeys(self._flags - self._literals.keys(), (False, True))

    def always(self) -> bool:
        """Tell whether the condition is true of everything; False where that is not proven."""
        return all(answer is True for answer in self._answers({}, backwards=False))

    def never(self) -> bool:
        """Tell whether the condition is true of nothing; False where that is not proven."""
        return not any(answer in {True, _UNTRIED} for answer in self._answers({}, backwards=True))

    def can_hold(self, pinned: Mapping[_Term, Value]) -> bool | None:
        """Tell whether it may be true where terms have these values; None: too much to try."""
        for answer in self._answers(pinned, backwards=True):
            if answer is True:
                return True
            if answer == _UNTRIED:
                return None
        return False

    def other_of(self, term: _Term) -> Value:
        """Return a value of *term* that equals no literal; its last one where there is none."""
        values = self.domains[term]
        return next((one for one in values if isinstance(one, _Any)), values[-1])

    def _answers(
        self, pinned: Mapping[_Term, Value], *, backwards: bool
    ) -> Iterator[bool | str | None]:
        """Yield the answer of each cell; `_UNTRIED` at last where there are too many."""
        domains = {
            term: (pinned[term],) if term in pinned else values
            for term, values in self.domains.items()
        }
        tried = (values[::-1] if backwards else values for values in domains.values())
        for number, values in enumerate(product(*tried)):
            if number == _MOST:
                yield _UNTRIED
                return
            yield self._truth(self._tree, dict(zip(domains, values, strict=True)))

    # What stands in the condition.

    def _read(self, node: Node) -> None:
        match node:
            case Const():
                return
            case Call(function=name, arguments=(first, second)) if name in _COMPARED:
                self._read_comparison(name, first, second)
            case Call(function="@in", arguments=(first, Call(function="[]", arguments=found))) if (
                not isinstance(first, Const)
            ):
                for one in found:
                    self._read_comparison("_==_", first, one)
            case Call(function=name, arguments=arguments) if name in _LOGIC - {"@in"}:
                for one in arguments:
                    self._read(one)
            case Call(function=name, arguments=(target, Const(value=str()))) if name in _TEXTUAL:
                self._literals.setdefault(target, set())
                self._flags.add(node)
            case Select(of=of, field=field, asks=True):
                present = Select(of, field)
                self._literals.setdefault(present, set())
                self._asked.add(present)
            case _:
                self._flags.add(node)

    def _read_comparison(self, name: str, first: Node, second: Node) -> None:
        if isinstance(first, Const) and isinstance(second, Const):
            return
        if _is_logic(first) or _is_logic(second):
            self._read(first)
            self._read(second)
            return
        if isinstance(first, Const):
            first, second = second, first
        if isinstance(second, Const):
            if name in _ORDER and not isinstance(second.value, float):
                self._flags.add(Call(name, (first, second)))
                return
            self._literals.setdefault(first, set()).add(second.value)
            if name in _ORDER:
                self.ordered.add(first)
        elif first != second:
            self._literals.setdefault(_pair(first, second), set())

    def _domain(self, term: _Term) -> tuple[Value, ...]:
        if isinstance(term, Pair):
            return (-1.0, 0.0, 1.0)
        literals = self._literals[term]
        numbers = sorted({one for one in literals if isinstance(one, float)})
        rest = sorted((one for one in literals if not isinstance(one, float)), key=repr)
        name = term.name if isinstance(term, Name) else ""
        values: list[Value]
        if name == "decision.tier":
            return _TIERS
        if name == "event.type" and self._topics:
            values = [
                *_types(self._topics),
                *(one for one in rest if any("*" in t for t in self._topics)),
            ]
        elif term in self.ordered or name in _LEAST:
            values = [*_points(numbers, term), *rest]
        else:
            values = [_Any(), *numbers, *rest]
        if name in _NEVER_EMPTY:
            values = [one for one in values if one != ""]
        if term in self._flags:
            values = [False, True, *(one for one in values if not isinstance(one, bool | _Any))]
        if term in self._asked:
            values.insert(0, _Absent())
        return tuple(values)

    # What it comes to.

    def _truth(self, node: Node, values: Mapping[_Term, Value]) -> bool | None:
        """Return the answer; None where there is none, as for a field that is not there."""
        match node:
            case Const(value=value):
                return value if isinstance(value, bool) else None
            case Call(function="_&&_", arguments=parts):
                found = [self._truth(one, values) for one in parts]
                return False if False in found else None if None in found else True
            case Call(function="_||_", arguments=parts):
                found = [self._truth(one, values) for one in parts]
                return True if True in found else None if None in found else False
            case Call(function="!_", arguments=(one,)):
                answer = self._truth(one, values)
                return None if answer is None else not answer
            case Call(function="_?_:_", arguments=(asked, yes, no)):
                answer = self._truth(asked, values)
                return None if answer is None else self._truth(yes if answer else no, values)
            case Call(function="@in", arguments=(first, Call(function="[]", arguments=found))) if (
                not isinstance(first, Const)
            ):
                answers = [self._comparison("_==_", first, one, values) for one in found]
                return True if True in answers else None if None in answers else False
            case Call(function=name, arguments=(first, second)) if name in _COMPARED:
                return self._comparison(name, first, second, values)
            case Call(function=name, arguments=(target, Const(value=str(text)))) if (
                name in _TEXTUAL
            ):
                known = _textual(name, values[target], text)
                return _flag(values[node]) if isinstance(known, EllipsisType) else known
            case Select(of=of, field=field, asks=True):
                return not isinstance(values[Select(of, field)], _Absent)
            case _:
                return _flag(values[node])

    def _comparison(
        self, name: str, first: Node, second: Node, values: Mapping[_Term, Value]
    ) -> bool | None:
        if _is_logic(first) or _is_logic(second):
            one, other = self._truth(first, values), self._truth(second, values)
            if one is None or other is None or name in _ORDER:
                return None
            return (one == other) is (name == "_==_")
        if isinstance(first, Const) and not isinstance(second, Const):
            first, second, name = second, first, _TURNED.get(name, name)
        if isinstance(second, Const):
            if isinstance(first, Const):
                return _compared(name, first.value, second.value)
            if name in _ORDER and not isinstance(second.value, float):
                return _flag(values[Call(name, (first, second))])
            return _compared(name, values[first], second.value)
        if first == second:
            return name in {"_==_", "_<=_", "_>=_"}
        pair = _pair(first, second)
        sign = values[pair]
        return _compared(name if pair.first == first else _TURNED.get(name, name), sign, 0.0)


def _is_logic(node: Node) -> bool:
    # Of two values one may be chosen that are no answers: `(event.data.vip ? 900 : 100) < 500`.
    return (isinstance(node, Call) and node.function in _LOGIC - {"_?_:_"}) or (
        isinstance(node, Select) and node.asks
    )


def _pair(first: Node, second: Node) -> Pair:
    return Pair(*sorted((first, second), key=repr))


def _flag(value: Value) -> bool | None:
    return value if isinstance(value, bool) else None


def _compared(name: str, value: Value, literal: Value) -> bool | None:
    if isinstance(value, _Absent):
        return None
    if name in {"_==_", "_!=_"}:
        same = type(value) is type(literal) and value == literal
        return same is (name == "_==_")
    if isinstance(value, _Any):
        return None
    if not (isinstance(value, float) and isinstance(literal, float)):
        return None
    match name:
        case "_<_":
            return value < literal
        case "_<=_":
            return value <= literal
        case "_>_":
            return value > literal
        case _:
            return value >= literal


def _textual(name: str, value: Value, text: str) -> bool | EllipsisType | None:
    """Return what a method of texts answers; an ellipsis where that may be either."""
    if isinstance(value, _Absent):
        return None
    if text == "":
        return True
    if isinstance(value, _Any):
        return True if name != "endsWith" and value.begins.startswith(text) else ...
    if not isinstance(value, str):
        return None
    match name:
        case "startsWith":
            return value.startswith(text)
        case "endsWith":
            return value.endswith(text)
        case _:
            return text in value


def _types(topics: Iterable[str]) -> Iterator[Value]:
    for topic in topics:
        if "*" not in topic:
            yield topic
        else:
            begins = topic[: topic.index("*")]
            # `**` stands for no segment too, and then the dot before it is not there either.
            yield _Any(begins.removesuffix(".") if "**" in topic else begins)


def _points(numbers: list[float], term: Node) -> list[Value]:
    """Return a number of each cell that *numbers* cut what *term* may be into."""
    name = term.name if isinstance(term, Name) else ""
    whole = isinstance(term, Call) and term.function == "size"
    least, most = _LEAST.get(name, -math.inf), _MOST_OF.get(name, math.inf)
    if whole:
        least = 0.0
        of = term.arguments[0] if isinstance(term, Call) else None
        if isinstance(of, Name) and of.name in _NEVER_EMPTY:
            least = 1.0
        found = {
            near
            for one in numbers
            for near in (math.floor(one), math.floor(one) + 1.0, math.floor(one) - 1.0)
        }
    else:
        found = {(one + other) / 2 for one, other in pairwise(numbers)}
        found |= {*numbers}
        # Of a large number, one more is the same number.
        found |= {one + sign * max(1.0, abs(one)) for one in numbers for sign in (-1, 1)}
    found |= {end for end in (least, most) if math.isfinite(end)}
    return [float(one) for one in sorted(found) if least <= one <= most]
