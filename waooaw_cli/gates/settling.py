"""Settle what gates found: apply waivers and the baseline, and object to waivers that do not hold.

Results may come from a cache, and a waiver ends on a day; so this happens after them, in every run.
Where a package has no waivers, nothing is imported for it and its files are at most searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.report import Finding, GateId, GateResult, Verdict

if TYPE_CHECKING:
    from waooaw_cli.gates.baseline import Baseline, Entry
    from waooaw_cli.gates.beside import Malformed
    from waooaw_cli.gates.waivers import Waiver

    Adopt: TypeAlias = Callable[[Mapping[Entry, str], AbstractSet[tuple[str, GateId]]], Baseline]

__all__ = ["MOST_FINDINGS", "Permissions", "Settling"]

#: In a report of one gate; what fails it comes first.
MOST_FINDINGS = 1_000
_DECIDED = frozenset({Verdict.PASS, Verdict.FAIL})
#: Says that a gate had nothing to judge.
_NOT_JUDGED = "GATE-N"


@dataclass(frozen=True, slots=True)
class Permissions:
    """Hold what is permitted beside what packages say themselves.

    Attributes:
        today: The day, in UTC.
        waivers: Those of the settings in force, which may be for any agent.
        file: The file that they stand in; None where there is none.
        baseline: What was there when the packages were adopted.
        complete: Whether the run is about every agent there is, so that a waiver which none of them
            uses is used by none.
    """

    today: date
    waivers: tuple[Waiver, ...] = ()
    file: Path | None = None
    baseline: Baseline | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class _Own:
    """Hold what a package says itself: its waivers, and the settings file of some of them."""

    agent: str
    waivers: tuple[Waiver, ...]
    malformed: tuple[Malformed, ...]
    file: Path | None


class Settling:
    """Settle the results of one run.

    Args:
        permissions: What is permitted.
        named: The name of the agent in a package; asked only where it matters.
        marked: The files of a package that may hold waivers; by default all are searched.
        adopt: Makes what objects now, and may be waived, into the baseline; it is told of which
            agents' gates were judged. None to adopt nothing.
    """

    def __init__(
        self,
        permissions: Permissions,
        *,
        named: Callable[[Package], str],
        marked: Callable[[Package], tuple[PurePosixPath, ...]] | None = None,
        adopt: Adopt | None = None,
    ) -> None:
        self._permissions = permissions
        self._named = named
        self._marked = marked or _searched
        self._adopt = adopt
        self._own: dict[Path, _Own] = {}
        # By package: two of them may have equal comments at equal places.
        self._used: set[tuple[Path, Waiver]] = set()
        self._met: set[Entry] = set()
        self._judged: set[tuple[str, GateId]] = set()

    def prepare(self, packages: Sequence[Package]) -> None:
        """Read what *packages* permit themselves, before minutes are spent on their gates.

        Raises:
            InputError: The waivers of one can't be read.
        """
        for package in packages:
            self._of(package)

    def waived(self, package: Package, result: GateResult) -> GateResult:
        """Return *result* with what is permitted marked as waived, and its verdict made anew.

        A gate that could not decide, and one that was left out, say what they said.

        Raises:
            InputError: The package's own waivers can't be read.
        """
        if result.verdict not in _DECIDED or not result.findings:
            return result
        own = self._of(package)
        all_of_them = (*own.waivers, *self._permissions.waivers)
        waivers = tuple(one for one in all_of_them if one.is_for(own.agent))
        if not waivers and self._permissions.baseline is None:
            return result
        findings = tuple(self._permitted(one, package, waivers) for one in result.findings)
        return replace(result, findings=findings, verdict=_verdict(findings))

    def settled(
        self, packages: Sequence[Package], results: Sequence[tuple[GateResult, ...]]
    ) -> tuple[tuple[GateResult, ...], ...]:
        """Return the *results* of every package with waivers applied, and objected to.

        Args:
            packages: All of the run.
            results: What the gates said of each, in the same order.

        Raises:
            InputError: The waivers of a package can't be read.
        """
        if self._adopt is not None:
            self._adopt_all(packages, results, self._adopt)
        whole = []
        for package, of_one in zip(packages, results, strict=True):
            waived = tuple(self.waived(package, result) for result in of_one)
            own = self._of(package)
            self._judged |= {(own.agent, one.id) for one in waived if _has_judged(one)}
            whole.append(_with(waived, self._lapses(own, package, waived)))
        for index, found in self._shared_lapses(packages, whole):
            whole[index] = _with(whole[index], [found])
        return tuple(tuple(_cut(result) for result in of_one) for of_one in whole)

    def _adopt_all(
        self, packages: Sequence[Package], results: Sequence[tuple[GateResult, ...]], adopt: Adopt
    ) -> None:
        """Make what objects into the baseline; not where a gate could not say what it found."""
        from waooaw_cli.gates.baseline import entry_of, is_adoptable

        if any(one.verdict is Verdict.ERROR for of_one in results for one in of_one):
            return
        entries: dict[Entry, str] = {}
        judged: set[tuple[str, GateId]] = set()
        for package, of_one in zip(packages, results, strict=True):
            agent = self._named(package)
            for result in (self.waived(package, result) for result in of_one):
                judged |= {(agent, result.id)} if _has_judged(result) else set()
                for one in result.findings:
                    if one.objects and is_adoptable(one.rule):
                        entries[entry_of(one, agent)] = one.message
        self._permissions = replace(self._permissions, baseline=adopt(entries, judged))
        self._own.clear()  # an agent's name matters now

    def gone(self) -> int:
        """Return how many entries of the baseline no longer occur, of those that were judged."""
        from waooaw_cli.gates.owners import owner

        baseline = self._permissions.baseline
        left = baseline.entries.keys() - self._met if baseline else ()
        return sum((entry.agent, owner(entry.rule)) in self._judged for entry in left)

    def _of(self, package: Package) -> _Own:
        if package.root not in self._own:
            self._own[package.root] = self._read(package)
        return self._own[package.root]

    def _read(self, package: Package) -> _Own:
        """Read what a package itself permits."""
        waivers: list[Waiver] = []
        malformed: list[Malformed] = []
        file, table = _own_table(package, self._permissions.file)
        if file is not None:
            from waooaw_cli.gates.waivers import read_waivers

            source = f"{package.shown}/{file.name}"
            waivers += read_waivers(table, source=source, today=self._permissions.today)
        if paths := self._marked(package):
            from waooaw_cli.gates.beside import Malformed, beside

            for one in beside(package.root, paths, today=self._permissions.today):
                if isinstance(one, Malformed):
                    malformed.append(one)
                else:
                    waivers.append(one)
        shared = self._permissions.waivers or self._permissions.baseline
        agent = self._named(package) if shared or waivers else ""
        return _Own(agent, tuple(waivers), tuple(malformed), file)

    def _permitted(
        self, finding: Finding, package: Package, waivers: tuple[Waiver, ...]
    ) -> Finding:
        from waooaw_cli.gates.owners import is_waivable

        reason: str | None = None
        covering = [one for one in waivers if one.covers(finding)]
        if covering and is_waivable(finding.rule):
            self._used.update((package.root, one) for one in covering)
            holding = (one for one in covering if one.holds(today=self._permissions.today))
            reason = next((one.reason for one in holding), None)
        listed = self._listed(finding, self._of(package).agent)
        if reason is None and listed is None:
            return finding
        return replace(finding, waived=True, waiver=reason or listed)

    def _listed(self, finding: Finding, agent: str) -> str | None:
        """Return what stands as the reason where the baseline has *finding*; None otherwise."""
        if self._permissions.baseline is None:
            return None
        from waooaw_cli.gates.baseline import WAIVER, entry_of

        entry = entry_of(finding, agent)
        if entry not in self._permissions.baseline.entries:
            return None
        self._met.add(entry)
        return WAIVER

    def _lapses(
        self, own: _Own, package: Package, results: tuple[GateResult, ...]
    ) -> Iterator[tuple[GateId, Finding]]:
        """Yield what is wrong with a package's own waivers, each with the gate that says it."""
        if not own.waivers and not own.malformed:
            return
        from waooaw_cli.gates.lapses import lapse, located, malformed

        judged = {one.id for one in results if _has_judged(one)}
        for one in own.waivers:
            used = (package.root, one) in self._used
            if found := lapse(one, today=self._permissions.today, used=used, judged=judged):
                yield found[0], located(found[1], one, package, own.file)
        for comment in own.malformed:
            yield GateId.SPEC, malformed(comment)

    def _shared_lapses(
        self, packages: Sequence[Package], results: Sequence[tuple[GateResult, ...]]
    ) -> Iterator[tuple[int, tuple[GateId, Finding]]]:
        """Yield what is wrong with the waivers of the settings, at the first agent they are for."""
        if not self._permissions.waivers or not packages:
            return
        from waooaw_cli.gates.lapses import lapse, located

        agents = [self._of(package).agent for package in packages]
        judged = [{one.id for one in of_one if _has_judged(one)} for of_one in results]
        used = {waiver for _, waiver in self._used}
        for one in self._permissions.waivers:
            meant = [index for index, agent in enumerate(agents) if one.is_for(agent)]
            complete = self._permissions.complete
            if not meant and not complete:  # it may be for an agent of another run
                continue
            # For one agent by its name this run can tell; for more only where all of them are here.
            tells = complete or one.agent in agents
            by_all = set(GateId).intersection(*(judged[index] for index in meant or [0]))
            found = lapse(
                one,
                today=self._permissions.today,
                used=one in used,
                judged=by_all if tells else (),
            )
            if found:
                first = meant[0] if meant else 0
                place = located(found[1], one, packages[first], self._permissions.file)
                yield first, (found[0], place)


