from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from fakes.agent_package import agent_package

from waooaw.errors import EnvironmentFault, InputError
from waooaw_cli.factory.targets import packages_at, selected
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.report import GateId


def _agents(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "agent.yaml").write_text("name: wow-x\n")


def _shown(folder: Path, *paths: str) -> list[str]:
    found = packages_at([Path(path) for path in paths], folder=folder, output="generated")
    return [package.shown for package in found]


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
    _agents(tmp_path, "a/wow-x")

    found = packages_at(
        [Path("a/wow-x"), Path("a") / "." / "wow-x", tmp_path / "a" / "wow-x"],
        folder=tmp_path,
        output="generated",
    )

    assert found == (Package((tmp_path / "a" / "wow-x").resolve(), "a/wow-x"),)


def test_generated_agents_come_first(tmp_path: Path) -> None:
    """Without a path all generated agents are meant, and what is hidden is none of them."""
    agent_package(tmp_path)
    _agents(tmp_path, "made/wow-b", "made/wow-a", "made/.wow-c.new")

    found = packages_at([], folder=tmp_path, output="made")
    here = packages_at([], folder=tmp_path, output="elsewhere")

    assert [package.shown for package in found] == ["made/wow-a", "made/wow-b"]
    assert [(package.shown, package.root) for package in here] == [(".", tmp_path.resolve())]


def test_a_folder_of_agents_stands_for_them(tmp_path: Path) -> None:
    """A folder that is no agent means the agents in it; an agent means itself only."""
    _agents(tmp_path, "made/wow-b", "made/wow-b/inner", "made/wow-a", "made/.wow-c.new")

    assert _shown(tmp_path, "made", "made/wow-a") == ["made/wow-a", "made/wow-b"]
    assert _shown(tmp_path, "made/wow-b") == ["made/wow-b"]


def test_agents_by_team_and_domain(tmp_path: Path) -> None:
    """Agents stand up to four folders deep, and in no folder that tools fill."""
    _agents(
        tmp_path,
        *("a/pay/eu/desk/wow-deep", "a/wow-flat", "a/pay/wow-mid"),
        *("a/1/2/3/4/wow-too-deep", "a/node_modules/wow-x", "a/.venv/wow-x", "a/venv/lib/wow-x"),
        *("a/pay/__pycache__/wow-x", "a/.git/wow-x"),
    )

    assert _shown(tmp_path, "a") == ["a/pay/eu/desk/wow-deep", "a/pay/wow-mid", "a/wow-flat"]
    assert _shown(tmp_path, "a/1") == ["a/1/2/3/4/wow-too-deep"]


@pytest.mark.parametrize("path", ["wow-x/agent.yaml", "wow-x/src", "none"])
def test_what_is_no_agent(tmp_path: Path, path: str) -> None:
    """A file, a folder without a specification and a missing path are refused."""
    agent_package(tmp_path / "wow-x")

    with pytest.raises(InputError, match="is no"):
        _shown(tmp_path, path)


def test_nothing_to_gate(tmp_path: Path) -> None:
    """Without any agent there is nothing to do, which is said and not passed over."""
    with pytest.raises(InputError, match="there is no agent"):
        _shown(tmp_path)


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["agents/*/wow-*"], ["agents/eu/wow-a", "agents/eu/wow-b", "agents/us/wow-a"]),
        (["agents/?s/*"], ["agents/us/wow-a"]),
        (["agents/[!u]*/wow-a"], ["agents/eu/wow-a"]),
        (["agents/*"], ["agents/eu/wow-a", "agents/eu/wow-b", "agents/us/wow-a", "agents/wow-c"]),
        (
            ["**/wow-*"],
            [
                *("agents/eu/wow-a", "agents/eu/wow-b", "agents/us/wow-a", "agents/wow-c"),
                "more/1/2/3/4/5/wow-d",
            ],
        ),
        (["more/**"], ["more/1/2/3/4/5/wow-d"]),
        (["agents/**/wow-a"], ["agents/eu/wow-a", "agents/us/wow-a"]),
        (["agents/.hid*/*"], ["agents/.hidden/wow-h"]),
        (["agents/us/*", "agents/*/wow-a"], ["agents/us/wow-a", "agents/eu/wow-a"]),
        (["agents/*/../wow-c"], ["agents/eu/../wow-c"]),
    ],
)
def test_patterns(tmp_path: Path, patterns: list[str], expected: list[str]) -> None:
    """A pattern means what a shell would make of it, folders without agents aside."""
    _agents(
        tmp_path,
        *("agents/eu/wow-a", "agents/eu/wow-b", "agents/us/wow-a", "agents/wow-c"),
        *("agents/.hidden/wow-h", "agents/wow-c/tests/wow-inner", "more/1/2/3/4/5/wow-d"),
        *("node_modules/wow-x", "agents/.venv/wow-x"),
    )
    (tmp_path / "agents" / "eu" / "wow-notes.md").touch()
    (tmp_path / "agents" / "eu" / "wow-empty").mkdir()

    assert _shown(tmp_path, *patterns) == expected


