from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.agent_package import agent_package

from waooaw.errors import InputError
from waooaw_cli.factory.check import check, packages_at, selected
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


@pytest.mark.parametrize(
    ("only", "skip", "left"),
    [
        ([], [], frozenset(GateId)),
        (["lint", "types"], [], frozenset({GateId.LINT, GateId.TYPES})),
        (["lint", "types"], ["types"], frozenset({GateId.LINT})),
        ([], ["performance"], frozenset(GateId) - {GateId.PERFORMANCE}),
    ],
)
def test_the_gates_that_are_left(only: list[str], skip: list[str], left: frozenset[GateId]) -> None:
    """What is skipped wins over what is chosen; nothing chosen means all."""
    assert selected(only, skip) == left


@pytest.mark.parametrize(("only", "skip"), [(["x"], []), ([], ["x"]), ([], list(GateId))])
def test_a_choice_that_leaves_nothing_to_judge(only: list[str], skip: list[str]) -> None:
    """An unknown gate, and no gate at all, are the user's mistake."""
    with pytest.raises(InputError) as caught:
        selected(only, skip)

    assert caught.value.hint


def test_packages_are_found_as_named(tmp_path: Path) -> None:
    """A package keeps the name that the user gave it, is listed once, and its root is absolute."""
    agent_package(tmp_path / "a" / "wow-x")

    found = packages_at(
        [Path("a/wow-x"), Path("a") / "." / "wow-x", tmp_path / "a" / "wow-x"],
        folder=tmp_path,
        output="generated",
    )

    assert found == (Package((tmp_path / "a" / "wow-x").resolve(), "a/wow-x"),)


def test_generated_agents_come_first(tmp_path: Path) -> None:
    """Without a path all generated agents are meant, and what is hidden is none of them."""
    agent_package(tmp_path)
    for name in ("wow-b", "wow-a", ".wow-c.new"):
        agent_package(tmp_path / "made" / name)

    found = packages_at([], folder=tmp_path, output="made")
    here = packages_at([], folder=tmp_path, output="elsewhere")

    assert [package.shown for package in found] == ["made/wow-a", "made/wow-b"]
    assert [(package.shown, package.root) for package in here] == [(".", tmp_path.resolve())]


def test_a_folder_of_agents_stands_for_them(tmp_path: Path) -> None:
    """A folder that is no agent means the agents directly in it; an agent means itself only."""
    agent_package(tmp_path / "made" / "wow-b" / "inner")
    for name in ("wow-b", "wow-a", ".wow-c.new"):
        agent_package(tmp_path / "made" / name)

    found = packages_at([Path("made"), Path("made/wow-a")], folder=tmp_path, output="generated")
    one = packages_at([Path("made/wow-b")], folder=tmp_path, output="generated")

    assert [package.shown for package in found] == ["made/wow-a", "made/wow-b"]
    assert [package.shown for package in one] == ["made/wow-b"]


@pytest.mark.parametrize("path", ["wow-x/agent.yaml", "wow-x/src", "none"])
def test_what_is_no_agent(tmp_path: Path, path: str) -> None:
    """A file, a folder without a specification and a missing path are refused."""
    agent_package(tmp_path / "wow-x")

    with pytest.raises(InputError, match="is no"):
        packages_at([Path(path)], folder=tmp_path, output="generated")


def test_nothing_to_gate(tmp_path: Path) -> None:
    """Without any agent there is nothing to do, which is said and not passed over."""
    with pytest.raises(InputError, match="there is no agent"):
        packages_at([], folder=tmp_path, output="generated")
