"""`waooaw keys [new|show] WHERE`: pairs of keys to sign and verify with."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.errors import InputError, shown

if TYPE_CHECKING:
    from waooaw_cli.adapters.signing import PublicKey

__all__ = ["keys"]

_KEYRING = "keyring:"


def keys(
    action: Annotated[str, typer.Argument(help="new or show.")],
    where: Annotated[str, typer.Argument(help="A file, keyring:NAME, or (for show) env:VARIABLE.")],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a key that is there, for good.")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Make a pair of Ed25519 keys, or show the public half of one.

    The private half signs (waooaw gate --attest) and is never printed; the public half is what
    others trust (waooaw verify --key).

    Example: waooaw keys new ci.key
    """
    if action == "new":
        files, public = _made(where, force=force)
    elif action == "show":
        from waooaw_cli.adapters.keys import read_private

        files, public = (), read_private(where, os.environ).public
    else:
        raise InputError(f"{shown(action)} is neither new nor show", hint="see waooaw keys --help")
    text = _document(files, public) if json_output else _lines(files, public)
    sys.stdout.write(text + "\n")
    return 0


def _made(where: str, *, force: bool) -> tuple[tuple[str, ...], PublicKey]:
    from waooaw_cli.adapters.key_files import write_pair
    from waooaw_cli.adapters.keys import store
    from waooaw_cli.adapters.signing import new_key

    key = new_key()
    if where.startswith(_KEYRING):
        store(where.removeprefix(_KEYRING), key, replace=force)
        return (where,), key.public
    public = write_pair(Path(where), key, replace=force)
    return (Path(where).as_posix(), public.as_posix()), key.public


def _lines(files: tuple[str, ...], public: PublicKey) -> str:
    said = [f"public key  {public.text}", f"key id      {public.key}"]
    if files:
        said.insert(0, f"private     {files[0]}")
    if len(files) > 1:
        said.insert(1, f"public      {files[1]}")
    return "\n".join(said)


def _document(files: tuple[str, ...], public: PublicKey) -> str:
    content = {
        "schema": "waooaw.keys/1",
        "written": list(files),
        "public": public.text,
        "key_id": public.key,
    }
    return json.dumps(content, indent=2, sort_keys=True)
