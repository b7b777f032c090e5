"""What a condition says of the values that it looks at, on the way where it holds and the other."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from waooaw.vision.dangers import LEXICAL, PART, PATH, RAW, URL, Value
from waooaw.vision.known import PLAIN_CHECKS
from waooaw.vision.scopes import Names, folded
from waooaw.vision.slots import Place, Slots, last_name, place_of

__all__ = ["Cleared", "Looker", "implied"]

_DEEPEST = 12
_PREDICATE = re.compile(r"(?i)valid|allow|permit|safe|trust|known|legal|accept|approved|whitelist")
#: A pattern that lets anything through says nothing of the text.
_ANYTHING = re.compile(r"(?<!\\)\.[*+{]|\\S[*+{]|\[\^[^\]]*\][*+{]")
_FIXED_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^/?#]+[/?#]")
_HOST_OF = frozenset({"hostname", "netloc", "host"})
_SPLITTERS = frozenset({"urlsplit", "urlparse", "URL"})
_NUMBERS = frozenset({"int", "float", "bool"})


class Cleared(NamedTuple):
    """Say which bits a place no longer has."""

    place: Place
    bits: int


class Looker(NamedTuple):
    """Hold what judging a condition takes.

    Attributes:
        slots: The variables where it stands.
        value: Returns what an expression may do.
        names: Returns what an expression may be called in full.
    """

    slots: Slots
    value: Callable[[ast.expr], Value]
    names: Callable[[ast.expr], Names]


def implied(test: ast.expr, truth: bool, look: Looker, depth: int = 0) -> list[Cleared]:  # noqa: FBT001 - a truth value
    """Return what is known where *test* turned out as *truth*."""
    if depth > _DEEPEST:
        return []
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return implied(inner, not truth, look, depth + 1)
        case ast.BoolOp(op=operator, values=values):
            found = [implied(value, truth, look, depth + 1) for value in values]
            if isinstance(operator, ast.And) == truth:
                return [one for each in found for one in each] + list(_together(values, truth))
            return [one for one in found[0] if all(one in each for each in found[1:])]
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _compared(left, operator, right, truth, look, depth)
        case ast.NamedExpr(value=value):
            return implied(value, truth, look, depth + 1)
        case ast.Name(id=name) if name in look.slots:
            meaning = look.slots[name].meaning
            return [] if meaning is None else implied(meaning, truth, look, depth + 1)
        case ast.Call() if truth:
            return list(_called(test, look, depth))
        case _:
            return []


def _together(values: list[ast.expr], truth: bool) -> Iterator[Cleared]:  # noqa: FBT001 - see above
    """Yield what `".." in x or x.startswith("/")` says only as a whole."""
    if truth:
        return
    dots: set[Place] = set()
    absolute: set[Place] = set()
    for value in values:
        match value:
            case ast.Compare(left=ast.Constant(value=".."), ops=[ast.In()], comparators=[right]):
                dots.update(_places(right))
            case ast.Call(func=ast.Attribute(value=inner, attr="startswith" | "is_absolute")):
                absolute.update(_places(inner))
            case ast.Call(func=ast.Attribute(attr="isabs"), args=[inner]):
                absolute.update(_places(inner))
    for place in dots & absolute:
        yield Cleared(place, PATH)


def _compared(
    left: ast.expr,
    operator: ast.cmpop,
    right: ast.expr,
    truth: bool,  # noqa: FBT001 - see above
    look: Looker,
    depth: int,
) -> list[Cleared]:
    match operator:
        case ast.In() | ast.NotIn():
            holds = truth == isinstance(operator, ast.In)
            if holds and isinstance(right, ast.Attribute) and right.attr == "parents":
                return [] if look.value(left) else list(_inside(right.value, look))
            if holds:
                return list(_one_of(left, look)) if _is_choice(right, look) else []
            return [Cleared(place, PATH) for place in _places(right) if _separates(left, look)]
        case ast.Eq() | ast.NotEq() if truth == isinstance(operator, ast.Eq):
            if not _is_foreign(look.value(right)):
                if isinstance(left, ast.Attribute) and left.attr == "parent":
                    return list(_inside(left.value, look))
                return list(_one_of(left, look))
            return [] if _is_foreign(look.value(left)) else list(_one_of(right, look))
        case ast.Is() | ast.IsNot() if isinstance(right, ast.Constant) and right.value is None:
            return implied(left, truth == isinstance(operator, ast.IsNot), look, depth + 1)
        case _:
            return []


def _separates(text: ast.expr, look: Looker) -> bool:
    return folded(text) in {"/", "\\"} or bool(look.names(text) & {"os.sep", "os.path.sep"})


def _is_foreign(value: Value) -> bool:
    """Tell whether a value came with an event; what a parameter holds is its caller's choice."""
    return any(isinstance(origin, str) for origin in value)


