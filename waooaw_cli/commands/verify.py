"""`waooaw verify ATTESTATION [PATH…]`: are these the bytes that passed, and who says so?"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.errors import EnvironmentFault, InputError

if TYPE_CHECKING:
    from waooaw_cli.gates.gate import Package

__all__ = ["verify"]

_ALL = "all"


def verify(
    attestation: Annotated[
        Path, typer.Argument(metavar="ATTESTATION", help="What waooaw gate --attest wrote.")
    ],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of agents. By default all below generated/, or the one here."),
    ] = None,
    *,
    trusted: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="PUBLIC", help="A key you trust, or a file that holds it."),
    ] = None,
    required: Annotated[
        list[str] | None,
        typer.Option("--require", metavar="ID", help="A gate that has to have passed; or all."),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Tell whether packages are, byte for byte, those whose gates passed.

    Exit code 0: they are, and a key that you trust says so. 1: a file differs, or no such key
    signed. 2: that is no signed statement.

    Example: waooaw verify gates.intoto.jsonl generated/wow-refund-desk --key ci.key.pub
    """
    from waooaw_cli.adapters.keys import TRUST_VARIABLE, trusted_keys
    from waooaw_cli.factory.attestation import verified
    from waooaw_cli.factory.envelopes import read_envelopes
    from waooaw_cli.factory.targets import selected
    from waooaw_cli.factory.trust import trust
    from waooaw_cli.gates.report import GateId
    from waooaw_cli.render.verification import verification_json, verification_text
    from waooaw_cli.settings import read_settings

    settings = read_settings(Path.cwd(), os.environ)
    wanted = [gate for name in required or () for gate in (GateId if name == _ALL else (name,))]
    gates = selected(wanted, ()) if wanted else frozenset[GateId]()
    envelopes = read_envelopes(_content(attestation), source=attestation.as_posix())
    packages = _packages(paths or (), settings.output)
    # Only where nobody else says whom to trust do the settings.
    said = trusted or os.environ.get(TRUST_VARIABLE)
    settled = () if said else trust(settings, packages).trusted
    keys = trusted_keys(trusted or (), os.environ, settled)
    found = verified(envelopes, packages, keys=keys, required=gates, modes=os.name != "nt")
    text = verification_json(found) if json_output else verification_text(found)
    sys.stdout.write(text + "\n")
    return 0 if found.valid else 1


def _packages(paths: Sequence[Path], output: str) -> tuple[Package, ...]:
    """Return what the user named; also a folder that holds no agent any more.

    Raises:
        InputError: There is no such folder.
    """
    from waooaw_cli.factory.targets import packages_at
    from waooaw_cli.gates.gate import Package

    if not paths:
        return packages_at((), folder=Path.cwd(), output=output)
    found: dict[Path, Package] = {}
    for path in paths:
        try:
            named = packages_at((path,), folder=Path.cwd(), output=output)
        except InputError:
            if not path.is_dir():
                raise
            # Its agent.yaml may be the file that is gone, which is to be said.
            named = (Package(path.resolve(), path.as_posix()),)
        for package in named:
            found.setdefault(package.root, package)
    return tuple(found.values())


def _content(path: Path) -> bytes:
    from waooaw_cli.factory.envelopes import MOST_BYTES

    name = path.as_posix()
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"{name}: no such file", hint="waooaw gate --attest writes one") from None
    except IsADirectoryError:
        raise InputError(f"{name}: is a folder, not a file", hint="name the file in it") from None
    except OSError as error:
        raise EnvironmentFault(f"{name}: could not be read: {error.strerror}") from error
