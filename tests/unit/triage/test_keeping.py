"""Text as it is kept: a sender's, and a desk's own."""

from __future__ import annotations

import pytest

from waooaw.triage.keeping import kept_text, kept_words
from waooaw.triage.markup import plain

ATTACKS = [
    "../../etc/passwd",
    "x ' or '1'='1",
    "${jndi:ldap:x}",
    "<script>alert(1)",
    "see javascript:alert(1)",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_kept_as_it_was_written(text: str) -> None:
    """A correction reads it again, and must know it again."""
    kept = kept_text(f"It says {text} <b>here</b> <!-- hidden -->")

    assert " ".join(kept.split()) == f"It says {text} here"
    assert kept_text(kept) == kept
    assert "exploit" in plain(kept)[0]


def test_marks_that_a_sender_writes_stand_for_nothing() -> None:
    """Written as they are or as entities, they neither fail nor repeat an attack."""
    text = "\uf8fe0\uf8fe &#xf8fe;0&#xf8fe; ../../etc/passwd &#xf8fe;0&#xf8fe; &#xf8fe;9&#xf8fe;"

    assert kept_text(text * 100).count("etc/passwd") == 100


def test_a_desks_words_keep_links_and_brackets() -> None:
    """They are plain text; what nobody sees and what is secret is taken out."""
    text = "1. Open <Settings> > Users\n2. Read https://example.org/a-b?c=d#e &amp; wait"

    assert kept_words(text) == text
    assert kept_words(f"{text}\u202e\u200b\x07") == f"{text} "
    assert kept_words("pass\u200bword: hunter2") == "password: [redacted]"
    assert kept_words("Use \uff21KIAIOSFODNN7EXAMPLE") == "Use [redacted]"
    assert "hunter2" not in kept_words("<b>password</b>: hunter2 at https://example.org")
    assert kept_words("jo@example.org \ud800") == "[redacted]  "
