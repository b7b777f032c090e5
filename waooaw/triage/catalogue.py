"""Known patterns: curated entries, and fingerprints of what was settled before.

Only these two make a request "known"; what merely reads alike is shown and never routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from waooaw.documents import Document, Json, parse
from waooaw.errors import InputError, InvalidDocument
from waooaw.triage.phrases import Phrase, parse_phrase
from waooaw.triage.reading import shipped_reader
from waooaw.triage.words import Lexicon, Sentence

__all__ = ["KnownPattern", "matching", "parse_patterns", "shipped_patterns"]


@dataclass(frozen=True, slots=True)
class KnownPattern:
    """Hold one entry.

    Attributes:
        any: One of these phrases stands in a sentence of the request,
        also: and one of these, where there are any, in some sentence,
        unless: and none of these in any.
        fingerprints: Or the request has one of these.
        security: Whether it stands for a security concern.
    """

    id: str
    title: str
    resolution: str
    owner: str
    any: tuple[Phrase, ...]
    also: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    fingerprints: frozenset[str]
    security: bool

    def place(self, sentences: Sequence[Sentence]) -> Sentence | None:
        """Return the sentence that it is known by, or None."""
        told = [one for one in sentences if not one.directive]
        place = next((one for one in told if _stands(self.any, one)), None)
        if place is None or any(_stands(self.unless, one) for one in sentences):
            return None
        return place if not self.also or any(_stands(self.also, one) for one in told) else None


def _stands(phrases: Iterable[Phrase], sentence: Sentence) -> bool:
    return any(phrase.found(sentence) for phrase in phrases)


def matching(
    patterns: Iterable[KnownPattern], sentences: Sequence[Sentence], prints: Sequence[str]
) -> tuple[KnownPattern, str] | None:
    """Return the first entry that fits, and the words that it fits by."""
    meanings = {name for one in sentences for name in one.spans}
    for pattern in patterns:
        if not pattern.fingerprints.isdisjoint(prints):
            return pattern, "the same error at the same place"
        worth = any(phrase.needs <= meanings for phrase in pattern.any)
        if worth and (place := pattern.place(sentences)) is not None:
            return pattern, place.text
    return None


@cache
def shipped_patterns() -> tuple[KnownPattern, ...]:
    """Return the entries that travel with waooaw."""
    content = resources.files("waooaw.triage").joinpath("catalogue.yaml").read_bytes()
    return parse_patterns(parse(content, source="catalogue.yaml"), shipped_reader().lexicon)


def parse_patterns(document: Document, lexicon: Lexicon) -> tuple[KnownPattern, ...]:
    """Return the entries of a file that was held to its form (`waooaw.triage.rulefiles`).

    Raises:
        InvalidDocument: An entry matches nothing, or a pattern is none; it is named with its line.
    """
    patterns = []
    for number, entry in enumerate(document.data.get("patterns") or ()):
        place = ("patterns", number)
        try:
            patterns.append(_pattern(entry, lexicon))
        except InputError as error:
            problem = document.problem(place, error.message, hint=error.hint)
            raise InvalidDocument(document.source, (problem,)) from error
    return tuple(patterns)


def _pattern(entry: Mapping[str, Json], lexicon: Lexicon) -> KnownPattern:
    def phrases(name: str) -> tuple[Phrase, ...]:
        return tuple(parse_phrase(source, lexicon) for source in entry.get(name, ()))

    prints = frozenset(entry.get("fingerprints", ()))
    if not entry.get("any") and not prints:
        raise InputError(
            f"the pattern {entry['id']!r} matches nothing", hint="give it `any` or `fingerprints`"
        )
    return KnownPattern(
        entry["id"],
        entry["title"],
        entry["resolution"],
        entry.get("owner", ""),
        phrases("any"),
        phrases("also"),
        phrases("unless"),
        prints,
        bool(entry.get("security", False)),
    )
