"""Find what people write behind a word for a secret: `password: hunter2`, `Passwort lautet …`.

The code gate's patterns (`waooaw.vision.secrets`) leave out lines that call themselves an example
and what is too simple for a key. In a ticket, a password is one whatever stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["marked_secrets"]

# Words for a secret, as they are looked for: one by one, which is far faster than all at once.
_PASSWORDS = (
    *("password", "passwd", "passwort", "passphrase", "pwd", "kennwort"),
    *("mot de passe", "contraseña", "contrasena"),
)
# Developers write these beside anything: what follows has to look like a key.
_KEYS = (
    *("api key", "api-key", "api_key", "apikey", "token", "secret", "secret key", "secret_key"),
    "secret-key",
)
_HEADERS = ("bearer", "authorization: basic")
# Bounded all over, and tried only behind one of the words: linear in the text.
_SPACE = r"[ \t\u00a0\u202f]"
_GIVEN = re.compile(
    rf"[\"'`*_]{{0,3}}{_SPACE}{{0,3}}(?:(?:is|ist|lautet|est|es){_SPACE}{{0,3}})?"
    rf"(?:=>|:=|:(?!:)|=(?!=))[*_]{{0,2}}(?P<gap>{_SPACE}{{0,8}}(?:\r?\n\s{{0,8}})?)"
)
_IS = re.compile(rf"{_SPACE}{{1,3}}(?:is|ist|lautet|est|es){_SPACE}{{1,3}}")
_BEHIND = re.compile(rf"{_SPACE}{{1,3}}")
_QUOTED = re.compile(r"[\"'`“„«\u2018](?P<value>[^\s\"'`“”„«»\u2018’]{1,200})[\"'`”“»’]")
_WORD = re.compile(r"[\"'`“„«\u2018]?(?P<value>\S{1,200})")
_AROUND = "\"'`“”„«»\u2018’()[]{}<>.,;:!?*_~…|=#"
_ENDS = "\"'`“”„«»\u2018’)]}>.,;"
# The next setting of a connection or a query is no part of it.
_NEXT_SETTING = re.compile(r"(?:&amp;|[&;])[\w.-]{1,60}=.*")
_REST_OF_A_LINE = re.compile(r"[^\S\n]*(?:\n|\Z)")
_REST_OF_A_CLAUSE = re.compile(r"[\"'`”»’)]{0,2}(?:[.,;]|\s*(?:\n|\Z))")
_MARKUP = re.compile(r"<[^<>]{0,100}>|&(?:[a-z]{2,8}|#\w{1,6});", re.IGNORECASE)
# Not `/`, `-`, `_` and the like: they join words.
_SYMBOL = re.compile(r"[!#$%&*+=?@^~|\\§€£]")
_MIXED = re.compile(r"[^\W\d_][^\W\d_]*(?<=[a-zß-ÿ])[A-ZÀ-Þ]")
# What stands for a secret, or for the place where it is found.
_STANDS_FOR_ONE = re.compile(
    r"(?xi) [*•x.…_-]+ | [\$%@&]?[\[{(<].* | \$\w+ .* | %\w+% | .*:// .* | .*\[redacted\].*"
    r" | (?:your|my|the)[_-].* | [^@\s]+@[\w-]+(?:\.[\w-]+)+"
    # Names of code, calls, and names of secrets.
    r" | [^\W\d]\w*(?:\??\.[^\W\d]\w*)+[;,]? | [\w.]+[(\[].* | [\w.]*\$\{.*"
    r" | [^\W\d]*(?:password|passwd|pwd|token|secret|key)[^\W\d]*"
    # How long or old it is.
    r" | \d{1,3}(?:%|[.)]|st|nd|rd|th|x|s|ms|h|d|min|-[a-z]+)?"
)
_SHORTEST = 4
_SHORTEST_WORD = 6
_SHORTEST_KEY = 8
# Words that follow one for a secret as a heading, a state, or a type do.
_SAID_OF_ONE = frozenset(
    {
        *("accepted", "always", "because", "before", "blocked", "boolean", "buffer", "cannot"),
        *("change", "changed", "changes", "changing", "compromised", "correct", "default"),
        *("denied", "deleted", "disabled", "doesn't", "enabled", "expired", "expires", "failed"),
        *("failure", "forgot", "forgotten", "hidden", "incorrect", "invalid", "leaked", "locked"),
        *("login", "mandatory", "mismatch", "missing", "needed", "nothing", "number", "object"),
        *("optional", "password", "please", "protected", "rejected", "required", "resets"),
        *("resetting", "secret", "should", "stolen", "string", "strong", "symbol", "system"),
        *("unchanged", "undefined", "unknown", "unsafe", "update", "updated", "username"),
        *("visible", "whatever", "working", "unable", "unset"),
    }
)


def marked_secrets(text: str) -> tuple[tuple[int, int], ...]:
    """Return where the values of marked secrets begin and end, in their order, none in another."""
    small = _lower(text)
    spans = {
        span
        for words, strict in ((_PASSWORDS, False), (_KEYS, True), (_HEADERS, True))
        for word in words
        for place in _places(small, word)
        if (span := _value(text, place, header=words is _HEADERS, strict=strict)) is not None
    }
    found: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if not found or begin >= found[-1][1]:
            found.append((begin, end))
    return tuple(found)


def _lower(text: str) -> str:
    """Return *text* in small letters, as long as it was."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(one if len(one.lower()) > 1 else one.lower() for one in text)


