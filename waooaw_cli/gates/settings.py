"""What a package's own `pyproject.toml` says to its gates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waooaw.errors import InputError, shown

__all__ = ["LOWEST_COVERAGE", "PackageSettings", "package_settings"]

#: Percent of lines and branches together that every package's tests run at least.
LOWEST_COVERAGE = 80.0
_EVENTS_PER_MONTH = 10_000


@dataclass(frozen=True, slots=True)
class PackageSettings:
    """Hold what a package may say about itself.

    Attributes:
        project: The distribution's name; None where the file does not say.
        version: The distribution's version; None where it is worked out when the wheel is built.
        coverage: The bar for its tests, in percent; never below `LOWEST_COVERAGE`.
        events_per_month: The rate at which its cost is projected.
    """

    project: str | None = None
    version: str | None = None
    coverage: float = LOWEST_COVERAGE
    events_per_month: int = _EVENTS_PER_MONTH


def package_settings(root: Path) -> PackageSettings:
    """Return what the `pyproject.toml` in *root* says; the defaults where there is none.

    Raises:
        InputError: It can't be read, or holds something else than a number where one belongs.
    """
    path = root / "pyproject.toml"
    try:
        if path.exists() and not path.is_file():  # a pipe would let us wait for ever
            raise InputError("pyproject.toml can't be read: it is no file")
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return PackageSettings()
    except OSError as error:
        raise InputError(f"pyproject.toml can't be read: {error.strerror}") from error
    except RecursionError as error:
        raise InputError("pyproject.toml can't be read: it is nested too deeply") from error
    except ValueError as error:  # both UnicodeDecodeError and TOMLDecodeError are
        raise InputError(f"pyproject.toml can't be read: {_first_line(error)}") from error
    own = _table(data, "tool", "waooaw")
    report = _table(data, "tool", "coverage", "report")
    bars = (
        _number(own, "coverage", "tool.waooaw", LOWEST_COVERAGE, highest=100),
        _number(report, "fail_under", "tool.coverage.report", LOWEST_COVERAGE, highest=100),
    )
    project = _table(data, "project")
    name, version = project.get("name"), project.get("version")
    return PackageSettings(
        project=name if isinstance(name, str) else None,
        version=version if isinstance(version, str) else None,
        coverage=max(LOWEST_COVERAGE, *bars),
        events_per_month=int(
            _number(own, "events_per_month", "tool.waooaw", _EVENTS_PER_MONTH, highest=10**12)
        ),
    )


def _first_line(error: ValueError) -> str:
    return str(error).partition("\n")[0]


def _table(data: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Return a table of the file, empty where it is missing or something else stands there."""
    found: Any = data  # `Any`: TOML is what a person wrote
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _number(
    table: Mapping[str, Any], field: str, place: str, default: float, *, highest: float
) -> float:
    value = table.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
        raise InputError(
            f"pyproject.toml: {place}.{field} is {shown(value)}",
            hint=f"write a number from 0 to {highest:g}",
        )
    return float(value)
