"""Which agents a run is about: the named, the changed, and those in this job's part of a fleet."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from waooaw.errors import InputError, shown
from waooaw_cli.commands.asked import Asked
from waooaw_cli.factory.targets import packages_at
from waooaw_cli.gates.gate import Package
from waooaw_cli.settings import Settings

if TYPE_CHECKING:
    from waooaw_cli.adapters.process import Processes

__all__ = ["Fleet", "fleet_for"]

_MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Fleet:
    """Hold the packages of a run.

    Attributes:
        packages: Those that the report names; none where this shard has none.
        unchanged: Whether all of them are as they were, so that no gate is to run.
    """

    packages: tuple[Package, ...]
    unchanged: bool = False


def fleet_for(asked: Asked, settings: Settings, processes: Processes) -> Fleet:
    """Return what is to be judged, and tell on stderr what was left out and why.

    Raises:
        InputError: A path, a reference, a shard or the file of durations is wrong.
        ToolFault: Git is missing or gave up.
    """
    folder = Path.cwd()
    packages = packages_at(asked.paths, folder=folder, output=settings.output)
    lines: Sequence[str] = ()
    if asked.changed_since is not None:
        changed, lines = _changed(packages, asked.changed_since, asked, settings, processes)
        if not changed and asked.shard is None:
            _tell(lines, quiet=asked.quiet)
            return Fleet(packages, unchanged=True)
        packages = changed
    if asked.shard is not None:
        packages, line = _part(packages, asked.shard, asked, folder)
        lines = (*lines, line)
    elif asked.durations is not None:
        raise InputError(
            f"--durations {shown(asked.durations.as_posix())} needs --shard",
            hint="durations balance the jobs of a matrix: --shard 1/4 --durations gates.json",
        )
    _tell(lines, quiet=asked.quiet)
    return Fleet(packages)


def _changed(
    packages: Sequence[Package],
    reference: str,
    asked: Asked,
    settings: Settings,
    processes: Processes,
) -> tuple[tuple[Package, ...], Sequence[str]]:
    from waooaw_cli.adapters.changes import Changes
    from waooaw_cli.factory.affected import affected

    differences = Changes(processes, reference).of([package.root for package in packages])
    shared = [file.resolve() for file in (asked.baseline or settings.baseline,) if file]
    found = affected(packages, differences, folder=Path.cwd(), shared=shared)
    head = f"changed since {shown(reference)}: {len(found.packages)} of {_agents(len(packages))}"
    reasons = found.reasons[:_MOST_REASONS]
    left = len(found.reasons) - len(reasons)
    return found.packages, (head, *reasons, *([f"and {left} more"] if left else []))


def _part(
    packages: Sequence[Package], text: str, asked: Asked, folder: Path
) -> tuple[tuple[Package, ...], str]:
    from waooaw_cli.factory.shards import read_durations, read_shard, split

    shard = read_shard(text)
    durations = None
    if asked.durations is not None:
        durations = read_durations(asked.durations, folder=folder)
    part = split(packages, shard, folder=folder, durations=durations)
    if not part.packages:
        return (), f"shard {shard} has no agent: {_agents(part.of)} in all"
    have = f"{len(part.packages)} of {_agents(part.of)}"
    # Jobs that show another split here did not see the same fleet: agents may be left out.
    return part.packages, f"shard {shard}: {have}, split {part.digest}"


def _agents(count: int) -> str:
    return f"{count} agent{'' if count == 1 else 's'}"


def _tell(lines: Sequence[str], *, quiet: bool) -> None:
    if not quiet:
        from waooaw_cli.render.foreign import visible

        sys.stderr.writelines(f"{visible(line)}\n" for line in lines)
