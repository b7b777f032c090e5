"""Words to search for: as they are written, and the parts of camelCase and snake_case names.

FTS5 stems what it indexes; how often a stem stands in the index is asked under its stem. The stems
of a request's own words come from a scratch table with the same tokenizer.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping

__all__ = ["Stems", "search_terms", "searchable"]

_WORD = re.compile(r"\w+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_LONGEST = 60
_SHORTEST_NAME = 3
_MOST = 250
#: Words that stand in most texts: to count them would cost more than all others.
_STOP = frozenset(
    _WORD.findall(
        "a an and are as at be been but by can could did do does for from get had has have how i "
        "if in into is it its just like me my no not of on one only or other our out should so "
        "some than that the their them then there these they this to up use used using was we "
        "what when where which while who why will with would you your"
    )
)


def searchable(text: str) -> str:
    """Return *text* with the parts of names added, ready to be indexed."""
    parts = [part for word in _WORD.findall(text) for part in _parts(word)]
    # SQLite's tokenizer takes an underscore for a part of no word, as we do.
    return f"{text}\n{' '.join(parts)}" if parts else text


def search_terms(text: str) -> list[str]:
    """Return the words of *text* as they are searched for, in lower case, with repetitions.

    The commonest English words are left out.
    """
    terms: list[str] = []
    for word in _WORD.findall(text):
        terms.extend(piece for piece in word.lower().split("_") if piece)
        terms.extend(part.lower() for part in _parts(word))
        if len(terms) >= _MOST:
            break
    return [term for term in terms[:_MOST] if len(term) <= _LONGEST and term not in _STOP]


def _parts(word: str) -> list[str]:
    """Return the parts of a name in camelCase; none of a plain word."""
    if not _SHORTEST_NAME <= len(word) <= _LONGEST or word.islower() or word.isupper():
        return []
    if word.istitle() and "_" not in word:
        return []
    parts = [part for part in _PART.findall(word) if len(part) > 1]
    return parts if len(parts) > 1 else []


class Stems:
    """Know how often words stand in an index, under their stems."""

    def __init__(self) -> None:
        self._scratch = sqlite3.connect(":memory:", check_same_thread=False)
        self._scratch.execute(
            "CREATE VIRTUAL TABLE scratch USING fts5(word, tokenize = 'porter unicode61')"
        )
        self._scratch.execute("CREATE VIRTUAL TABLE known USING fts5vocab(scratch, 'instance')")

    def close(self) -> None:
        """Let go of the scratch table."""
        self._scratch.close()

    def counts(self, index: sqlite3.Connection, terms: Iterable[str]) -> Mapping[str, int]:
        """Return in how many requests of *index* each of *terms* stands, 0 for unknown ones.

        Args:
            index: A connection with an fts5vocab table ``stems``.
            terms: In lower case, each once.
        """
        words = list(terms)
        self._scratch.execute("DELETE FROM scratch")
        self._scratch.executemany(
            "INSERT INTO scratch (rowid, word) VALUES (?, ?)", enumerate(words)
        )
        stems = dict(self._scratch.execute("SELECT doc, term FROM known"))
        known: dict[str, int] = {}
        for stem in set(stems.values()):
            row = index.execute("SELECT doc FROM stems WHERE term = ?", (stem,)).fetchone()
            known[stem] = row[0] if row is not None else 0
        return {word: known.get(stems.get(at, ""), 0) for at, word in enumerate(words)}
