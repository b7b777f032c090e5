"""A page to print on, and how text is laid out on it; a terminal library would cost 35 ms."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TextIO, TypeAlias

__all__ = [
    "USUAL_WIDTH",
    "Page",
    "Span",
    "cells",
    "colour_system",
    "columns",
    "fitting",
    "page_on",
    "pages",
    "table",
    "wrapped",
]

#: Text and its style: a few words of `_CODES`, or nothing.
Span: TypeAlias = tuple[str, str]

#: Where a program reads along or nothing is known of the terminal.
USUAL_WIDTH = 80
_NARROWEST = 20
#: Below this a page is narrow on purpose, and even what programs look for is broken to fit.
_ROOMY = 60
_GAP = "  "

# Source: ECMA-48, section 8.3.117 (SGR).
_CODES = {
    "bold": "1",
    "dim": "2",
    "underline": "4",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "magenta": "35",
    "cyan": "36",
}
_DUMB = frozenset({"dumb", "unknown"})
#: Any of these tells of a Windows terminal that knows escapes; the old console does not.
_KNOWS_ESCAPES = ("WT_SESSION", "TERM", "TERM_PROGRAM", "ConEmuANSI", "ANSICON")


@dataclass(frozen=True, slots=True)
class Page:
    """Hold where lines go and what may stand in them.

    Attributes:
        stream: Where they go.
        width: Cells in a line.
        terminal: Whether a person looks at it as it is written.
        coloured: Whether escapes for colour are welcome.
        moving: Whether the cursor can be moved.
    """

    stream: TextIO
    width: int
    terminal: bool = False
    coloured: bool = False
    moving: bool = False

    @property
    def encoding(self) -> str:
        """What the stream can hold; characters beyond it are escaped."""
        return self.stream.encoding or "utf-8"

    @property
    def roomy(self) -> bool:
        """Whether a table with a column of text fits."""
        return self.width >= _ROOMY

    def line(self, *spans: Span) -> None:
        """Write one line as it is, in one call: lines of several threads don't mix."""
        text = "".join(self._painted(*span) for span in spans)
        self.stream.write(f"{text}\n")

    def paragraph(self, text: str, style: str = "", *, hang: int = 0) -> None:
        """Write *text*, wrapped to the width and indented by *hang*."""
        for line in wrapped(fitting(text, self.encoding), self.width - hang):
            self.line((" " * hang, ""), (line, style))

    def whole(self, text: str, style: str = "") -> None:
        """Write one line that is not broken where a program may read it.

        Editors and grep look for path:line:column. Whoever asks for a narrow page gets it broken.
        """
        if self.terminal or not self.roomy:
            self.paragraph(text, style)
        else:
            self.line((fitting(text, self.encoding), style))

    def _painted(self, text: str, style: str) -> str:
        text = fitting(text, self.encoding)
        if not (self.coloured and style and text):
            return text
        codes = ";".join(_CODES[word] for word in style.split())
        return f"\x1b[{codes}m{text}\x1b[0m"


def pages(env: Mapping[str, str]) -> tuple[Page, Page]:
    """Return the pages on stdout, for results, and on stderr, for everything else."""
    return (page_on(sys.stdout, env), page_on(sys.stderr, env))


def page_on(stream: TextIO, env: Mapping[str, str]) -> Page:
    """Return a page that writes to *stream*.

    `NO_COLOR` (any text) wins over `FORCE_COLOR`; `TERM=dumb` means neither colour nor cursor
    control; `COLUMNS` is the width.
    """
    terminal = stream.isatty()
    colour = colour_system(env, terminal=terminal)
    if terminal and sys.platform == "win32" and not any(name in env for name in _KNOWS_ESCAPES):
        colour = None
    dumb = env.get("TERM", "").lower() in _DUMB
    return Page(
        stream,
        width=columns(env) or (_asked(stream) if terminal else USUAL_WIDTH),
        terminal=terminal,
        coloured=colour is not None,
        moving=terminal and not dumb,
    )


