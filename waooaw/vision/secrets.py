"""Find secrets in text: keys of known services, private keys, passwords in URLs and assignments.

The patterns are data (`secrets.yaml`). Each begins where the characters before it can't belong to
the same word and repeats within bounds, so that the time is linear in the text.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from waooaw.documents import parse

__all__ = ["Secret", "secrets_in"]

#: How far around a match words are looked for that make a secret of it.
_NEARBY = 200
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Secret:
    """Hold one secret that stands in a text.

    Attributes:
        kind: What it is, for a person: `AWS access key id`.
        value: The secret itself; never shown.
        line: 1-based.
        column: 1-based, in characters.
    """

    kind: str
    value: str
    line: int
    column: int

    @property
    def hidden(self) -> str:
        """The first characters, by which its owner knows it, and how many it has.

        Of a short one, which may be a password, no more than a quarter is shown.
        """
        size = len(self.value)
        return f"{self.value[: min(_SHOWN, size // 4)]}…, {size} characters"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    kind: str
    pattern: str
    hints: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    entropy: float = 0.0
    near: str | None = None
    needs: Annotated[tuple[str, ...], Field(strict=False)] = ()
    doubtful: bool = False
    always: bool = False


class _Pack(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    placeholder: str
    invented: str
    disowned: str
    kinds: Annotated[tuple[_Entry, ...], Field(strict=False)]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Hold one kind of secret.

    Attributes:
        pattern: Finds it; its group `secret`, or its first, is the secret where it has one.
        hints: A text without any of them, in small letters, holds none.
        entropy: Fewer bits a character are no secret.
        near: What has to stand close by.
        needs: Patterns that the secret has to contain, each.
        doubtful: Whether words that stand for a secret (`<your key>`) are left out.
        always: Whether it is one whatever it says of itself.
    """

    name: str
    pattern: str
    hints: tuple[str, ...]
    entropy: float
    near: str | None
    needs: tuple[str, ...]
    doubtful: bool
    always: bool


@dataclass(frozen=True, slots=True)
class _Words:
    """Hold what is no secret, whatever its form.

    Attributes:
        placeholder: What stands for a secret.
        invented: What stands in a token that nobody issued.
        disowned: What a line says that holds none.
    """

    placeholder: re.Pattern[str]
    invented: re.Pattern[str]
    disowned: re.Pattern[str]


@cache
def _pack() -> tuple[_Words, tuple[_Kind, ...]]:
    content = resources.files("waooaw.vision").joinpath("secrets.yaml").read_bytes()
    document = parse(content, source="secrets.yaml")
    try:
        pack = _Pack.model_validate(document.data)
    except ValidationError as error:
        raise document.refusal(error) from error
    kinds = (
        _Kind(
            entry.kind,
            entry.pattern,
            entry.hints,
            entry.entropy,
            entry.near,
            entry.needs,
            entry.doubtful,
            entry.always,
        )
        for entry in pack.kinds
    )
    words = (re.compile(text) for text in (pack.placeholder, pack.invented, pack.disowned))
    return _Words(*words), tuple(kinds)


def secrets_in(text: str) -> tuple[Secret, ...]:
    """Return the secrets that stand in *text*, in their order, each place once."""
    words, kinds = _pack()
    small = text.lower()
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, str, str]] = []
    for kind in _hinted(kinds, small):
        for start, value in _matches(kind, text, words):
            end = start + len(value)
            # The first kind that fits names it: `sk-ant-…` is no key of OpenAI's.
            at = bisect_right(taken, (start, end))
            free = at == 0 or taken[at - 1][1] <= start
            if free and (at == len(taken) or end <= taken[at][0]):
                taken.insert(at, (start, end))
                found.append((start, kind.name, value))
    if not found:
        return ()
    ends = [match.end() for match in re.finditer(r"\r\n|\r|\n", text)]
    secrets = []
    for start, name, value in sorted(found):
        line = bisect_right(ends, start)
        begin = ends[line - 1] if line else 0
        secrets.append(Secret(name, value, line + 1, start - begin + 1))
    return tuple(secrets)


def _hinted(kinds: tuple[_Kind, ...], small: str) -> list[_Kind]:
    """Return the kinds that have a hint in *small*, in their order."""
    hinted = []
    # Written out: a generator for each kind costs more than the search itself.
    for kind in kinds:
        for hint in kind.hints:
            if hint in small:
                hinted.append(kind)
                break
    return hinted


def _matches(kind: _Kind, text: str, words: _Words) -> Iterator[tuple[int, str]]:
    pattern = _compiled(kind.pattern)
    for match in pattern.finditer(text):
        group = pattern.groupindex.get("secret", 1 if pattern.groups else 0)
        value, start = match[group], match.start(group)
        if _bits(value) < kind.entropy:
            continue
        if not all(_compiled(need).search(value) for need in kind.needs):
            continue
        if kind.doubtful and (words.placeholder.search(value) or _disowned(text, start, words)):
            continue
        if not kind.always and words.invented.search(value):
            continue
        if kind.near is not None:
            around = text[max(0, start - _NEARBY) : start + len(value) + _NEARBY]
            if not _compiled(kind.near).search(around):
                continue
        yield start, value


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Most texts have no hint of most kinds, and to compile them all costs 20 ms.
    return re.compile(pattern)


def _disowned(text: str, start: int, words: _Words) -> bool:
    """Tell whether the line around *start* says that it holds no secret."""
    first, last = max(0, start - _NEARBY), start + 2 * _NEARBY
    begin = max(first, text.rfind("\n", first, start) + 1)
    end = text.find("\n", start, last)
    end = last if end < 0 else end
    return bool(words.disowned.search(text, begin, end))


def _bits(value: str) -> float:
    """Return Shannon's entropy of *value* in bits a character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())
