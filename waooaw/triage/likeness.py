"""What is kept of a past request to find it by, and what is asked for a new one.

Both are the same wherever the index lies: in a file, or in a database server.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from waooaw.database import storable
from waooaw.triage.markup import plain, seen
from waooaw.triage.rank_fusion import fused, ranked
from waooaw.triage.redaction import without_secrets
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest
from waooaw.triage.search_terms import search_terms, searchable

__all__ = [
    "RANKED",
    "SHOWN",
    "Entry",
    "Question",
    "RequestIndex",
    "Words",
    "by_all",
    "entry_of",
]

#: How many are named.
SHOWN = 10
#: How many of its best one search tells.
RANKED = 150
_FUSED = 30
_READ = 8_000
#: So much of a body is looked at for its meaning; more costs more and says little more.
_OPENING = 300
_FROM_BODY = 10
_BODY_READ = 2_000
#: A term in more requests than this says little and costs much; a title keeps three of any.
_COMMON = 4_000
_FEWEST_OF_TITLE = 3
_MOST_OF_TITLE = 24


class RequestIndex(Protocol):
    """Keep past requests, and find those that read alike."""

    def add(self, requests: Iterable[Request]) -> None:
        """Index requests, redacted, all or none; one that is known is replaced."""
        ...

    def similar(self, request: Request) -> tuple[SimilarRequest, ...]:
        """Return the ten that read most alike, best first; never itself, nor a later one.

        The score is the share of the best possible one: 1 is first in every ranking.
        """
        ...

    def close(self) -> None:
        """Let go of the place."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold what is kept of a past request, redacted.

    Attributes:
        title: On one line.
        resolution: How it was settled.
        created: Seconds since 1970, where it says when.
        title_words: What its title is found by.
        body_words: What its body is found by.
        opening: The beginning of its body.
    """

    title: str
    resolution: str
    created: float | None
    title_words: str
    body_words: str
    opening: str

    @property
    def meaning(self) -> str:
        """What is embedded: title and opening."""
        return f"{self.title}\n{self.opening}".strip()


@dataclass(frozen=True, slots=True)
class Question:
    """Hold the terms to search for: of the title, and others that tell the body from others."""

    title: tuple[str, ...]
    body: tuple[str, ...]


class Words:
    """Hold a new request's terms.

    Args:
        request: The one to find others for.
    """

    def __init__(self, request: Request) -> None:
        self._title = search_terms(plain(request.title[:_READ])[0])
        self._body = Counter(search_terms(plain(request.body[:_READ])[0][:_BODY_READ]))

    @property
    def terms(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self._title, *self._body)))

    def question(self, counts: Mapping[str, int], whole: int) -> Question:
        """Return what to ask an index.

        Args:
            counts: In how many other requests of the index each of the terms stands.
            whole: How many requests are in the index.
        """
        title = self._of_title(counts)
        rare = self._rarest(counts, whole)
        return Question(title, tuple(term for term in rare if term not in title))

    def _of_title(self, counts: Mapping[str, int]) -> tuple[str, ...]:
        """Return what is searched for of a title: no common terms, if enough are left."""
        terms = dict.fromkeys(self._title)
        known = sorted((term for term in terms if counts[term] > 0), key=lambda term: counts[term])
        rare = [term for term in known if counts[term] <= _COMMON]
        kept = rare if len(rare) >= _FEWEST_OF_TITLE else known[:_FEWEST_OF_TITLE]
        return tuple(kept[:_MOST_OF_TITLE])

    def _rarest(self, counts: Mapping[str, int], whole: int) -> tuple[str, ...]:
        """Return the terms that tell the body from others: said often, and rarely elsewhere."""
        worth = {
            term: (1 + math.log(said)) * math.log((whole + 1) / counts[term])
            for term, said in self._body.items()
            if 0 < counts[term] <= _COMMON
        }
        best = sorted(worth.items(), key=lambda item: (-item[1], item[0]))
        return tuple(term for term, _ in best[:_FROM_BODY])


def entry_of(request: Request) -> Entry:
    """Return what is kept of *request*."""
    title = storable(without_secrets(plain(request.title[:_READ])[0]))
    body = storable(without_secrets(plain(request.body[:_READ])[0]))
    return Entry(
        title=" ".join(storable(without_secrets(seen(request.title[:_READ]))).split()),
        resolution=storable(without_secrets(request.resolution[:_READ])),
        created=request.created.timestamp() if request.created is not None else None,
        title_words=searchable(title),
        body_words=searchable(body),
        opening=body[:_OPENING],
    )


def by_all(
    title: Mapping[int, float], body: Mapping[int, float], near: Iterable[int]
) -> list[tuple[float, int]]:
    """Return the best of all searches, with their scores in [0, 1].

    Args:
        title: Scores by the title's words.
        body: Scores by the body's, which add up with the title's.
        near: Those that mean most alike, best first; nothing where nobody looked.
    """
    both = {one: title.get(one, 0.0) + body.get(one, 0.0) for one in (*title, *body)}
    rankings = [ranked(title, most=_FUSED), ranked(both, most=_FUSED)]
    neighbours = list(near)[:_FUSED]
    return fused([*rankings, neighbours] if neighbours else rankings)
