"""Read what people answered to the issues that a review opened for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waooaw_cli.factory.posting import DAY, Forge, Issue, Said

__all__ = ["SILENCE", "Answer", "Word", "answers", "approvals"]

#: Who answers where nobody does.
SILENCE = "silence"
_ANSWER = re.compile(r"^[ \t]*/waooaw[ \t]+(approve|reject)\b", re.MULTILINE)
_ASKING = frozenset({"rejection", "escalation"})


class Word(StrEnum):
    """Name an answer."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what was answered to an issue.

    Attributes:
        issue: Its number.
        fingerprints: What it is about.
        word: The answer; None while there is none and a day has not passed.
        by: Who gave it; `silence` where nobody did for a day.
        at: When; for silence, when the day had passed; for None, until when it is waited for.
    """

    issue: int
    kind: str
    fingerprints: tuple[str, ...]
    word: Word | None
    by: str
    at: datetime


def answers(forge: Forge, *, now: datetime) -> tuple[Answer, ...]:
    """Return the answers to all issues that ask, in the order of their numbers.

    A comment of somebody who may change the repository counts, and of several the last: people
    change their mind. Silence for 24 hours rejects, until somebody speaks.
    """
    found = []
    for issue in sorted(forge.issues(), key=lambda one: one.number):
        marks = [mark for mark in issue.marks() if mark.kind in _ASKING]
        if marks:
            fingerprints = tuple(dict.fromkeys(mark.fingerprint for mark in marks))
            word, by, at = _answer(issue, forge.comments(issue.number), now)
            found.append(Answer(issue.number, marks[0].kind, fingerprints, word, by, at))
    return tuple(found)


def _answer(issue: Issue, said: Sequence[Said], now: datetime) -> tuple[Word | None, str, datetime]:
    for one in sorted(said, key=lambda one: one.at, reverse=True):
        if one.trusted and one.person and (words := _ANSWER.findall(one.body)):
            return Word(words[-1]), one.by, one.at
    until = issue.said.at + DAY
    return (Word.REJECT, SILENCE, until) if now >= until else (None, "", until)


def approvals(given: Iterable[Answer]) -> dict[str, str]:
    """Return fingerprint to person of what is approved; whoever rejects the same wins."""
    approved: dict[str, str] = {}
    refused: set[str] = set()
    for one in given:
        if one.word is Word.APPROVE and one.kind == "rejection":
            approved.update(dict.fromkeys(one.fingerprints, one.by))
        elif one.word is Word.REJECT and one.kind == "rejection":
            refused.update(one.fingerprints)
    return {name: by for name, by in approved.items() if name not in refused}
