"""One part of a fleet for each job of a CI matrix: every agent in exactly one, none idle for long.

The jobs do not talk to each other. What they split by must therefore be the same for all of them:
the durations in one file, or the sizes of the sources in one commit.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waooaw.errors import InputError, shown
from waooaw_cli.gates.contents import contents
from waooaw_cli.gates.gate import Package

__all__ = [
    "Shard",
    "Split",
    "place_of",
    "read_durations",
    "read_shard",
    "shares",
    "source_bytes",
    "split",
]

_SHARD = re.compile(r"([0-9]{1,6})/([0-9]{1,6})", re.ASCII)
_SCHEMA = "waooaw.gate-report/1"
_PYTHON = frozenset({".py", ".pyi", ".pyw"})
_DIGEST_BYTES = 4


@dataclass(frozen=True, slots=True)
class Shard:
    """Name one part of a fleet.

    Attributes:
        index: From 1 to `count`.
        count: How many parts there are.
    """

    index: int
    count: int

    def __str__(self) -> str:
        """Return it as it is written on a command line."""
        return f"{self.index}/{self.count}"


def read_shard(text: str) -> Shard:
    """Read ``I/N``.

    Raises:
        InputError: It is none: two whole numbers, the first from 1 to the second.
    """
    match = _SHARD.fullmatch(text)
    shard = Shard(int(match[1]), int(match[2])) if match else Shard(0, 0)
    if not 1 <= shard.index <= shard.count:
        raise InputError(
            f"--shard {shown(text)} is not I/N with I from 1 to N",
            hint="such as --shard 1/4, --shard 2/4, --shard 3/4 and --shard 4/4 in four jobs",
        )
    return shard


def place_of(path: Path, folder: Path) -> str:
    """Return the name of a package that is the same on every machine: as seen from *folder*."""
    try:
        return Path(os.path.relpath(folder / path, folder)).as_posix()
    except ValueError:  # on Windows, another drive
        return path.as_posix()


def source_bytes(root: Path) -> int:
    """Return how much Python there is in a package; line ends count the same on every system."""
    size = 0
    for path in contents(root).files:
        if path.suffix in _PYTHON:
            try:
                data = (root / path).read_bytes()
            except OSError:  # the gates say so
                continue
            size += len(data) - data.count(b"\r\n")
    return size


def read_durations(file: Path, *, folder: Path) -> Mapping[str, int]:
    """Return what the gates of each package took, from an earlier report as JSON.

    Args:
        file: The report.
        folder: Where its paths are seen from: the current folder.

    Returns:
        Microseconds by the package's place, see `place_of`. A package that occurs more than once
        has the longest; one of which every gate was skipped is left out.

    Raises:
        InputError: There is no such file, or it is no report.
    """
    try:
        return _durations(json.loads(file.read_bytes()), folder.resolve())
    except OSError as error:
        reason = error.strerror or "it can't be read"
    except RecursionError:
        reason = "it is nested too deeply"
    except (ValueError, TypeError, LookupError):
        reason = f"it is no JSON report of waooaw gate ({_SCHEMA})"
    raise InputError(
        f"--durations {shown(file.as_posix())}: {reason}",
        hint="name a report of an earlier run: waooaw gate --report json=gates.json",
    )


def _durations(report: Any, base: Path) -> Mapping[str, int]:  # noqa: ANN401 - JSON of anybody
    if report["schema"] != _SCHEMA:
        raise ValueError
    durations: dict[str, int] = {}
    for target in report["targets"]:
        ran = [gate for gate in target["gates"] if gate["verdict"] != "skipped"]
        # Whole numbers: a sum of fractions depends on the order.
        took = sum(_microseconds(gate["duration_ms"]) for gate in ran)
        place = place_of(Path(str(target["path"])), base)
        if ran:
            durations[place] = max(took, durations.get(place, 0))
    return durations


def _microseconds(duration_ms: object) -> int:
    if isinstance(duration_ms, bool) or not isinstance(duration_ms, int | float):
        raise TypeError
    if not 0 <= duration_ms < float("inf"):
        raise ValueError
    return round(duration_ms * 1_000)


def shares(weights: Mapping[str, int], count: int) -> tuple[frozenset[str], ...]:
    """Deal packages to *count* shards, by place: the longest first, each to the least loaded.

    Depends on nothing but the arguments, not even on the order in which packages are named. The
    most loaded has at most 4/3 of what would be possible.

    Args:
        weights: By place, what each takes, in any unit; not negative.
        count: How many shards, at least 1.

    Returns:
        The places in each, the first shard first. Some are empty where there are more shards than
        packages.

    Source: R. L. Graham, "Bounds on multiprocessing timing anomalies", 1969 (LPT).
    """
    dealt: list[set[str]] = [set() for _ in range(count)]
    # The number of packages decides between equals: weights of 0 must not all come to one shard.
    loads = [(0, 0, index) for index in range(count)]
    for place in sorted(weights, key=lambda place: (-weights[place], place)):
        load, held, index = loads[0]
        dealt[index].add(place)
        heapq.heapreplace(loads, (load + weights[place], held + 1, index))
    return tuple(frozenset(places) for places in dealt)


@dataclass(frozen=True, slots=True)
class Split:
    """Hold what one shard has to judge.

    Attributes:
        packages: Its packages, in the order in which they were named.
        of: How many there are in all shards.
        digest: Names the whole split: jobs whose digests differ did not split the same fleet.
    """

    packages: tuple[Package, ...]
    of: int
    digest: str


def split(
    packages: Sequence[Package],
    shard: Shard,
    *,
    folder: Path,
    durations: Mapping[str, int] | None,
) -> Split:
    """Return the part of *packages* that *shard* has.

    Args:
        packages: The whole fleet, as every shard sees it.
        shard: Which part.
        folder: The current folder, from which packages are named.
        durations: Microseconds by place; a package that is not among them counts as the median of
            those that are. None, or none of the packages, to split by the size of the sources.
    """
    base = folder.resolve()
    places = {place_of(package.root, base): package for package in packages}
    known = {place: durations[place] for place in places if place in durations} if durations else {}
    if known:
        usual = sorted(known.values())[len(known) // 2]
        weights = {place: known.get(place, usual) for place in places}
    else:
        weights = {place: source_bytes(package.root) for place, package in places.items()}
    # No more heaps than packages: `1/999999` costs nothing.
    dealt = shares(weights, min(shard.count, max(1, len(places))))
    mine = dealt[shard.index - 1] if shard.index <= len(dealt) else frozenset()
    hashed = hashlib.blake2b(f"{shard.count}".encode(), digest_size=_DIGEST_BYTES)
    for part in dealt:
        hashed.update(json.dumps(sorted(part)).encode())
    return Split(
        tuple(package for place, package in places.items() if place in mine),
        len(places),
        hashed.hexdigest(),
    )
