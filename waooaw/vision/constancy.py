"""Whether a condition decides anything: some are the same for every event."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from waooaw.errors import InputError
from waooaw.expressions import MAX_CHARACTERS, Scope, compile_condition
from waooaw.vision.cells import Cells
from waooaw.vision.trees import Node, tree_of

__all__ = ["any_of", "cells_of", "constant", "holds_always"]


# The agents of a fleet say the same in many places, and every layer asks.
@lru_cache(maxsize=4_096)
def _read(source: str, scope: Scope) -> tuple[bool | None, Node] | None:
    """Return a condition's answer, where the engine knows it by itself, and its tree."""
    try:
        condition = compile_condition(source, scope)
    except InputError:  # the specification's own check says so
        return None
    return condition.constant(), tree_of(condition)


@lru_cache(maxsize=4_096)
def constant(source: str, scope: Scope) -> bool | None:
    """Return the answer where it is the same whatever the event and the decision are, else None.

    What contradicts itself is false (`event.data.hour < 6 && event.data.hour > 22`), and so is what
    asks of a decision that which none is (`decision.confidence > 1.0`).
    """
    read = _read(source, scope)
    if read is None:
        return None
    known, tree = read
    if known is not None:
        return known
    cells = Cells(tree)
    if cells.always():
        return True
    return False if cells.never() else None


@lru_cache(maxsize=4_096)
def holds_always(source: str, topics: tuple[str, ...] = ()) -> bool:
    """Tell whether a rule's condition holds for every event of *topics*, or for every one at all.

    That a field is there counts as no condition, unless it is asked for by `has`.
    """
    read = _read(source, Scope.RULE)
    if read is None:
        return False
    known, tree = read
    return Cells(tree, topics).always() if known is None else known


@lru_cache(maxsize=4_096)
def cells_of(source: str, topics: tuple[str, ...] = (), scope: Scope = Scope.RULE) -> Cells | None:
    """Return the cells of a condition, or None where it is none."""
    read = _read(source, scope)
    return None if read is None else Cells(read[1], topics)


def any_of(sources: Sequence[str]) -> str:
    """Return a condition that holds where one of *sources* does; the first where it is too long."""
    joined = " || ".join(f"({one}\n)" for one in sources)
    return joined if len(joined) <= MAX_CHARACTERS else sources[0]
