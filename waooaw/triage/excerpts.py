"""What is read of a text that is too long to be read whole.

Its head, its end, and what stands around words of alarm, wherever they stand: nobody hides a fact
by writing much around it. Only what is searched for whole words grows with the text.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["MOST_CHARACTERS", "excerpt"]

MOST_CHARACTERS = 40_000
_HEAD = 24_000
_TAIL = 8_000
_AROUND = 300
_MOST_PLACES = 12

#: Parts of words that stand near what must not be missed.
_ALARMS = (
    *("leak", "breach", "stolen", "hacked", "attack", "vulnerab", "credential", "password"),
    *("api key", "token", "secret", "tenant", "another customer", "other customer", "wrong "),
    *("someone else", "somebody else", "outage", "offline", "unreachable", "all customers"),
    *("every customer", "nobody", "is down", "are down", "twice", "double", "refund", "charged"),
    *("approv", "sign-off", "without", "gdpr", "lawyer", "court", "legal", "regulat", "privacy"),
    *("sue ", "impersonat", "pretend", "scrap", "fake", "delete", "lost", "suicid", "publicly"),
    *("datenleck", "dsgvo", "ausfall", "rgpd"),
)


def excerpt(text: str) -> str:
    """Return *text* itself, or what is read of it."""
    return text if len(text) <= MOST_CHARACTERS else _excerpt(text)


# The rules, the models and the memory read one request, one after the other; all of 20 MB is looked
# through once.
@lru_cache(maxsize=2)
def _excerpt(text: str) -> str:
    small = text[_HEAD:-_TAIL].lower()
    places = sorted({place for alarm in _ALARMS for place in _places(small, alarm)})
    middle: list[str] = []
    end = 0
    for place in places:
        start = max(place - _AROUND, end)
        if place + _AROUND > end:
            end = place + _AROUND
            # Lower case may be longer or shorter than the text (İ); what is read is one of both.
            middle.append(small[start:end])
    return "\n".join((text[:_HEAD], *middle, text[-_TAIL:]))


def _places(text: str, alarm: str) -> list[int]:
    """Return where *alarm* stands: the first places, and those farthest apart from each other."""
    step = max(len(text) // _MOST_PLACES, 1)
    places: list[int] = []
    place = text.find(alarm)
    while place >= 0 and len(places) < _MOST_PLACES:
        places.append(place)
        # Many at one place say no more than one; the next is looked for farther on.
        place = text.find(alarm, place + max(_AROUND, min(step, len(text) - place) // 4))
    return places