def _is_choice(container: ast.expr, look: Looker) -> bool:
    """Tell whether *container* holds what the author chose, and not what has come so far."""
    match container:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return bool(elements) and not look.value(container)
        case ast.Dict(keys=keys):
            return bool(keys)
        case ast.Name(id=name) if name in look.slots:
            slot = look.slots[name]
            if slot.meaning is None:
                return not _is_foreign(slot.value)
            return not isinstance(slot.meaning, ast.Name) and _is_choice(slot.meaning, look)
        case ast.Constant():
            return False
        case ast.Call(args=[], keywords=[], func=ast.Name()):  # set(), dict()
            return False
        case _:
            return not look.value(container)


def _one_of(expression: ast.expr, look: Looker, depth: int = 0) -> Iterator[Cleared]:
    """Yield what is known where *expression* is one of few values."""
    if depth > _DEEPEST:
        return
    inner = _same_as(expression)
    if inner:
        for one in inner:
            yield from _one_of(one, look, depth + 1)
        return
    if isinstance(expression, ast.Call) and "os.path.commonpath" in look.names(expression.func):
        yield from (Cleared(place, PATH) for place in _places(expression))
        return
    place = place_of(expression)
    if place is not None and (not place[1] or place[1][-1] not in {".suffix", ".scheme"}):
        yield Cleared(place, RAW)
    for url in _split_urls(expression, look):
        yield Cleared(url, URL | PART)
    if place is not None and not place[1] and place[0] in look.slots:
        meaning = look.slots[place[0]].meaning
        if meaning is not None:
            yield from _one_of(meaning, look, depth + 1)


def _same_as(expression: ast.expr) -> list[ast.expr]:
    """Return what is one of few values as well where *expression* is."""
    match expression:
        case ast.Call(
            func=ast.Attribute(value=inner, attr="lower" | "upper" | "strip" | "casefold"), args=[]
        ):
            return [inner]
        case ast.Call(func=ast.Name(id="str" | "type"), args=[inner]):
            return [inner]
        case ast.NamedExpr(target=target, value=value):
            return [target, value]
        case ast.Tuple(elts=elements):  # (scheme, host) == (…)
            return elements
        case _:
            return []


def _split_urls(expression: ast.expr, look: Looker) -> Iterator[Place]:
    """Yield the URLs whose host *expression* is."""
    if not (isinstance(expression, ast.Attribute) and expression.attr in _HOST_OF):
        return
    split: ast.expr | None = expression.value
    if isinstance(split, ast.Name) and split.id in look.slots:
        yield split.id, ()
        split = look.slots[split.id].meaning
    if isinstance(split, ast.Call):
        name = split.func.attr if isinstance(split.func, ast.Attribute) else None
        name = split.func.id if isinstance(split.func, ast.Name) else name
        if name in _SPLITTERS:
            yield from _places(split)


