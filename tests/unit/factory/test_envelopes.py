"""DSSE envelopes, from friends and from others."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as Independent

from waooaw.errors import InputError
from waooaw_cli.factory.envelopes import (
    MOST_BYTES,
    Envelope,
    Signature,
    pre_authentication,
    read_envelopes,
)

_GOOD: dict[str, Any] = {
    "payloadType": "text/plain",
    "payload": "aGVsbG8=",
    "signatures": [{"keyid": "k", "sig": "c2ln"}],
}


def _read(content: object) -> tuple[Envelope, ...]:
    text = content if isinstance(content, str) else json.dumps(content)
    return read_envelopes(text.encode(), source="a.jsonl")


def test_what_is_signed_is_the_published_example() -> None:
    """The bytes are those of the specification's test vector."""
    signed = pre_authentication("http://example.com/HelloWorld", b"hello world")

    assert signed == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


_TYPES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@given(kind=_TYPES, payload=st.binary(), values=st.lists(st.binary(), min_size=1, max_size=3))
def test_an_envelope_is_read_as_it_was_written(
    kind: str, payload: bytes, values: list[bytes]
) -> None:
    """Whatever is signed, it comes back, and a second implementation reads the same."""
    signatures = tuple(Signature(f"key{n}", value) for n, value in enumerate(values))
    envelope = Envelope(kind, payload, signatures)

    [again] = read_envelopes(envelope.json().encode(), source="x")
    other = Independent.from_dict(json.loads(envelope.json()))

    assert again == envelope
    assert (other.payload, other.payload_type) == (payload, kind)
    assert other.pae() == pre_authentication(kind, payload)


def test_both_alphabets_of_base64_are_read() -> None:
    """DSSE lets the signer choose."""
    content = bytes(range(240, 256)) * 3
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        [envelope] = _read(_GOOD | {"payload": encode(content).decode()})
        assert envelope.payload == content


def test_unknown_fields_are_passed_over() -> None:
    """A later version of DSSE may add some."""
    [envelope] = _read(_GOOD | {"more": 1, "signatures": [{"sig": "c2ln", "more": 2}]})

    assert envelope.signatures == (Signature("", b"sig"),)


def test_several_envelopes_stand_one_a_line() -> None:
    """Lines without anything in them do not count."""
    line = json.dumps(_GOOD)

    assert len(_read(f"{line}\n\n{line}\n")) == 2
    assert len(_read(json.dumps(_GOOD, indent=2))) == 1


_HOSTILE = {
    "nothing": "",
    "no-json": "hello",
    "half": '{"payloadType": "x"',
    "list": "[]",
    "number": "1",
    "deep": "[" * 100_000,
    "long-number": "1" * 10_000,
    "not-a-number": '{"payload": NaN}',
    "other-json": "{}",
    "twice": '{"payload": "aGVsbG8=", "payload": "eA==", "payloadType": "x", "signatures": []}',
    "twice-below": json.dumps(_GOOD).replace('"sig"', '"sig": "eA==", "sig"'),
    "no-signatures": _GOOD | {"signatures": []},
    "signatures-no-list": _GOOD | {"signatures": {"sig": "eA=="}},
    "too-many-signatures": _GOOD | {"signatures": [{"sig": "eA=="}] * 101},
    "signature-no-mapping": _GOOD | {"signatures": ["eA=="]},
    "keyid-no-text": _GOOD | {"signatures": [{"sig": "eA==", "keyid": 1}]},
    "sig-missing": _GOOD | {"signatures": [{"keyid": "k"}]},
    "payload-no-text": _GOOD | {"payload": 1},
    "payload-with-spaces": _GOOD | {"payload": "aGVs bG8="},
    "payload-cut": _GOOD | {"payload": "aGVsbG8"},
    "payload-mixed": _GOOD | {"payload": "+-+-"},
    "payload-padded-inside": _GOOD | {"payload": "aG==bG8="},
    "type-empty": _GOOD | {"payloadType": ""},
    "type-with-spaces": _GOOD | {"payloadType": "x 5 y"},
    "type-surrogate": json.dumps(_GOOD).replace("text/plain", "\\ud800"),
    "type-no-text": _GOOD | {"payloadType": 7},
    "bad-second-line": json.dumps(_GOOD) + "\n{}",
    "garbage-second-line": json.dumps(_GOOD) + "\ngarbage",
    "too-many-lines": "{}\n" * 10_001,
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_what_is_no_envelope_is_the_callers_mistake(name: str) -> None:
    """Each is refused with the file's name, none of them crashes or is half read."""
    with pytest.raises(InputError, match=r"a\.jsonl") as caught:
        _read(_HOSTILE[name])

    assert caught.value.hint
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("content", [b"\xff\xfe", b" " * (MOST_BYTES + 1)], ids=["no-utf8", "10MB"])
def test_bytes_that_nobody_wants_to_parse(content: bytes) -> None:
    """What is no text or larger than any fleet's statements is not read."""
    with pytest.raises(InputError):
        read_envelopes(content, source="a.jsonl")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """There is no third way."""
    with contextlib.suppress(InputError):
        assert read_envelopes(content, source="x")
