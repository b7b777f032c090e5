from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.render.report_samples import quick

from waooaw_cli.render.foreign import intact, readable, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain é 😀 👩‍👧", "plain é 😀 👩‍👧", id="what-people-write"),
        pytest.param("a\x1b[31mred\x1b[0mb", "aredb", id="colour"),
        pytest.param("a\x9b2Jb", "ab", id="eight-bit-introducer"),
        pytest.param("a\x1b]0;title\x07b", "ab", id="window-title"),
        pytest.param("a\x1b]8;;https://x\x1b\\b", "ab", id="link"),
        pytest.param("a\x1b]0;never ended", "a0;never ended", id="open-control-string"),
        pytest.param("a\x1b(Bb", "ab", id="character-set"),
        pytest.param("a\r\n\tb", "a b", id="line-breaks"),
        pytest.param("a\u2028b", "a b", id="line-separator"),
        pytest.param("a\x00\x7fb\u202e", "ab", id="controls-and-direction"),
        pytest.param("a\udc80b", "ab", id="half-of-a-pair"),
    ],
)
def test_a_person_reads_text_without_what_moves_the_cursor(text: str, shown: str) -> None:
    """Sequences and controls are gone, line breaks are spaces, words and emoji stay."""
    assert readable(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\nb", "a\\nb", id="line-break"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="escape"),
        pytest.param("a\u202eb", "a\\u202eb", id="direction"),
        pytest.param("a\udc80b", "a\\udc80b", id="half-of-a-pair"),
        pytest.param("C:\\dir\\é", "C:\\dir\\é", id="windows-path"),
    ],
)
def test_what_is_hidden_can_be_made_visible(text: str, shown: str) -> None:
    """A control character stands as the escape that a person would type."""
    assert visible(text) == shown


@quick
@given(st.text(st.characters()))
def test_no_text_becomes_two_lines_or_moves_the_cursor(text: str) -> None:
    """Neither form holds a control character or anything that UTF-8 can't."""
    for shown in (readable(text), visible(text)):
        assert len(shown.splitlines()) <= 1
        assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in shown)


@quick
@given(st.text(st.characters()))
def test_intact_text_fits_into_utf8_and_keeps_everything_else(text: str) -> None:
    """Only halves of surrogate pairs are replaced, one for one."""
    kept = intact(text)

    assert kept.encode().decode() == kept
    assert len(kept) == len(text)
    assert all(a == b for a, b in zip(text, kept, strict=True) if b != "\ufffd")
