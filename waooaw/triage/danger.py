"""A net under the rules: does a request read like those in which something grave is told?

People seldom name what happened. They say what they saw ("I bought a drill, and it greets me as
Sarah"), in words that no rule foresaw. A model that learned from such requests catches half of what
rules miss, and is wrong more often than they are. So it only ever raises, it is not asked where the
sender stated the facts, and what it raised is not certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from waooaw.triage.features import Space
from waooaw.triage.linear import LinearModel, probabilities, shipped

__all__ = ["SPACE", "Danger", "DangerKind", "danger_in", "danger_terms"]

#: All terms stand in one space.
SPACE = Space.OPENING
_READ = 8_000
#: So many sentences tell a story; more of them is looked at in parts.
_TOGETHER = 4
_STEP = 2
_MOST_LINES = 40
_FEWEST_WORDS = 4
_LONGEST_WORD = 40
_WORD = re.compile(r"[a-z0-9']+|[?!%]")
_DIGITS = re.compile(r"\d+")
_SHORTEST_STEM = 3
_ENDINGS = ("ings", "ing", "edly", "ed", "ies", "es", "s", "ly")


class DangerKind(StrEnum):
    """Name what kind of danger a request tells of; `ORDINARY` is none."""

    EXPOSED = "exposed"
    GRAVE = "grave"
    PERSON = "person"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class Danger:
    """Hold what kind of danger a request reads like.

    Attributes:
        kind: The likeliest that is one.
        likely: How likely it is any at all, from 0 to 1.
        sure: Whether that is enough to wake somebody.
        evidence: The words that weighed most, as stems.
    """

    kind: DangerKind
    likely: float
    sure: bool
    evidence: tuple[str, ...]


def danger_in(lines: Sequence[str], *, model: LinearModel | None = None) -> Danger | None:
    """Return the danger that a report reads like, or None.

    Parts of it are looked at by themselves, too: pleasantries around a report must not water it
    down.

    Args:
        lines: What was reported, sentence by sentence, the title first.
        model: What weighs it; the shipped one by default.
    """
    weights = model if model is not None else shipped("danger")
    looks = [one for part in _parts(lines) if (one := _read(part, weights)) is not None]
    return max(looks, key=lambda one: one.likely, default=None)


def _parts(lines: Sequence[str]) -> list[str]:
    """Return the whole, and each few sentences that stand together, as far as is read."""
    known = lines[:_MOST_LINES]
    whole = "\n".join(lines)
    if len(known) <= _TOGETHER:
        return [whole]
    starts = range(0, len(known) - _TOGETHER + 1, _STEP)
    return [whole, *("\n".join(known[at : at + _TOGETHER]) for at in starts)]


def _read(text: str, model: LinearModel) -> Danger | None:
    terms = _terms(text)
    if len(terms) < _FEWEST_WORDS:
        return None
    at_home, elsewhere = model.at_home, model.elsewhere
    shares = model.shares({SPACE: terms})
    likelihoods = probabilities(model.scored(shares), elsewhere.temperature)
    by_kind = dict(zip(map(DangerKind, model.labels), likelihoods, strict=True))
    likely = 1 - by_kind.pop(DangerKind.ORDINARY)
    if likely < elsewhere.threshold:
        return None
    kind = max(by_kind, key=lambda one: (by_kind[one], one))
    evidence = model.strongest(shares, kind.value)
    return Danger(kind, round(likely, 4), likely >= at_home.threshold, evidence)


@lru_cache(maxsize=4)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(danger_terms(text))


def danger_terms(text: str) -> Sequence[str]:
    """Return the stems of *text* and their pairs; numbers are one and the same."""
    words = [word for word in _WORD.findall(text[:_READ].lower()) if len(word) <= _LONGEST_WORD]
    stems = [_DIGITS.sub("0", word) if word[0].isdigit() else _stem(word) for word in words]
    return [*stems, *_pairs(stems)]


def _pairs(stems: Iterable[str]) -> list[str]:
    return [f"{one} {two}" for one, two in pairwise(stems)]


def _stem(word: str) -> str:
    """Return *word* without its ending. Crude, and the same in training and in use."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
