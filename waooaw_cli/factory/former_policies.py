"""The policies that judge a change: those that hold now, and those that it took away."""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from waooaw.errors import InputError
from waooaw.vision.policy_folder import FOLDER
from waooaw_cli.factory.changed import Change, Objects
from waooaw_cli.gates.policies import layers_for
from waooaw_cli.gates.versions import judged

if TYPE_CHECKING:
    from waooaw.vision import Layers, Rule
    from waooaw_cli.factory.review import Judge

__all__ = ["Policies"]

_YAML = frozenset({".yaml", ".yml"})
_LARGEST_BYTES = 1_000_001
_FILE = "100"


class Policies:
    """Say what judges an agent in a folder of a repository.

    A rule that the change itself removes or relaxes judges it for the last time: who violates a
    policy can't pass by deleting it in the same change.

    Args:
        change: What differs.
        objects: Where policies of the base come from.
        folder: The current folder.
        today: The day on which policies judge.
    """

    def __init__(self, change: Change, objects: Objects, *, folder: Path, today: date) -> None:
        self._change = change
        self._objects = objects
        self._folder = folder
        self._today = today
        self._known: dict[PurePosixPath, tuple[Layers, ...]] = {}

    def judge(self, root: PurePosixPath) -> Judge:
        """Return what judges each version of the agent in *root*."""
        return functools.partial(judged, layers=self._layers(root))

    def rules_on_changes(self, root: PurePosixPath) -> tuple[Rule, ...]:
        """Return the policies' rules on what changes of it; one in two forms judges in both."""
        from waooaw.vision import Subject

        return tuple(
            dict.fromkeys(rule for one in self._layers(root) for rule in one.added(Subject.CHANGE))
        )

    def _layers(self, root: PurePosixPath) -> tuple[Layers, ...]:
        if root not in self._known:
            now = layers_for(self._change.top / root, self._folder, self._today)
            former = _former(self._change, self._objects, root, self._today)
            self._known[root] = (now,) if former is None else (now, former)
        return self._known[root]


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
