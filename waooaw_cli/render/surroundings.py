"""What a report can't say of itself: where it was made, and what earlier runs said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

from waooaw_cli.factory.history import PastRun

__all__ = ["NOWHERE", "Surroundings", "surroundings"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hold where the run took place and what came before it.

    Attributes:
        folder: Where waooaw ran, absolute, with forward slashes; None where nobody knows.
        repository: The root of the checkout that *folder* stands in, in the same way.
        history: Earlier runs over the same packages, the oldest first.
    """

    folder: PurePosixPath | None = None
    repository: PurePosixPath | None = None
    history: tuple[PastRun, ...] = ()

    def in_repository(self, target: str, inside: str) -> str:
        """Return a file's place from the repository's root.

        What lies outside of it, or of which that is not known, is told as the user named it.

        Args:
            target: The package as the user named it, with forward slashes.
            inside: The file, relative to the package.
        """
        named = _normal(PurePosixPath(target) / inside.lstrip("/"))
        if self.folder is None or self.repository is None:
            return str(named)
        absolute = PureWindowsPath(target).is_absolute()  # a posix path knows no drives
        whole = named if absolute else _normal(self.folder / named)
        if whole.is_relative_to(self.repository):
            return str(whole.relative_to(self.repository))
        return str(named)


NOWHERE = Surroundings()


def surroundings(
    folder: Path, env: Mapping[str, str], history: tuple[PastRun, ...] = ()
) -> Surroundings:
    """Return what is known of a run in *folder*.

    GitHub's runner names the root of its checkout; elsewhere the nearest folder with a `.git` is
    it, or *folder* itself.

    Args:
        folder: The current folder; absolute.
        env: The environment.
        history: Earlier runs.
    """
    workspace = env.get("GITHUB_WORKSPACE")
    if workspace and folder.is_relative_to(workspace):
        root = Path(workspace)
    else:
        above = (folder, *folder.parents)
        root = next((place for place in above if (place / ".git").exists()), folder)
    return Surroundings(_posix(folder), _posix(root), history)


def _posix(path: PurePath) -> PurePosixPath:
    return PurePosixPath(path.as_posix())


def _normal(path: PurePosixPath) -> PurePosixPath:
    """Return *path* without `.` and, as far as names are known, without `..`."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] not in {"..", "/"}:
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts)
