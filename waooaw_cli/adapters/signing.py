"""Ed25519 by the package `cryptography`, which is imported when something is signed."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from waooaw.errors import EnvironmentFault, InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

__all__ = ["PrivateKey", "PublicKey", "is_key_text", "new_key", "private_key", "public_key"]

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{43}=?")
_PEM = "-----BEGIN "


class PublicKey:
    """Verify signatures. Answers the port `TrustedKey`."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    @property
    def key(self) -> str:
        """SHA-256 in hex of the key's SubjectPublicKeyInfo, as `openssl pkey -pubin` writes it."""
        from cryptography.hazmat.primitives import serialization

        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return hashlib.sha256(self._key.public_bytes(serialization.Encoding.DER, form)).hexdigest()

    @property
    def text(self) -> str:
        """The 32 bytes of the key as base64, which `--key` takes."""
        return base64.b64encode(self._key.public_bytes_raw()).decode()

    @property
    def pem(self) -> str:
        """The key as PEM (SubjectPublicKeyInfo)."""
        from cryptography.hazmat.primitives import serialization

        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_bytes(serialization.Encoding.PEM, form).decode()

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether the private half made *signature* of *message*."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class PrivateKey:
    """Sign. Answers the port `Signer`; nothing but `pem` hands out what is secret."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> PublicKey:
        """The half that may be known."""
        return PublicKey(self._key.public_key())

    @property
    def key(self) -> str:
        """The id of the public half."""
        return self.public.key

    @property
    def pem(self) -> str:
        """The key as PEM (PKCS #8), without a password."""
        from cryptography.hazmat.primitives import serialization

        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of *message*, 64 bytes."""
        return self._key.sign(message)


def new_key() -> PrivateKey:
    """Return a new key from the system's randomness."""
    _installed()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return PrivateKey(Ed25519PrivateKey.generate())


def private_key(text: str, *, place: str) -> PrivateKey:
    """Read a private key: PEM (PKCS #8) or the 32 bytes of its seed as base64.

    Args:
        text: Never shown, whatever is wrong with it.
        place: Where it came from, for a message.

    Raises:
        InputError: It is none.
        EnvironmentFault: `cryptography` is missing.
    """
    _installed()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if _PEM not in text:
        return PrivateKey(Ed25519PrivateKey.from_private_bytes(_raw(text, place, "private")))
    try:
        key = load_pem_private_key(text.strip().encode(), password=None)
    except TypeError:
        raise InputError(
            f"{place}: the key is locked with a password",
            hint="keep it without one in the system's keyring: --key keyring:NAME",
        ) from None
    # Without the cause: its text may hold a piece of the key.
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(place, "private") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(place, "private")
    return PrivateKey(key)


def public_key(text: str, *, place: str) -> PublicKey:
    """Read a public key: PEM (SubjectPublicKeyInfo) or its 32 bytes as base64.

    Raises:
        InputError: It is none, or the private half, which belongs where one signs.
        EnvironmentFault: `cryptography` is missing.
    """
    _installed()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if "PRIVATE KEY" in text:
        raise InputError(
            f"{place}: this is a private key, which only signs",
            hint="name its public half: waooaw keys show FILE prints it",
        )
    if _PEM not in text:
        return PublicKey(Ed25519PublicKey.from_public_bytes(_raw(text, place, "public")))
    try:
        key = load_pem_public_key(text.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(place, "public") from None
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(place, "public")
    return PublicKey(key)


def is_key_text(text: str) -> bool:
    """Tell whether *text* is a key itself, rather than a place where one is."""
    return _PEM in text or _BASE64.fullmatch(text.strip()) is not None


def _raw(text: str, place: str, half: str) -> bytes:
    text = text.strip()
    if not _BASE64.fullmatch(text):
        raise _no_key(place, half)
    # 43 letters of either alphabet are 32 bytes, whatever they are.
    return base64.urlsafe_b64decode(
        text.replace("+", "-").replace("/", "_").removesuffix("=") + "="
    )


def _no_key(place: str, half: str) -> InputError:
    return InputError(
        f"{place}: is no {half} Ed25519 key",
        hint="PEM or 32 bytes as base64; waooaw keys new FILE makes a pair",
    )


def _installed() -> None:
    try:
        import cryptography  # noqa: F401 - the question is whether it is there
    except ImportError as error:
        raise EnvironmentFault(
            "signatures need the package cryptography, which is not installed",
            hint="pip install 'waooaw[attest]', or pipx inject waooaw cryptography",
        ) from error
