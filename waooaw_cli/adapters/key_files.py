"""Write a pair of keys: the private half for its owner's eyes only, never over another."""

from __future__ import annotations

import os
from pathlib import Path

from waooaw.errors import EnvironmentFault, InputError
from waooaw_cli.adapters.signing import PrivateKey

__all__ = ["write_pair"]


def write_pair(path: Path, key: PrivateKey, *, replace: bool) -> Path:
    """Write *key* to *path* and its public half beside it, and return the path of that.

    Both appear whole or not at all.

    Raises:
        InputError: One of them is there and is not to be replaced, or the folder is not.
        EnvironmentFault: They can't be written.
    """
    public = path.with_name(f"{path.name}.pub")
    for file in (path, public):
        if os.path.lexists(file) and (not replace or file.is_dir()):
            raise InputError(
                f"{file.as_posix()} is there",
                hint="choose another name, or --force to replace it",
            )
    if not path.parent.is_dir():
        raise InputError(
            f"{path.parent.as_posix()} is no folder", hint="make it first, for yourself only"
        )
    beside = [
        (public.with_name(f".{public.name}.{os.getpid()}.new"), key.public.pem, 0o644, public),
        (path.with_name(f".{path.name}.{os.getpid()}.new"), key.pem, 0o600, path),
    ]
    try:
        for file, text, mode, _ in beside:
            # Made with its mode: a file that is closed to others later was open before.
            number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with open(number, "w", encoding="ascii", newline="\n") as stream:  # noqa: PTH123 - a number
                stream.write(text)
        for file, _, _, target in beside:
            file.replace(target)
    except OSError as error:
        raise EnvironmentFault(
            f"{path.as_posix()} could not be written: {error.strerror}",
            hint="name another file, or make room",
        ) from error
    finally:
        for file, *_ in beside:
            file.unlink(missing_ok=True)
    return public
