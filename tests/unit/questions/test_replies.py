"""What people type, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.documents import Json
from waooaw.errors import InputError
from waooaw_cli.factory.asking import Choice
from waooaw_cli.factory.questions import FieldType, QuestionField
from waooaw_cli.factory.replies import read_reply, reply_text

CHOICES = (Choice("none"), Choice("internal"), Choice("external"), Choice("2"))


def field(kind: FieldType) -> QuestionField:
    return QuestionField(path="x", label="X", type=kind, help="x")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  Refund Desk ", "Refund Desk"),
        ("text", "line\nline", "line\nline"),
        ("text", "{{ 7*7 }}", "{{ 7*7 }}"),
        ("choice", "external", "external"),
        ("choice", "1", "none"),
        ("choice", "3", "external"),
        ("choice", "2", "2"),
        ("choice", "ext", "external"),
        ("choice", "EXT", "external"),
        ("several", "external, 1", ["external", "none"]),
        ("several", "none none", ["none"]),
        ("yes/no", "Y", True),
        ("yes/no", "false", False),
        ("number", "12", 12),
        ("number", "0.5", 0.5),
        ("number", "-1", -1),
        ("names", "wow-a, wow-b;wow-c wow-d", ["wow-a", "wow-b", "wow-c", "wow-d"]),
        ("names", '["a b", c]', ["a b", "c"]),
        ("list", "Pay; Hand over, with context", ["Pay", "Hand over, with context"]),
        ("list", "one\ntwo\n", ["one", "two"]),
        ("list", '["a; b", "c\\nd"]', ["a; b", "c\nd"]),
        ("data", "{order_id: string}", {"order_id": "string"}),
        ("data", "order_id: string, amount: number", {"order_id": "string", "amount": "number"}),
        ("data", "order_id: string", {"order_id": "string"}),
        ("data", "a: {b: [1, no]}", {"a": {"b": [1, "no"]}}),
        ("data", "[1, 2]", [1, 2]),
        ("data", "7", 7),
    ],
)
def test_a_reply_is_read(kind: str, text: str, value: Json) -> None:
    """Each kind of field reads what a person would type for it."""
    assert read_reply(field(FieldType(kind)), text, CHOICES) == value


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("text", "a\x07b", "U+0007"),
        ("text", "a\x1b[31m", "U+001B"),
        ("text", "\udcff", "U+DCFF"),
        ("text", "x" * 100_001, "longer than 100,000"),
        ("choice", "extrenal", "is not one of none | internal | external"),
        ("choice", "9", "is not one of"),
        ("choice", "0", "is not one of"),
        ("choice", "9" * 5_000, "is not one of"),
        ("several", "none, x", "is not one of"),
        ("yes/no", "perhaps", "neither yes nor no"),
        ("number", "much", "is not a number"),
        ("number", "true", "is not a number"),
        ("number", "[1", "can't be read"),
        ("number", "1e999", "can't be read"),
        ("list", "[1, 2]", "not a list of texts"),
        ("names", "[a", "can't be read"),
        ("data", "{a: ", "can't be read"),
        ("data", "!!python/object:os.system x", "can't be read"),
        ("data", "{" * 200, "can't be read"),
    ],
    ids=lambda value: value[:20],
)
def test_a_reply_that_is_none_is_explained(kind: str, text: str, says: str) -> None:
    """What can't be understood is refused with the way out, in few words."""
    with pytest.raises(InputError) as caught:
        read_reply(field(FieldType(kind)), text, CHOICES)

    assert says in caught.value.message
    assert caught.value.hint
    assert len(caught.value.message) < 400


_TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from('\n;,[]{}"\\ ')
).map(str.strip)
_SCALARS = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | _TEXTS
_JSON = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner), max_leaves=8
)


@given(st.lists(_TEXTS.filter(bool)), st.sampled_from([FieldType.LIST, FieldType.NAMES]))
def test_lists_come_back_as_they_were(items: list[str], kind: FieldType) -> None:
    """What is offered for editing reads as the same list, whatever stands in it."""
    text = reply_text(field(kind), items)

    assert items == (read_reply(field(kind), text) if text else [])


@given(_JSON)
def test_data_comes_back_as_it_was(value: Json) -> None:
    """What is offered for editing reads as the same data."""
    text = reply_text(field(FieldType.DATA), value)

    assert read_reply(field(FieldType.DATA), text) == value


@given(st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9))
def test_numbers_come_back_as_they_were(value: float) -> None:
    """What is offered for editing reads as the same number."""
    assert read_reply(field(FieldType.NUMBER), reply_text(field(FieldType.NUMBER), value)) == value


def test_yes_and_no_come_back() -> None:
    """Booleans are offered as words."""
    words = [reply_text(field(FieldType.YES_NO), value) for value in (True, False)]

    assert words == ["yes", "no"]