def _called(  # noqa: C901 - one case for each function
    call: ast.Call, look: Looker, depth: int
) -> Iterator[Cleared]:
    """Yield what is known where *call* gave something true."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
        yield from _of_method(call, call.func, look)
        return
    names = look.names(call.func)
    match call.args:
        case [text, *_] if isinstance(call.func, ast.Attribute) and _matches(call.func, look):
            if _is_strict(call.func.value, look, whole=call.func.attr == "fullmatch"):
                yield from _one_of(text, look)
        case [pattern, text, *_] if names & {"re.fullmatch", "re.match"}:
            if _is_strict(pattern, look, whole="re.fullmatch" in names):
                yield from _one_of(text, look)
        case [subject, kinds] if "builtins.isinstance" in names:
            if _are_numbers(kinds):
                yield from _one_of(subject, look)
        case [ast.GeneratorExp(elt=each)] if names & {"builtins.any", "builtins.all"}:
            yield from implied(each, True, look, depth + 1)  # noqa: FBT003 - the truth
        case arguments if _PREDICATE.search(last_name(call.func)):
            for argument in arguments:
                yield from _one_of(argument, look)


_METHODS = frozenset({*PLAIN_CHECKS, "endswith", "is_relative_to", "startswith"})


def _of_method(call: ast.Call, method: ast.Attribute, look: Looker) -> Iterator[Cleared]:
    if method.attr in PLAIN_CHECKS:
        yield from _one_of(method.value, look)
    elif method.attr == "is_relative_to":
        yield from _inside(method.value, look)
    elif method.attr == "endswith":
        # `.pay.example`, with its first dot, is the end of no other host.
        if call.args and (folded(call.args[0]) or "").startswith("."):
            yield from (one for one in _one_of(method.value, look) if one.bits == URL | PART)
    elif call.args:
        yield from _begins(method.value, call.args[0], look)


def _matches(method: ast.Attribute, look: Looker) -> bool:
    """Tell whether *method* is that of a compiled pattern."""
    return method.attr in {"fullmatch", "match"} and "re" not in look.names(method.value)


def _is_strict(pattern: ast.expr, look: Looker, *, whole: bool) -> bool:
    """Tell whether *pattern*, a text or what `re.compile` made, refuses anything."""
    if isinstance(pattern, ast.Call) and pattern.args:
        pattern = pattern.args[0]
    text = folded(pattern)
    if text is None:
        # The pattern stands elsewhere, as a constant of the module often does.
        return not look.value(pattern)
    return (whole or text.endswith(("$", r"\Z"))) and not _ANYTHING.search(text)


def _inside(subject: ast.expr, look: Looker) -> Iterator[Cleared]:
    """Yield what is known where the path *subject* lies in a folder; `..` must be out of it."""
    if any(bits & LEXICAL for bits in look.value(subject).values()):
        return
    for place in _places(subject):
        yield Cleared(place, PATH)
        meaning = look.slots[place[0]].meaning if place[0] in look.slots else None
        if meaning is not None:
            yield from (Cleared(one, PATH) for one in _places(meaning))


def _begins(subject: ast.expr, start: ast.expr, look: Looker) -> Iterator[Cleared]:
    if look.value(start):
        return
    text = folded(start)
    if text is None or _FIXED_HOST.match(text):
        yield from (Cleared(place, URL | PART) for place in _places(subject))
    if text is None or text.startswith("/"):
        yield from _inside(subject, look)


def _are_numbers(kinds: ast.expr) -> bool:
    match kinds:
        case ast.Tuple(elts=elements):
            return bool(elements) and all(_are_numbers(one) for one in elements)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _are_numbers(left) and _are_numbers(right)
        case ast.Name(id=name):
            return name in _NUMBERS
        case _:
            return False


def _places(expression: ast.expr) -> Iterator[Place]:
    """Yield the outermost places in *expression*, of which a hundred parts are looked at."""
    pending: list[ast.expr] = [expression]
    for _ in range(100):
        if not pending:
            return
        one = pending.pop()
        place = place_of(one)
        if place is not None:
            yield place
            continue
        pending += [child for child in ast.iter_child_nodes(one) if isinstance(child, ast.expr)]
