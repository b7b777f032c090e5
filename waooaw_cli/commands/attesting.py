"""Sign what the gates found, for `waooaw gate --attest`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from waooaw.errors import InputError
from waooaw_cli.gates.report import Report, Verdict

if TYPE_CHECKING:
    from waooaw_cli.factory.attestation import Signer
    from waooaw_cli.factory.trees import Tree
    from waooaw_cli.gates.gate import Package
    from waooaw_cli.settings import Settings

__all__ = ["Attesting", "attesting"]


@dataclass(frozen=True, slots=True)
class Attesting:
    """Hold what is known before the gates run: where to write, whose word, which bytes."""

    file: Path
    signer: Signer
    packages: tuple[Package, ...]
    before: Mapping[Path, Tree]

    def deliver(self, report: Report) -> bool:
        """Write the statements, or say on stderr why there are none; return whether all is well.

        Not raised: with --json the error would stand on stdout behind the report.
        """
        from waooaw.errors import WaooawError
        from waooaw.vision import core_digest
        from waooaw_cli.adapters.delivery import deliver
        from waooaw_cli.factory.attestation import attestation
        from waooaw_cli.render.errors import error_lines

        if report.verdict is not Verdict.PASS:
            sys.stderr.write(
                f"nothing is signed: the verdict is {report.verdict.value}, not pass;"
                f" {self.file.as_posix()} is left as it was\n"
            )
            return True
        try:
            text = attestation(
                report, self.packages, self.before, signer=self.signer, core=core_digest()
            )
            deliver(self.file, text)
        except WaooawError as error:
            sys.stderr.write(error_lines(error) + "\n")
            return False
        return True


def attesting(
    file: Path | None, key: str | None, settings: Settings, packages: Sequence[Package]
) -> Attesting | None:
    """Read the key and what the packages hold, before minutes are spent on gates.

    Returns:
        None where nothing is to be signed.

    Raises:
        InputError: There is no key, or no place for the file.
        EnvironmentFault: A package or the keyring is missing.
    """
    if file is None:
        if key is not None:
            raise InputError("--key signs nothing by itself", hint="--attest FILE says where to")
        return None
    from waooaw_cli.adapters.keys import exposed, read_private, signing_source
    from waooaw_cli.factory.attestation import trees_of
    from waooaw_cli.factory.trust import trust

    _place(file, packages)
    source = signing_source(key, os.environ, trust(settings).key)
    signer = read_private(source, os.environ)
    if exposed(source):
        sys.stderr.write(f"others can read the key {source}: chmod 600 mends that\n")
    return Attesting(file, signer, tuple(packages), trees_of(packages))


def _place(file: Path, packages: Sequence[Package]) -> None:
    name = f"--attest {file.as_posix()}"
    if file.is_dir() or not file.parent.is_dir():
        raise InputError(
            f"{name}: no file can be written there", hint="name a file in a folder that exists"
        )
    for package in packages:
        if file.resolve().is_relative_to(package.root.resolve()):
            raise InputError(
                f"{name}: lies in {package.shown}, which would no longer be what was signed",
                hint="name a file outside of the package, such as ../gates.intoto.jsonl",
            )
