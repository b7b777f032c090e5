"""The questionnaire's questions, put to a person at a terminal.

Everything goes to stderr: stdout belongs to results. Two screens answer to one asker: one with keys
(prompt_toolkit), one for terminals that can't move the cursor, where a line is all there is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import IO, Protocol, TextIO

from waooaw_cli.factory.asking import (
    Answer,
    Asker,
    Back,
    Finish,
    Jump,
    Prompt,
    Quit,
    Reply,
    Review,
    ReviewReply,
)
from waooaw_cli.factory.questions import FieldType
from waooaw_cli.prompts.layout import (
    COMMANDS,
    Line,
    Style,
    command_lines,
    paragraph,
    prompt_lines,
    review_lines,
)

__all__ = ["Screen", "TerminalAsker", "terminal_asker"]

#: What is taken for a command, and no answer, even where it is an unknown one.
_COMMAND = re.compile(r":[^\W\d][\w-]*")
_LONGEST_WORD = 20
_DUMB = frozenset({"dumb", "unknown"})
_FINISH = frozenset({"", "y", "yes", "render", "done", "ok"})


class Screen(Protocol):
    """Show lines and read one. `KeyboardInterrupt` comes out on Ctrl-C and at the end of input."""

    @property
    def prefills(self) -> bool:
        """Whether an answer can be offered for editing; else an empty line keeps it."""
        ...

    def width(self) -> int:
        """Return the columns that the terminal has now."""
        ...

    def write(self, lines: tuple[Line, ...]) -> None:
        """Show *lines*."""
        ...

    def read(self, typed: str, words: tuple[str, ...]) -> str | None:
        """Return what is typed, or None where a key said "back".

        Args:
            typed: Offered for editing, where the screen can.
            words: Offered for completion, where the screen can.
        """
        ...

    def waiting(self) -> bool:
        """Tell whether more lines stand ready: a paste that comes line by line goes on."""
        ...


def terminal_asker(
    stdin: TextIO, stderr: TextIO, env: Mapping[str, str], *, resumes: bool = True
) -> Asker | None:
    """Return who asks at this terminal; None where stdin is none, so that nothing prompts.

    Args:
        stdin: Where a person types.
        stderr: Where they read.
        env: `TERM`, `COLUMNS` and `NO_COLOR` are looked at.
        resumes: Whether whoever stops can go on another day.
    """
    if not stdin.isatty():
        return None
    if env.get("TERM", "").lower() in _DUMB or not stderr.isatty():
        from waooaw_cli.prompts.lines import LineScreen

        return TerminalAsker(LineScreen(_bytes(stdin), stderr, env), resumes=resumes)
    from waooaw_cli.prompts.keys import KeyScreen

    return TerminalAsker(KeyScreen(stdin, stderr, env), resumes=resumes)


def _bytes(stdin: TextIO) -> IO[bytes]:
    # Decoded line by line instead: text that is not UTF-8 is asked again, not a crash.
    return stdin.buffer


class TerminalAsker:
    """Ask on a screen. Commands such as `:back` are understood wherever something is typed.

    Args:
        screen: Where it is shown, and typed.
        resumes: Whether whoever stops can go on another day, which they are told.
    """

    def __init__(self, screen: Screen, *, resumes: bool = True) -> None:
        self._screen = screen
        self._resumes = resumes
        self._number: int | None = None
        self._greeted = False

    def ask(self, prompt: Prompt) -> Reply:
        """Ask once and return what was typed."""
        self._greet()
        keeps = not self._screen.prefills and prompt.problem is None
        head = prompt.number != self._number
        self._number = prompt.number
        self._screen.write(prompt_lines(prompt, self._screen.width(), head=head, keeps=keeps))
        words = (*(choice.word.removesuffix(" N") for choice in prompt.choices), *prompt.words)
        if prompt.type is FieldType.YES_NO:
            words = ("yes", "no")
        passage = prompt.type is FieldType.PASSAGE
        reply = self._read_passage(prompt.typed) if passage else self._read(prompt.typed, words)
        if isinstance(reply, Answer) and keeps and not reply.text.strip() and prompt.typed:
            return Answer(prompt.typed)
        return Answer("") if reply is None else reply

    def review(self, page: Review) -> ReviewReply:
        """Show all answers and ask what to do with them."""
        self._greet()
        self._number = None
        self._screen.write(review_lines(page, self._screen.width(), resumes=self._resumes))
        numbers = {str(section.number): section.number for section in page.sections}
        while True:
            reply = self._read("", tuple(numbers))
            if isinstance(reply, Back | Quit):
                return reply
            text = reply.text.strip().lower() if reply is not None else ""
            if text in _FINISH:
                return Finish()
            if text in {"q", "quit"}:
                return Quit()
            if text in numbers:
                return Jump(numbers[text])
            self.tell(f"{text!r} is none of: Enter, {', '.join(numbers)}, :back, :quit")

    def confirm(self, question: str) -> bool:
        """Ask for a yes or a no, where yes is the default."""
        while True:
            self._say(f"{question} [Y/n]", Style.LABEL)
            reply = self._read("", ("yes", "no"))
            if isinstance(reply, Quit):
                raise KeyboardInterrupt
            text = reply.text.strip().lower() if isinstance(reply, Answer) else "?"
            if text in {"", "y", "yes"}:
                return True
            if text in {"n", "no"}:
                return False

    def tell(self, message: str) -> None:
        """Say something that needs no answer."""
        self._say(message, Style.PLAIN)

    def _say(self, text: str, style: Style) -> None:
        self._screen.write(tuple(paragraph(text, self._screen.width(), style)))

    def _greet(self) -> None:
        if not self._greeted:
            self._greeted = True
            keys = "Shift-Tab" if self._screen.prefills else ":back"
            self._say(
                f"Enter takes what is offered, {keys} goes back, :help tells more.", Style.HELP
            )

    def _read_passage(self, typed: str) -> Reply | None:
        """Return lines up to an empty one as one reply."""
        lines = []
        reply = self._read(typed, (), passage=True)
        while isinstance(reply, Answer) and (reply.text.strip() or self._screen.waiting()):
            lines.append(reply.text)
            reply = self._read("", (), passage=True)
        return Answer("\n".join(lines)) if isinstance(reply, Answer) else reply

    def _read(self, typed: str, words: tuple[str, ...], *, passage: bool = False) -> Reply | None:
        """Return the reply; None where nothing shall be answered, whatever was before.

        Args:
            typed: Offered for editing.
            words: Offered for completion.
            passage: Whether what only looks like a command is a line of a longer text.
        """
        while True:
            text = self._screen.read(typed, words)
            match None if text is None else text.strip().lower():
                case None | ":back":
                    return Back()
                case ":quit" | ":q":
                    return Quit()
                case ":clear":
                    return None
                case ":help" | "?":
                    self._screen.write(command_lines(self._screen.width(), resumes=self._resumes))
                case word if not passage and _COMMAND.fullmatch(word):
                    self._say_unknown(word)
                case _:
                    return Answer(text or "")

    def _say_unknown(self, word: str) -> None:
        nearest = difflib.get_close_matches(word, COMMANDS, n=1)
        way_on = f"did you mean {nearest[0]}?" if nearest else f"known: {', '.join(COMMANDS)}."
        # A pasted page must not push the way on out of sight.
        shown = word if len(word) <= _LONGEST_WORD else f"{word[:_LONGEST_WORD]}…"
        text = f"{shown} is no command; {way_on}"
        lines = paragraph(text, self._screen.width(), Style.PROBLEM, first="! ")
        self._screen.write(tuple(lines))
