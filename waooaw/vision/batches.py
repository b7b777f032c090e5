"""Ask many rules at once whether all of them hold: that is faster than to ask one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from waooaw.documents import FieldPath
from waooaw.errors import ConditionFault, InputError
from waooaw.expressions import (
    MAX_CHARACTERS,
    Condition,
    Facts,
    Scope,
    compile_condition,
    joined,
)
from waooaw.vision.rules import Requirement, Rule, Subject

__all__ = ["Batches", "batches_of"]

#: Where something has to hold (None: everywhere), and what.
_Demand: TypeAlias = tuple[Condition | None, Condition]


class Batches:
    """Hold what rules demand of specifications, joined by the lists that they look at."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        demands: dict[FieldPath, list[_Demand]] = {}
        for rule in rules:
            demanded = rule.judgement
            if isinstance(demanded, Requirement) and rule.applies_to is Subject.SPEC:
                paths: tuple[FieldPath, ...] = demanded.for_each or ((),)
                for path in paths:
                    demands.setdefault(path, []).append((demanded.when, demanded.require))
        self._joined = {path: _together(path, found) for path, found in demands.items()}

    def all_hold(self, path: FieldPath, given: Facts) -> bool:
        """Tell whether every rule on *path* holds for each element of that list.

        It is False also where one of them has no answer: which, is to be asked one by one.

        Args:
            path: The list that rules look at; (): they look at the whole.
            given: A specification.
        """
        conditions = self._joined.get(path)
        if conditions is None:
            return False
        try:
            return all(condition.holds(given) for condition in conditions)
        except ConditionFault:
            return False


#: Leaves room for what is written around demands, each and all.
_LONGEST = MAX_CHARACTERS - 500


def _together(path: FieldPath, demands: list[_Demand]) -> tuple[Condition, ...] | None:
    """Return conditions of the whole that hold where all demands do, or None: each is asked."""
    if not path:
        return joined(demands)
    # To convert a specification for each of its elements costs more than all else.
    listed = ".".join(str(part) for part in ("spec", *path))
    parts = [part for some in _portions(demands) for part in joined(some)]
    try:
        return tuple(
            compile_condition(f"{listed}.all(item, {part.source}\n)", Scope.SPEC) for part in parts
        )
    except InputError:
        return None


def _portions(demands: list[_Demand]) -> Iterator[list[_Demand]]:
    portion: list[_Demand] = []
    size = 0
    for when, require in demands:
        more = len(require.source) + (0 if when is None else len(when.source)) + _AROUND
        if portion and size + more > _LONGEST:
            yield portion
            portion, size = [], 0
        portion.append((when, require))
        size += more
    yield portion


_AROUND = 20


_known: dict[tuple[int, ...], tuple[tuple[Rule, ...], Batches]] = {}
_MOST_KNOWN = 64


def batches_of(rules: tuple[Rule, ...]) -> Batches:
    """Return the batches of *rules*, made once for the same rules."""
    # To hash a rule costs more than to judge by it; the rules are kept, so their ids stay theirs.
    key = tuple(map(id, rules))
    if key not in _known:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[key] = (rules, Batches(rules))
    return _known[key][1]
