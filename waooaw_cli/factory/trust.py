"""The table `attestation` of the settings: which key signs, and which keys are trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from waooaw.errors import InputError, shown
from waooaw_cli.gates.gate import Package
from waooaw_cli.settings import Settings

__all__ = ["Trust", "trust"]

_TABLE = "attestation"
_KNOWN = ("key", "trusted")


@dataclass(frozen=True, slots=True)
class Trust:
    """Hold what the settings say of keys.

    Attributes:
        key: Where the signing key is; None where the settings don't say.
        trusted: Public keys, or files that hold one.
    """

    key: str | None = None
    trusted: tuple[str, ...] = ()


def trust(settings: Settings, packages: Sequence[Package] = ()) -> Trust:
    """Read the table.

    Args:
        settings: The settings in force.
        packages: Those that are about to be verified.

    Raises:
        InputError: The table holds something else, or stands in one of *packages*: who may vouch
            for a package is not the package's to say.
    """
    table = settings.tables.get(_TABLE)
    if table is None or settings.file is None:
        return Trust()
    place = f"{settings.file}: {_TABLE}"
    if not isinstance(table, Mapping):
        raise InputError(f"{place} is no table", hint=f"write [{_TABLE}] and below it key = ...")
    for name in table:
        if name not in _KNOWN:
            raise InputError(f"{place}.{name} is no setting", hint=f"known: {', '.join(_KNOWN)}")
    key, trusted = table.get("key"), table.get("trusted", [])
    if key is not None and not isinstance(key, str):
        raise InputError(f"{place}.key = {shown(key)} is no text", hint='as in key = "ci.key"')
    if not isinstance(trusted, list) or not all(isinstance(one, str) for one in trusted):
        raise InputError(
            f"{place}.trusted = {shown(trusted)} is no list of texts",
            hint='as in trusted = ["ci.key.pub"]',
        )
    folder = settings.file.parent
    for package in packages:
        if trusted and folder.resolve().is_relative_to(package.root.resolve()):
            raise InputError(
                f"{place}.trusted stands in {package.shown}, which is to be verified",
                hint="name the key with --key, or in settings outside the package",
            )
    return Trust(_beside(key, folder), tuple(str(_beside(one, folder)) for one in trusted))


def _beside(source: str | None, folder: Path) -> str | None:
    """Return *source*, and where it is a file, its path from the settings file on."""
    if source is None or ":" in source.partition("/")[0]:
        return source
    beside = folder / source
    return str(beside) if beside.is_file() else source
