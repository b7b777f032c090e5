"""What a model must not be told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.privacy import REDACTED, redacted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "x"),
        ("customerEmail", "x"),
        ("e-mail", "x"),
        ("phone_number", 123),
        ("CARD", "visa"),
        ("home address", {"street": "x"}),
        ("dateOfBirth", "x"),
        ("IBAN", ["x"]),
    ],
)
def test_fields_with_personal_names_are_emptied(name: str, value: object) -> None:
    """A field's name is enough, whatever stands in it."""
    assert redacted({name: value}) == {name: REDACTED}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to ann.b+c@mail.example.co.uk now", "write to [redacted] now"),
        ("call +1 (415) 555-2671!", "call [redacted]!"),
        ("card 4111 1111 1111 1111", "card [redacted]"),
        ("order 12345678 of 2026-01-01", "order 12345678 of 2026-01-01"),
        ("2026-01-01T00:00:00Z, 2026-01-01 10:00:00", "2026-01-01T00:00:00Z, 2026-01-01 10:00:00"),
        ("0171/123 45 67 89.", "[redacted]."),
        ("version 1.2.3, 99.95 USD", "version 1.2.3, 99.95 USD"),
    ],
)
def test_values_that_look_personal_are_replaced(text: str, left: str) -> None:
    """Addresses and long numbers go, the words around them stay."""
    assert redacted([text]) == [left]


def test_what_gives_nobody_away_stays() -> None:
    """Flags, amounts and absent values are what decisions hang on."""
    facts = {"amount": 120.5, "email": None, "phone": True, "discard": "x", "n": 99_999_999}

    assert redacted(facts) == facts
    assert redacted(4_111_111_111_111_111) == REDACTED


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)


@given(
    around=json_values,
    user=st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    key=st.sampled_from(["note", "deep", "x"]),
)
def test_an_address_never_gets_through(around: Any, user: str, key: str) -> None:
    """However deep it stands and whatever is around it, an e-mail address is gone."""
    address = f"{user}@example.com"
    told = json.dumps(redacted({key: [around, {"a": f"<{address}>"}, address]}))

    assert address not in told
