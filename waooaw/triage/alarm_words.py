"""Words that stand near a security concern: broad on purpose, for a missed one costs more.

Alone they find about three of four concerns that a tracker's own labels name, and flag one request
in ten; a learned model adds a few that have no such word. See docs/triage.md, "Measured".
"""

from __future__ import annotations

import re

__all__ = ["alarm_words"]

_READ = 8_000
_WORDS = (
    r"\b(?:secur|vulnerab|exploit|attack|malicious|xss\b|csrf\b|auth(?!or(?!i[sz]))|ldap|kerberos|"
    r"keytab|passw|credential|api.?key|encrypt|decrypt|crypto|cipher|ssl|ssh|tls\b|"
    r"certificat|truststore|keystore|privilege|revoke|access ?control|access denied|unauthori|"
    r"permission|user ?name)"
)
_IN_SMALL_LETTERS = re.compile(_WORDS)
# Dearer, and needed where a letter is another's large one in some languages only (İ).
_IN_ANY_LETTERS = re.compile(_WORDS, re.IGNORECASE)


def alarm_words(title: str, body: str) -> tuple[str, ...]:
    """Return the beginnings of such words in a text, each once, in lower case and sorted."""
    text = f"{title}\n{body[:_READ]}"
    if text.isascii():
        return tuple(sorted(set(_IN_SMALL_LETTERS.findall(text.lower()))))
    return tuple(sorted({word.lower() for word in _IN_ANY_LETTERS.findall(text)}))
