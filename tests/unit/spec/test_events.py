"""Events in and out, and the topics that wake agents."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.errors import InputError
from waooaw.events import Event, TopicPattern, event_schema

FULL: dict[str, Any] = {
    "specversion": "1.0",
    "id": "A234-1234-1234",
    "source": "https://example.com/cloudevents/pull",
    "type": "refund.requested",
    "subject": "123",
    "time": "2018-04-05T17:31:00Z",
    "datacontenttype": "application/json",
    "dataschema": "https://example.com/schema",
    "comexampleextension1": "value",
    "comexampleothervalue": 5,
    "data": {"appinfoA": "abc", "appinfoB": 123, "appinfoC": True},
}


def test_structured_json_survives_the_round_trip() -> None:
    """Every attribute of CloudEvents 1.0, extensions included, comes out as it went in."""
    assert json.loads(Event.from_json(json.dumps(FULL)).to_json()) == FULL


def test_the_short_form_gets_what_it_lacks() -> None:
    """`{type, data}` is enough on one machine; the id is the caller's to give."""
    event = Event.from_mapping({"type": "a.b", "data": [1]}, default_id="e-1")

    assert (event.id, event.source, event.specversion) == ("e-1", "/waooaw/local", "1.0")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": None}, "event attribute id (None)"),
        ({"id": ""}, "event attribute id ('')"),
        ({"type": 5}, "event attribute type (5)"),
        ({"source": None}, "event attribute source"),
        ({"specversion": "0.3"}, "event attribute specversion ('0.3')"),
        ({"time": "yesterday"}, "event attribute time ('yesterday')"),
        ({"time": 12}, "event attribute time (12)"),
        ({"time": "2018-04-05T17:31:00"}, "event attribute time"),
        ({"Bad-Name": "x"}, "'Bad-Name' is no extension name"),
        ({"extension": {"a": 1}}, "event attribute extensions.extension"),
        ({"data_base64": "e30="}, "data or data_base64, not both"),
    ],
)
def test_what_is_no_event_is_refused_by_attribute(change: dict[str, Any], says: str) -> None:
    """The message names the attribute and its value."""
    with pytest.raises(InputError) as caught:
        Event.from_mapping(FULL | change)

    assert says in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        '"x"',
        "{",
        "[" * 100_000,
        '{"a": NaN}',
        '{"a": 1e999}',
        "9" * 5_000,
        "x" * 1_000_001,
    ],
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    """Broken, deep and huge input ends in a message."""
    with pytest.raises(InputError):
        Event.from_json(text)


@pytest.mark.parametrize(
    ("encoded", "kind", "data"),
    [("eyJhIjogMX0=", "application/json", {"a": 1}), ("aGk=", "text/plain", "hi")],
)
def test_binary_data_is_decoded_by_its_type(encoded: str, kind: str, data: object) -> None:
    """data_base64 holds JSON where the content type says so, and text otherwise."""
    event = Event.from_mapping(
        {"specversion": "1.0", "id": "1", "source": "/s", "type": "a", "datacontenttype": kind}
        | {"data_base64": encoded}
    )

    assert event.data == data


@pytest.mark.parametrize("encoded", ["not base64!", "/w==", "aGk=", 5])
def test_binary_data_that_cannot_be_decoded_is_refused(encoded: object) -> None:
    """No base64, no UTF-8 or no JSON where JSON was promised."""
    with pytest.raises(InputError, match="data_base64"):
        Event.from_mapping({"type": "a", "id": "1", "source": "/s", "data_base64": encoded})


def test_the_published_schema_takes_what_the_reader_takes() -> None:
    """`waooaw schema event` agrees with the code on a full and on a broken event."""
    validator = jsonschema_rs.validator_for(event_schema())

    assert validator.is_valid(FULL)
    assert not validator.is_valid({"specversion": "1.0", "id": "1"})


@pytest.mark.parametrize(
    ("pattern", "topic", "fits"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a.b.c", False),
        ("a.*", "a.b", True),
        ("a.*", "a", False),
        ("a.*", "a.b.c", False),
        ("a.**", "a", True),
        ("a.**", "a.b.c", True),
        ("**", "x", True),
        ("**.z", "z", True),
        ("a.**.z", "a.z", True),
        ("a.**.z", "a.b.c.z", True),
        ("a.**.z", "a.b.c", False),
        ("*.*", "a.b", True),
        ("**.**", "a", True),
        ("a.b", "a..b", False),
        ("*", "A", True),
    ],
)
def test_topics_match_by_segment(pattern: str, topic: str, fits: bool) -> None:
    """`*` stands for one segment, `**` for any number, zero included."""
    assert TopicPattern(pattern).matches(topic) is fits


@pytest.mark.parametrize(
    "pattern", ["", ".", "a..b", "a.", ".a", "A.b", "a.b*", "a b", "a.***", "ä"]
)
def test_malformed_topics_are_refused(pattern: str) -> None:
    """Segments are lower-case letters, digits, _ and -."""
    with pytest.raises(InputError, match="the topic"):
        TopicPattern(pattern)


def test_no_pattern_is_slow() -> None:
    """Many `**` against a long topic end at once: matching does not go back."""
    pattern = ".".join(["**", "a"] * 60)

    assert not TopicPattern(pattern[:200].rstrip(".")).matches(".".join(["a"] * 400 + ["b"]))


@given(st.lists(st.sampled_from(["a", "b", "*", "**"]), min_size=1, max_size=5), st.data())
def test_matching_agrees_with_the_definition(parts: list[str], data: st.DataObject) -> None:
    """The matcher says what the recursive definition says."""
    topic = data.draw(st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=6))

    def fits(pattern: list[str], rest: list[str]) -> bool:
        if not pattern:
            return not rest
        if pattern[0] == "**":
            return any(fits(pattern[1:], rest[n:]) for n in range(len(rest) + 1))
        return bool(rest) and pattern[0] in {"*", rest[0]} and fits(pattern[1:], rest[1:])

    assert TopicPattern(".".join(parts)).matches(".".join(topic)) is fits(parts, topic)
