"""What is installed where an interpreter imports from, by the metadata that installers leave."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from waooaw_cli.adapters.environments import import_folders
from waooaw_cli.gates.dependency_ports import Distribution
from waooaw_cli.gates.needs import normal_name

__all__ = ["Installations"]

_MOST_TEXT = 10_000


class Installations:
    """Answer the port `Inventory`. What was read once is not read again."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, str], Distribution | None] = {}
        self._folders: dict[Path, list[str]] = {}

    def find(self, python: Path, name: str) -> Distribution | None:
        """Return the distribution *name* (normalised) that *python* would import; None for none."""
        key = (python, name)
        if key not in self._known:
            if python not in self._folders:
                own = Path(sys.executable) == python
                self._folders[python] = list(sys.path if own else import_folders(python))
            self._known[key] = _found(name, self._folders[python])
        return self._known[key]


def _found(name: str, folders: list[str]) -> Distribution | None:
    from importlib.metadata import DistributionFinder, MetadataPathFinder

    context = DistributionFinder.Context(name=name, path=folders)
    for found in MetadataPathFinder.find_distributions(context):
        metadata = found.metadata
        version = _one(metadata.get_all("Version"))
        if normal_name(_one(metadata.get_all("Name"))) != name or not version:
            continue  # a folder that only looks like one, or what a broken install left
        return Distribution(
            name,
            version,
            tuple(found.requires or ()),
            _one(metadata.get_all("License-Expression")),
            _one(metadata.get_all("License")),
            tuple(metadata.get_all("Classifier") or ()),
        )
    return None


def _one(values: Iterable[str] | None) -> str:
    for value in values or ():
        text = str(value)[:_MOST_TEXT].strip()
        # What setuptools wrote where nobody said anything.
        if not re.fullmatch(r"(?i)unknown|none|", text):
            return text
    return ""
