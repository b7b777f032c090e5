"""What makes two failures the same: the kind of error and where it happened, not its numbers.

A fingerprint is exact: two requests with the same one hit the same fault. Likeness of words is no
fingerprint, and never routes anything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

__all__ = ["fingerprints"]

_MOST_CHARACTERS = 200_000
_MOST_FRAMES = 5
_MOST = 10

_PYTHON_FRAME = re.compile(r'^\s*File "([^"]{1,300})", line \d+, in ([\w<>.]{1,100})', re.MULTILINE)
_OTHER_FRAME = re.compile(r"^\s*at ([\w.$<>/ ]{1,200}?)\s*\(([^()\n]{0,200})\)", re.MULTILINE)
_ERROR = re.compile(
    r"(?<![\w.])((?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,60}(?:Error|Exception|Timeout|Fault))\b"
    r"(?::[ \t]*([^\n]{0,300}))?"
)
_VARIABLE = (
    (re.compile(r"0x[0-9a-fA-F]+"), "#"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "#"),
    (re.compile(r"\b[0-9a-fA-F]{16,64}\b"), "#"),
    (re.compile(r"'[^'\n]{0,200}'|\"[^\"\n]{0,200}\""), "''"),
    (re.compile(r"(?:[A-Za-z]:)?[\\/][^\s:,;'\"()]{1,300}"), "/"),
    (re.compile(r"\d+"), "#"),
    (re.compile(r"\s+"), " "),
)


def fingerprints(text: str) -> tuple[str, ...]:
    """Return the fingerprints of the errors in *text*, the most telling first, ten at most."""
    text = text[:_MOST_CHARACTERS]
    if "Error" not in text and "Exception" not in text and "Timeout" not in text:
        return ()
    found = dict.fromkeys(hashlib.sha256(key.encode()).hexdigest()[:16] for key in _keys(text))
    return tuple(found)[:_MOST]


def _keys(text: str) -> Iterator[str]:
    errors = [
        (match[1].rpartition(".")[2], _plain(match[2] or "")) for match in _ERROR.finditer(text)
    ]
    frames = [f"{_file(match[1])}:{match[2]}" for match in _PYTHON_FRAME.finditer(text)]
    frames = frames[-_MOST_FRAMES:]
    frames += [match[1].strip() for match in _OTHER_FRAME.finditer(text)][:_MOST_FRAMES]
    if errors and frames:
        yield "\n".join((errors[-1][0], *frames))
    # A bare name says too little: every program has a ValueError somewhere.
    yield from (f"{name}: {message}" for name, message in errors if message)


def _plain(message: str) -> str:
    for pattern, stands_for in _VARIABLE:
        message = pattern.sub(stands_for, message)
    return message.strip(" .#/':").lower()


def _file(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
