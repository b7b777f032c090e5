"""How many of all, where a sentence counts them: "38 of 41 tenants", "5 % of the orders"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from waooaw.triage.reading import Evidence, ReadingRule
from waooaw.triage.vocabulary import Reach
from waooaw.triage.words import Sentence

__all__ = ["counted"]

_OF = re.compile(
    r"(?<![\w.])(\d{1,9})\s+(?:out\s+)?of\s+(?:\w+\s+){0,2}?(\d{1,9})(?![\w.])", re.IGNORECASE
)
_PERCENT = re.compile(r"(?<![\w.])(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:%|per ?cent\b)", re.IGNORECASE)
_NEARLY_ALL = 0.95
_HALF = 0.5
_WHO = ("user_noun", "op_noun")


def counted(sentences: Iterable[Sentence]) -> tuple[Evidence, ...]:
    """Return what sentences say of how many customers, or their requests, feel it."""
    found = []
    for sentence in sentences:
        if sentence.order or not any(name in sentence.spans for name in _WHO):
            continue
        share = _share(sentence.text)
        # "0 of 12 went through" and "0 of 12 are affected" are each other's opposite.
        if share:
            found.append(Evidence(_RULES[_reach(share)], sentence))
    return tuple(found)


def _share(text: str) -> float | None:
    if (match := _OF.search(text)) is not None and int(match[2]) >= max(int(match[1]), 1):
        return int(match[1]) / int(match[2])
    if (match := _PERCENT.search(text)) is not None:
        share = float(match[1].replace(",", ".")) / 100
        return share if share <= 1 else None
    return None


def _reach(share: float) -> Reach:
    if share >= _NEARLY_ALL:
        return Reach.ALL
    if share >= _HALF:
        return Reach.MOST
    return Reach.SOME


_RULES = {
    reach: ReadingRule(
        id="reach-counted",
        says="It is counted how many feel it.",
        any=(),
        also=(),
        unless=(),
        sets=(("reach", reach),),
        floor=None,
        notes=(),
        follows=None,
        lowers=False,
        across=False,
        wide=False,
    )
    for reach in Reach
}
