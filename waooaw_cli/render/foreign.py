"""Make text that others wrote safe to show: a message must not move the cursor or forge a line."""

from __future__ import annotations

import re

__all__ = ["intact", "readable", "visible"]

# Source: ECMA-48, sections 5.4 (CSI) and 5.6 (control strings). A control string without its end is
# no sequence: taking it for one would swallow the rest of a message.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
_BREAK = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
# Controls, marks that turn the direction of what follows (CVE-2021-42574), halves of surrogate
# pairs, and code points that are no characters.
_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
    r"\ud800-\udfff\ufffe\uffff]"
)
_HALF = re.compile(r"[\ud800-\udfff]")


def readable(text: str) -> str:
    """Return *text* as one line for a person, without terminal sequences and control characters."""
    return _HIDDEN.sub("", _BREAK.sub(" ", _SEQUENCE.sub("", text)))


def visible(text: str) -> str:
    r"""Return *text* as one line in which control characters stand as escapes, such as `\n`."""
    return _HIDDEN.sub(lambda found: _escape(found[0]), text)


def intact(text: str) -> str:
    """Return *text* unchanged but for what UTF-8 cannot hold, which a replacement mark stands for.

    A file name that is no UTF-8 comes from the operating system with halves of surrogate pairs.
    """
    return _HALF.sub("\ufffd", text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
