"""Words and their pieces, as the model was taught to read them."""

from __future__ import annotations

import pytest

from waooaw.triage.word_pieces import WordPieces

PIECES = (
    *("[UNK]", "[CLS]", "[SEP]", "re", "##fund", "##s", "fail", "##ed", "!", "-", "caf", "##e"),
    *("中", "文", "“", "\N{GREEK SMALL LETTER SIGMA}", "##\N{GREEK SMALL LETTER SIGMA}"),
)


def read(text: str, *, most: int = 20) -> list[str]:
    pieces = WordPieces({piece: at for at, piece in enumerate(PIECES)})
    return [PIECES[number] for number in pieces.numbers(text, most=most)][1:-1]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("REFUNDS failed!", ["re", "##fund", "##s", "fail", "##ed", "!"], id="longest"),
        pytest.param("re-fail", ["re", "-", "fail"], id="marks-are-words"),
        pytest.param("Café", ["caf", "##e"], id="no-accents"),
        pytest.param("re中文", ["re", "中", "文"], id="characters-are-words"),
        pytest.param("“re", ["“", "re"], id="marks-of-other-scripts"),
        pytest.param(
            "\N{GREEK CAPITAL LETTER SIGMA}" * 2, [PIECES[-2], PIECES[-1]], id="sigma-at-the-end"
        ),
        pytest.param("re\u200bfunds\x00", ["re", "##fund", "##s"], id="hidden-ones-are-none"),
        pytest.param("re\u2028fail\tre", ["re", "fail", "re"], id="spaces"),
        pytest.param("refundx", ["[UNK]"], id="unknown"),
        pytest.param("s" * 101, ["[UNK]"], id="longer-than-any-word"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_text_becomes_pieces(text: str, pieces: list[str]) -> None:
    """As BERT's uncased tokenizer has them."""
    assert read(text) == pieces


def test_so_many_and_no_more() -> None:
    """The marks at both ends count."""
    assert read("re " * 50, most=5) == ["re", "re", "re"]


def test_a_vocabulary_needs_its_marks() -> None:
    """Another file is not taken for one."""
    with pytest.raises(KeyError):
        WordPieces({"re": 0})