def colour_system(env: Mapping[str, str], *, terminal: bool) -> Literal["auto", "standard"] | None:
    """Return what may be coloured with on a *terminal* or elsewhere; None for no escape at all.

    Source: https://no-color.org and https://force-color.org: any value counts, an empty one does
    not. `FORCE_COLOR=0` forces nothing, since that is what who writes it means.
    """
    if env.get("NO_COLOR") or env.get("TERM", "").lower() in _DUMB:
        return None
    if terminal:
        return "auto"
    return "standard" if env.get("FORCE_COLOR", "") not in {"", "0"} else None


def columns(env: Mapping[str, str]) -> int | None:
    """Return the width that `COLUMNS` asks for; None where it says nothing that can be meant."""
    text = env.get("COLUMNS", "")
    # Not `isdigit`, which takes ² for a digit. 0 is what some CI systems say when they don't know.
    if text.isdecimal() and len(text) < len("10000") and int(text) > 0:
        return max(_NARROWEST, int(text))
    return None


def fitting(text: str, encoding: str) -> str:
    """Return *text* with an escape for each character that *encoding* does not have."""
    return text if text.isascii() else text.encode(encoding, "backslashreplace").decode(encoding)


def cells(text: str) -> int:
    """Return how many columns of a terminal *text* takes.

    Source: Unicode standard annex 11 (East Asian Width); marks that combine take none.
    """
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def wrapped(text: str, width: int) -> list[str]:
    """Return *text* in lines of at most *width* cells, broken at spaces where there are any."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cells(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line.rstrip())
        *full, line = _folded(word, width)
        lines += full
    return [*lines, line.rstrip()]


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[Span]],
    *,
    width: int,
    right: int | None = None,
    wraps: bool = True,
) -> Iterator[list[Span]]:
    """Yield the lines of a table.

    Args:
        header: One word for each column; none for a table without a header.
        rows: As many cells in each as there are columns.
        width: Cells in a line.
        right: The column that is aligned to the right.
        wraps: Whether the last column is wrapped to what the others leave.
    """
    head = [[(word, "underline") for word in header]] if header else []
    every = [*head, *rows]
    widths = [max(cells(text) for text, _ in column) for column in zip(*every, strict=True)]
    room = max(_NARROWEST // 2, width - sum(widths[:-1]) - len(_GAP) * (len(widths) - 1))
    for row in every:
        *before, (last, style) = row
        first: list[Span] = []
        for number, (text, own) in enumerate(before):
            padding = " " * (widths[number] - cells(text))
            aligned = number == right
            first += [(padding, ""), (text, own)] if aligned else [(text, own), (padding, "")]
            first.append((_GAP, ""))
        if right == len(before):
            first.append((" " * (widths[-1] - cells(last)), ""))
        lines = wrapped(last, room) if wraps else [last]
        yield _trimmed([*first, (lines[0], style)])
        indent = " " * (sum(widths[:-1]) + len(_GAP) * len(before))
        yield from ([(indent, ""), (line, style)] for line in lines[1:])


def _trimmed(spans: list[Span]) -> list[Span]:
    """Return *spans* without white space at the end of the line."""
    while spans and not spans[-1][0].strip():
        spans.pop()
    return spans


def _folded(word: str, width: int) -> list[str]:
    """Return *word* in pieces of at most *width* cells; at least one piece."""
    pieces = [""]
    spent = 0
    for character in word:
        taken = cells(character)
        if spent + taken > width and pieces[-1]:
            pieces.append("")
            spent = 0
        pieces[-1] += character
        spent += taken
    return pieces


def _cells_of(character: str) -> int:
    if character.isascii():
        return 1
    import unicodedata

    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _asked(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL_WIDTH
    except (OSError, ValueError):
        return USUAL_WIDTH
