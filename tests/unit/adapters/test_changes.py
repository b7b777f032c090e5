from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from fakes.agent_package import agent_package

from waooaw.errors import InputError
from waooaw_cli.adapters.changes import Changes
from waooaw_cli.adapters.process import Processes


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A repository with two agents, committed."""
    for name in ("wow-a", "wow-b"):
        agent_package(tmp_path / "fleet" / name)
    fleet = tmp_path / "fleet"
    _git(fleet, "init", "-q", "-b", "main")
    _git(fleet, "add", ".")
    _git(fleet, "commit", "-q", "-m", "both")
    return fleet


def _changed(processes: Processes, fleet: Path, reference: str = "main") -> list[str]:
    changes = Changes(processes)
    return [
        folder.name for folder in sorted(fleet.glob("wow-*")) if changes.since(folder, reference)
    ]


def test_nothing_changed(processes: Processes, fleet: Path) -> None:
    """An agent whose files are those of the commit has not changed."""
    assert _changed(processes, fleet) == []


@pytest.mark.parametrize("step", ["edited", "staged", "committed", "new", "deleted"])
def test_a_change_is_seen(processes: Processes, fleet: Path, step: str) -> None:
    """An edit counts whether it is staged, committed or neither; so do new and deleted files."""
    file = fleet / "wow-a" / "src" / "wow_heartbeat" / "agent.py"
    match step:
        case "new":
            (file.parent / "more.py").write_text("x = 1\n")
        case "deleted":
            file.unlink()
        case _:
            file.write_text("x = 1\n")
    if step in {"staged", "committed"}:
        _git(fleet, "add", ".")
    if step == "committed":
        _git(fleet, "tag", "before")
        _git(fleet, "commit", "-q", "-m", "edit")

    assert _changed(processes, fleet, "before" if step == "committed" else "main") == ["wow-a"]


def test_what_git_does_not_know_has_changed(processes: Processes, fleet: Path) -> None:
    """An agent that git ignores can't be compared, so it is gated."""
    (fleet / ".gitignore").write_text("/wow-c/\n")
    agent_package(fleet / "wow-c")

    assert _changed(processes, fleet) == ["wow-c"]


@pytest.mark.parametrize("reference", ["no-such-branch", "--output=stolen", ""])
def test_an_unknown_reference_is_refused(processes: Processes, fleet: Path, reference: str) -> None:
    """What names no commit is the user's mistake, and is never read as an option of git."""
    with pytest.raises(InputError, match="there is no such commit"):
        Changes(processes).since(fleet / "wow-a", reference)

    assert not list(fleet.rglob("stolen"))


def test_outside_of_a_repository(processes: Processes, package: Path) -> None:
    """Without a repository there is nothing to compare with."""
    with pytest.raises(InputError, match="not a git repository"):
        Changes(processes).since(package, "main")
