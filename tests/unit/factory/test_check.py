from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.agent_package import agent_package

from waooaw_cli.factory.check import check, named
from waooaw_cli.factory.steady import Steady
from waooaw_cli.gates.cache import Results
from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.inputs import Ground, Installed
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.report import GateId, GateResult, Verdict


@dataclass(frozen=True)
class Passing:
    """A gate that has nothing to say."""

    id: GateId
    needs: frozenset[GateId] = frozenset()
    limit: timedelta = timedelta(seconds=20)

    alone = False

    def check(self, package: Package) -> Checked:
        return Checked()


class Unseen:
    """A progress that nobody looks at."""

    def begin(self, target: str, gate: GateId) -> None: ...

    def end(self, target: str, result: GateResult) -> None: ...


def _ticks() -> Iterator[datetime]:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while True:
        yield moment
        moment += timedelta(seconds=2)


def test_a_report_says_what_was_judged_and_when(tmp_path: Path) -> None:
    """A target has the agent's name and version as far as its specification can be read."""
    good = agent_package(tmp_path / "good")
    short = agent_package(tmp_path / "short", {"agent.yaml": "name: wow-short\n"})
    odd = agent_package(tmp_path / "odd", {"agent.yaml": "name: [1]\nversion: 2\n"})
    broken = agent_package(tmp_path / "broken", {"agent.yaml": "a: [\n"})
    packages = [Package(root, root.name) for root in (good, short, odd, broken)]
    ticks = _ticks()

    report = check(
        packages,
        [Passing(gate) for gate in GateId],
        chosen=frozenset({GateId.LINT}),
        jobs=2,
        progress=Unseen(),
        now=lambda: next(ticks),
    )

    assert [(target.path, target.agent, target.version) for target in report.targets] == [
        ("good", "wow-heartbeat", "0.1.0"),
        ("short", "wow-short", "0.1.0"),
        ("odd", "odd", ""),
        ("broken", "broken", ""),
    ]
    assert report.started_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert report.duration == timedelta(seconds=2)
    assert report.verdict is Verdict.PASS
    assert [gate.verdict for gate in report.targets[0].gates].count(Verdict.SKIPPED) == 7


def test_no_package_is_no_pass() -> None:
    """A report of nothing is undecided."""
    report = check(
        [],
        [Passing(GateId.LINT)],
        chosen=frozenset(GateId),
        jobs=1,
        progress=Unseen(),
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
    )

    assert report.verdict is Verdict.ERROR


def test_everything_skipped_is_said_so(tmp_path: Path) -> None:
    """A run in which nothing was to be judged is skipped: neither pass nor error."""
    package = Package(agent_package(tmp_path / "wow-x"), "wow-x")

    report = check(
        [package],
        [Passing(GateId.LINT)],
        chosen=frozenset(),
        jobs=1,
        progress=Unseen(),
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
    )

    assert report.verdict is Verdict.SKIPPED


@dataclass(frozen=True)
class Writing(Passing):
    """A gate that passes, and writes into the package, as a test may."""

    path: str = "agent.yaml"

    def check(self, package: Package) -> Checked:
        (package.root / self.path).write_text("name: wow-other\n")
        return Checked()


def _verdicts(tmp_path: Path, *gates: Passing, recall: Recall | None = None) -> list[GateResult]:
    package = Package(agent_package(tmp_path / "wow-heartbeat"), "wow-heartbeat")
    report = check(
        [package],
        gates,
        chosen=frozenset(gate.id for gate in gates),
        jobs=1,
        progress=Unseen(),
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        recall=recall,
    )
    [target] = report.targets
    return list(target.gates)


@pytest.mark.parametrize("cached", [False, True], ids=["anew", "remembered"])
def test_a_package_that_changes_meanwhile_does_not_pass(tmp_path: Path, *, cached: bool) -> None:
    """One gate saw what it was, another what it became: nobody knows what either comes to."""
    ground = Ground("p", "i", installed=lambda _: Installed({}, "i"))
    recall = Recall(Results(tmp_path / "results"), ground) if cached else None

    results = _verdicts(tmp_path, Passing(GateId.SPEC), Writing(GateId.LINT), recall=recall)

    assert [one.verdict for one in results] == [Verdict.ERROR, Verdict.ERROR]
    [finding] = results[0].findings
    assert (finding.rule, str(finding.path)) == ("GATE-E005", "agent.yaml")
    assert finding.message == "agent.yaml changed while the package was judged"
    assert finding.fingerprint


def test_an_agent_without_a_name_is_called_after_its_own_folder(tmp_path: Path) -> None:
    """The same specification in another folder is another agent, also where it is remembered."""
    ground = Ground("p", "i", installed=lambda _: Installed({}, "i"))
    recall = Recall(Results(tmp_path / "results"), ground)
    text = {"agent.yaml": "version: 0.1.0\n"}
    packages = [Package(agent_package(tmp_path / name, dict(text)), name) for name in ("a", "b")]

    assert [named(package, recall) for package in packages] == [("a", "0.1.0"), ("b", "0.1.0")]


def test_what_a_test_leaves_behind_is_let_be(tmp_path: Path) -> None:
    """A new file is none that a gate has judged as something else."""
    results = _verdicts(tmp_path, Passing(GateId.SPEC), Writing(GateId.LINT, path="left.txt"))

    assert [one.verdict for one in results] == [Verdict.PASS, Verdict.PASS]


def test_a_run_that_judged_nothing_saw_one_state(tmp_path: Path) -> None:
    """What was left out can't have seen another."""
    package = Package(agent_package(tmp_path / "wow-heartbeat"), "wow-heartbeat")
    steady = Steady([package], None)
    package.specification.unlink()
    skipped = (GateResult(GateId.SPEC, Verdict.SKIPPED),)

    assert steady.held([skipped]) == [skipped]
