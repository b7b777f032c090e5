"""Where keys are: a file, an environment variable, or the operating system's keyring."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from waooaw.errors import EnvironmentFault, InputError, shown
from waooaw_cli.adapters.signing import (
    PrivateKey,
    PublicKey,
    is_key_text,
    private_key,
    public_key,
)

__all__ = [
    "SIGNING_VARIABLE",
    "TRUST_VARIABLE",
    "exposed",
    "read_private",
    "signing_source",
    "store",
    "trusted_keys",
]

SIGNING_VARIABLE = "WAOOAW_SIGNING_KEY"
TRUST_VARIABLE = "WAOOAW_VERIFY_KEY"
_KEYRING = "keyring:"
_ENVIRONMENT = "env:"
_SERVICE = "waooaw"
_MOST_BYTES = 65_536
_BLOCK = re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.DOTALL)


def signing_source(named: str | None, env: Mapping[str, str], setting: str | None) -> str:
    """Return where the key to sign with is: *named*, or the environment, or the settings.

    Raises:
        InputError: Nobody says.
    """
    if named is not None:
        return named
    if env.get(SIGNING_VARIABLE):
        return _ENVIRONMENT + SIGNING_VARIABLE
    if setting is not None:
        return setting
    raise InputError(
        "--attest has no key to sign with",
        hint=f"--key FILE, --key keyring:NAME or {SIGNING_VARIABLE}; waooaw keys new makes a pair",
    )


def exposed(source: str) -> bool:
    """Tell whether *source* is a file that others on this machine may read.

    A pipe that a shell made, as in ``--key <(…)``, is nobody else's.
    """
    if source.startswith((_KEYRING, _ENVIRONMENT)) or os.name == "nt":
        return False
    try:
        mode = Path(source).stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) and bool(mode & 0o077)


def read_private(source: str, env: Mapping[str, str]) -> PrivateKey:
    """Return the private key that *source* names: `keyring:NAME`, `env:VARIABLE` or a file.

    Raises:
        InputError: There is none, or it is no private key.
        EnvironmentFault: The keyring or a package is missing, or the file can't be read.
    """
    if source.startswith(_KEYRING):
        return private_key(_from_keyring(source.removeprefix(_KEYRING)), place=source)
    if source.startswith(_ENVIRONMENT):
        variable = source.removeprefix(_ENVIRONMENT)
        if not env.get(variable):
            raise InputError(f"the environment variable {shown(variable)} holds no key")
        return private_key(env[variable], place=variable)
    if is_key_text(source) and not os.path.lexists(
        source
    ):  # never shown: it may be the secret itself
        raise InputError(
            "--key names the place of a private key; the key itself does not belong there",
            hint=f"others see command lines: put it into a file or into {SIGNING_VARIABLE}",
        )
    return private_key(_from_file(Path(source)), place=source)


def trusted_keys(
    named: Sequence[str], env: Mapping[str, str], settings: Sequence[str]
) -> tuple[PublicKey, ...]:
    """Return the public keys to trust: *named*, or of the environment, or of the settings.

    Each is a key or a file that holds one; of the environment, several are separated by commas or
    line ends.

    Raises:
        InputError: There is none, or one of them is no public key.
        EnvironmentFault: A package is missing, or a file can't be read.
    """
    sources = tuple(named) or _separated(env.get(TRUST_VARIABLE, "")) or tuple(settings)
    if not sources:
        raise InputError(
            "which key do you trust?",
            hint=f"--key PUBLIC or FILE, or {TRUST_VARIABLE}; a statement can't vouch for itself",
        )
    return tuple(_public(source) for source in sources)


def store(name: str, key: PrivateKey, *, replace: bool) -> None:
    """Keep *key* in the operating system's keyring.

    Raises:
        InputError: It has a key of that name, and is not to be replaced.
        EnvironmentFault: There is no keyring that can be used.
    """
    keyring, fault = _keyring()
    try:
        if not replace and keyring.get_password(_SERVICE, name) is not None:
            raise InputError(
                f"the keyring has a key named {shown(name)}",
                hint="choose another name, or --force to replace it",
            )
        keyring.set_password(_SERVICE, name, key.pem)
    except fault as error:
        raise _no_keyring(error) from None


def _from_keyring(name: str) -> str:
    keyring, fault = _keyring()
    try:
        found = keyring.get_password(_SERVICE, name)
    except fault as error:
        raise _no_keyring(error) from None
    if found is None:
        raise InputError(
            f"the keyring has no key named {shown(name)}",
            hint=f"waooaw keys new keyring:{name} makes one",
        )
    return str(found)


def _keyring() -> tuple[ModuleType, type[Exception]]:
    """Return the module, and what it raises where this machine has no usable keyring."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise EnvironmentFault(
            "the keyring needs the package keyring, which is not installed",
            hint="pip install 'waooaw[keyring]', or pipx inject waooaw keyring",
        ) from error
    return keyring, KeyringError


def _no_keyring(error: Exception) -> EnvironmentFault:
    return EnvironmentFault(
        f"the keyring can't be used: {' '.join(str(error).split())[:200]}",
        hint=f"keep the key in a file or in {SIGNING_VARIABLE}",
    )


def _separated(text: str) -> tuple[str, ...]:
    if blocks := _BLOCK.findall(text):
        return tuple(blocks)
    return tuple(part.strip() for part in re.split(r"[,\n]", text) if part.strip())


def _public(source: str) -> PublicKey:
    if "-----BEGIN" in source:
        return public_key(source, place="the trusted key")
    # A file of such a name, 43 letters long, is meant when it is there.
    if is_key_text(source) and not os.path.lexists(source):
        return public_key(source, place="the trusted key")
    return public_key(_from_file(Path(source)), place=source)


def _from_file(path: Path) -> str:
    name = path.as_posix()
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError(
            f"{name}: no such key file", hint="waooaw keys new FILE makes a pair"
        ) from None
    except IsADirectoryError:
        raise InputError(f"{name}: is a folder, not a key", hint="name the file in it") from None
    except OSError as error:
        raise EnvironmentFault(f"{name}: could not be read: {error.strerror}") from error
    try:
        if len(content) <= _MOST_BYTES:
            return content.decode("ascii")
    except UnicodeDecodeError:
        pass
    raise InputError(f"{name}: is no key", hint="PEM or 32 bytes as base64")
