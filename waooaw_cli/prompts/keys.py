"""A screen for terminals with cursor control, on prompt_toolkit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TextIO

from waooaw_cli.prompts.layout import Line, Style
from waooaw_cli.prompts.lines import columns

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.output import ColorDepth, Output

__all__ = ["KeyScreen"]

#: Looks that need no colour stay with `NO_COLOR`.
_LOOKS: Final = {
    Style.HEAD: "bold ansicyan",
    Style.LABEL: "bold",
    Style.HELP: "ansibrightblack",
    Style.PROBLEM: "ansired",
    Style.PLAIN: "",
}
_PLAIN_LOOKS: Final = {
    Style.HEAD: "bold",
    Style.LABEL: "bold",
    Style.HELP: "",
    Style.PROBLEM: "",
    Style.PLAIN: "",
}
#: What a word is that can be completed: names have dashes, what people call things has blanks.
_WORD: Final = re.compile(r"[^,;\s]+")
_WORDS: Final = re.compile(r"[^,;\n]*[^,;\s]")
#: What the "back" keys return; nobody can type a null character.
_BACK: Final = "\0back"


class KeyScreen:
    """Read with editing, completion and a "back" key; prompt_toolkit is imported when made."""

    prefills = True

    def __init__(self, stdin: TextIO, stderr: TextIO, env: Mapping[str, str]) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import DummyHistory
        from prompt_toolkit.input import create_input
        from prompt_toolkit.output import create_output
        from prompt_toolkit.shortcuts import CompleteStyle

        self._stderr = stderr
        self._env = env
        self._plain = bool(env.get("NO_COLOR"))
        self._output: Output = _without_questions(create_output(stdout=stderr))
        self._session: PromptSession[str] = PromptSession(
            "> ",
            input=create_input(stdin),
            output=self._output,
            history=DummyHistory(),
            key_bindings=_bindings(),
            color_depth=self._depth(),
            # A menu below the line would need rows that a small window lacks.
            complete_style=CompleteStyle.READLINE_LIKE,
            complete_while_typing=False,
            reserve_space_for_menu=0,
            enable_suspend=True,
        )

    def width(self) -> int:
        """Return the columns that the terminal has now."""
        return columns(self._stderr, self._env)

    def write(self, lines: tuple[Line, ...]) -> None:
        """Show *lines*."""
        from prompt_toolkit import print_formatted_text
        from prompt_toolkit.formatted_text import FormattedText

        looks = _PLAIN_LOOKS if self._plain else _LOOKS
        text = FormattedText((looks[line.style], f"{line.text}\n") for line in lines)
        print_formatted_text(text, output=self._output, color_depth=self._depth(), end="")

    def read(self, typed: str, words: tuple[str, ...]) -> str | None:
        """Return what is typed. *typed* is offered selected: typing replaces it, arrows edit it."""
        from prompt_toolkit.completion import WordCompleter

        def select_all() -> None:
            buffer = self._session.default_buffer
            if buffer.text:
                buffer.cursor_position = 0
                buffer.start_selection()
                if buffer.selection_state is not None:
                    buffer.selection_state.enter_shift_mode()
                buffer.cursor_position = len(buffer.text)

        pattern = _WORDS if any(" " in word for word in words) else _WORD
        completer = WordCompleter(list(words), ignore_case=True, pattern=pattern)
        try:
            text = self._session.prompt(default=typed, completer=completer, pre_run=select_all)
        except EOFError as error:
            raise KeyboardInterrupt from error
        return None if text == _BACK else text

    def waiting(self) -> bool:
        """Tell that nothing stands ready: a paste is one answer here."""
        return False

    def _depth(self) -> ColorDepth | None:
        from prompt_toolkit.output import ColorDepth

        return ColorDepth.DEPTH_1_BIT if self._plain else None


def _without_questions(output: Output) -> Output:
    """Return *output* without the question where the cursor is: not every terminal answers it."""
    from prompt_toolkit.output.vt100 import Vt100_Output

    if isinstance(output, Vt100_Output):
        output.enable_cpr = False
    return output


def _bindings() -> KeyBindings:
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    bindings = KeyBindings()

    @bindings.add("s-tab", eager=True)
    @bindings.add("c-b", eager=True)
    def _back(event: KeyPressEvent) -> None:
        event.app.exit(result=_BACK)

    @bindings.add("c-u", eager=True)
    def _clear(event: KeyPressEvent) -> None:
        # The library's own binding does nothing while something is selected.
        event.current_buffer.exit_selection()
        event.current_buffer.text = ""

    @bindings.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.selection_state is not None:
            _ = buffer.cut_selection()
        # A paste of several lines is one answer, not several.
        buffer.insert_text(event.data.replace("\r\n", "\n").replace("\r", "\n"))

    return bindings
