"""A screen for terminals without cursor control: lines out, lines in."""

from __future__ import annotations

import select
import shutil
from collections.abc import Mapping
from typing import IO, TextIO

from waooaw_cli.prompts.layout import Line

__all__ = ["LineScreen", "columns"]

_LONGEST_LINE = 1_000_000


class LineScreen:
    """Write lines to one stream and read them from another; nothing moves, nothing is coloured."""

    prefills = False

    def __init__(self, stdin: IO[bytes], stderr: TextIO, env: Mapping[str, str]) -> None:
        self._stdin = stdin
        self._stderr = stderr
        self._env = env

    def width(self) -> int:
        """Return the columns that the terminal has now."""
        return columns(self._stderr, self._env)

    def write(self, lines: tuple[Line, ...]) -> None:
        """Show *lines*."""
        self._stderr.write("".join(f"{line.text}\n" for line in lines))
        self._stderr.flush()

    def read(self, typed: str, words: tuple[str, ...]) -> str | None:
        """Return one line; it can't be edited before, and completes nothing."""
        del typed, words
        self._stderr.write("> ")
        self._stderr.flush()
        line = self._stdin.readline(_LONGEST_LINE)
        if not line:
            # The end of input (Ctrl-D) ends the questions as Ctrl-C does.
            raise KeyboardInterrupt
        # What is not UTF-8 stays visible as such, and is refused as an answer.
        return line.decode("utf-8", "surrogateescape").rstrip("\r\n")

    def waiting(self) -> bool:
        """Tell whether more lines stand ready, which only a paste is fast enough for."""
        try:
            return bool(select.select([self._stdin], [], [], 0)[0])
        except (OSError, ValueError):  # neither a terminal nor a pipe, or a console of Windows
            return False


def columns(stream: TextIO, env: Mapping[str, str]) -> int:
    """Return the width to write for: `COLUMNS`, else the terminal's, else 80."""
    given = env.get("COLUMNS", "")
    if given.isdecimal() and int(given[:5]) > 0:
        return int(given[:5])
    try:
        import os

        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return shutil.get_terminal_size().columns
