"""YAML that every reader takes for the same data."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from recipes.spec_strategy import json_values

from waooaw import documents
from waooaw_cli.factory.yaml_text import yaml_lines


def _text(value: object) -> str:
    return "\n".join(yaml_lines(value)) + "\n"


@given(json_values())
def test_both_yaml_versions_read_the_same(value: Any) -> None:
    """Our reader (YAML 1.2) and PyYAML (1.1) both get back what was written, whatever it was."""
    text = _text({"value": value})

    assert documents.parse(text.encode(), source="x").data == {"value": value}
    assert yaml.safe_load(text) == {"value": value}


@pytest.mark.parametrize(
    "text",
    [
        *("no", "On", "NULL", "~", "1.0", "1e3", "0o17", "0x1f", "12:30", "1_000", "2026-01-01"),
        *(".inf", "=", "<<", "- a", "a: b", "a #b", "#", "", " ", "'", "@x", "`x`", "%x", "!x"),
        *("{{ x }}", "[", "x:", "---", "...", "\x7f", "\x85", "\u2028", "\ufeff", "\U0010ffff"),
    ],
)
def test_strings_stay_strings(text: str) -> None:
    """What some reader takes for something else stands in quotes."""
    written = _text([text, {text: text}])

    assert documents.parse(written.encode(), source="x").data == [text, {text: text}]
    assert yaml.safe_load(written) == [text, {text: text}]


@pytest.mark.parametrize("number", [1e-07, 1e16, -0.0, 0.1, 1.5e300, 5e-324, 0, -7, 10**40, True])
def test_numbers_stay_numbers(number: float) -> None:
    """Every number is read as the same number of the same type."""
    for read in (
        documents.parse(_text([number]).encode(), source="x").data[0],
        yaml.safe_load(_text([number]))[0],
    ):
        assert (read, type(read)) == (number, type(number))


def test_people_can_read_it() -> None:
    """Plain words stand bare, quotes are chosen for what is inside, lines stay lines."""
    data = {
        "name": "wow-x",
        "when": 'event.data.channel == "cash"',
        "version": "1.0.0",
        "text": "one\ntwo",
        "empty": [[], {}],
        "nested": [{"a": 1, "b": [True, None]}],
    }

    assert yaml_lines(data) == [
        "name: wow-x",
        "when: 'event.data.channel == \"cash\"'",
        'version: "1.0.0"',
        "text: |-",
        "  one",
        "  two",
        "empty:",
        "  - []",
        "  - {}",
        "nested:",
        "  - a: 1",
        "    b:",
        "      - true",
        "      - null",
    ]