def _searched(package: Package) -> tuple[PurePosixPath, ...]:
    from waooaw_cli.gates.beside import marked

    return marked(package.root)


def _own_table(package: Package, shared: Path | None) -> tuple[Path | None, object]:
    """Return the file in which a package states its own waivers, and what it says of them.

    The same file as for settings: `waooaw.toml`, or else `pyproject.toml`. None where there are no
    waivers, or where they are read as the settings' already.

    Raises:
        InputError: Its waooaw.toml is no TOML.
    """
    for name, place in (("waooaw.toml", ()), ("pyproject.toml", ("tool", "waooaw"))):
        file = package.root / name
        try:
            content = file.read_bytes()
        except OSError:  # there is none; the gates say what can't be read
            continue
        # The word is looked for first: to read TOML costs a millisecond for each package.
        if file == shared or b"waivers" not in content:
            return None, None
        found = _toml(content, f"{package.shown}/{name}" if not place else None)
        for part in (*place, "waivers"):
            found = found.get(part) if isinstance(found, dict) else None
        return (None, None) if found is None else (file, found)
    return None, None


def _toml(content: bytes, source: str | None) -> object:
    """Return what *content* says; None where it is no TOML and has no *source* to blame."""
    import tomllib

    try:
        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        if source is None:  # the gate `spec` says what is wrong with pyproject.toml
            return None
        from waooaw.errors import InputError

        raise InputError(f"{source}: is not TOML: {error}", hint="see https://toml.io") from error


