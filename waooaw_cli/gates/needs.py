"""What a dependency is, whichever file names it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

__all__ = [
    "Artifact",
    "Dependency",
    "Needs",
    "Scope",
    "Unjudged",
    "line_of",
    "normal_name",
    "strings_in",
    "table_in",
    "toml_in",
]


class Scope(StrEnum):
    """Say who needs a dependency."""

    RUNTIME = "runtime"
    OPTIONAL = "optional"
    DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True)
class Artifact:
    """Hold one file that a dependency may be installed from.

    Attributes:
        name: Its URL or its file name.
        digests: Hex digest by algorithm, in lower case (`sha256`).
    """

    name: str
    digests: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dependency:
    """Hold one dependency as one file names it.

    Attributes:
        name: Normalised (PEP 503).
        text: As it stands there.
        specifier: Its bounds; empty where there are none.
        version: The one release that it allows or was settled on; None where several would do.
        path: The file, relative to the package.
        line: 1-based; None where it is not known.
        scope: Who needs it; None where the file does not say.
        extras: The extras that are asked for.
        applies: Whether its marker holds on this machine.
        elsewhere: Whether it comes from a URL, a path or a repository.
        locked: Whether a lock file settled it.
        needs: The names that a lock file says it needs itself.
        artifacts: What a lock file says of its files.
    """

    name: str
    text: str
    specifier: str
    version: str | None
    path: PurePosixPath
    line: int | None
    scope: Scope | None
    extras: frozenset[str] = frozenset()
    applies: bool = True
    elsewhere: bool = False
    locked: bool = False
    needs: tuple[str, ...] = ()
    artifacts: tuple[Artifact, ...] = ()


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Name something that could not be read as a dependency.

    Attributes:
        broken: Whether the whole file can't be read.
    """

    path: PurePosixPath
    line: int | None
    reason: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """Hold what the files of a package say, file by file in the order of paths.

    Attributes:
        project: The package's own name, normalised; empty where the file does not say.
    """

    project: str
    dependencies: tuple[Dependency, ...]
    unjudged: tuple[Unjudged, ...]


def toml_in(text: str) -> Mapping[str, Any] | str:  # `Any`: TOML is what anybody wrote
    """Return what stands in *text*, or why it can't be read."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return str(error).partition("\n")[0] or "it is nested too deeply"


def table_in(data: object, *names: str) -> Mapping[str, Any]:  # `Any`: as above
    """Return a table within a table, empty where it is missing or something else."""
    for name in names:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def strings_in(value: object) -> Iterator[str]:
    """Yield the texts of a list; nothing where it is none."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))


def line_of(text: str, part: str) -> int | None:
    """Return the line of the first string that is *part*, else of the first that holds it."""
    places = [text.find(f"{quote}{part}{quote}") for quote in ('"', "'")]
    found = [place for place in places if place >= 0] or [text.find(part)]
    return text.count("\n", 0, min(found)) + 1 if min(found) >= 0 else None


def normal_name(name: str) -> str:
    """Return *name* as PEP 503 compares it."""
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
