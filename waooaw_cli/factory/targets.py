"""What a user means by the PATHs and the gates of a command line: packages and gates to run.

Also a run that has nothing to do comes through here, so nothing heavy is imported.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from waooaw.errors import EnvironmentFault, InputError, shown
from waooaw_cli.gates.contents import NOT_OURS
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.report import GateId

__all__ = ["packages_at", "selected"]

_SPECIFICATION = "agent.yaml"
# A repository keeps its agents by team or by domain, and hardly any deeper.
_DEEPEST = 4
# How many folders `**` stands for at most.
_DEEPEST_GLOB = 8
_MOST_FOLDERS = 20_000
_NOT_ENTERED = NOT_OURS | {"__pycache__", "site-packages"}


def packages_at(paths: Sequence[Path], *, folder: Path, output: str) -> tuple[Package, ...]:
    """Return the packages that a user named, each once, in the order of their naming.

    Args:
        paths: As the user wrote them: an agent, a folder with agents up to four folders below it,
            or a pattern with `*`, `?`, `[…]` or `**` that the shell left alone. None for every
            agent in the folder *output*, or else the one in the current folder.
        folder: The current folder; absolute.
        output: Where new-agent puts packages, relative to *folder*.

    Raises:
        InputError: One of them is no agent and leads to none, or there is none at all.
        EnvironmentFault: A folder in which agents may stand can't be read.
    """
    named = [agent for path in paths for agent in _named(folder, path)]
    packages: dict[Path, Package] = {}
    for path in named or _unnamed(folder, output):
        root = (folder / path).resolve()
        packages.setdefault(root, Package(root, path.as_posix()))
    return tuple(packages.values())


def _named(folder: Path, path: Path) -> Sequence[Path]:
    if _is_agent(folder / path):
        return (path,)
    if _is_pattern(path) and not (folder / path).exists():
        if found := _matching(folder, path):
            return found
        raise InputError(
            f"{shown(path.as_posix())} matches no agent",
            hint="folders that begin with a dot are not looked into; `**` stands for any folders",
        )
    if found := _below(folder, path):
        return found
    what = "is no agent: it has no agent.yaml" if (folder / path).is_dir() else "is no folder"
    raise InputError(
        f"{shown(path.as_posix())} {what}",
        hint="name the folder of an agent's package, or one that holds such folders",
    )


def _unnamed(folder: Path, output: str) -> Sequence[Path]:
    if found := _below(folder, Path(output)):
        return found
    if _is_agent(folder):
        return (Path(),)
    raise InputError(
        f"there is no agent in {shown(output)} and none in the current folder",
        hint="name an agent's folder, or make one with waooaw new-agent",
    )


def _is_agent(place: Path) -> bool:
    return os.path.isfile(f"{place}{os.sep}{_SPECIFICATION}")  # noqa: PTH113 - hundreds of times


def _is_pattern(path: Path) -> bool:
    return any(character in "*?[" for character in str(path))


def _below(folder: Path, path: Path) -> Sequence[Path]:
    """Return the agents below *path*, sorted. What stands in an agent is not looked at."""
    found = []
    level, seen = [path], 0
    for _ in range(_DEEPEST):
        deeper = []
        for place in level:
            for inner, is_link in _folders(folder, place):
                if _is_agent(folder / inner):
                    found.append(inner)
                elif not is_link:  # a link could lead round in a circle
                    deeper.append(inner)
        seen += len(deeper)
        _bounded(seen, path)
        level = deeper
    return sorted(found)


def _bounded(seen: int, path: Path) -> None:
    if seen > _MOST_FOLDERS:
        raise InputError(
            f"{shown(path.as_posix())} holds more than {_MOST_FOLDERS:,} folders",
            hint="name the folders that hold agents",
        )


def _folders(folder: Path, place: Path, *, hidden: bool = False) -> Iterator[tuple[Path, bool]]:
    """Yield the folders in *place*, and whether each is a link to one.

    What begins with a dot is being rendered, was left by a run that was killed, or belongs to a
    tool.

    Args:
        folder: The current folder.
        place: Relative to it, or absolute; what is no folder holds none.
        hidden: Whether those are yielded that begin with a dot, and no others.
    """
    try:
        with os.scandir(folder / place) as entries:
            for entry in entries:
                wanted = entry.name.startswith(".") == hidden and entry.name not in _NOT_ENTERED
                if wanted and entry.is_dir():
                    yield place / entry.name, entry.is_symlink()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        # Passed over, its agents would count as gated.
        raise EnvironmentFault(
            f"the folder {shown(place.as_posix())} can't be read: {error.strerror}",
            hint="mend its permissions, or name the agents' own folders",
        ) from error


def _matching(folder: Path, pattern: Path) -> Sequence[Path]:
    """Return the agents that *pattern* matches, and those below folders that it matches."""
    first = Path(pattern.anchor)
    matched = set(_walked(folder, first, pattern.parts[1 if pattern.anchor else 0 :]))
    found = {place for place in matched if _is_agent(folder / place)}
    if "**" not in pattern.parts:  # which looked deeper than a folder of agents would be
        found.update(inner for place in matched - found for inner in _below(folder, place))
    return sorted(found)


def _walked(folder: Path, place: Path, segments: Sequence[str]) -> Iterator[Path]:
    """Yield what the *segments* of a pattern match below *place*; some of it twice."""
    if not segments:
        yield place
        return
    segment, left = segments[0], segments[1:]
    if segment == "**":
        for deeper in _all_below(folder, place):
            yield from _walked(folder, deeper, left)
    elif _is_pattern(Path(segment)):
        import fnmatch

        for inner, _ in _folders(folder, place, hidden=segment.startswith(".")):
            if fnmatch.fnmatch(inner.name, segment):
                yield from _walked(folder, inner, left)
    elif (folder / place / segment).is_dir():
        yield from _walked(folder, place / segment, left)


def _all_below(folder: Path, place: Path) -> Iterator[Path]:
    """Yield *place* and the folders below it, to the depth that `**` stands for."""
    level, seen = [place], 0
    for _ in range(_DEEPEST_GLOB):
        yield from level
        seen += len(level)
        _bounded(seen, place)
        level = [
            inner
            for outer in level
            if not _is_agent(folder / outer)
            for inner, is_link in _folders(folder, outer)
            if not is_link
        ]
    yield from level


def selected(only: Iterable[str], skip: Iterable[str]) -> frozenset[GateId]:
    """Return the gates to run.

    Args:
        only: The ids that the user chose; none for all.
        skip: The ids that the user leaves out.

    Raises:
        InputError: There is no gate of such an id, or none is left.
    """
    chosen = frozenset(_gate(name) for name in only) or frozenset(GateId)
    left = chosen - {_gate(name) for name in skip}
    if not left:
        raise InputError(
            "no gate is left to run: --skip names all that --gate chose",
            hint="a report without results proves nothing; leave one of them out",
        )
    return left


def _gate(name: str) -> GateId:
    try:
        return GateId(name)
    except ValueError:
        hint = f"known gates: {', '.join(GateId)}"
        raise InputError(f"there is no gate named {shown(name)}", hint=hint) from None
