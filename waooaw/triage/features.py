"""What a model sees of a request: terms in five spaces, made of its title and body alone.

Training and scoring use this one module, so that they can't see different things. What a reader
can't see has no part in it: HTML comments and characters without width.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from waooaw.triage.cues import cues
from waooaw.triage.markup import plain

__all__ = ["FEATURES_VERSION", "Space", "terms"]

#: Stands in every file of weights; other weights are refused. Raise it with every change here or
#: in the cues.
FEATURES_VERSION = 1

#: As much of a body as is read, in characters; what comes later is mostly logs.
_READ = 8_000
_OPENING = 400
_TITLE_READ = 1_000

_WORD = re.compile(r"[a-z0-9_]+|[?!]")
_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_LINK = re.compile(r"https?://\S+")
_LONGEST_WORD = 40


class Space(StrEnum):
    """Name where a term comes from; each space is weighed on its own."""

    TITLE = "title"
    BODY = "body"
    PROSE = "prose"
    OPENING = "opening"
    CUES = "cues"


# Two models look at one request, one after the other.
@lru_cache(maxsize=4)
def terms(title: str, body: str) -> Mapping[Space, list[str]]:
    """Return the terms of a request, with repetitions, by space.

    `BODY` has the words of the body and their pairs; `PROSE` the same without code and links;
    `OPENING` those of its first 400 characters; `CUES` what `cues` finds.
    """
    title = _seen(title[:_TITLE_READ])
    body = _seen(body[:_READ])
    prose = _LINK.sub(" LINK ", _CODE.sub(" CODE ", body))
    return {
        Space.TITLE: _grams(title),
        Space.BODY: _grams(body),
        Space.PROSE: _grams(prose),
        Space.OPENING: _grams(prose[:_OPENING]),
        Space.CUES: cues(title, body),
    }


def _seen(text: str) -> str:
    """Return what a reader sees, with line feeds alone as line ends."""
    return plain(text)[0].replace("\r\n", "\n").replace("\r", "\n")


def _grams(text: str) -> list[str]:
    """Return the words and their pairs. A word of more than 40 characters is no word."""
    words = [word for word in _WORD.findall(text.lower()) if len(word) <= _LONGEST_WORD]
    return words + [f"{one} {two}" for one, two in pairwise(words)]