def _with(
    results: tuple[GateResult, ...], found: Iterable[tuple[GateId, Finding]]
) -> tuple[GateResult, ...]:
    """Put findings on waivers into the results of the gates, where these were not left out."""
    more: dict[GateId, list[Finding]] = {}
    for gate, finding in found:
        more.setdefault(gate, []).append(finding)
    return tuple(
        _more(result, more[result.id])
        if result.id in more and result.verdict is not Verdict.SKIPPED
        else result
        for result in results
    )


def _more(result: GateResult, found: list[Finding]) -> GateResult:
    findings = (*result.findings, *found)
    verdict = _verdict(findings) if result.verdict in _DECIDED else result.verdict
    return replace(result, findings=findings, verdict=verdict)


def _verdict(findings: Iterable[Finding]) -> Verdict:
    return Verdict.FAIL if any(one.objects for one in findings) else Verdict.PASS


def _has_judged(result: GateResult) -> bool:
    return result.verdict in _DECIDED and not any(
        one.rule.startswith(_NOT_JUDGED) for one in result.findings
    )


def _cut(result: GateResult) -> GateResult:
    """Leave out of a report what nobody reads; sorted by weight, so never what fails the gate."""
    if len(result.findings) <= MOST_FINDINGS:
        return result
    ordered = sorted(result.findings, key=lambda finding: not finding.objects)
    return replace(result, findings=tuple(ordered[:MOST_FINDINGS]))
