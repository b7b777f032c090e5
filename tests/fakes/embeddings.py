"""An embedding without a model: texts with the same words lie close."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Sequence

from waooaw.triage.embedding import DIMENSIONS

__all__ = ["WordsAsVectors"]

#: What the fake takes for the same word, as a model would.
_MEANT = {"picture": "image", "crashed": "died", "gone": "missing"}


class WordsAsVectors:
    """Add up a direction for each word, drawn by the word itself."""

    def __init__(self, name: str = "words") -> None:
        self.name = name

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """Return a vector a text: `DIMENSIONS` little-endian float32, of length 1."""
        return [_vector(text) for text in texts]


def _vector(text: str) -> bytes:
    sums = [0.0] * DIMENSIONS
    for word in ["", *text.lower().split()]:
        drawn = hashlib.sha256(_MEANT.get(word, word).encode()).digest()
        for at in range(0, len(drawn), 2):
            sums[int.from_bytes(drawn[at : at + 2], "big") % DIMENSIONS] += 1.0 if word else 0.01
    length = math.sqrt(sum(one * one for one in sums))
    return struct.pack(f"<{DIMENSIONS}f", *(one / length for one in sums))
