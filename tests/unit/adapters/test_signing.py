"""Keys and signatures, held to a second implementation."""

from __future__ import annotations

import base64
import hashlib
import json
import sys

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as Independent
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]  # it does export it

from waooaw.errors import EnvironmentFault, InputError
from waooaw_cli.adapters.signing import PrivateKey, new_key, private_key, public_key
from waooaw_cli.factory.envelopes import Envelope, Signature, pre_authentication

# Source: RFC 8032, section 7.1, TEST 2.
_SEED = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
_PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
_SIGNED_72 = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
KEY = private_key(base64.b64encode(_SEED).decode(), place="test")


def test_a_signature_is_the_one_of_the_standard() -> None:
    """The example of RFC 8032 comes out, byte for byte."""
    assert KEY.sign(b"\x72") == _SIGNED_72
    assert KEY.public.verifies(_SIGNED_72, b"\x72")
    assert base64.b64decode(KEY.public.text) == _PUBLIC


def test_the_id_is_what_openssl_hashes() -> None:
    """SHA-256 over the DER form of the public key."""
    der = bytes.fromhex("302a300506032b6570032100") + _PUBLIC  # RFC 8410, section 4

    assert KEY.key == KEY.public.key == hashlib.sha256(der).hexdigest()


def _for_others(key: PrivateKey) -> SSlibKey:
    value = base64.b64decode(key.public.text).hex()
    return SSlibKey(key.key, "ed25519", "ed25519", {"public": value})


@given(payload=st.binary(), kind=st.sampled_from(["application/vnd.in-toto+json", "x"]))
def test_others_verify_what_we_sign(payload: bytes, kind: str) -> None:
    """A second implementation of DSSE accepts our envelopes, and no byte may differ."""
    signature = Signature(KEY.key, KEY.sign(pre_authentication(kind, payload)))
    envelope = Envelope(kind, payload, (signature,))

    other = Independent.from_dict(json.loads(envelope.json()))
    other.verify([_for_others(KEY)], 1)

    other.payload += b" "
    with pytest.raises(VerificationError):
        other.verify([_for_others(KEY)], 1)


@given(signature=st.binary(max_size=70), message=st.binary())
def test_a_signature_that_is_none_verifies_nothing(signature: bytes, message: bytes) -> None:
    """Whatever its length."""
    assert not KEY.public.verifies(signature, message)


def test_a_key_is_read_back_in_every_form() -> None:
    """PEM, and base64 in both alphabets, with and without padding."""
    key = new_key()
    raw = base64.b64decode(key.public.text)

    assert private_key(key.pem, place="x").key == key.key
    for text in (
        key.public.pem,
        key.public.text,
        key.public.text.rstrip("=") + "\n",
        base64.urlsafe_b64encode(raw).decode(),
    ):
        assert public_key(text, place="x").key == key.key


def _other_kind(*, public: bool) -> str:
    key = rsa.generate_private_key(65537, 2048)
    if public:
        return (
            key.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _locked() -> str:
    return (
        serialization.load_pem_private_key(KEY.pem.encode(), password=None)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"hunter2"),
        )
        .decode()
    )


_NONE = {
    "empty": "",
    "word": "hello",
    "short": base64.b64encode(b"x" * 31).decode(),
    "long": base64.b64encode(b"x" * 64).decode(),
    "broken-pem": KEY.pem.replace("MC4", "MC5"),
    "half-pem": KEY.pem[:60],
    "hex": _SEED.hex(),
}


@pytest.mark.parametrize("name", [*_NONE, "rsa", "locked"])
def test_what_is_no_private_key_is_refused_and_not_shown(name: str) -> None:
    """The message names the place; not a piece of what stands there."""
    text = {"rsa": _other_kind(public=False), "locked": _locked()}.get(name) or _NONE[name]

    with pytest.raises(InputError, match=r"^ci\.key: ") as caught:
        private_key(text, place="ci.key")

    said = f"{caught.value.message}{caught.value.hint}"
    assert not [piece for piece in text.split() if len(piece) > 8 and piece in said]
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("name", [*_NONE, "rsa", "private", "broken-public"])
def test_what_is_no_public_key_is_refused(name: str) -> None:
    """The private half among it: it does not belong where one verifies."""
    broken = KEY.public.pem.replace("MCow", "MCox")
    texts = {"rsa": _other_kind(public=True), "private": KEY.pem, "broken-public": broken}
    text = texts.get(name) or _NONE[name]

    with pytest.raises(InputError, match=r"^ci\.pub: "):
        public_key(text, place="ci.pub")


def test_a_private_key_shows_nothing_of_itself() -> None:
    """A traceback or a log that prints it holds no secret."""
    assert base64.b64encode(_SEED).decode() not in f"{KEY!r}{KEY}{vars(KEY)}"


def test_without_cryptography_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra of the installation, and saying so is no traceback."""
    monkeypatch.setitem(sys.modules, "cryptography", None)

    for call in (
        new_key,
        lambda: private_key(KEY_TEXT, place="x"),
        lambda: public_key(KEY_TEXT, place="x"),
    ):
        with pytest.raises(EnvironmentFault) as caught:
            call()
        assert "waooaw[attest]" in (caught.value.hint or "")


KEY_TEXT = base64.b64encode(_SEED).decode()
