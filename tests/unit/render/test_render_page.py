from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import termios

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT
from unit.render.report_samples import mixed_report, quick

from waooaw_cli.render.page import (
    Page,
    cells,
    colour_system,
    fitting,
    page_on,
    pages,
    table,
    wrapped,
)
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

    print_report(mixed_report(), page_on(stream, env))

    assert ("\x1b[" in stream.getvalue()) is coloured


def test_colour_changes_no_letter() -> None:
    """With the escapes taken out, a coloured report is the plain one."""
    plain, coloured = io.StringIO(), io.StringIO()
    print_report(mixed_report(), page_on(plain, {}))
    print_report(mixed_report(), page_on(coloured, {"FORCE_COLOR": "1"}))

    text = coloured.getvalue()
    for code in ("0", "1", "2", "4", "31", "32", "33", "36", "1;31", "1;35"):
        text = text.replace(f"\x1b[{code}m", "")
    assert text == plain.getvalue()
    assert text != coloured.getvalue()


def test_an_old_windows_console_gets_no_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would print them; a newer one says in the environment that it is one."""
    monkeypatch.setattr(sys, "platform", "win32")

    assert not page_on(Terminal(), {}).coloured
    assert page_on(Terminal(), {"WT_SESSION": "1"}).coloured


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
    assert page_on(io.StringIO(), {"COLUMNS": columns}).width == width


def test_a_terminal_is_as_wide_as_it_says() -> None:
    """Without COLUMNS the terminal itself is asked."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 66))
    with os.fdopen(theirs, "w") as stream:
        page = page_on(stream, {"TERM": "xterm"})
    os.close(ours)

    assert (page.width, page.terminal, page.moving) == (66, True, True)
    assert page_on(Terminal(), {}).width == 80


def test_a_dumb_terminal_moves_no_cursor() -> None:
    """It is one all the same."""
    page = page_on(Terminal(), {"TERM": "dumb"})

    assert (page.terminal, page.moving, page.coloured) == (True, False, False)


def test_results_and_the_rest_go_different_ways(capsys: pytest.CaptureFixture[str]) -> None:
    """The first page is stdout, the second stderr."""
    out, err = pages({})

    out.line(("result", ""))
    err.line(("progress", ""))

    captured = capsys.readouterr()
    assert captured.out == "result\n"
    assert captured.err == "progress\n"


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


@pytest.mark.parametrize(
    ("text", "width"),
    [
        pytest.param("abc", 3, id="ascii"),
        pytest.param("幅広", 4, id="wide"),
        pytest.param("e\u0301", 1, id="combining"),
        pytest.param("a\u200bb", 2, id="no-width"),
        pytest.param("aé", 2, id="accented"),
    ],
)
def test_a_wide_character_takes_two_cells(text: str, width: int) -> None:
    """And a mark that combines takes none."""
    assert cells(text) == width


@quick
@given(st.text(st.sampled_from("ab 幅é"), max_size=200), st.integers(2, 30))
def test_wrapped_text_fits_and_loses_nothing(text: str, width: int) -> None:
    """Every line fits; only spaces are lost, and never a letter."""
    lines = wrapped(text, width)

    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_table_lines_up_wide_characters() -> None:
    """Columns are counted in cells, numbers stand to the right, long text goes on below itself."""
    rows = [
        [("幅", ""), ("1", ""), ("one two three four", "")],
        [("abc", ""), ("1,000", ""), ("", "")],
    ]
    lines = [
        "".join(text for text, _ in line)
        for line in table(("a", "n", "t"), rows, width=24, right=1)
    ]

    assert lines == [
        "a        n  t",
        "幅       1  one two",
        "            three four",
        "abc  1,000",
    ]


def test_a_last_column_may_be_the_one_to_the_right() -> None:
    """And a table may do without a header."""
    lines = table((), [[("a", ""), ("1", "")], [("b", ""), ("20", "")]], width=80, right=1)

    assert ["".join(text for text, _ in line) for line in lines] == ["a   1", "b  20"]


def test_a_stream_without_an_encoding_takes_everything() -> None:
    """A stream in memory holds any text."""
    page = Page(io.StringIO(), 80)
    page.paragraph("幅")

    assert page.encoding == "utf-8"


def test_nothing_heavy_is_loaded_to_print_a_report() -> None:
    """A run that is answered from the cache has 60 ms for everything."""
    code = (
        "import sys, waooaw_cli.render.formats, waooaw_cli.render.progress,"
        " waooaw_cli.render.terminal, waooaw_cli.render.errors, waooaw_cli.render.json_report;"
        "heavy = {'html', 'xml.etree', 'urllib.request', 'asyncio', 'email'};"
        "sys.exit(', '.join(sorted(heavy & sys.modules.keys())) or 0)"
    )

    # Without site-packages: what is not of Python or ours is missing, and says so.
    ended = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