def test_a_pattern_with_its_whole_path(tmp_path: Path) -> None:
    """Also an absolute pattern is one."""
    _agents(tmp_path, "agents/wow-a")

    assert _shown(Path.cwd(), f"{tmp_path}/*/wow-?") == [(tmp_path / "agents" / "wow-a").as_posix()]


def test_a_folder_with_a_name_like_a_pattern(tmp_path: Path) -> None:
    """What exists by that name is meant by it."""
    _agents(tmp_path, "agents[1]/wow-a", "agents1/wow-b")

    assert _shown(tmp_path, "agents[1]") == ["agents[1]/wow-a"]


@pytest.mark.parametrize("pattern", ["agents/*/none-*", "none/*", "agents/eu/*.md", "**/x", "["])
def test_a_pattern_that_matches_nothing(tmp_path: Path, pattern: str) -> None:
    """It is refused: a gate of nothing would pass."""
    _agents(tmp_path, "agents/eu/wow-a")
    (tmp_path / "agents" / "eu" / "a.md").touch()

    with pytest.raises(InputError, match="matches no agent"):
        _shown(tmp_path, pattern)


def test_links_that_lead_round(tmp_path: Path) -> None:
    """A linked agent counts once, and a circle of links has an end."""
    _agents(tmp_path, "agents/eu/wow-a")
    (tmp_path / "agents" / "eu" / "wow-z").symlink_to(tmp_path / "agents" / "eu" / "wow-a")
    (tmp_path / "agents" / "eu" / "round").symlink_to(tmp_path / "agents")

    assert _shown(tmp_path, "agents") == ["agents/eu/wow-a"]
    assert _shown(tmp_path, "**/wow-*") == ["agents/eu/wow-a"]


@pytest.mark.parametrize("path", ["many", "many/**"])
def test_too_many_folders(tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree without end is refused, and how to go on is said."""
    monkeypatch.setattr("waooaw_cli.factory.targets._MOST_FOLDERS", 10)
    for number in range(11):
        (tmp_path / "many" / str(number)).mkdir(parents=True)

    with pytest.raises(InputError, match="holds more than 10 folders"):
        _shown(tmp_path, path)


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Agents that can't be seen are not passed over in silence."""
    real = os.scandir

    def scandir(place: Path) -> object:
        if place.name == "locked":  # root reads everything, hence no chmod
            raise PermissionError(13, "Permission denied")
        return real(place)

    _agents(tmp_path, "agents/wow-a", "agents/locked/wow-b")
    monkeypatch.setattr(os, "scandir", scandir)

    with pytest.raises(EnvironmentFault, match="'agents/locked' can't be read: Permission denied"):
        _shown(tmp_path, "agents")


def _imported_by(statement: str) -> Sequence[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statement],
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]


def test_finding_packages_imports_nothing_heavy() -> None:
    """A run that has nothing to do has 60 ms in all."""
    imported = _imported_by("import waooaw_cli.factory.targets")

    assert not {"yaml", "pydantic", "rich", "typer", "subprocess", "asyncio"} & set(imported)
