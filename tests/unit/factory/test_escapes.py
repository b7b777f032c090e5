"""Free text stays text in every language that it is put into."""

from __future__ import annotations

import ast
import html
import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from recipes.spec_strategy import texts

from waooaw_cli.factory.escapes import (
    display_width,
    docstring_lines,
    markdown_text,
    one_line,
    python_string,
    shortened,
    toml_string,
)


@given(texts())
def test_toml_reads_the_same_text(text: str) -> None:
    """A TOML reader gets back exactly what was written."""
    assert tomllib.loads(f"key = {toml_string(text)}\n") == {"key": text}


def test_toml_escapes_delete() -> None:
    """TOML alone of its family wants DEL escaped."""
    assert toml_string("a\x7fb") == '"a\\u007Fb"'


@given(texts())
def test_markdown_shows_the_same_words(text: str) -> None:
    """CommonMark makes one paragraph of it that shows exactly these words."""
    rendered = MarkdownIt("commonmark").enable("table").render(markdown_text(text))

    shown = re.fullmatch(r"<p>(.*)</p>\n|", rendered, re.DOTALL)
    assert shown is not None, rendered
    assert html.unescape(shown[1] or "") == one_line(text)


@given(texts())
def test_markdown_cell_stays_one_cell(text: str) -> None:
    """In a table the text fills one cell, whatever bars it holds."""
    table = f"| a | b |\n|---|---|\n| {markdown_text(text)} | end |\n"
    rendered = MarkdownIt("commonmark").enable("table").render(table)

    assert rendered.count("<td>") == 2
    assert "<td>end</td>" in rendered


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20))
def test_python_reads_the_same_string(text: str) -> None:
    """Python gets back exactly what was written."""
    assert ast.literal_eval(python_string(text)) == text


@pytest.mark.parametrize(
    ("text", "literal"),
    [("plain", '"plain"'), ('say "x"', "'say \"x\"'"), ("it's", '"it\'s"'), ("'\"", '"\'\\""')],
)
def test_python_quotes_are_the_formatter_s(text: str, literal: str) -> None:
    """Double quotes, unless single ones need fewer escapes."""
    assert python_string(text) == literal


@given(texts(), st.integers(40, 90))
def test_docstring_lines_fit(text: str, width: int) -> None:
    """No line is wider than asked, blank, or with white space around it."""
    lines = docstring_lines(text, width)

    assert all(display_width(line) <= width for line in lines)
    assert all(line == line.strip() for line in lines)
    assert all(lines)


@given(texts(), st.integers(40, 90))
def test_docstring_keeps_the_words(text: str, width: int) -> None:
    """What Python reads is the text, but for white space, typographic marks and a first quote."""
    body = "\n    ".join(docstring_lines(text, width))
    read = ast.literal_eval(f'"""{body}\n    """')

    def letters(words: str) -> str:
        # `\u00d7` becomes an `x`.
        return "".join(letter for letter in words if letter.isalnum() and letter not in "x\u00d7")

    if not one_line(text):
        read = ""
    assert letters(read) == letters(one_line(text))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('"quoted" first', ["'quoted\" first"]),
        ('three """ quotes', ['three \\"\\"\\" quotes']),
        ("a \\ b", ["a \\\\ b"]),
        ("11–12 “x” … it’s", ['11-12 "x" ... it\'s']),
        ("\u200b", ["(Nothing that can be shown.)"]),
        ("a\u200bb\u2028c\u00a0d", ["ab c d"]),
    ],
)
def test_docstring_escapes(text: str, lines: list[str]) -> None:
    """Quotes, backslashes and what linters mistake for something else are written safely."""
    assert docstring_lines(text, 80) == lines


def test_long_words_are_broken_between_escapes() -> None:
    """A word wider than a line is cut, never inside an escape, so the pieces are the word."""
    text = "\\" * 101
    lines = docstring_lines(text, 41)

    assert len(lines) > 1
    assert "".join(ast.literal_eval(f'"""{line}"""') for line in lines) == text


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("fits", "fits"),
        ("one two three", "one two..."),
        ("x" * 30, "x" * 9 + "..."),
        ("日" * 9, "日" * 4 + "..."),
    ],
)
def test_shortened_says_that_it_is(text: str, short: str) -> None:
    """What does not fit is cut between words where it can be, and ends in three dots."""
    assert shortened(text, 12) == short
