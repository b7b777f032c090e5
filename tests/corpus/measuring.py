"""Measure what the gates find: recall on planted faults, false alarms on their clean twins."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.planting import Case, Variant, cases, plant
from places import ROOT

from waooaw_cli.commands.gating import how_many, processes_for, wired_gates
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.report import Finding, GateId, GateResult, Verdict
from waooaw_cli.gates.runner import Runner
from waooaw_cli.settings import read_settings

__all__ = ["HIGHEST_FALSE", "LOWEST_RECALL", "Outcome", "Score", "judged", "main", "table"]

LOWEST_RECALL = 0.95
HIGHEST_FALSE = 0.02
DOCUMENT = ROOT / "docs" / "gates-measured.md"
_BEGIN, _END = "<!-- corpus: begin -->\n", "<!-- corpus: end -->\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold what the gate of a case said of one of its packages."""

    case: Case
    variant: Variant
    verdict: Verdict
    objections: tuple[Finding, ...]

    @property
    def found(self) -> bool:
        """Whether the rule that was expected objects."""
        rules = {finding.rule for finding in self.objections}
        return self.verdict is Verdict.FAIL and self.case.rule in rules

    @property
    def as_it_should(self) -> bool:
        """Whether a fault was found, or a twin passed."""
        return self.found if self.variant == "fault" else self.verdict is Verdict.PASS

    def line(self) -> str:
        """Say in one line what happened."""
        said = "; ".join(f"{one.rule} {one.path or ''} {one.message}" for one in self.objections)
        wanted = self.case.rule if self.variant == "fault" else "nothing"
        return f"{self.case.id} ({self.variant}): {wanted} expected, {self.verdict}: {said}"


@dataclass(frozen=True, slots=True)
class Score:
    """Hold the figures of one gate."""

    gate: GateId
    faults: int
    found: int
    twins: int
    alarms: int

    @property
    def recall(self) -> float:
        """The share of faults that were found."""
        return self.found / self.faults

    @property
    def holds(self) -> bool:
        """Whether both bars are met."""
        return self.recall >= LOWEST_RECALL and self.alarms <= HIGHEST_FALSE * self.twins


class _Silence:
    def begin(self, target: str, gate: GateId) -> None:
        """Say nothing."""

    def end(self, target: str, result: GateResult) -> None:
        """Say nothing."""


def judged(chosen: Sequence[Case], *, folder: Path, jobs: int = 0) -> tuple[Outcome, ...]:
    """Plant *chosen*, all of one gate, below *folder*; judge both packages of each.

    Args:
        chosen: The cases.
        folder: Where packages and caches are kept.
        jobs: How many packages are judged at once; 0: as many as processors.
    """
    gate = chosen[0].gate
    variants: tuple[Variant, ...] = ("fault", "twin")
    planted = [
        (case, variant, package)
        for variant in variants
        for case, package in plant(
            chosen, variant, bases=folder / "bases", into=folder / "planted" / gate
        )
    ]
    settings = read_settings(folder, {})
    with processes_for(settings) as processes:
        gates = wired_gates(processes, folder / "cache", settings)
        runner = Runner(gates, jobs=how_many(jobs), progress=_Silence())
        results = runner.run(
            [Package(path.resolve(), path.name) for _, _, path in planted],
            chosen=frozenset({gate}),
        )
    return tuple(
        _outcome(case, variant, next(one for one in of_package if one.id is gate))
        for (case, variant, _), of_package in zip(planted, results, strict=True)
    )


def _outcome(case: Case, variant: Variant, result: GateResult) -> Outcome:
    objections = tuple(finding for finding in result.findings if finding.objects)
    return Outcome(case, variant, result.verdict, objections)


def score(gate: GateId, outcomes: Iterable[Outcome]) -> Score:
    """Count what happened."""
    all_of_it = tuple(outcomes)
    faults = [one for one in all_of_it if one.variant == "fault"]
    twins = [one for one in all_of_it if one.variant == "twin"]
    return Score(
        gate,
        faults=len(faults),
        found=sum(one.as_it_should for one in faults),
        twins=len(twins),
        alarms=sum(not one.as_it_should for one in twins),
    )


def table(scores: Sequence[Score]) -> str:
    """Return the scores as a table of Markdown, the sum last."""
    whole = ("all", *(sum(getattr(one, name) for one in scores) for name in _COUNTS))
    rows: list[tuple[str, ...]] = [
        ("gate", "faults", "found", "recall", "clean twins", "false alarms"),
        ("---", "---:", "---:", "---:", "---:", "---:"),
    ]
    for name, faults, found, twins, alarms in [
        *((one.gate.value, one.faults, one.found, one.twins, one.alarms) for one in scores),
        whole,
    ]:
        recall = f"{int(found) / int(faults):.3f}"
        rows.append((str(name), str(faults), str(found), recall, str(twins), str(alarms)))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


_COUNTS = ("faults", "found", "twins", "alarms")


def _parts(document: str) -> tuple[str, str, str]:
    before, begin, rest = document.partition(_BEGIN)
    inside, end, after = rest.partition(_END)
    return before + begin, inside, end + after


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit code whether the bars are met."""
    parser = argparse.ArgumentParser(description="Measure what the gates find.")
    parser.add_argument("gates", nargs="*", metavar="GATE", help="one of the eight; default: all")
    parser.add_argument("--write", action="store_true", help="keep the table in the docs")
    parser.add_argument("--check", action="store_true", help="fail where the docs say otherwise")
    parser.add_argument("--keep", type=Path, help="keep the packages in this folder")
    options = parser.parse_args(arguments)
    gates = [GateId(name) for name in options.gates] or list(GateId)
    scores = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(options.keep or name).resolve()
        for gate in gates:
            outcomes = judged(cases(gate), folder=folder)
            scores.append(score(gate, outcomes))
            for wrong in (one for one in outcomes if not one.as_it_should):
                sys.stdout.write(f"MISS {wrong.line()}\n")
    text = table(scores)
    sys.stdout.write(text)
    before, inside, after = _parts(DOCUMENT.read_text(encoding="utf-8"))
    if options.write:
        DOCUMENT.write_text(before + text + after, encoding="utf-8")
    elif options.check and inside != text:
        sys.stdout.write(f"{DOCUMENT.name} says otherwise\n")
        return 1
    return 0 if all(one.holds for one in scores) else 1
