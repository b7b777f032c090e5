"""Make a folder appear whole or not at all, whatever happens on the way.

The work is done in a hidden folder beside the target, since a rename is atomic inside one file
system only. A lock that the operating system frees with its owner tells a live run from what a
killed one left behind; the next run clears the latter.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from waooaw.errors import EnvironmentFault, InputError

__all__ = ["Lock", "Staging", "staged", "target_taken"]

_PREFIX = ".waooaw-"
_LOCK = ".lock"

#: Takes the lock in a file and yields whether it is ours, until the block ends.
Lock: TypeAlias = Callable[[Path], AbstractContextManager[bool]]


class Staging:
    """Hold the place where one target is made, while its lock is ours.

    Attributes:
        target: Where the folder will appear.
        work: Where it is made; it does not exist yet, its parent does.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self._folder = target.with_name(f"{_PREFIX}{target.name}")
        self.work = self._folder / target.name
        self._old = self._folder / "replaced"

    def begin(self) -> None:
        """Clear what a killed run left behind, and make the hidden folder."""
        self.settle()
        self._folder.mkdir()

    def refuse_taken(self) -> None:
        """Refuse early, before any work.

        Raises:
            InputError: Something stands at the target.
        """
        if os.path.lexists(self.target):
            raise target_taken(self.target)

    def place(self, target: Path, *, force: bool = False) -> None:
        """Move the work to *target*; an old folder there is put aside first if *force* is given.

        Raises:
            InputError: Something stands at *target*, and *force* is not given.
        """
        if os.path.lexists(target):
            if not force:
                raise target_taken(target)
            target.rename(self._old)
        try:
            self.work.rename(target)
        except OSError as error:
            if os.path.lexists(target):  # made by somebody else since we looked
                raise target_taken(target) from error
            raise

    def settle(self) -> None:
        """Remove the hidden folder; an old target that lost its place gets it back first."""
        if os.path.lexists(self._old) and not os.path.lexists(self.target):
            self._old.rename(self.target)
        # Whatever can't be removed now is removed by the next run.
        shutil.rmtree(self._folder, ignore_errors=True)


def target_taken(target: Path) -> InputError:
    """Say that something stands where the package would go."""
    return InputError(
        f"{target} exists already", hint="choose another name or --output, or replace it: --force"
    )


@contextmanager
def staged(target: Path, lock: Lock) -> Iterator[Staging]:
    """Yield a place to make *target* in; nothing of it is left when the block ends.

    Args:
        target: The folder to make. Its parent is made too, and removed again if it stays empty.
        lock: Locks a file between processes.

    Raises:
        InputError: The parent is no folder, or another run is making the same target right now.
        EnvironmentFault: The parent can't be written to.
    """
    made = _make_parents(target.parent)
    try:
        _clear_abandoned(target.parent, lock)
        with _locked(target, lock):
            staging = Staging(target)
            try:
                staging.begin()
                yield staging
            finally:
                staging.settle()
    finally:
        for folder in made:
            with suppress(OSError):  # it is not empty: something was made in it
                folder.rmdir()


@contextmanager
def _locked(target: Path, lock: Lock) -> Iterator[None]:
    path = target.with_name(f"{_PREFIX}{target.name}{_LOCK}")
    with lock(path) as ours:
        if not ours:
            raise InputError(
                f"another run is making {target} right now", hint="wait for it, then try again"
            )
        try:
            yield
        finally:
            with suppress(OSError):  # Windows removes no file that is open
                path.unlink()
    if os.name == "nt":
        with suppress(OSError):
            path.unlink()


def _make_parents(parent: Path) -> list[Path]:
    """Make *parent* and return what had to be made, deepest first."""
    made: list[Path] = []
    folder = parent
    while not os.path.lexists(folder):
        made.append(folder)
        folder = folder.parent
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder", hint="choose another --output")
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise EnvironmentFault(
            f"{parent} could not be made: {error.strerror}", hint="choose another --output"
        ) from error
    return made


def _clear_abandoned(parent: Path, lock: Lock) -> None:
    """Remove what killed runs left in *parent*, whatever they were making."""
    names = {
        path.name.removeprefix(_PREFIX).removesuffix(_LOCK) for path in parent.glob(f"{_PREFIX}*")
    }
    for name in sorted(names):
        # Held by a live run: its own to clear.
        with suppress(InputError), _locked(parent / name, lock):
            Staging(parent / name).settle()
