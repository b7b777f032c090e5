"""Words and their pieces, as BERT's uncased models read text.

Source: google-research/bert, tokenization.py (`BasicTokenizer`, `WordpieceTokenizer`), and the
tokenizer.json of all-MiniLM-L6-v2. A package that does the same brings an HTTP client along.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

__all__ = ["WordPieces"]

_LONGEST_WORD = 100
_MORE = "##"
#: Chinese characters are words of their own; Japanese and Korean syllables are not.
_IDEOGRAPHS = re.compile(
    "([\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b73f\U0002b740-\U0002b81f"
    "\U0002b920-\U0002ceaf\uf900-\ufaff\U0002f800-\U0002fa1f])"
)
_ASCII_MARKS = re.compile(r"([!-/:-@\[-`{-~])")
_UNKNOWN, _FIRST, _LAST = "[UNK]", "[CLS]", "[SEP]"


class WordPieces:
    """Turn text into the numbers of its pieces.

    Args:
        vocabulary: Piece to number; one that goes on inside of a word begins with ``##``.

    Raises:
        KeyError: The vocabulary lacks one of ``[UNK]``, ``[CLS]`` and ``[SEP]``.
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._numbers = vocabulary
        self._unknown, self._first, self._last = (
            vocabulary[mark] for mark in (_UNKNOWN, _FIRST, _LAST)
        )

    def numbers(self, text: str, *, most: int) -> list[int]:
        """Return what stands for *text*: a first mark, its pieces, a last mark; *most* at most."""
        found: list[int] = []
        for word in _words(text):
            if len(found) >= most - 2:
                break
            found.extend(self._pieces(word))
        return [self._first, *found[: most - 2], self._last]

    def _pieces(self, word: str) -> list[int]:
        """Return the longest known beginning, then the longest of the rest, and so on."""
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        pieces: list[int] = []
        start = 0
        while start < len(word):
            mark = _MORE if start else ""
            for end in range(len(word), start, -1):
                number = self._numbers.get(mark + word[start:end])
                if number is not None:
                    pieces.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return pieces


def _words(text: str) -> list[str]:
    """Return the words and marks of *text*, in lower case and without accents."""
    clean = text if text.isascii() and text.isprintable() else _cleaned(text)
    # One character after the other: a sigma at the end of a word is like any other.
    lower = clean.lower() if clean.isascii() else "".join(sign.lower() for sign in clean)
    spaced = _ASCII_MARKS.sub(r" \1 ", lower)
    if not spaced.isascii():
        spaced = "".join(
            f" {sign} " if unicodedata.category(sign).startswith("P") else sign for sign in spaced
        )
    return spaced.split()


def _cleaned(text: str) -> str:
    """Return *text* with one kind of space, without control characters and accents."""
    kept = "".join(
        " " if sign.isspace() else sign
        for sign in text
        if sign in "\t\n\r"
        or not (sign in "\0\ufffd" or unicodedata.category(sign).startswith("C"))
    )
    apart = unicodedata.normalize("NFD", _IDEOGRAPHS.sub(r" \1 ", kept))
    return "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
