from __future__ import annotations

import io
import subprocess
import sys

import pytest
from unit.render.report_samples import mixed_report

from waooaw_cli.render.console import colour_system, console_on, consoles, fitting
from waooaw_cli.render.terminal import print_report


class Terminal(io.StringIO):
    """Say that a person looks at what is written."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("env", "on_terminal", "elsewhere"),
    [
        pytest.param({}, "auto", None, id="nothing-said"),
        pytest.param({"NO_COLOR": "1"}, None, None, id="no-colour"),
        pytest.param({"NO_COLOR": ""}, "auto", None, id="empty-no-colour"),
        pytest.param({"FORCE_COLOR": "1"}, "auto", "standard", id="forced"),
        pytest.param({"FORCE_COLOR": ""}, "auto", None, id="empty-force"),
        pytest.param({"FORCE_COLOR": "0"}, "auto", None, id="force-of-zero"),
        pytest.param({"FORCE_COLOR": "1", "NO_COLOR": "1"}, None, None, id="both"),
        pytest.param({"FORCE_COLOR": "1", "TERM": "dumb"}, None, None, id="forced-but-dumb"),
        pytest.param({"TERM": "DUMB"}, None, None, id="dumb"),
        pytest.param({"GITHUB_ACTIONS": "true", "TERM": "xterm"}, "auto", None, id="ci"),
    ],
)
def test_colour_follows_the_environment(
    env: dict[str, str], on_terminal: str | None, elsewhere: str | None
) -> None:
    """NO_COLOR wins over FORCE_COLOR, a dumb terminal has no colour, a file none by itself."""
    assert colour_system(env, terminal=True) == on_terminal
    assert colour_system(env, terminal=False) == elsewhere


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        pytest.param({"TERM": "xterm-256color"}, True, id="terminal"),
        pytest.param({"TERM": "dumb"}, False, id="dumb"),
        pytest.param({"TERM": "xterm", "NO_COLOR": "1", "FORCE_COLOR": "1"}, False, id="no-colour"),
    ],
)
def test_a_terminal_gets_escapes_only_where_it_wants_them(
    env: dict[str, str], coloured: bool
) -> None:
    """Without colour not one escape character is written."""
    stream = Terminal()

    print_report(mixed_report(), console_on(stream, env))

    assert ("\x1b[" in stream.getvalue()) is coloured


def test_a_forced_colour_moves_no_cursor() -> None:
    """FORCE_COLOR asks for colour in a file, not for a terminal."""
    stream = io.StringIO()
    console = console_on(stream, {"FORCE_COLOR": "1"})

    print_report(mixed_report(), console)

    assert "\x1b[" in stream.getvalue()
    assert not console.is_terminal
    assert not console.is_interactive


@pytest.mark.parametrize(
    ("columns", "width"),
    [
        pytest.param("40", 40, id="narrow"),
        pytest.param("1", 20, id="narrower-than-a-word"),
        pytest.param("0", 80, id="unknown"),
        pytest.param("wide", 80, id="no-number"),
        pytest.param("²", 80, id="a-digit-that-is-no-number"),
        pytest.param("9" * 30, 80, id="beyond-every-screen"),
        pytest.param("", 80, id="empty"),
    ],
)
def test_columns_is_the_width(columns: str, width: int) -> None:
    """What COLUMNS can't mean is left aside."""
    assert console_on(io.StringIO(), {"COLUMNS": columns}).width == width


def test_a_terminal_is_as_wide_as_it_says() -> None:
    """Without COLUMNS the terminal itself is asked, which may answer with any width."""
    assert console_on(Terminal(), {"TERM": "xterm"}).width >= 1


def test_results_and_the_rest_go_different_ways(capsys: pytest.CaptureFixture[str]) -> None:
    """The first console writes to stdout, the second to stderr."""
    out, err = consoles({})

    out.print("result")
    err.print("progress")

    captured = capsys.readouterr()
    assert captured.out == "result\n"
    assert captured.err == "progress\n"


def test_markup_and_emoji_codes_are_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    """A console prints what it is given."""
    consoles({})[0].print("[bold]x[/] :smile: [/")

    assert capsys.readouterr().out == "[bold]x[/] :smile: [/\n"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        pytest.param("utf-8", "é – 😀", id="utf-8"),
        pytest.param("latin-1", "é \\u2013 \\U0001f600", id="latin-1"),
        pytest.param("ascii", "\\xe9 \\u2013 \\U0001f600", id="ascii"),
    ],
)
def test_text_fits_what_the_terminal_can_show(encoding: str, shown: str) -> None:
    """A character that the encoding lacks becomes an escape instead of a crash."""
    assert fitting("é – 😀", encoding) == shown


def test_rich_is_not_loaded_before_something_is_printed() -> None:
    """Importing every renderer costs no terminal library."""
    code = (
        "import sys, waooaw_cli.render.formats, waooaw_cli.render.progress;"
        "import waooaw_cli.render.errors, waooaw_cli.render.json_report;"
        "sys.exit('rich' in sys.modules)"
    )

    ended = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)

    assert ended.returncode == 0
