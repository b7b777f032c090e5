"""The table `dependencies` of the settings: what a gate asks of what an agent depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from waooaw.errors import InputError, shown
from waooaw_cli.gates.advisory_database import advisories_state

__all__ = [
    "ALLOWED_LICENCES",
    "DependencySettings",
    "OnMissing",
    "dependency_settings",
    "dependency_state",
]

#: Licences that ask for no more than their text and the names of the authors, and MPL-2.0, which
#: asks for the changes to its own files only: nearly every agent that talks to a server carries it
#: (certifi). Of none of them an agent's own code has to be given away.
ALLOWED_LICENCES = (
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CNRI-Python",
    "HPND",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "NCSA",
    "PostgreSQL",
    "PSF-2.0",
    "Python-2.0",
    "Python-2.0.1",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
    "ZPL-2.1",
)
#: A job that imports every week may fail once without stopping everybody, and not twice.
_MAX_AGE = timedelta(days=14)
_OFF = frozenset({"", "0", "false", "no"})


class OnMissing(StrEnum):
    """Say what happens where there is no database of advisories that can be relied on."""

    FAIL = "fail"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class DependencySettings:
    """Hold what is asked of dependencies.

    Attributes:
        on_missing: What a missing, damaged or old database of advisories means.
        max_age: How old what it knows may be.
        licences: The SPDX ids that a dependency's licence may have.
        exceptions: Distribution (normalised) to the licence that is accepted for it alone.
        runtime: Whether what waooaw itself brings is judged with every agent too.
    """

    on_missing: OnMissing = OnMissing.WARN
    max_age: timedelta = _MAX_AGE
    licences: tuple[str, ...] = ALLOWED_LICENCES
    exceptions: Mapping[str, str] = field(default_factory=dict)
    runtime: bool = False


def dependency_settings(
    table: object, env: Mapping[str, str], *, source: str
) -> DependencySettings:
    """Return what the table says, and the defaults where it says nothing.

    Args:
        table: The table as TOML has it; None where there is none.
        env: The environment: where `CI` is set, a missing database fails by default.
        source: The file that the table stands in, for messages.

    Raises:
        InputError: A key is unknown or a value wrong; the message names file, key and value.
    """
    if table is None:
        table = {}
    place = f"{source}: dependencies"
    if not isinstance(table, Mapping):
        raise InputError(f"{place} is no table", hint="such as [dependencies] max_age_days = 14")
    known = ("on_missing", "max_age_days", "licences", "exceptions", "runtime")
    for key in table:
        if key not in known:
            raise InputError(
                f"{place}: there is no key {shown(key)}", hint=f"known: {', '.join(known)}"
            )
    in_ci = env.get("CI", "").strip().lower() not in _OFF
    return DependencySettings(
        on_missing=_on_missing(table.get("on_missing"), place, in_ci=in_ci),
        max_age=_max_age(table.get("max_age_days"), place),
        licences=_licences(table.get("licences"), place),
        exceptions=_exceptions(table.get("exceptions"), place),
        runtime=_flag(table.get("runtime"), place),
    )


def dependency_state(table: object, folder: Path, env: Mapping[str, str], *, now: datetime) -> str:
    """Return what a verdict on dependencies rests on beside the package and the settings' text.

    The database in force, whether it is too old today, and what `CI` makes of that. Reads one small
    file, imports nothing that costs time, and never fails.

    Args:
        table: The table `dependencies` as TOML has it; None where there is none.
        folder: Where the database is kept.
        env: The environment.
        now: The day.
    """
    try:
        settings = dependency_settings(table, env, source="")
    except InputError:  # told by who reads the settings in earnest
        settings = DependencySettings()
    state = advisories_state(folder, now=now, max_age=settings.max_age)
    return f"{settings.on_missing.value} {state}"


def _on_missing(value: object, place: str, *, in_ci: bool) -> OnMissing:
    if value is None:
        return OnMissing.FAIL if in_ci else OnMissing.WARN
    if value not in list(OnMissing):
        raise InputError(f"{place}: on_missing = {shown(value)}", hint='write "fail" or "warn"')
    return OnMissing(str(value))


def _max_age(value: object, place: str) -> timedelta:
    if value is None:
        return _MAX_AGE
    if type(value) is not int or not 0 < value <= 10_000:  # noqa: PLR2004 - 27 years
        raise InputError(
            f"{place}: max_age_days = {shown(value)}", hint="write a whole number of days from 1"
        )
    return timedelta(days=value)


def _licences(value: object, place: str) -> tuple[str, ...]:
    if value is None:
        return ALLOWED_LICENCES
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{place}: licences is no list of texts", hint='such as ["MIT", "ISC"]')
    return tuple(_expression(one, f"{place}: licences") for one in value)


def _exceptions(value: object, place: str) -> dict[str, str]:
    if value is None:
        return {}
    from packaging.utils import canonicalize_name

    if not isinstance(value, Mapping):
        raise InputError(
            f"{place}: exceptions is no table", hint='such as { psycopg = "LGPL-3.0-only" }'
        )
    found: dict[str, str] = {}
    for name, licence in value.items():
        if not isinstance(licence, str):
            raise InputError(
                f"{place}.exceptions: {name} = {shown(licence)}",
                hint="write the licence that you accept, as an SPDX expression",
            )
        found[canonicalize_name(name)] = _expression(licence, f"{place}.exceptions: {name}")
    return found


def _expression(text: str, place: str) -> str:
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression as error:
        raise InputError(
            f"{place}: {shown(text)} is no SPDX licence",
            hint="see https://spdx.org/licenses, such as MIT; one of your own: LicenseRef-House",
        ) from error


def _flag(value: object, place: str) -> bool:
    if value is None:
        return False
    if not isinstance(value, bool):
        raise InputError(f"{place}: runtime = {shown(value)}", hint="write true or false")
    return value
