"""What a package needs, and what that needs in turn, as far as it is installed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from waooaw_cli.gates.dependency_ports import Distribution
from waooaw_cli.gates.needs import normal_name

__all__ = ["Closure", "Missing", "Reached", "Root", "closure"]


@dataclass(frozen=True, slots=True)
class Root:
    """Name something that the package asks for itself.

    Attributes:
        name: Normalised.
        extras: The extras that are asked for.
    """

    name: str
    extras: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reached:
    """Hold one installed distribution that is needed.

    Attributes:
        root: The name in the package's own files through which it is needed first.
        needs: The names that it needs itself, sorted; installed or not.
    """

    distribution: Distribution
    root: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Name something that is needed and not installed.

    Attributes:
        by: What needs it; None where the package itself does.
        root: As for `Reached`.
    """

    name: str
    by: str | None
    root: str


@dataclass(frozen=True, slots=True)
class Closure:
    """Hold all that is needed: what is installed by its name, and what is not."""

    reached: Mapping[str, Reached]
    missing: tuple[Missing, ...]


def closure(
    roots: Iterable[Root],
    find: Callable[[str], Distribution | None],
    *,
    stop: frozenset[str] = frozenset(),
) -> Closure:
    """Follow the requirements of what is installed, markers and extras included.

    Args:
        roots: What the package asks for itself.
        find: Returns what is installed under a normalised name.
        stop: Names that are neither looked at nor followed.
    """
    waiting: deque[tuple[Root, str, str | None]] = deque((root, root.name, None) for root in roots)
    asked: dict[str, frozenset[str]] = {}
    reached: dict[str, Reached] = {}
    missing: dict[str, Missing] = {}
    while waiting:
        root, through, by = waiting.popleft()
        known = asked.get(root.name)
        if root.name in stop or (known is not None and root.extras <= known):
            continue
        asked[root.name] = (known or frozenset()) | root.extras
        distribution = find(root.name)
        if distribution is None:
            missing.setdefault(root.name, Missing(root.name, by, through))
            continue
        needed = tuple(_needed(distribution, asked[root.name]))
        before = reached.get(root.name)
        reached[root.name] = Reached(
            distribution,
            before.root if before else through,
            tuple(sorted({one.name for one in needed})),
        )
        waiting.extend((one, through, root.name) for one in needed)
    return Closure(reached, tuple(missing.values()))


def _needed(distribution: Distribution, extras: frozenset[str]) -> Iterator[Root]:
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement, Requirement

    for text in distribution.requires:
        try:
            requirement = Requirement(text)
            marker = requirement.marker
            wanted = marker is None or any(
                marker.evaluate({"extra": extra}) for extra in ("", *sorted(extras))
            )
        except (InvalidRequirement, UndefinedComparison, UndefinedEnvironmentName):
            continue  # older metadata holds what no installer follows either
        if wanted:
            yield Root(normal_name(requirement.name), frozenset(requirement.extras))
