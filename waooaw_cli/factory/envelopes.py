"""DSSE: a signed payload and the type that it is signed as.

Source: github.com/secure-systems-lab/dsse, protocol.md and envelope.md (v1.0). Several envelopes,
one a line, are an in-toto bundle (in-toto/attestation, spec/v1/bundle.md).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from waooaw.errors import InputError, shown

__all__ = ["MOST_BYTES", "Envelope", "Signature", "pre_authentication", "read_envelopes", "strict"]

#: Statements of two hundred agents take two.
MOST_BYTES = 8_000_000
_MOST_ENVELOPES = 10_000
_MOST_SIGNATURES = 100
_TYPE = re.compile(r"[!-~]{1,200}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}|[A-Za-z0-9_-]*={0,2}")


@dataclass(frozen=True, slots=True)
class Signature:
    """Hold one signature.

    Attributes:
        key: What its maker calls the key. Anybody can write anything there: a hint, no proof.
        value: The signature itself.
    """

    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """Hold a payload and its signatures; nothing here has been verified."""

    kind: str
    payload: bytes
    signatures: tuple[Signature, ...]

    def json(self) -> str:
        """Return the envelope as one line."""
        content = {
            "payload": base64.b64encode(self.payload).decode(),
            "payloadType": self.kind,
            "signatures": [
                {"keyid": one.key, "sig": base64.b64encode(one.value).decode()}
                for one in self.signatures
            ],
        }
        return json.dumps(content, separators=(",", ":"))


def pre_authentication(kind: str, payload: bytes) -> bytes:
    """Return the bytes that are signed: the type is among them, so no payload passes for another.

    Source: DSSE protocol.md, "PAE".
    """
    name = kind.encode()
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)


def read_envelopes(content: bytes, *, source: str) -> tuple[Envelope, ...]:
    """Read one envelope, or one a line.

    Raises:
        InputError: It is something else, too large, or holds a key twice, which readers take for
            different things.
    """
    if len(content) > MOST_BYTES:
        raise InputError(
            f"{source}: is larger than {MOST_BYTES:,} bytes", hint="name a signed statement"
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _no_envelope(source, "is not UTF-8") from error
    try:
        documents = [(source, strict(text))]
    except ValueError as whole:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) < 2:  # noqa: PLR2004 - one line is the whole, which was read
            raise _no_envelope(source, str(whole)) from whole
        documents = list(_bundle(lines, source))
    return tuple(_envelope(document, place) for place, document in documents)


def strict(text: str) -> Any:  # noqa: ANN401 - what JSON holds; the callers look at each field
    """Return what JSON holds.

    Raises:
        ValueError: It is no JSON, names a key twice, holds a number that JSON has not, or is nested
            too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg}, line {error.lineno}") from error
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:  # `Any`: as above
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"has the key {shown(twice)} twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"holds {name}, which JSON does not know")


def _bundle(lines: Sequence[tuple[int, str]], source: str) -> Sequence[tuple[str, Any]]:
    if len(lines) > _MOST_ENVELOPES:
        raise _no_envelope(source, f"has more than {_MOST_ENVELOPES:,} lines")
    found = []
    for number, line in lines:
        place = f"{source}:{number}"
        try:
            found.append((place, strict(line)))
        except ValueError as error:
            raise _no_envelope(place, str(error)) from error
    return found


def _envelope(document: object, place: str) -> Envelope:
    """Take an envelope from what JSON held; fields that DSSE does not know are passed over."""
    if not isinstance(document, dict):
        raise _no_envelope(place, "is no DSSE envelope")
    kind, payload = document.get("payloadType"), document.get("payload")
    signatures = document.get("signatures")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        raise _no_envelope(place, "is no DSSE envelope: payloadType is no type")
    if not isinstance(signatures, list) or not 0 < len(signatures) <= _MOST_SIGNATURES:
        raise _no_envelope(
            place, f"is no DSSE envelope: signatures is no list of 1 to {_MOST_SIGNATURES}"
        )
    return Envelope(
        kind,
        _decoded(payload, "payload", place),
        tuple(_signature(one, place) for one in signatures),
    )


def _signature(one: object, place: str) -> Signature:
    if not isinstance(one, dict):
        raise _no_envelope(place, "is no DSSE envelope: a signature is no mapping")
    key = one.get("keyid", "")
    if not isinstance(key, str):
        raise _no_envelope(place, "is no DSSE envelope: a keyid is no text")
    return Signature(key, _decoded(one.get("sig"), "sig", place))


def _decoded(text: object, field: str, place: str) -> bytes:
    """Decode either alphabet, as DSSE has it; strictly, so nothing is passed over in it."""
    if isinstance(text, str) and _BASE64.fullmatch(text):
        try:
            return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            pass
    raise _no_envelope(place, f"is no DSSE envelope: {field} is not base64")


def _no_envelope(place: str, what: str) -> InputError:
    return InputError(f"{place}: {what}", hint="name the file that waooaw gate --attest wrote")
