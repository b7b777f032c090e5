"""Whether a condition decides anything: some are the same for every event."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from waooaw.errors import ConditionFault, InputError
from waooaw.expressions import Condition, Facts, Scope, compile_condition

__all__ = ["constant", "holds_always"]

_LITERAL = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'")
_MOST_LITERALS = 20
#: Each type of data once; there are no fewer texts, so that each is tried.
_DATA: tuple[object, ...] = (None, {}, [], "text", 7)
#: Sort before and after what people write, and are as short and as long as text gets.
_ODD = ("!", "~", "a", "Zz.9-x", "x" * 2_000)


# The agents of a fleet say the same in many places, and every layer asks.
@lru_cache(maxsize=4_096)
def constant(source: str, scope: Scope) -> bool | None:
    """Return the answer where it does not depend on the event at all, else None."""
    try:
        return compile_condition(source, scope).constant()
    except InputError:  # the specification's own check says so
        return None


@lru_cache(maxsize=4_096)
def holds_always(source: str) -> bool:
    """Tell whether a rule's condition holds for every event there can be.

    That is certain for constants (`1 < 2`). Others (`event.type != ""`) are tried on odd values and
    on the texts that they name themselves, with data of every type: a condition that asks for a
    field fails on some of it. What looks at the context or through a regular expression is taken
    at its word.
    """
    try:
        condition = compile_condition(source, Scope.RULE)
    except InputError:
        return False
    known = condition.constant()
    if known is not None:
        return known
    if condition.mentions("context") or "matches" in source:
        return False
    return all(_holds(condition, probe) for probe in _probes(source))


def _probes(source: str) -> Iterator[Facts]:
    """Yield odd events, one after the other: hardly any condition gets past the first."""
    literals = (double or single for double, single in _LITERAL.findall(source))
    named = [text for text in islice(literals, _MOST_LITERALS) if text]
    texts = [*_ODD, *named]
    for shift, text in enumerate(texts):
        other = texts[(shift + 1) % len(texts)]
        for first, second in ((text, other), (other, text)):
            values = {
                "event.id": first,
                "event.type": first,
                "event.source": second,
                # These two may be missing, the others never are.
                "event.subject": "" if shift == 0 else second,
                "event.time": "" if shift == 0 else first,
                "event.data": _DATA[shift % len(_DATA)],
                "context": {},
            }
            yield Facts(Scope.RULE, values)


def _holds(condition: Condition, probe: Facts) -> bool:
    try:
        return condition.holds(probe)
    except ConditionFault:
        return False
