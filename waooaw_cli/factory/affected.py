"""Which agents a change concerns: by their own files, or by what all of them follow."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from waooaw_cli.gates.gate import Package

__all__ = ["Affected", "Difference", "affected"]

_POLICIES = "vision"
_RECIPES = "recipes"
_YAML = frozenset({".yaml", ".yml"})
_SETTINGS = "waooaw.toml"
_PROJECT = "pyproject.toml"
# Written by copier, one key a line; YAML in general is not needed, nor its 30 ms.
_ANSWERS = ".copier-answers.yml"
_ANSWER = re.compile(r"^(recipe|_src_path):[ \t]+[\"']?([^\"'\s]+)[\"']?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold what differs in one repository, as git tells it.

    Attributes:
        top: The repository's folder; absolute, without links.
        changed: Files that were edited, made or removed, relative to *top*; None where git has
            nothing to compare with, so that all counts as changed.
        known: The specifications of agents that git follows or would follow, relative to *top*.
        before: Returns the text that a file had, None where there was none.
    """

    top: Path
    changed: frozenset[PurePosixPath] | None
    known: frozenset[PurePosixPath]
    before: Callable[[PurePosixPath], str | None]


@dataclass(frozen=True, slots=True)
class Affected:
    """Hold the agents that a change concerns.

    Attributes:
        packages: In the order in which they were named.
        reasons: For people, one line each: an agent and why, or what concerns them all.
    """

    packages: tuple[Package, ...]
    reasons: tuple[str, ...]


def affected(
    packages: Sequence[Package],
    differences: Sequence[Difference],
    *,
    folder: Path,
    shared: Sequence[Path] = (),
) -> Affected:
    """Return which of *packages* are concerned, and why.

    An agent is, when one of its files changed, when git ignores it, and when the recipe that it
    follows changed and stands in the same repository. All are, when the settings of waooaw changed;
    all of a repository, when one of its policies did (`vision/*.yaml`).

    Args:
        packages: Each in one of the repositories of *differences*.
        differences: One for each repository.
        folder: The current folder, whose settings hold; absolute.
        shared: Other files that every verdict depends on, such as a baseline.
    """
    ordered = sorted(differences, key=lambda one: len(one.top.parts), reverse=True)
    for difference in ordered:
        for path in sorted(difference.changed or ()):
            if _is_settings(difference, path, folder) or difference.top / path in shared:
                return Affected(tuple(packages), (f"all: {path} changed",))
    found: set[Package] = set()
    reasons: list[str] = []
    for difference in ordered:
        here = [one for one in packages if _home(one, ordered) is difference]
        if policy := _policy(difference, folder, here):
            found.update(here)
            which = "all" if len(ordered) == 1 else f"all in {difference.top.name}"
            reasons.append(f"{which}: {policy} changed")
            continue
        for package, why in _reasons(difference, here):
            found.add(package)
            reasons.append(f"{package.shown}: {why}")
    return Affected(tuple(one for one in packages if one in found), tuple(reasons))


def _home(package: Package, differences: Sequence[Difference]) -> Difference:
    """Return the innermost repository of *package*; they come with the deepest first."""
    return next(one for one in differences if package.root.is_relative_to(one.top))


def _is_settings(difference: Difference, path: PurePosixPath, folder: Path) -> bool:
    """Tell whether *path* may hold settings that are in force in *folder*, and they changed."""
    if path.name not in {_SETTINGS, _PROJECT}:
        return False
    file = difference.top / path
    if not folder.resolve().is_relative_to(file.parent):
        return False
    if path.name == _SETTINGS:
        return True
    try:
        now = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        now = ""
    return _table(now) != _table(difference.before(path) or "")


def _table(text: str) -> object:
    """Return `[tool.waooaw]`; what can't be read is like nothing else."""
    try:
        tool = tomllib.loads(text).get("tool")
    except (tomllib.TOMLDecodeError, RecursionError):
        return object()
    return tool.get("waooaw") if isinstance(tool, dict) else None


def _reasons(difference: Difference, packages: Sequence[Package]) -> Iterator[tuple[Package, str]]:
    if difference.changed is None:
        yield from ((package, "git has nothing to compare it with") for package in packages)
        return
    counts = Counter(folder for path in difference.changed for folder in path.parents)
    for package in packages:
        place = PurePosixPath(package.root.relative_to(difference.top).as_posix())
        if place / package.specification.name not in difference.known:
            yield package, "git ignores it"
        elif count := counts[place]:
            yield package, f"{count} file{'s' if count > 1 else ''} changed"
        elif followed := _followed(difference, package, counts):
            yield package, f"its recipe {followed} changed"


def _policy(
    difference: Difference, folder: Path, packages: Sequence[Package]
) -> PurePosixPath | None:
    """Return a policy that changed: in the current folder, or above one of *packages*."""
    above = {folder.resolve(), difference.top}
    above |= {place for package in packages for place in package.root.parents}
    homes = {place / _POLICIES for place in above}
    for path in sorted(difference.changed or ()):
        if path.suffix in _YAML and homes.intersection((difference.top / path).parents):
            return path
    return None


def _followed(
    difference: Difference,
    package: Package,
    counts: Counter[PurePosixPath],
) -> str | None:
    """Return the name of the recipe that *package* follows, where that changed."""
    try:
        text = (package.root / _ANSWERS).read_text(encoding="utf-8", errors="replace")
    except OSError:  # it follows none
        return None
    answers: dict[str, str] = dict(_ANSWER.findall(text))
    name = answers.get("recipe", "")
    bundle = PurePosixPath(_RECIPES, f"{name}.bundle")
    if name and (counts[PurePosixPath(_RECIPES, name)] or bundle in (difference.changed or ())):
        return name
    source = answers.get("_src_path", "")
    if not source or ":" in source:  # an address, no folder; on Windows, a folder elsewhere
        return None
    place = (package.root / source).resolve()
    if place.is_relative_to(difference.top) and place != difference.top:
        inside = PurePosixPath(place.relative_to(difference.top).as_posix())
        return inside.as_posix() if counts[inside] else None
    return None
