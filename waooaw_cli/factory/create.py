"""Turn a specification into a package: render it beside its place, gate it, then move it there."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Protocol, TypeAlias

from waooaw.documents import Json
from waooaw.errors import InputError
from waooaw.spec import AgentSpec
from waooaw_cli.factory.package_files import render_context
from waooaw_cli.factory.recipes import Recipe
from waooaw_cli.factory.scratch import scratch
from waooaw_cli.factory.staging import Lock, Staging, staged
from waooaw_cli.gates.report import Report, Verdict

__all__ = [
    "Check",
    "Created",
    "Plan",
    "PlannedFile",
    "Rejected",
    "Renderer",
    "create",
    "plan",
]

_NOTHING: Mapping[PurePosixPath, bytes] = MappingProxyType({})

#: Runs the gates on a folder.
Check: TypeAlias = Callable[[Path], Report]


class Renderer(Protocol):
    """Fill a recipe's template."""

    def render(self, tree: Path, context: Mapping[str, Json], target: Path) -> None:
        """Write the package to the folder *target*, which does not exist yet.

        Raises:
            EnvironmentFault: The disk is full, or may not be written to.
            CouldNotDecide: The recipe is broken.
        """
        ...


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """Hold one file of a package that is not written yet.

    Attributes:
        path: Relative to the package's root.
        content: Its bytes.
    """

    path: PurePosixPath
    content: bytes

    @property
    def size_bytes(self) -> int:
        """How large it will be."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold every file that a package would have, by path.

    Attributes:
        target: Where the package would be put.
        files: What would stand there.
        before: What stands at the same paths now; a file that is not there is left out.
    """

    target: Path
    files: tuple[PlannedFile, ...]
    before: Mapping[PurePosixPath, bytes]


@dataclass(frozen=True, slots=True)
class Created:
    """Say that the package is in place.

    Attributes:
        path: The package's root.
        files: Every file in it, by path, relative to the root.
        report: What the gates said; None where they were not asked.
    """

    path: Path
    files: tuple[PurePosixPath, ...]
    report: Report | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Say that the gates did not let the package pass, so that it is not in place.

    Attributes:
        path: Where it would have been put.
        report: What the gates said.
        kept: Where it was kept for a look; None where nobody asked for that.
    """

    path: Path
    report: Report
    kept: Path | None


def plan(spec: AgentSpec, recipe: Recipe, *, output: Path, renderer: Renderer) -> Plan:
    """Return what `create` would write; nothing is written outside the system's temporary folder.

    Raises:
        InputError: The specification does not fit into a package.
        EnvironmentFault, CouldNotDecide: Rendering failed.
    """
    target = output.resolve() / spec.name
    context = render_context(spec)
    with scratch("plan") as folder:
        package = folder / spec.name
        renderer.render(recipe.tree, context, package)
        files = tuple(
            PlannedFile(path, (package / path).read_bytes()) for path in _files_in(package)
        )
    before = {
        file.path: (target / file.path).read_bytes()
        for file in files
        if (target / file.path).is_file()
    }
    return Plan(target, files, before)


def create(  # noqa: PLR0913 - one parameter for each thing that a package may differ in
    spec: AgentSpec,
    recipe: Recipe,
    *,
    output: Path,
    renderer: Renderer,
    lock: Lock,
    check: Check | None = None,
    own: Mapping[PurePosixPath, bytes] = _NOTHING,
    force: bool = False,
    keep_failed: bool = False,
) -> Created | Rejected:
    """Make the package `output/NAME`; it appears whole, once its gates passed, or not at all.

    Args:
        spec: What to make.
        recipe: From which template.
        output: The folder to put the package in; made when missing.
        renderer: Fills the template.
        lock: Locks a file between processes.
        check: Runs the gates on the rendered package; None to put it in place unseen.
        own: Files that the recipe leaves to the developer, written already; by their paths in the
            package, in place of the template's.
        force: Replace what stands at the target. It stays as it was if anything fails.
        keep_failed: Keep a package that failed as `output/NAME.failed`.

    Raises:
        InputError: The target exists and *force* is not given, *output* is no folder, another
            run is making the same package, or a file of *own* is not the developer's.
        EnvironmentFault, CouldNotDecide: Rendering or a gate failed.
    """
    _refuse_foreign(own, recipe)
    target = output.resolve() / spec.name
    context = render_context(spec)
    with staged(target, lock) as staging:
        if not force:
            staging.refuse_taken()
        renderer.render(recipe.tree, context, staging.work)
        for path, content in own.items():
            (staging.work / path).write_bytes(content)
        _allow_as_usual(staging.work)
        files = _files_in(staging.work)
        report = None
        if check is not None:
            report = check(staging.work)
            _drop_leftovers(staging.work, files)
            if report.verdict not in {Verdict.PASS, Verdict.SKIPPED}:
                return Rejected(target, report, _kept(staging) if keep_failed else None)
        staging.place(target, force=force)
        return Created(target, files, report)


def _refuse_foreign(own: Mapping[PurePosixPath, bytes], recipe: Recipe) -> None:
    for path in own:
        if ".." in path.parts or not recipe.leaves(path):
            theirs = ", ".join(recipe.owned_by_developer)
            raise InputError(
                f"{path}: the recipe {recipe.name} does not leave that file to the developer",
                hint=f"it leaves {theirs or 'none'}",
            )


def _kept(staging: Staging) -> Path:
    """Put the package aside for a look, under a name that nothing has."""
    kept = staging.target.with_name(f"{staging.target.name}.failed")
    number = 1
    while os.path.lexists(kept):
        number += 1
        kept = staging.target.with_name(f"{staging.target.name}.failed-{number}")
    staging.place(kept)
    return kept


def _files_in(package: Path) -> tuple[PurePosixPath, ...]:
    return tuple(
        sorted(
            PurePosixPath(path.relative_to(package).as_posix())
            for path in package.rglob("*")
            if not path.is_dir()
        )
    )


def _drop_leftovers(package: Path, files: tuple[PurePosixPath, ...]) -> None:
    """Remove what the gates' tools left in the package, caches and bytecode."""
    wanted = {package / path for path in files}
    # Deepest first, so that a folder is empty when its turn comes.
    for path in sorted(package.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path in file.parents for file in wanted):
                path.rmdir()
        elif path not in wanted:
            path.unlink()


def _allow_as_usual(package: Path) -> None:
    """Give each file the permissions that a new file has here; the template's are another's."""
    probe = package.with_name("permissions")
    probe.touch()
    usual = stat.S_IMODE(probe.stat().st_mode)
    probe.unlink()
    for path in _files_in(package):
        (package / path).chmod(usual)
