"""Look at the versions of what a package depends on: known vulnerabilities and licences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

    from waooaw_cli.gates.advisories import Advisory
    from waooaw_cli.gates.advisory_database import Database
    from waooaw_cli.gates.closure import Closure
    from waooaw_cli.gates.dependency_ports import Advisories, Distribution, Inventory
    from waooaw_cli.gates.gate import Package
    from waooaw_cli.gates.needs import Needs
    from waooaw_cli.gates.ports import Environments

__all__ = ["DependencyCheck", "Looked", "NoAdvisories", "settled"]

_PROJECT = PurePosixPath("pyproject.toml")
#: waooaw and the gates' tools, which every agent is made with; a package that needs nothing else
#: has nothing to look up.
_STANDARD = frozenset({"waooaw", "coverage", "mypy", "pytest", "ruff"})
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
        from waooaw_cli.gates.dependency_findings import (
            judged_versions,
            licences_of,
            not_looked_up,
            ranges_that_allow,
            vulnerable_versions,
        )

        faults: list[ToolFault] = []
        find = self._find(package.root, faults)
        found = self._closure(needs, find)
        versions = judged_versions(needs, found)
        names = {one.name for one in needs.dependencies} | {one.name for one in versions}
        known, findings, measures = self._known(names, faults)
        vulnerable = tuple(vulnerable_versions(versions, known))
        findings += [
            *vulnerable,
            *ranges_that_allow(needs, versions, known),
            *not_looked_up(needs, versions, found),
            *licences_of(self._closure(needs, find, carried=True), needs, self.settings),
        ]
        measures["dependencies"] = len(versions)
        measures["vulnerabilities"] = len(vulnerable) if known is not None else "not looked up"
        if own_terms := _own_terms(texts):
            measures["licence"] = own_terms
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
    ) -> tuple[Mapping[str, tuple[Advisory, ...]] | None, list[Finding], dict[str, Measure]]:
        """Return what is known of *names*, what is to be said of the database, and its day."""
        database: Database | None = None
        known: Mapping[str, tuple[Advisory, ...]] | None = None
        measures: dict[str, Measure] = {}
        what = "can't be looked up: no advisories were imported"
        try:
            database = self.advisories.database()
            known = self.advisories.about(names) if database is not None else None
        except ValueError as error:
            what = f"can't be looked up: {error}"
        if known is not None and database is not None:
            until = f"{database.newest or database.imported_at:%Y-%m-%d}"
            measures["advisories"] = until
            if database.age(self.now()) <= self.settings.max_age:
                return known, [], measures
            days = self.settings.max_age.days
            what = f"are known until {until} only, which is more than {days} days ago"
        fault = NoAdvisories(what)
        if self.settings.on_missing is OnMissing.FAIL:
            faults.insert(0, fault)  # told first: it takes one command to mend
            return known, [], measures
        told = Finding(fault.rule, Severity.WARNING, fault.message, fix=fault.hint)
        return known, [told], measures


def _own_terms(texts: Mapping[PurePosixPath, str]) -> str | None:
    """Return the package's own licence, for the report."""
    from waooaw_cli.gates.licences import own_licence
    from waooaw_cli.gates.needs import table_in, toml_in

    licence = own_licence(table_in(toml_in(texts.get(_PROJECT, "")), "project"))
    return (licence.expression or licence.said) if licence else None
