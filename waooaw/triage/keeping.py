"""Text as it may be kept: what senders wrote, and what a desk says in its own words."""

from __future__ import annotations

from waooaw.triage.excerpts import excerpt
from waooaw.triage.markup import as_written, seen, without_unseen
from waooaw.triage.redaction import holds_secret, without_secrets

__all__ = ["kept_text", "kept_value", "kept_words", "storable_text"]


def kept_text(text: str) -> str:
    """Return a sender's *text* as it may be kept: bare, redacted, and cut where it is long."""
    # What is hidden between the letters of a secret must not hide the secret.
    return kept_value(as_written(excerpt(text)))


def kept_words(text: str) -> str:
    """Return a desk's own words as they may be kept: redacted, and cut where they are long.

    Links and angle brackets stay: steps are full of them. It is plain text, and no markup.
    """
    words = without_unseen(excerpt(text))
    bare = seen(words)
    # Letters in another width or markup between them must not hide a secret.
    if holds_secret(bare) and not holds_secret(words):
        return kept_value(bare)
    return kept_value(words)


def kept_value(text: str) -> str:
    """Return a name or a value as it may be kept: redacted."""
    return without_secrets(storable_text(text))


def storable_text(text: str) -> str:
    """Return *text* as SQLite takes it, with nothing taken out."""
    # SQLite keeps UTF-8; halves of surrogate pairs are none, and a NUL ends a text for some tools.
    return text.encode("utf-8", "replace").decode().replace("\0", " ")
