"""The policies that judge a change: those that hold now, and those that it took away."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from waooaw.errors import InputError
from waooaw_cli.factory.changed import Change, Objects
from waooaw_cli.gates.policies import FOLDER, layers_for
from waooaw_cli.gates.versions import judged

if TYPE_CHECKING:
    from waooaw.vision import Layers
    from waooaw_cli.factory.review import Judge

__all__ = ["judges_by_policies"]

_YAML = frozenset({".yaml", ".yml"})
_LARGEST_BYTES = 1_000_001
_FILE = "100"


def judges_by_policies(
    change: Change, objects: Objects, *, folder: Path, today: date
) -> Callable[[PurePosixPath], Judge]:
    """Return what judges an agent in a folder of the repository.

    A rule that the change itself removes or relaxes judges it for the last time: who violates a
    policy can't pass by deleting it in the same change.

    Args:
        change: What differs.
        objects: Where policies of the base come from.
        folder: The current folder.
        today: The day on which policies judge.
    """

    @functools.cache
    def judge(root: PurePosixPath) -> Judge:
        layers = [layers_for(change.top / root, folder, today)]
        former = _former(change, objects, root, today)
        return functools.partial(judged, layers=[*layers, *([former] if former else [])])

    return judge


def _former(change: Change, objects: Objects, root: PurePosixPath, today: date) -> Layers | None:
    """Return the policies of the base, where one of them is another now."""
    from waooaw.vision import layers_of

    homes = {place / FOLDER for place in (root, *root.parents)}
    files = {
        path: blob
        for path, blob in sorted(change.former.items())
        if path.parent in homes and path.suffix in _YAML and blob.mode.startswith(_FILE)
    }
    if change.changed.isdisjoint(files):
        return None
    small = {path: one for path, one in files.items() if one.size < _LARGEST_BYTES}
    read = objects.contents(change, [one.name for one in small.values()])
    try:
        return layers_of([(str(path), read[one.name]) for path, one in small.items()], today)
    except InputError:
        return None  # it judged nothing before either