def _places(small: str, word: str) -> Iterator[int]:
    """Yield where *word* ends; of what is no password, only where it stands alone."""
    place = small.find(word)
    while place >= 0:
        if word in _PASSWORDS or place == 0 or not small[place - 1].isalpha():
            yield place + len(word)
        place = small.find(word, place + len(word))


def _value(text: str, place: int, *, header: bool, strict: bool) -> tuple[int, int] | None:
    """Return where the value stands that is given at *place*; None where none is."""
    given = _GIVEN.match(text, place)
    told = given or (_BEHIND if header else _IS).match(text, place)
    if told is None:
        return None
    word = _QUOTED.match(text, told.end()) or _WORD.match(text, told.end())
    if word is None:
        return None
    value = _NEXT_SETTING.sub("", word["value"]).rstrip(_ENDS)
    begin = word.start("value")
    # On the next line it is one only where it stands alone: else that line is the next sentence.
    alone = given is None or "\n" not in given["gap"] or _REST_OF_A_LINE.match(text, word.end())
    if not alone or not (_is_key(value) if strict else _is_password(value)):
        # A name at the end of what is said: `Password: Sunshine`, and not `Password: Reset it`.
        ends = alone and _REST_OF_A_CLAUSE.match(text, begin + len(value))
        if strict or given is None or not ends or not _is_name(value):
            return None
    return begin, begin + len(value)


def _is_password(value: str) -> bool:
    bare = _bare(value)
    if len(value) < _SHORTEST or not bare or _stands_for_one(value, bare):
        return False
    return (
        any(one.isdigit() for one in bare)
        or _SYMBOL.search(bare) is not None
        or _MIXED.match(bare) is not None
    )


def _is_key(value: str) -> bool:
    bare = _bare(value)
    if len(bare) < _SHORTEST_KEY or _stands_for_one(value, bare):
        return False
    return any(one.isdigit() for one in bare) and any(one.isalnum() for one in bare)


def _is_name(value: str) -> bool:
    """Tell whether *value* is a word with a capital that is not said of passwords in general."""
    bare = _bare(value)
    # A rule of signs before it is a page's layout.
    if len(bare) < _SHORTEST_WORD or not value.strip("*_!?").isalpha() or bare.islower():
        return False
    return bare.lower() not in _SAID_OF_ONE and not _stands_for_one(value, bare)


def _bare(value: str) -> str:
    """Return *value* without markup and the signs that stand around words."""
    return _MARKUP.sub("", value).strip(_AROUND)


def _stands_for_one(value: str, bare: str) -> bool:
    return any(_STANDS_FOR_ONE.fullmatch(one) is not None for one in (value, bare))
