"""Take personal data out of what a model is told.

Names and values that look personal are replaced; it is a net, not a proof. An agent whose data is
declared `personal` may show its model all of it.

- Names: a field whose name has a word such as email, phone, card, iban, passport, address, birth.
- Values: e-mail addresses, and telephone and card numbers written as text or as whole numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from waooaw.documents import Json

__all__ = ["REDACTED", "redacted"]

REDACTED = "[redacted]"

_WORDS = frozenset(
    {
        *("email", "mail", "phone", "mobile", "telephone", "tel", "fax"),
        *("card", "cvv", "cvc", "pan", "iban", "account"),
        *("ssn", "passport", "tax", "aadhaar", "birth", "birthday", "dob"),
        *("address", "street", "surname", "lastname", "firstname", "fullname"),
    }
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
# Nine digits or more, with the separators that people put into numbers: a telephone (E.164 has up
# to 15), a card (ISO/IEC 7812 has up to 19), an account. A date is none of them.
_NUMBER = re.compile(r"(?<![\w.])(?!\d{4}-\d\d-\d\d)\+?\d(?:[ ()/-]{0,2}\d){8,}(?!\w|\.\d)")
# What every such number has; looking for it first is six times faster, and most texts have none.
_NINE_DIGITS = re.compile(r"\d(?:[ ()/-]{0,2}\d){8}")
_LONGEST_PLAIN_NUMBER = 99_999_999


def redacted(value: Json) -> Json:
    """Return a copy of plain JSON with what looks personal replaced."""
    if isinstance(value, Mapping):
        return {
            name: REDACTED if _is_personal(name) and _says_something(item) else redacted(item)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redacted(item) for item in value]
    if isinstance(value, str):
        text = _EMAIL.sub(REDACTED, value) if "@" in value else value
        return _NUMBER.sub(REDACTED, text) if _NINE_DIGITS.search(text) else text
    if isinstance(value, int) and abs(value) > _LONGEST_PLAIN_NUMBER:
        return REDACTED
    return value


def _is_personal(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return not _WORDS.isdisjoint(words) or "".join(words) in _WORDS


def _says_something(value: object) -> bool:
    # Whether a field is there may be what a decision hangs on; a flag or nothing gives nobody away.
    return value is not None and not isinstance(value, bool)
