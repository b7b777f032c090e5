"""Text for a letter: what others wrote made harmless, and templates filled.

What others wrote is put in at the end and never looked at again: a title that holds a placeholder
is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from textwrap import fill

from waooaw.desk.templates import placeholders
from waooaw.triage.keeping import kept_words
from waooaw.triage.markup import seen
from waooaw.triage.redaction import shown_safely

__all__ = ["LONGEST_SUBJECT", "body_of", "filled", "for_customers", "id_line", "line", "subject_of"]

#: Source: RFC 5322, section 2.1.1: a line should have no more.
LONGEST_SUBJECT = 78
_LONGEST_ID = 60
_LONGEST_WORDS = 4_000
_WIDTH = 76
_ALONE = re.compile(r"\s*\{[a-z]+\}\s*")
_NAME = re.compile(r"\{([a-z]+)\}")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
# What only we know the meaning of.
_INTERNAL = re.compile(r"\b(?:L[123]|P[0-3]|[Bb]acklogs?|[Tt]riag\w+)\b")


def line(text: str, *, most: int) -> str:
    """Return what somebody wrote as one line without personal data or anything unseen."""
    return shown_safely(seen(text), most=most)


def id_line(id_: str) -> str:
    """Return a ticket's id as it can be shown; a number is no telephone here."""
    text = " ".join(seen(id_).split())
    return text if len(text) <= _LONGEST_ID else f"{text[: _LONGEST_ID - 1]}…"


def for_customers(text: str) -> str:
    """Return what a desk said, redacted, without the sentences that speak of how we work.

    Its lines stay lines; nothing may be left.
    """
    lines = (
        " ".join(one for one in _SENTENCES.split(line) if not _INTERNAL.search(one))
        for line in kept_words(text).splitlines()
    )
    said = "\n".join(one.rstrip() for one in lines).strip()
    said = re.sub(r"\n{3,}", "\n\n", said)
    return said if len(said) <= _LONGEST_WORDS else f"{said[: _LONGEST_WORDS - 1]}…"


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return *template* with its placeholders replaced, once: what is put in is not looked at."""
    return _NAME.sub(lambda found: values[found[1]], template)


def subject_of(template: str, values: Mapping[str, str]) -> str:
    """Return a subject: one line that is not too long."""
    text = " ".join(filled(template, values).split())
    return text if len(text) <= LONGEST_SUBJECT else f"{text[: LONGEST_SUBJECT - 1]}…"


def body_of(template: str, values: Mapping[str, str]) -> str:
    """Return a body; a paragraph with a placeholder that has nothing to say is left out."""
    return "\n\n".join(
        "\n".join(_wrapped(filled(one, values)) for one in _lines(paragraph))
        for paragraph in _PARAGRAPHS.split(template)
        if all(values.get(name) for name in placeholders(paragraph))
    )


def _lines(paragraph: str) -> Iterator[str]:
    """Yield the lines of a paragraph: one, but what stands alone in braces stays alone."""
    for alone, lines in groupby(paragraph.splitlines(), lambda one: bool(_ALONE.fullmatch(one))):
        yield ("\n" if alone else " ").join(one.strip() for one in lines)


def _wrapped(text: str) -> str:
    """Return *text* with lines that are read well in any mail program."""
    return "\n".join(
        # A link that is broken at a hyphen leads nowhere.
        one
        if len(one) <= _WIDTH
        else fill(one, _WIDTH, break_long_words=False, break_on_hyphens="://" not in one)
        for one in text.split("\n")
    )
