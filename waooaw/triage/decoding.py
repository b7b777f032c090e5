"""Bytes as text, whatever they are: what customers save and forward has every encoding there is."""

from __future__ import annotations

import codecs
import re

__all__ = ["decoded"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONE_BYTE = re.compile("[\udc80-\udcff]")
_AS_WINDOWS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(128, 256)}
_SAMPLE = 2_000


def decoded(content: bytes, charset: str | None = None) -> str:
    """Return *content* as text; never fails. Bytes that are no UTF-8 are read as Windows-1252.

    Args:
        content: The bytes.
        charset: What the sender says of them; believed where it fits.
    """
    for mark, name in _BOMS:
        if content.startswith(mark):
            return content.decode(name, "replace")
    if charset is not None and charset.lower() not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        try:
            return content.decode(charset)
        except (LookupError, ValueError):
            pass  # it does not fit: guessed below
    sample = content[:_SAMPLE]
    if sample.count(0) * 3 > len(sample) and len(content) > 1:
        # Every other byte is zero: UTF-16 without its mark.
        return content.decode("utf-16-le" if sample[1] == 0 else "utf-16-be", "replace")
    text = content.decode("utf-8", "surrogateescape")
    return text.translate(_AS_WINDOWS) if _LONE_BYTE.search(text) else text
