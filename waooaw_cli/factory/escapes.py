"""Put free text of a specification into other languages so that it stays text there.

A specification holds words in any language, quotes, backslashes, template marks and line breaks.
Each function here knows the rules of one target: TOML, Markdown, a Python docstring.
"""

from __future__ import annotations

import json
import re
import unicodedata

__all__ = [
    "display_width",
    "docstring_lines",
    "markdown_text",
    "one_line",
    "python_string",
    "shortened",
    "toml_string",
]

#: Joiners shape letters and emoji, so they stay; every other format character is invisible.
_JOINERS = frozenset("\u200c\u200d")
#: Typographic characters for which linters propose the ASCII one (ruff RUF002).
_TYPOGRAPHIC = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"')
    | {"\u2026": "...", "\u00d7": "x", "\u2022": "-", "\u00b7": "-"}
)
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|!&~$^])")
#: Stands in a docstring for a text of invisible characters only.
_NOTHING = "(Nothing that can be shown.)"
#: What starts a list, a quotation or an underlined heading when a paragraph begins with it.
_BLOCK_START = re.compile(r"(\d{1,9})([.)])|([-+=:])")


def display_width(text: str) -> int:
    """Return an upper bound of the columns that *text* takes: two for what is not ASCII."""
    return sum(1 if character.isascii() else 2 for character in text)


def one_line(text: str) -> str:
    """Return *text* with every run of white space as one space, and nothing invisible."""
    kept = "".join(
        character
        for character in text
        if character in _JOINERS or unicodedata.category(character) not in {"Cf", "Cs"}
    )
    return " ".join(kept.split())


def shortened(text: str, width: int) -> str:
    """Return *text* as one line of at most *width* columns, cut between words where it can be."""
    line = one_line(text)
    if display_width(line) <= width:
        return line
    first = _wrapped(line, width - 3)[0]
    return f"{first.rstrip(' .,;:')}..."


def toml_string(text: str) -> str:
    """Return *text* as a TOML basic string. Source: TOML 1.0, section String."""
    # JSON's escapes are TOML's; TOML alone also wants DEL escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def markdown_text(text: str) -> str:
    """Return *text* as one line of Markdown that shows exactly these words.

    Source: CommonMark 0.31, section 2.4; `$` and `~` are GitHub's.
    """
    line = _MARKUP.sub(r"\\\1", one_line(text))
    if start := _BLOCK_START.match(line):
        mark = start.start(2) if start[2] else 0
        return f"{line[:mark]}\\{line[mark:]}"
    return line


def python_string(text: str) -> str:
    """Return printable *text* as the Python literal that `ruff format` would leave as it is."""
    escaped = text.replace("\\", "\\\\")
    # The formatter takes the quotes that need fewer escapes, double ones when it is the same.
    if text.count('"') > text.count("'"):
        return "'" + escaped.replace("'", "\\'") + "'"
    return '"' + escaped.replace('"', '\\"') + '"'


def docstring_lines(text: str, width: int) -> list[str]:
    """Return *text* as lines of a docstring, each at most *width* columns; none is blank.

    White space is normalised and typographic quotes and dashes become ASCII ones, since linters ask
    for that; the words are the specification's, which holds the text to the letter.
    """
    line = one_line(text.translate(_TYPOGRAPHIC)) or _NOTHING
    if line.startswith('"'):
        # The formatter would put a space between the opening quotes and one more.
        line = f"'{line[1:]}"
    # Escaped before it is wrapped, so that widths are those of the source.
    return _wrapped(line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"'), width)


def _wrapped(line: str, width: int) -> list[str]:
    """Break *line* between words, and inside a word that is wider than a whole line."""
    lines: list[str] = []
    current = ""
    for word in line.split(" "):
        rest = word
        if current and display_width(current) + 1 + display_width(rest) <= width:
            current = f"{current} {rest}"
            continue
        if current:
            lines.append(current)
        while display_width(rest) > width:
            cut = _cut(rest, width)
            lines.append(rest[:cut])
            rest = rest[cut:]
        current = rest
    return [*lines, current]


def _cut(word: str, width: int) -> int:
    """Return how many characters of *word* fit, without parting an escape or a letter's marks."""
    cut = 0
    columns = 0
    while cut < len(word) and columns + display_width(word[cut]) <= width:
        columns += display_width(word[cut])
        cut += 1
    whole = cut
    while cut > 1 and (word[cut - 1] == "\\" or unicodedata.combining(word[cut])):
        cut -= 1
    # Nothing but backslashes: an even number of them is a whole number of escapes.
    return cut if cut > 1 else whole - whole % 2
