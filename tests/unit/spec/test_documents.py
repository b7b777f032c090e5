"""Reading YAML and JSON that may come from anyone."""

from __future__ import annotations

import contextlib
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw import documents
from waooaw.errors import InputError, InvalidDocument

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=("Cs", "Cc"))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcxyz_- ", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidDocument) as caught:
        documents.parse(content, source="a.yaml")
    return caught.value.message


@given(JSON)
def test_json_reads_as_json_says(value: object) -> None:
    """What JSON writes is read as the same data: JSON is a part of YAML 1.2."""
    assert documents.parse(json.dumps(value).encode(), source="a").data == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("NO", "NO"),
        ("true", True),
        ("~", None),
        ("012", 12),
        ("0o17", 15),
        ("0x1f", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("2026-01-01", "2026-01-01"),
        ("'1'", "1"),
        ("12:30:00", "12:30:00"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    """Words that YAML 1.1 took for booleans, dates or base 60 are strings."""
    assert documents.parse(f"a: {text}".encode(), source="a").data == {"a": value}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"# only a comment\n", "the file is empty"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"a: \x01", "may not stand in YAML"),
        (b"a: [1\nb: 2", "a.yaml:2:2"),
        (b"a: 1\na: 2", "a.yaml:2:1: a: the key 'a' stands here twice"),
        (b"a: 1\n---\nb: 2", "a second document starts here"),
        (b"a: !!python/object/apply:os.system [x]", "is refused"),
        (b"!!str a", "is refused"),
        (b"%YAML 1.1\n---\na: no", "it is another YAML"),
        (b"%TAG ! tag:x,2000:\n---\na: b", "directive is refused"),
        (b"? [a]\n: b", "a key is a list or a mapping"),
        (b"? {a: 1}\n: b", "a key is a list or a mapping"),
        (b"1: a", "the key 1 is not a string"),
        (b"true: a", "the key true is not a string"),
        (b"a: *b", "has no anchor before it"),
        (b"a: &a [*a]", "has no anchor before it"),
        (b"x: &k y\n*k : z", "a key is an alias"),
        (b"a: .inf", "no number that JSON knows"),
        (b"a: 1e999", "too large a number"),
        (b"a: " + b"9" * 5000, "too large a number"),
        (b"[" * 500, "nested deeper than 64 levels"),
        (b"x" * 1_000_001, "larger than 1,000,000 bytes"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(content: bytes, says: str) -> None:
    """Each kind of bad file is refused by name, never by a traceback."""
    assert says in refusal(content)


def test_a_file_may_say_that_it_is_yaml_1_2() -> None:
    """The one version that is read may be named."""
    assert documents.parse(b"%YAML 1.2\n---\na: no\n", source="a").data == {"a": "no"}


def test_a_bomb_is_refused_before_it_expands() -> None:
    """Aliases that would expand to 10^9 nodes cost less than 5 MB."""
    lines = ['a0: &a0 ["x","x","x","x","x","x","x","x","x","x"]']
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    tracemalloc.start()

    said = refusal("\n".join(lines).encode())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "more than 10,000 nodes" in said
    assert peak < 5_000_000


def test_a_million_bytes_of_one_nesting_do_not_exhaust_the_stack() -> None:
    """Depth is bounded by us, not by the interpreter's stack."""
    assert "nested deeper" in refusal(b"- " * 499_999 + b"x")


def test_positions_name_keys_and_items() -> None:
    """Every key and every list item has its line and column."""
    found = documents.parse(b"a:\n  - b: 1\n  - {c: 2}\n", source="a")

    assert found.position(("a",)) == (1, 1)
    assert found.position(("a", 0, "b")) == (2, 5)
    assert found.position(("a", 1, "c")) == (3, 6)
    assert found.position(("a", 1, "missing")) == (3, 5)
    assert found.position(("nowhere",)) == (1, 1)


def test_field_names_read_as_people_write_them() -> None:
    """A path is shown as rules[0].when."""
    assert documents.field_name(("rules", 0, "when")) == "rules[0].when"
    assert documents.field_name(()) == ""


def test_missing_files_and_folders_are_input_errors(tmp_path: Path) -> None:
    """A path that cannot be read is the caller's to mend."""
    with pytest.raises(InputError, match="no such file"):
        documents.read(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="is a folder"):
        documents.read(tmp_path)


def test_ten_megabytes_are_refused_without_being_read(tmp_path: Path) -> None:
    """Only a byte more than the limit is read."""
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: b\n" * 2_000_000)
    tracemalloc.start()

    with pytest.raises(InvalidDocument, match="larger than"):
        documents.read(path, source="big.yaml")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 4_000_000


@given(st.binary(max_size=400))
def test_no_bytes_bring_anything_but_data_or_a_refusal(content: bytes) -> None:
    """Whatever the bytes, the reader answers or refuses."""
    with contextlib.suppress(InvalidDocument):
        assert json.dumps(documents.parse(content, source="a").data)
