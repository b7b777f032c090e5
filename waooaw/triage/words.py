"""Sentences as words, and what each word means: the lexicon that the rules of reading speak in.

A word is looked up as it is and by its beginnings, so that the time is linear in the text however
many words the lexicon has. Contractions are written out ("can't" is "can not"), and a possessive is
a word of its own ("'s"), because whose data it is decides much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from waooaw.errors import InputError, shown

__all__ = ["Lexicon", "Sentence"]

_PIECE = re.compile(r"\d+(?:[.,:]\d+)*(?:\s?%)?|[^\W\d_]+(?:['’][^\W\d_]+)*|['’](?=\s|$)|\?")
_SHORTEST_STEM = 3
#: A single letter is followed by none of its word.
_AFTER_A_LETTER = frozenset({"", "'", "’"})
_COMMON = 1_000
# What others write must not fill the memory of a process that lives for long.
_MOST_KEPT = 20_000
#: Meanings that a word has by its form.
_BY_FORM = ("letter", "number", "percent")
_SMALL_WORDS = frozenset(
    {"'s", "?", "a", "as", "at", "for", "from", "i", "in", "is", "no", "not", "of", "on", "only"}
    | {"or", "the", "to", "we", "with"}
)
_CONTRACTED = {"can't": "can", "cannot": "can", "won't": "will", "shan't": "shall"}


@dataclass(slots=True)
class Sentence:
    """Hold one sentence.

    Attributes:
        text: As it was written, on one line.
        words: In small letters, contractions written out.
        spans: Meaning to the places where a word or phrase has it, as (start, end).
        title: Whether it is the request's title.
        directive: Whether it tries to tell us how to judge; it can't lower anything then.
        order: Whether it orders rules to be ignored; of it, alarms only are heard.
        joined: Whether it is two, one after the other.
    """

    text: str
    words: list[str]
    spans: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    title: bool = False
    directive: bool = False
    order: bool = False
    joined: bool = False

    def followed_by(self, other: Sentence) -> Sentence:
        """Return this sentence and the next as one."""
        shift = len(self.words)
        spans = {name: list(places) for name, places in self.spans.items()}
        for name, places in other.spans.items():
            moved = [(start + shift, end + shift) for start, end in places]
            spans.setdefault(name, []).extend(moved)
        return Sentence(
            f"{self.text} {other.text}",
            self.words + other.words,
            spans,
            directive=self.directive or other.directive,
            order=self.order or other.order,
            joined=True,
        )


@dataclass(frozen=True, slots=True)
class _Tail:
    """Hold what follows the first word of a phrase; its last word may be a beginning."""

    words: tuple[str, ...]
    name: str
    open_ended: bool

    def follows(self, words: list[str], start: int) -> bool:
        end = start + len(self.words)
        there = words[start:end]
        if len(there) < len(self.words) or tuple(there[:-1]) != self.words[:-1]:
            return False
        if self.open_ended:
            return there[-1].startswith(self.words[-1])
        return there[-1] == self.words[-1]


class Lexicon:
    """Hold what words mean.

    Args:
        meanings: Name of a meaning to its words: ``leak*`` stands for all that begin so,
            ``sign_off`` for the two words one after the other, ``third_part*`` for both.

    Raises:
        InputError: A stem is so short that it would stand for anything.
    """

    def __init__(self, meanings: Mapping[str, Iterable[str]]) -> None:
        self.names = {*meanings, *_BY_FORM}
        self._breadths: dict[str, int] = {}
        self._exact: dict[str, tuple[str, ...]] = {}
        self._stems: dict[str, tuple[str, ...]] = {}
        self._longest_stem = 0
        #: First word → second word → the phrases that begin so.
        self._phrases: dict[str, dict[str, list[_Tail]]] = {}
        #: First word → the phrases whose second word is only a beginning.
        self._open: dict[str, list[_Tail]] = {}
        self._cache: dict[str, tuple[str, ...]] = {}
        self._spellings: dict[str, tuple[str, ...]] = {}
        for name, words in meanings.items():
            for word in words:
                self._add(name, word)

    def watched(self, word: str) -> str:
        """Return the meaning that stands for *word* itself, made if it is not there yet."""
        name = f"={word}"
        if name not in self.names:
            self.names.add(name)
            self._add(name, word)
            self._cache.clear()
        return name

    def breadth(self, name: str) -> int:
        """Return how often a meaning is to be expected, in words that have it, roughly."""
        usual = _COMMON if name in _BY_FORM or name.removeprefix("=") in _SMALL_WORDS else 0
        return self._breadths.get(name, 0) + usual

    def _add(self, name: str, word: str) -> None:
        self._breadths[name] = self._breadths.get(name, 0) + 1
        first, *rest = word.split("_")
        open_ended = word.endswith("*")
        if rest:
            last = rest[-1].removesuffix("*")
            phrase = _Tail((*rest[:-1], last), name, open_ended=open_ended)
            if open_ended and len(rest) == 1:
                self._open.setdefault(first, []).append(phrase)
            else:
                self._phrases.setdefault(first, {}).setdefault(rest[0], []).append(phrase)
        elif open_ended:
            stem = word[:-1]
            if len(stem) < _SHORTEST_STEM:
                raise InputError(
                    f"the stem {shown(word)} of {shown(name)} is shorter than {_SHORTEST_STEM}",
                    hint="write the words out",
                )
            self._longest_stem = max(self._longest_stem, len(stem))
            self._stems[stem] = (*self._stems.get(stem, ()), name)
        else:
            self._exact[word] = (*self._exact.get(word, ()), name)

    def sentence(
        self, text: str, *, title: bool = False, directive: bool = False, order: bool = False
    ) -> Sentence:
        """Return *text* as words with their meanings."""
        words: list[str] = []
        spans: dict[str, list[tuple[int, int]]] = {}
        for piece in _PIECE.findall(text):
            if piece[1:2] in _AFTER_A_LETTER and piece[0].isupper() and piece != "I":
                spans.setdefault("letter", []).append((len(words), len(words) + 1))
            words += self._spellings.get(piece) or self._spelling(piece)
        known = self._cache
        for place, word in enumerate(words):
            names = known.get(word)
            if names is None:
                names = self._meanings(word)
            for name in names:
                spans.setdefault(name, []).append((place, place + 1))
            if word in self._phrases or word in self._open:
                for tail in self._tails(words, place):
                    if tail.follows(words, place + 1):
                        end = place + 1 + len(tail.words)
                        spans.setdefault(tail.name, []).append((place, end))
        return Sentence(text, words, spans, title=title, directive=directive, order=order)

    def _spelling(self, piece: str) -> tuple[str, ...]:
        words = tuple(_spelled_out(piece.lower().replace("’", "'").replace(" ", "")))
        if len(self._spellings) < _MOST_KEPT:
            self._spellings[piece] = words
        return words

    def _tails(self, words: list[str], place: int) -> Iterable[_Tail]:
        """Return the phrases that may begin at *place*."""
        word = words[place]
        following = self._phrases.get(word)
        if following is None or place + 1 == len(words):
            return self._open.get(word, ())
        closed = following.get(words[place + 1], ())
        return (*closed, *self._open[word]) if word in self._open else closed

    def _meanings(self, word: str) -> tuple[str, ...]:
        found = list(self._exact.get(word, ()))
        for size in range(_SHORTEST_STEM, min(len(word), self._longest_stem) + 1):
            found.extend(self._stems.get(word[:size], ()))
        if word[0].isdigit():
            found.append("percent" if word.endswith("%") else "number")
        answer = tuple(dict.fromkeys(found))
        if len(self._cache) < _MOST_KEPT:
            self._cache[word] = answer
        return answer


def _spelled_out(piece: str) -> list[str]:
    if "'" not in piece:
        return ["can", "not"] if piece == "cannot" else [piece]
    if piece == "'":
        return ["'s"]
    if piece in _CONTRACTED:
        return [_CONTRACTED[piece], "not"]
    if piece.endswith("n't"):
        return [piece[:-3], "not"] if piece[:-3] else ["not"]
    head, _, tail = piece.partition("'")
    return [head, "'s"] if tail == "s" else [head, tail]
