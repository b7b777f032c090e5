from __future__ import annotations

import io

import pytest

from waooaw_cli.render.console import console_on


class Terminal(io.StringIO):
    """Say that a person looks at what is written."""

    def isatty(self) -> bool:
        return True


def test_a_forced_colour_moves_no_cursor() -> None:
    """FORCE_COLOR asks for colour in a file, not for a terminal."""
    console = console_on(io.StringIO(), {"FORCE_COLOR": "1"})

    assert console.color_system == "standard"
    assert not console.is_terminal
    assert not console.is_interactive


@pytest.mark.parametrize(
    ("columns", "width"),
    [
        pytest.param("40", 40, id="narrow"),
        pytest.param("", 80, id="empty"),
    ],
)
def test_columns_is_the_width(columns: str, width: int) -> None:
    """As on a page."""
    assert console_on(io.StringIO(), {"COLUMNS": columns}).width == width


def test_a_terminal_is_as_wide_as_it_says() -> None:
    """Without COLUMNS the terminal itself is asked, which may answer with any width."""
    assert console_on(Terminal(), {"TERM": "xterm"}).width >= 1


def test_markup_and_emoji_codes_are_plain_text() -> None:
    """A console prints what it is given."""
    stream = io.StringIO()
    console_on(stream, {}).print("[bold]x[/] :smile: [/")

    assert stream.getvalue() == "[bold]x[/] :smile: [/\n"
