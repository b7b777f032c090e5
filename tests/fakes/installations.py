"""What is installed for a package, made up: the ports of the look at dependencies."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from waooaw.errors import InputError
from waooaw_cli.gates.dependency_ports import Distribution
from waooaw_cli.gates.ports import ToolFault

__all__ = ["FakeEnvironments", "FakeInventory", "installed"]


def installed(
    name: str, version: str = "1", *requires: str, licence: str = "MIT", **more: object
) -> Distribution:
    """Return a distribution; *more* are further fields."""
    return Distribution(name, version, requires, licence, **more)  # type: ignore[arg-type]


class FakeEnvironments:
    """Name an interpreter, or say why there is none."""

    def __init__(self, fault: ToolFault | InputError | None = None) -> None:
        self._fault = fault

    def python(self, root: Path) -> Path:
        if self._fault is not None:
            raise self._fault
        return root / "bin" / "python"


class FakeInventory:
    """Find what was put in."""

    def __init__(self, distributions: Iterable[Distribution] = ()) -> None:
        self._known = {one.name: one for one in distributions}

    def find(self, python: Path, name: str) -> Distribution | None:
        assert python.name == "python"
        return self._known.get(name)
