"""What people see of a text: without markup, and without what is hidden in it.

Text that people don't see (HTML comments, invisible elements, zero-width and tag characters) has no
effect at all; it is handed back beside the rest, as evidence. All of it is linear in the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache

__all__ = ["as_written", "on_one_line", "plain", "seen", "without_unseen"]

# Only how an element begins is looked for by pattern: one that also looked for its end would look
# through the rest of the text for each that has none.
_UNSEEN_ELEMENT = re.compile(
    r"<(?P<tag>[a-zA-Z][a-zA-Z0-9]{0,15})\b[^<>]{0,500}?"
    r"(?:\shidden\b|display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0"
    r"|(?<![\w-])color\s*:\s*(?:white|#fff(?:fff)?|transparent)\b)"
    r"[^<>]{0,500}>",
    re.IGNORECASE,
)
_LONGEST_UNSEEN = 20_000
_SCRIPT = re.compile(
    r"<(?P<tag>script|style|head|template)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_LONGEST_SCRIPT = 200_000
_CLOSING = re.compile(r"</(?P<tag>[a-zA-Z][a-zA-Z0-9]{0,15})\s*+>")
# What only attackers and those who test for them write. Markup is taken out; this must be told.
_PAYLOAD = re.compile(
    r"<script[^<>]{0,200}>\s*alert\(|\bon(?:error|load)\s*=\s*[\"']?alert\(|javascript:alert\("
    r"|['\"]\s*or\s+['\"]?1['\"]?\s*=\s*['\"]?1|\$\{jndi:|(?:\.\./){2,}etc/passwd",
    re.IGNORECASE,
)
# The one of them that begins with no word.
_OR_TRUE = re.compile(r"['\"]\s*or\s", re.IGNORECASE)
_BLOCK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|section|hr)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:-]{0,30}(?:\s[^<>]{0,500})?/?>")
# Zero-width and direction marks, soft hyphens, and the tag characters, which can carry a whole
# hidden text: Unicode 16, sections 23.2, 23.9.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# For private use, so nobody's: it stands for an attack while the markup around it is taken out.
_MARK = "\uf8fe"
_MARKED = re.compile(rf" ?{_MARK}(\d{{1,6}}){_MARK} ?")
_LINK = re.compile(r"\b(?:https?|ftp|news|file)://\S+", re.IGNORECASE)


# Rules, two models and the search look at one request, one after the other.
@lru_cache(maxsize=8)
def plain(text: str) -> tuple[str, tuple[str, ...]]:
    """Return what is read of *text*, and what was hidden in it.

    That is what people see, without links, and with the word "exploit" for what attacks.
    """
    text, tags = _made_visible(text)
    if _may_attack(text):
        text = _PAYLOAD.sub(" exploit ", text)
    text, hidden = _bare(text)
    return text, tuple(one for one in (tags, *hidden) if one)


def seen(text: str) -> str:
    """Return what people see of *text*, without links: an attack is shown as it was written."""
    return _bare(_made_visible(text)[0])[0]


def as_written(text: str) -> str:
    """Return what people see of *text*, without links, with attacks as they were written.

    Those that are markup stay, too: read again (`plain`), it says what it said before.
    """
    text, _ = _made_visible(text)
    if not _may_attack(text):
        return _bare(text)[0]
    attacks: dict[str, str] = {}

    def mark(found: re.Match[str]) -> str:
        number = str(len(attacks))
        attacks[number] = found[0]
        return f" {_MARK}{number}{_MARK} "

    # The spaces are those around "exploit": what stands beside it ends in the same places.
    text, _ = _bare(_PAYLOAD.sub(mark, text.replace(_MARK, " ")))
    # Each once: a mark may have been written as an entity, any number of times.
    return _MARKED.sub(lambda found: attacks.pop(found[1], " "), text)


def without_unseen(text: str) -> str:
    """Return *text* without characters that nobody sees; markup, links and lines stay."""
    text = text if text.isascii() else _UNSEEN.sub("", text)
    return _CONTROL.sub(" ", text)


@lru_cache(maxsize=8)
def _made_visible(text: str) -> tuple[str, str]:
    """Return *text* in its usual characters, without unseen ones, and what tag characters say."""
    unseen = [] if text.isascii() else _UNSEEN.findall(text)
    tags = ""
    if any(mark >= "\U000e0000" for mark in unseen):
        # Tag characters mirror ASCII: what they say is shown as evidence, and not read.
        tags = "".join(chr(ord(mark) - 0xE0000) for mark in unseen if mark > "\U000e001f")
    text = _CONTROL.sub(" ", _UNSEEN.sub("", text) if unseen else text)
    return unicodedata.normalize("NFKC", text), tags


@lru_cache(maxsize=8)
def _bare(text: str) -> tuple[str, tuple[str, ...]]:
    """Return *text* without links and markup, and what was hidden in elements and comments."""
    hidden: list[str] = []
    if "://" in text:
        text = _LINK.sub(" ", text)
    if "<" in text:
        text, comments = _parted(text, _comments(text))
        text, _ = _parted(text, _elements(text, _SCRIPT, _LONGEST_SCRIPT))
        text, elements = _parted(text, _elements(text, _UNSEEN_ELEMENT, _LONGEST_UNSEEN))
        comments = [one.removeprefix("<!--").removesuffix("-->") for one in comments]
        hidden += [on_one_line(_TAG.sub(" ", one)) for one in (*comments, *elements)]
        text = _TAG.sub(" ", _BLOCK.sub("\n", text))
    if "&" in text:
        text = _CONTROL.sub(" ", _UNSEEN.sub("", html.unescape(text)))
    return text, tuple(hidden)


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Yield where comments of HTML stand."""
    begin = text.find("<!--")
    while begin >= 0:
        end = text.find("-->", begin + 4)
        if end < 0:
            return
        yield begin, end + 3
        begin = text.find("<!--", end + 3)


def _elements(text: str, opening: re.Pattern[str], longest: int) -> Iterator[tuple[int, int]]:
    """Yield where elements stand that begin with *opening* and are no longer than *longest*."""
    ends: dict[str, list[tuple[int, int]]] | None = None
    last = 0
    for match in opening.finditer(text):
        if match.start() < last:  # it stands in the one before
            continue
        ends = _ends(text) if ends is None else ends
        places = ends.get(match["tag"].lower(), [])
        at = bisect_left(places, (match.end(), 0))
        if at < len(places) and places[at][0] - match.end() <= longest:
            last = places[at][1]
            yield match.start(), last


def _ends(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return where elements end, in their order, by the tag in small letters."""
    ends: dict[str, list[tuple[int, int]]] = {}
    for closing in _CLOSING.finditer(text):
        ends.setdefault(closing["tag"].lower(), []).append(closing.span())
    return ends


def _parted(text: str, places: Iterable[tuple[int, int]]) -> tuple[str, list[str]]:
    """Return *text* with a space for each of *places*, and what stood there."""
    kept: list[str] = []
    taken: list[str] = []
    last = 0
    for begin, end in places:
        kept.append(text[last:begin])
        taken.append(text[begin:end])
        last = end
    return " ".join((*kept, text[last:])), taken


def _may_attack(text: str) -> bool:
    """Tell whether it is worth looking for payloads in *text*: that takes ten times as long."""
    small = text.lower()
    if "alert(" in small or "${" in text or "etc/passwd" in small:
        return True
    return _OR_TRUE.search(text) is not None


def on_one_line(text: str) -> str:
    """Return *text* with a space for each run of white space."""
    return " ".join(text.split())
