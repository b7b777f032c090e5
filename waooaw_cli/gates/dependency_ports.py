"""What the look at dependencies asks of the outside world. The adapters answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from waooaw_cli.gates.advisories import Advisory
from waooaw_cli.gates.advisory_database import Database

__all__ = ["Advisories", "Distribution", "Inventory"]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Hold what an installed distribution says of itself.

    Attributes:
        name: Normalised (PEP 503).
        requires: Its requirements as PEP 508 has them, markers included.
        expression: The field `License-Expression`; empty where it is missing.
        licence: The field `License`; empty where it is missing.
    """

    name: str
    version: str
    requires: tuple[str, ...] = ()
    expression: str = ""
    licence: str = ""
    classifiers: tuple[str, ...] = ()


class Inventory(Protocol):
    """Know what is installed where an interpreter imports from."""

    def find(self, python: Path, name: str) -> Distribution | None:
        """Return the distribution *name* (normalised) that *python* would import; None for none."""
        ...


class Advisories(Protocol):
    """Know which versions are known to be vulnerable."""

    def database(self) -> Database | None:
        """Return what is in force; None where nothing was imported.

        Raises:
            ValueError: It can't be used; the message says why.
        """
        ...

    def about(self, names: Iterable[str]) -> Mapping[str, tuple[Advisory, ...]]:
        """Return what is known of each of *names* (normalised).

        Raises:
            ValueError: There is no database, or it can't be read.
        """
        ...
