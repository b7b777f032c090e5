"""Look at the versions of what a package depends on: known vulnerabilities and licences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from waooaw.errors import InputError
from waooaw_cli.gates.dependency_settings import DependencySettings, OnMissing
from waooaw_cli.gates.ports import ToolFault
from waooaw_cli.gates.report import Finding, Measure, Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from waooaw_cli.gates.advisories import Advisory, Database, Vulnerability
    from waooaw_cli.gates.closure import Closure
    from waooaw_cli.gates.dependency_ports import Advisories, Distribution, Inventory
    from waooaw_cli.gates.gate import Package
    from waooaw_cli.gates.needs import Dependency, Needs
    from waooaw_cli.gates.ports import Environments

__all__ = ["DependencyCheck", "Looked", "NoAdvisories", "settled"]

_PROJECT = PurePosixPath("pyproject.toml")
#: waooaw and the gates' tools, which every agent is made with; a package that needs nothing else
#: has nothing to look up.
_STANDARD = frozenset({"waooaw", "coverage", "mypy", "pytest", "ruff"})
_LOWER = frozenset({">=", ">", "~=", "=="})
_MOST_ALIASES = 4
_IMPORT = "Run `waooaw advisories import ZIP` with a new copy of the database."


class NoAdvisories(ToolFault):
    """Say that known vulnerabilities could not be looked up, or not in what is known today."""

    rule: ClassVar[str] = "SEC-037"

    def __init__(self, what: str) -> None:
        super().__init__("known vulnerabilities", what)
        self.hint = _IMPORT


@dataclass(frozen=True, slots=True)
class Looked:
    """Hold what was found, and what kept the rest from being looked at.

    Attributes:
        faults: Why a pass would not be one; empty where everything was looked at.
    """

    findings: tuple[Finding, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=dict)
    faults: tuple[ToolFault, ...] = ()


def settled(findings: tuple[Finding, ...], looked: Looked) -> tuple[Finding, ...]:
    """Return all findings of a gate; without one that fails it, raise what kept it from judging.

    Beside a finding that fails the gate anyway, the fault is one more that nothing waives: what is
    certain is told, and a waiver for it does not turn a look that was not taken into a pass.

    Args:
        findings: Those of the gate's other parts.
        looked: What the look at dependencies gave.

    Raises:
        ToolFault: Nothing fails the gate, and not everything was looked at.
    """
    every = (*findings, *looked.findings)
    if looked.faults and not any(finding.objects for finding in every):
        raise looked.faults[0]
    faults = (
        Finding(fault.rule, Severity.ERROR, fault.message, fix=fault.hint)
        for fault in looked.faults
    )
    return (*every, *faults)


@dataclass(frozen=True, slots=True)
class _Version:
    """Hold one version that is judged, and the place to blame for it."""

    name: str
    version: str
    path: PurePosixPath
    line: int | None
    through: str


@dataclass(frozen=True, slots=True)
class DependencyCheck:
    """Look up the versions that a package pins, that a lock file settled, and that are installed.

    Args:
        settings: What is asked.
        advisories: Known vulnerabilities.
        environments: Where the package's dependencies are installed.
        inventory: What is installed there.
        now: The day.
    """

    settings: DependencySettings
    advisories: Advisories
    environments: Environments
    inventory: Inventory
    now: Callable[[], datetime]

    def look(self, package: Package, texts: Mapping[PurePosixPath, str]) -> Looked:
        """Return what is wrong with the dependencies that the files of *package* name.

        Args:
            package: The package.
            texts: Its text files by path.
        """
        from waooaw_cli.gates.requirements import needs_of

        needs = needs_of(texts)
        standard = frozenset[str]() if self.settings.runtime else _STANDARD
        own = {one.name for one in needs.dependencies} - standard
        if not own and not needs.unjudged:
            return Looked(measures={"vulnerabilities": "nothing to look up"})
        faults: list[ToolFault] = []
        find = self._find(package.root, faults)
        found = self._closure(needs, find)
        versions = _versions(needs, found)
        names = {one.name for one in needs.dependencies} | {one.name for one in versions}
        known, findings = self._known(names, faults)
        vulnerable = tuple(_vulnerable(versions, known))
        findings += [
            *vulnerable,
            *_ranges(needs, versions, known),
            *_unresolved(needs, versions, found),
            *_licences(self._closure(needs, find, carried=True), needs, self.settings),
        ]
        measures: dict[str, Measure] = {"dependencies": len(versions)}
        measures["vulnerabilities"] = len(vulnerable) if known is not None else "not looked up"
        return Looked(tuple(findings), measures, tuple(faults))

    def _find(
        self, root: Path, faults: list[ToolFault]
    ) -> Callable[[str], Distribution | None] | None:
        """Return what finds an installed distribution; None where none can be installed."""
        try:
            python = self.environments.python(root)
        except ToolFault as fault:
            faults.append(fault)
            return None
        except InputError:  # a rule on bounds objects to what can't be read
            return None
        return lambda name: self.inventory.find(python, name)

    def _closure(
        self,
        needs: Needs,
        find: Callable[[str], Distribution | None] | None,
        *,
        carried: bool = False,
    ) -> Closure | None:
        """Return what is installed of what is needed, or of what is *carried* along with it."""
        from waooaw_cli.gates.closure import Root, closure
        from waooaw_cli.gates.needs import Scope

        if find is None:
            return None
        roots = [
            Root(one.name, one.extras)
            for one in needs.dependencies
            if one.applies and not one.locked and not (carried and one.scope is Scope.DEVELOPMENT)
        ]
        stop = frozenset({needs.project}) if self.settings.runtime else {"waooaw", needs.project}
        return closure(roots, find, stop=frozenset(stop))

    def _known(
        self, names: Iterable[str], faults: list[ToolFault]
    ) -> tuple[Mapping[str, tuple[Advisory, ...]] | None, list[Finding]]:
        """Return what is known of *names*, and what is to be said of the database."""
        database: Database | None = None
        known: Mapping[str, tuple[Advisory, ...]] | None = None
        what = "can't be looked up: no advisories were imported"
        try:
            database = self.advisories.database()
            known = self.advisories.about(names) if database is not None else None
        except ValueError as error:
            what = f"can't be looked up: {error}"
        if known is not None and database is not None:
            if database.age(self.now()) <= self.settings.max_age:
                return known, []
            until = database.newest or database.imported_at
            days = self.settings.max_age.days
            what = f"are known until {until:%Y-%m-%d} only, which is more than {days} days ago"
        fault = NoAdvisories(what)
        if self.settings.on_missing is OnMissing.WARN:
            return known, [Finding(fault.rule, Severity.WARNING, fault.message, fix=fault.hint)]
        faults.insert(0, fault)  # told first: it takes one command to mend
        return known, []


def _versions(needs: Needs, found: Closure | None) -> tuple[_Version, ...]:
    """Return each version once, at the place that says most of it: where a file settles it."""
    versions: dict[tuple[str, str], _Version] = {}
    named = sorted(needs.dependencies, key=lambda one: not one.locked)
    for one in named:
        if one.version is not None:
            place = _Version(one.name, one.version, one.path, one.line, one.name)
            versions.setdefault((one.name, one.version), place)
    for name, reached in sorted(found.reached.items() if found else ()):
        version = reached.distribution.version
        root = _named(needs, reached.root)
        place = _Version(name, version, root.path, root.line, reached.root)
        versions.setdefault((name, version), place)
    return tuple(versions.values())


def _named(needs: Needs, name: str) -> Dependency:
    return next(one for one in needs.dependencies if one.name == name and not one.locked)


def _vulnerable(
    versions: Iterable[_Version], known: Mapping[str, tuple[Advisory, ...]] | None
) -> Iterator[Finding]:
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


def _ranges(
    needs: Needs,
    versions: Iterable[_Version],
    known: Mapping[str, tuple[Advisory, ...]] | None,
) -> Iterator[Finding]:
    """Judge what a range allows, whatever is installed now."""
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


def _unresolved(
    needs: Needs, versions: Iterable[_Version], found: Closure | None
) -> Iterator[Finding]:
    """Name what could not be looked up."""
    judged = {one.name for one in versions}
    for one in needs.unjudged:
        rule, severity = (
            ("SEC-033", Severity.ERROR) if one.broken else ("SEC-036", Severity.WARNING)
        )
        message = one.reason if one.broken else f"{one.reason}: it can't be looked up"
        yield Finding(rule, severity, message, one.path, line=one.line)
    told: set[str] = set()
    for dependency in needs.dependencies:
        if dependency.name in judged | told or not dependency.applies:
            continue
        if dependency.name == "waooaw":
            continue
        told.add(dependency.name)
        yield _not_looked_up(dependency, f"{dependency.text}: no version of it is known")
    for missing in found.missing if found else ():
        if missing.by is not None and missing.name not in judged:
            message = f"{missing.name}, which {missing.by} needs, is not installed"
            yield _not_looked_up(_named(needs, missing.root), message)


def _not_looked_up(dependency: Dependency, message: str) -> Finding:
    return Finding(
        "SEC-036",
        Severity.WARNING,
        f"{message}: it can't be looked up",
        dependency.path,
        line=dependency.line,
        fix="Pin it, or keep a lock file in the package.",
    )


def _licences(
    carried: Closure | None, needs: Needs, settings: DependencySettings
) -> Iterator[Finding]:
    """Judge the licences of what is carried along."""
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
