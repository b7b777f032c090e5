from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes.agent_package import agent_package

from waooaw_cli.factory.check import check
from waooaw_cli.gates.gate import Checked, Package
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
