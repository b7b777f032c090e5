"""Whether a condition decides anything: some are the same for every event."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from waooaw.errors import InputError
from waooaw.expressions import MAX_CHARACTERS, Scope, compile_condition
from waooaw.vision.cells import Cells
from waooaw.vision.trees import tree_of

__all__ = ["any_of", "cells_of", "constant", "holds_always"]


# The agents of a fleet say the same in many places, and every layer asks.
@lru_cache(maxsize=4_096)
def constant(source: str, scope: Scope) -> bool | None:
    """Return the answer where it is the same whatever the event and the decision are, else None.

    What contradicts itself is false (`event.data.hour < 6 && event.data.hour > 22`), and so is what
    asks of a decision that which none is (`decision.confidence > 1.0`).
    """
    try:
        condition = compile_condition(source, scope)
    except InputError:  # the specification's own check says so
        return None
    known = condition.constant()
    if known is not None:
        return known
    cells = Cells(tree_of(condition))
    if cells.always():
        return True
    return False if cells.never() else None


@lru_cache(maxsize=4_096)
def holds_always(source: str, topics: tuple[str, ...] = ()) -> bool:
    """Tell whether a rule's condition holds for every event of *topics*, or for every one at all.

    That a field is there counts as no condition, unless it is asked for by `has`.
    """
    try:
        condition = compile_condition(source, Scope.RULE)
    except InputError:  # the specification's own check says so
        return False
    known = condition.constant()
    return Cells(tree_of(condition), topics).always() if known is None else known


@lru_cache(maxsize=4_096)
def cells_of(source: str, topics: tuple[str, ...] = (), scope: Scope = Scope.RULE) -> Cells | None:
    """Return the cells of a condition, or None where it is none."""
    try:
        return Cells(tree_of(compile_condition(source, scope)), topics)
    except InputError:
        return None


def any_of(sources: Sequence[str]) -> str:
    """Return a condition that holds where one of *sources* does; the first where it is too long."""
    joined = " || ".join(f"({one}\n)" for one in sources)
    return joined if len(joined) <= MAX_CHARACTERS else sources[0]
