"""Take secrets and personal data out of text before it is shown or kept.

A net, not a proof: keys and passwords as `waooaw.vision.secrets` knows them, what people write
behind a word for one (`waooaw.triage.marked`), and what `waooaw.privacy` knows of e-mail addresses
and numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from waooaw.privacy import REDACTED, redacted

if TYPE_CHECKING:
    from waooaw.vision.secrets import Secret

__all__ = ["holds_secret", "quoted", "shown_safely", "without_secrets"]

_LONGEST = 200
_MOST_QUOTED = 60
#: Of what is shown, a line at most; nobody needs 20 MB of it looked through.
_MOST_CHARACTERS = 2_000
# What every secret has: a long run with a digit in it, a name that is given a value, a key's head,
# or a place with a password. The patterns themselves cost 90 ms to load; most requests have none.
# Each is looked for alone: together they are fifteen times slower.
_FROM_A_DIGIT = re.compile(r"\d[\w+/=.~:%-]{9}")
_RUN = r"[A-Za-z\u0130\u0131\u017f\u212a_+/=.~:%-]"
_LONG_RUN = re.compile(rf"{_RUN}{{9,}}+(?:\d|(?<={_RUN}{{30}}))")
_NAMES = ("pass", "secret", "token", "key", "authori", "credential")
_GIVEN = re.compile(rf"(?:{'|'.join(_NAMES)})[^\n]{{0,60}}?[:=]")
# RFC 7468; OpenPGP's armour looks the same.
_KEY_HEAD = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----")
_KEY_BODY = re.compile(r"(?:\s*[A-Za-z0-9+/=]{16,})*(?:\s*[A-Za-z0-9+/]+={1,2})?")
_LONGEST_KEY = 20_000
_MOST_REPEATED = 100
# What each word of `waooaw.triage.marked` has in it: its patterns cost 10 ms to load.
_MARKS = ("passw", "passp", "passe", "pwd", "kennwort", "contrase", "api", "token", "secret")
_HEADERS = ("bearer", "authorization")


def without_secrets(text: str) -> str:
    """Return *text* with secrets and personal data replaced."""
    text = _without_private_keys(text)
    # The longest first: one secret may be a part of another's text.
    values = {secret.value for secret in _secrets(text)}
    for value in sorted(values, key=lambda value: (-len(value), value)):
        text = text.replace(value, REDACTED)
    return str(redacted(_without_marked(text)))


def _without_marked(text: str) -> str:
    """Return *text* without what people marked as secret, there and where it is written again."""
    spans = _marked(text)
    if not spans:
        return text
    values = {text[begin:end] for begin, end in spans}
    parts: list[str] = []
    place = 0
    for begin, end in spans:
        parts += [text[place:begin], REDACTED]
        place = end
    text = "".join((*parts, text[place:]))
    # Who writes hundreds of them in one text attacks: each costs a look through all of it.
    for value in sorted(values, key=lambda value: (-len(value), value))[:_MOST_REPEATED]:
        # As a word only: a short one is a part of many others.
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", REDACTED, text)
    return text


def _without_private_keys(text: str) -> str:
    """Return *text* without private keys: all of each, and not its first line only."""
    parts: list[str] = []
    place = 0
    for head in _KEY_HEAD.finditer(text):
        if head.start() < place:
            continue
        end = _KEY_END.search(text, head.end(), head.end() + _LONGEST_KEY)
        # One that was cut off has no end; what looks like a key's lines goes all the same.
        end = end or _KEY_BODY.match(text, head.end())
        parts += [text[place : head.start()], REDACTED]
        place = head.end() if end is None else end.end()
    return "".join((*parts, text[place:]))


def shown_safely(text: str, *, most: int = _LONGEST) -> str:
    """Return *text* on one line, without personal data, and not longer than *most* characters.

    Secrets were taken out of a request before anything of it was read (`without_secrets`).
    """
    line = " ".join(str(redacted(text[:_MOST_CHARACTERS])).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def quoted(value: object) -> str:
    """Return *value* as an error message quotes it, without secrets and personal data.

    As `waooaw.errors.shown` does; what a sender wrote may end in a log.
    """
    return shown_safely(without_secrets(repr(value)[:_MOST_CHARACTERS]), most=_MOST_QUOTED)


def holds_secret(text: str) -> bool:
    """Tell whether a secret stands in *text*."""
    return bool(_secrets(text) or _marked(text))


def _secrets(text: str) -> tuple[Secret, ...]:
    if not _perhaps(text):
        return ()
    from waooaw.vision.secrets import secrets_in

    return secrets_in(text)


def _marked(text: str) -> tuple[tuple[int, int], ...]:
    small = text.lower()
    if not any(mark in small for mark in (*_MARKS, *_HEADERS)):
        return ()
    from waooaw.triage.marked import marked_secrets

    return marked_secrets(text)


def _perhaps(text: str) -> bool:
    if "://" in text or _FROM_A_DIGIT.search(text) or _LONG_RUN.search(text):
        return True
    small = text.lower()
    return "-----begin" in small or (
        any(name in small for name in _NAMES) and _GIVEN.search(small) is not None
    )
