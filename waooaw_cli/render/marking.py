"""Foreign text in GitHub flavoured Markdown: it says what it says, and does nothing."""

from __future__ import annotations

import html
import re

from waooaw_cli.render.foreign import readable, visible

__all__ = ["marked", "marked_code"]

_LONGEST_TEXT = 1_000
# Everything that begins a structure somewhere in a line; the start of a line is never foreign.
_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$#])")
# GitHub looks through what is rendered for names to notify, issues to refer to and addresses to
# link, so that escapes don't help. Source: GitHub flavoured Markdown, section 6.9, and its "Basic
# writing and formatting syntax".
_REFERENCE = re.compile(
    r"@(?=\w)|(?<=#)(?=\w)|(?<=\bGH-)(?=\d)|(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE
)
# What needs no care between backticks, inside a table too.
_PLAIN_CODE = re.compile(r"[^`|\s\\](?:[^`|\\]*[^`|\s\\])?")


def marked(text: str) -> str:
    """Return foreign text so that it stands in a line or a table's cell as what it is."""
    safe = html.escape(_bounded(readable(text)), quote=False)
    # An empty comment takes a reference apart and leaves it as it reads.
    return _REFERENCE.sub(r"\g<0><!-- -->", _SPECIAL.sub(r"\\\1", safe))


def marked_code(text: str) -> str:
    """Return a foreign path or name as code, in one line."""
    text = _bounded(visible(text))
    if _PLAIN_CODE.fullmatch(text):
        return f"`{text}`"
    return f"<code>{marked(text)}</code>"


def _bounded(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
