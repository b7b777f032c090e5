"""What the arguments of a call are, as far as the code tells, and whether tests of them hold."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from waooaw.vision.ingredients import Found, Functions, ingredients
from waooaw.vision.loops import Callings
from waooaw.vision.patterns import ArgumentTest, Tag
from waooaw.vision.scopes import Scope, bound_once, folded, resolve

__all__ = ["Arguments"]


class Arguments:
    """Judge the arguments of the calls of one file.

    Args:
        functions: The package's functions, which values are followed into.
        callings: Who calls them, which parameters are followed to.
        ancestors: Returns classes with all that stand above them.
    """

    def __init__(
        self,
        functions: Functions,
        callings: Callings,
        ancestors: Callable[[set[str]], set[str]],
    ) -> None:
        self._functions = functions
        self._callings = callings
        self._ancestors = ancestors
        self._known: dict[tuple[int, int], tuple[ast.expr, Found]] = {}

    def holds(self, test: ArgumentTest, call: ast.Call, scope: Scope) -> bool:
        """Tell whether the argument that *test* asks for is what it asks for."""
        prepared = _prepared(call, scope)
        if test.receiver:
            return isinstance(call.func, ast.Attribute) and self.fits(test, call.func.value, scope)
        if test.any:
            return any(self.fits(test, value, scope) for value in _values(call, scope))
        keywords = [*_keywords(call, scope)]
        if prepared is not None:
            keywords += _keywords(prepared, scope)
        for name, value in keywords:
            if name is not None and name == test.name:
                return self.fits(test, value, scope)
        spread = any(isinstance(argument, ast.Starred) for argument in call.args)
        at = test.at
        if prepared is not None and at is not None:
            at -= len(prepared.args) - 1
        if at is not None and not spread and 0 <= at < len(call.args):
            return self.fits(test, call.args[at], scope)
        if test.looks_inside:
            return False
        handed_on = prepared.keywords if prepared is not None else []
        if spread or any(one.arg is None for one in (*call.keywords, *handed_on)):
            return test.holds(frozenset({Tag.UNKNOWN}), None)
        return test.holds(frozenset({Tag.ABSENT}), None)

    def fits(self, test: ArgumentTest, value: ast.expr, scope: Scope) -> bool:
        """Tell whether a value is what *test* asks for."""
        if test.only or test.unless or test.matches is not None or test.named is not None:
            tags, text = self._judged(value, scope)
            if not test.holds(tags, text):
                return False
        return not test.looks_inside or test.holds_inside(self._inside(value, scope))

    def _inside(self, value: ast.expr, scope: Scope) -> Found:
        key = (id(value), id(scope))
        if key not in self._known:
            # The expression is kept too: another one would get its `id` once it is gone.
            self._known[key] = (value, ingredients(value, scope, self._functions, self._callings))
        return self._known[key][1]

    def _judged(self, value: ast.expr, scope: Scope) -> tuple[frozenset[str], str | None]:
        """Return the tags and resolved names of a value, and its text where it is a literal."""
        text = folded(value)
        if text is not None:
            return frozenset({Tag.LITERAL}), text
        match value:
            case ast.Constant(value=None):
                return frozenset({Tag.LITERAL, Tag.NONE, Tag.FALSE}), None
            case ast.Constant(value=constant):
                return frozenset({Tag.LITERAL, Tag.TRUE if constant else Tag.FALSE}), None
            case ast.Dict() | ast.List() | ast.Tuple() | ast.Set():
                return frozenset({Tag.COMPUTED}), _spelled(value)
        names = resolve(value, scope)
        # A loader of one's own is as safe as the one that it extends.
        tags = {Tag.COMPUTED.value, *self._ancestors(set(names))}
        if not names.isdisjoint(scope.top.modules):
            tags.add(Tag.MODULE)
        if isinstance(value, ast.Name) and _is_none(bound_once(value.id, scope)):
            tags |= {Tag.NONE, Tag.FALSE}
        return frozenset(tags), None


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _spelled(container: ast.expr) -> str | None:
    """Return how Python writes a container of constants."""
    try:
        return repr(ast.literal_eval(container))
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None


def _values(call: ast.Call, scope: Scope) -> Iterator[ast.expr]:
    yield from call.args
    for _, value in _keywords(call, scope):
        yield value


def _keywords(call: ast.Call, scope: Scope) -> Iterator[tuple[str | None, ast.expr]]:
    """Yield the arguments by name; `**{"shell": True}` is `shell=True`."""
    for keyword in call.keywords:
        spread = keyword.value if keyword.arg is None else None
        if isinstance(spread, ast.Name):
            spread = bound_once(spread.id, scope)
        if isinstance(spread, ast.Dict):
            for key, value in zip(spread.keys, spread.values, strict=True):
                yield folded(key), value
        elif isinstance(spread, ast.Call) and not spread.args:
            for one in spread.keywords:  # dict(shell=True)
                yield one.arg, one.value
        else:
            yield keyword.arg, keyword.value


def _prepared(call: ast.Call, scope: Scope) -> ast.Call | None:
    """Return the `functools.partial(…)` that *call* calls, where its name stands for one only."""
    found: object = None
    match call.func:
        case ast.Name(id=name):
            found = bound_once(name, scope)
        case ast.Attribute(value=ast.Name(id=base), attr=name) if base == scope.own_name:
            origins = scope.attributes_of_own(name)
            found = origins[0][0] if len(origins) == 1 else None
        case _:
            return None
    if isinstance(found, ast.Call) and found.args:
        return found if "functools.partial" in resolve(found.func, scope) else None
    return None
