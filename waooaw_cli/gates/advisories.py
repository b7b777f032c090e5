"""What is known of vulnerable versions, and whether a version is one of them.

Source of the rules: the Open Source Vulnerability format 1.7, "Evaluation", for the ecosystem PyPI.
Names are compared as PEP 503 says, versions as PEP 440 does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from packaging.version import Version

__all__ = [
    "Advisory",
    "Bound",
    "Event",
    "Vulnerability",
    "affects",
    "vulnerabilities",
    "wholly_affected",
]

#: Who names a vulnerability first, where several do.
_NAMERS = ("PYSEC-", "MAL-", "GHSA-", "CVE-")


class Bound(StrEnum):
    """Say what a version in a range of versions means."""

    INTRODUCED = "introduced"
    FIXED = "fixed"
    LAST_AFFECTED = "last_affected"
    LIMIT = "limit"


#: A bound and its version; `0` introduces before every version.
Event: TypeAlias = tuple[Bound, str]


@dataclass(frozen=True, slots=True)
class Advisory:
    """Hold what one record says of one distribution.

    Attributes:
        name: The distribution, normalised (PEP 503).
        id: The record's own id, such as `PYSEC-2019-217`.
        aliases: What others call the same vulnerability.
        summary: One line; empty where the record has none.
        severity: critical, high, medium or low; None where nobody rated it.
        versions: Affected releases, normalised (PEP 440).
        ranges: Affected ranges; each an unordered list of events.
    """

    name: str
    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    severity: str | None = None
    versions: frozenset[str] = frozenset()
    ranges: tuple[tuple[Event, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """Hold one vulnerability of one version, whatever the number of records that tell of it.

    Attributes:
        id: What it is called first.
        aliases: Its other names, sorted.
        fixed: The first version that is not affected any more; None where there is none.
    """

    id: str
    aliases: tuple[str, ...]
    summary: str
    severity: str | None
    fixed: str | None


def affects(advisory: Advisory, version: str) -> bool:
    """Say whether *advisory* speaks of *version*; its list of releases first, then its ranges."""
    if _listed(advisory, version):
        return True
    parsed = _version(version)
    return parsed is not None and any(
        _within(events, parsed, listed=bool(advisory.versions)) for events in advisory.ranges
    )


def _listed(advisory: Advisory, version: str) -> bool:
    from packaging.utils import canonicalize_version

    parsed = _version(version)
    # A local build of a release has what the release has: 2.10+house.1 is 2.10.
    release = version if parsed is None else parsed.public
    return bool({version, canonicalize_version(release)} & advisory.versions)


def _version(text: str) -> Version | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text)
    except InvalidVersion:
        return None


def _within(events: tuple[Event, ...], version: Version, *, listed: bool) -> bool:
    """Follow the *events* up to *version*.

    A range with a bound that PEP 440 can't order says nothing where there is also a list of
    releases, and everything where there is none: what is in doubt is not safe.
    """
    from packaging.version import Version

    public = Version(version.public)
    ordered = _ordered(events)
    if ordered is None:
        return not listed
    limits = [bound for kind, bound in ordered if kind is Bound.LIMIT and bound is not None]
    if limits and all(public >= limit for limit in limits):
        return False
    inside = False
    for kind, bound in ordered:
        if kind is Bound.INTRODUCED and (bound is None or public >= bound):
            inside = True
        elif bound is not None and (
            (kind is Bound.FIXED and public >= bound)
            or (kind is Bound.LAST_AFFECTED and public > bound)
        ):
            inside = False
    return inside


def _ordered(events: Iterable[Event]) -> list[tuple[Bound, Version | None]] | None:
    """Sort by version, the end of one range before the beginning of the next."""
    from packaging.version import Version

    known: list[tuple[Bound, Version | None]] = []
    for kind, text in events:
        if kind is Bound.INTRODUCED and text == "0":
            known.append((kind, None))
            continue
        parsed = _version(text)
        if parsed is None:
            return None
        known.append((kind, parsed))
    lowest = Version("0.dev0")
    return sorted(
        known, key=lambda one: (one[1] is not None, one[1] or lowest, one[0] is Bound.INTRODUCED)
    )


def vulnerabilities(advisories: Iterable[Advisory], version: str) -> tuple[Vulnerability, ...]:
    """Return what is wrong with *version* of one distribution, each vulnerability once.

    Records that name each other, or the same third one, tell of the same vulnerability.

    Args:
        advisories: All that is known of the distribution.
        version: One release.
    """
    groups: list[tuple[set[str], list[Advisory]]] = []
    for advisory in advisories:
        if not affects(advisory, version):
            continue
        names, members = {advisory.id, *advisory.aliases}, [advisory]
        for group in [one for one in groups if one[0] & names]:
            groups.remove(group)
            names |= group[0]
            members = [*group[1], *members]
        groups.append((names, members))
    return tuple(
        sorted(
            (_merged(names, members, version) for names, members in groups), key=lambda one: one.id
        )
    )


def _merged(names: set[str], members: list[Advisory], version: str) -> Vulnerability:
    first = min(members, key=lambda one: (_rank(one.id), one.id))
    fixes = [fix for fix in (_fix(one, version) for one in members) if fix is not None]
    ratings = ("critical", "high", "medium", "low")
    rated = sorted((one.severity for one in members if one.severity in ratings), key=ratings.index)
    return Vulnerability(
        first.id,
        tuple(sorted(names - {first.id}, key=lambda name: (_rank(name), name))),
        next((one.summary for one in (first, *members) if one.summary), ""),
        rated[0] if rated else None,
        # Where records disagree, the version that all of them call safe.
        str(max(fixes)) if fixes else None,
    )


def _rank(name: str) -> int:
    ranks = [rank for rank, prefix in enumerate(_NAMERS) if name.startswith(prefix)]
    return ranks[0] if ranks else len(_NAMERS)


def _fix(advisory: Advisory, version: str) -> Version | None:
    """Return the first fixed version above *version* that the advisory does not speak of itself."""
    parsed = _version(version)
    known = [_version(text) for kind, text in _events(advisory) if kind is Bound.FIXED]
    above = [fix for fix in known if fix is not None and (parsed is None or fix > parsed)]
    return min((fix for fix in above if not affects(advisory, str(fix))), default=None)


def _events(advisory: Advisory) -> Iterator[Event]:
    for events in advisory.ranges:
        yield from events


def wholly_affected(advisories: tuple[Advisory, ...], specifier: str) -> bool:
    """Say whether every version that *specifier* allows is vulnerable, whichever is installed.

    Whether a version is in a range changes at the range's bounds only, so it is enough to look at
    those, and at where the specifier begins.

    Args:
        advisories: All that is known of the distribution.
        specifier: Bounds as PEP 440 has them, such as `>=2.10,<2.11`.
    """
    from packaging.specifiers import SpecifierSet

    bounds = SpecifierSet(specifier)
    points = {_point(one.version.removesuffix(".*"), after=one.operator == ">") for one in bounds}
    for advisory in advisories:
        points |= {
            _point(text, after=kind is Bound.LAST_AFFECTED) for kind, text in _events(advisory)
        }
    allowed = [
        point
        for point in points
        if _version(point) is not None and bounds.contains(point, prereleases=True)
    ]
    return bool(allowed) and all(
        any(_certainly(advisory, point) for advisory in advisories) for point in allowed
    )


def _point(version: str, *, after: bool) -> str:
    """Return *version*, or one that follows it with nothing anybody would publish between."""
    if not after:
        return version
    return f"{version}.0.0.1" if version.replace(".", "").isdigit() else f"{version}.post0"


def _certainly(advisory: Advisory, version: str) -> bool:
    """Say whether a range covers *version*: a list of releases says nothing of those between."""
    parsed = _version(version)
    return parsed is not None and any(
        _within(events, parsed, listed=True) for events in advisory.ranges
    )
