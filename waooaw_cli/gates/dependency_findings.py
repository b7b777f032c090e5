"""What is said of each version that a package depends on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from waooaw_cli.gates.report import Finding, Severity

if TYPE_CHECKING:
    from waooaw_cli.gates.advisories import Advisory, Vulnerability
    from waooaw_cli.gates.closure import Closure
    from waooaw_cli.gates.dependency_settings import DependencySettings
    from waooaw_cli.gates.needs import Dependency, Needs

__all__ = [
    "JudgedVersion",
    "judged_versions",
    "licences_of",
    "not_looked_up",
    "ranges_that_allow",
    "vulnerable_versions",
]

_LOWER = frozenset({">=", ">", "~=", "=="})
_MOST_ALIASES = 4


@dataclass(frozen=True, slots=True)
class JudgedVersion:
    """Hold one version that is judged, and the place to blame for it.

    Attributes:
        name: Normalised.
        line: 1-based; None where it is not known.
        through: The name in the package's own files through which it is needed.
    """

    name: str
    version: str
    path: PurePosixPath
    line: int | None
    through: str


def judged_versions(needs: Needs, found: Closure | None) -> tuple[JudgedVersion, ...]:
    """Return each version once, at the place that says most of it: where a file settles it.

    Args:
        needs: What the package's files say.
        found: What is installed of it; None where nothing can be.
    """
    versions: dict[tuple[str, str], JudgedVersion] = {}
    named = sorted(needs.dependencies, key=lambda one: not one.locked)
    for one in named:
        if one.version is not None:
            place = JudgedVersion(one.name, one.version, one.path, one.line, one.name)
            versions.setdefault((one.name, one.version), place)
    for name, reached in sorted(found.reached.items() if found else ()):
        version = reached.distribution.version
        root = _named(needs, reached.root)
        place = JudgedVersion(name, version, root.path, root.line, reached.root)
        versions.setdefault((name, version), place)
    return tuple(versions.values())


def _named(needs: Needs, name: str) -> Dependency:
    return next(one for one in needs.dependencies if one.name == name and not one.locked)


def vulnerable_versions(
    versions: Iterable[JudgedVersion], known: Mapping[str, tuple[Advisory, ...]] | None
) -> Iterator[Finding]:
    """Yield one finding for each known vulnerability of each version."""
    from waooaw_cli.gates.advisories import vulnerabilities

    for one in versions:
        for vulnerability in vulnerabilities((known or {}).get(one.name, ()), one.version):
            through = "" if one.through == one.name else f", which {one.through} needs,"
            yield Finding(
                "SEC-034",
                Severity.ERROR,
                f"{one.name} {one.version}{through} has a known vulnerability:"
                f" {_described(vulnerability)}",
                one.path,
                line=one.line,
                fix=_way_out(one.name, vulnerability.fixed),
                fingerprint=f"{one.name} {_stable_name(vulnerability)}",
            )


def _stable_name(vulnerability: Vulnerability) -> str:
    """Return what a waiver knows it by: who names it first may change with the next import."""
    names = (vulnerability.id, *vulnerability.aliases)
    return min((name for name in names if name.startswith("CVE-")), default=vulnerability.id)


def _described(vulnerability: Vulnerability) -> str:
    others = ", ".join(vulnerability.aliases[:_MOST_ALIASES])
    names = f"{vulnerability.id} ({others})" if others else vulnerability.id
    rated = f", {vulnerability.severity}" if vulnerability.severity else ""
    return f"{names}{rated}: {vulnerability.summary}" if vulnerability.summary else names + rated


def _way_out(name: str, fixed: str | None) -> str:
    if fixed is None:
        return f"No version of {name} is free of it: use something else."
    return f"Ask for {name} {fixed} or newer."


def ranges_that_allow(
    needs: Needs,
    versions: Iterable[JudgedVersion],
    known: Mapping[str, tuple[Advisory, ...]] | None,
) -> Iterator[Finding]:
    """Yield the ranges that allow a vulnerable version, whatever is installed now."""
    from waooaw_cli.gates.advisories import vulnerabilities, wholly_affected

    judged = {one.name for one in versions}
    for one in needs.dependencies:
        advisories = (known or {}).get(one.name, ())
        if one.version is not None or one.locked or not advisories:
            continue
        lowest = _lowest(one.specifier)
        found = vulnerabilities(advisories, lowest) if lowest is not None else ()
        names = ", ".join(vulnerability.id for vulnerability in found) or "see its advisories"
        if one.name not in judged and wholly_affected(advisories, one.specifier):
            yield Finding(
                "SEC-034",
                Severity.ERROR,
                f"every version that {one.text} allows has a known vulnerability ({names})",
                one.path,
                line=one.line,
                fix=_way_out(one.name, _highest(found)),
            )
        elif found:
            yield Finding(
                "SEC-035",
                Severity.WARNING,
                f"{one.text} allows {one.name} {lowest}, which has a known vulnerability ({names})",
                one.path,
                line=one.line,
                fix=_way_out(one.name, _highest(found)),
            )


def _lowest(specifier: str) -> str | None:
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    bounds = [
        one.version.removesuffix(".*") for one in SpecifierSet(specifier) if one.operator in _LOWER
    ]
    return str(max(map(Version, bounds))) if bounds else None


def _highest(found: Iterable[Vulnerability]) -> str | None:
    from packaging.version import Version

    fixes = [one.fixed for one in found]
    if not fixes or None in fixes:
        return None
    return str(max(Version(fix) for fix in fixes if fix is not None))


def not_looked_up(
    needs: Needs, versions: Iterable[JudgedVersion], found: Closure | None
) -> Iterator[Finding]:
    """Yield what has no version to look up, or could not be read."""
    judged = {one.name for one in versions}
    for one in needs.unjudged:
        rule, severity = (
            ("SEC-033", Severity.ERROR) if one.broken else ("SEC-036", Severity.WARNING)
        )
        message = one.reason if one.broken else f"{one.reason}: it can't be looked up"
        yield Finding(rule, severity, message, one.path, line=one.line)
    told: set[str] = set()
    for dependency in needs.dependencies:
        if dependency.name in judged | told | {"waooaw"} or not dependency.applies:
            continue
        told.add(dependency.name)
        yield _no_version(dependency, f"{dependency.text}: no version of it is known")
    for missing in found.missing if found else ():
        if missing.by is not None and missing.name not in judged:
            message = f"{missing.name}, which {missing.by} needs, is not installed"
            yield _no_version(_named(needs, missing.root), message)


def _no_version(dependency: Dependency, message: str) -> Finding:
    return Finding(
        "SEC-036",
        Severity.WARNING,
        f"{message}: it can't be looked up",
        dependency.path,
        line=dependency.line,
        fix="Pin it, or keep a lock file in the package.",
    )


def licences_of(
    carried: Closure | None, needs: Needs, settings: DependencySettings
) -> Iterator[Finding]:
    """Yield the licences of what is *carried* along that are denied, or not known."""
    from waooaw_cli.gates.licences import is_allowed, licence_of

    for name, reached in sorted(carried.reached.items() if carried else ()):
        one = reached.distribution
        licence = licence_of(one.expression, one.licence, one.classifiers)
        accepted = settings.exceptions.get(name)
        if accepted is not None and licence.expression in {None, accepted}:
            continue
        root = _named(needs, reached.root)
        if licence.expression is None:
            said = (
                f"says of its licence only {licence.said!r}" if licence.said else "names no licence"
            )
            yield Finding(
                "SEC-039",
                Severity.WARNING,
                f"{name} {one.version} {said}",
                root.path,
                line=root.line,
                fingerprint=name,
            )
        elif not is_allowed(licence.expression, frozenset(settings.licences)):
            yield Finding(
                "SEC-038",
                Severity.ERROR,
                f"{name} {one.version} is under {licence.expression}, which is not allowed here",
                root.path,
                line=root.line,
                fingerprint=f"{name} {licence.expression}",
            )
