"""What git's commits have added: real repositories."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from waooaw_cli.adapters import history
from waooaw_cli.adapters.history import GitHistory
from waooaw_cli.adapters.process import Processes
from waooaw_cli.gates.ports import ToolCrashed, ToolMissing

_LIMIT = timedelta(seconds=60)


def _git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "core.autocrlf=false")
    command = ["git", *settings, *arguments]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def _commit(folder: Path, name: str, content: bytes | None) -> str:
    path = folder / name
    if content is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", "more")
    return _git(folder, "rev-parse", "HEAD")[:10]


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Processes(os.environ) as started:
        yield started


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """A package in a repository, with one commit, whose branch is named `main`."""
    _git(tmp_path, "init", "-q", "-b", "main")
    folder = tmp_path / "agents" / "desk"
    _commit(tmp_path, "agents/desk/agent.yaml", b"name: desk\n")
    _git(tmp_path, "switch", "-q", "-c", "work")
    return folder


def added(agent: Path, processes: Processes) -> list[tuple[str, str, str]]:
    found = GitHistory(processes).added(agent, "main", limit=_LIMIT)
    return [(one.commit, str(one.path), one.text.strip()) for one in found]


def test_what_was_removed_again_is_told(agent: Path, processes: Processes) -> None:
    """Every line that a commit has added, whether it is still there or not."""
    first = _commit(agent, "deploy/x.env", b"A=1\nB=2\n")
    second = _commit(agent, "deploy/x.env", b"A=1\nB=3\n")
    _commit(agent, "deploy/x.env", None)

    assert added(agent, processes) == [
        (second, "deploy/x.env", "B=3"),
        (first, "deploy/x.env", "A=1\nB=2"),
    ]


def test_nothing_came_since(agent: Path, processes: Processes) -> None:
    """Where the base is the newest commit, nothing was added."""
    assert added(agent, processes) == []


def test_other_folders_are_not_the_agent_s(agent: Path, processes: Processes) -> None:
    """Only what lies below the package is told, by its path in it."""
    _commit(agent.parent, "README.md", b"all agents\n")

    assert added(agent, processes) == []


@pytest.mark.parametrize(
    "name", ["with space.txt", "ünï.txt", 'a"b.txt', "tab\there.txt", "+++ x.txt", "b/b.txt"]
)
def test_any_name_is_told(agent: Path, processes: Processes, name: str) -> None:
    """Git quotes some names; they come out as they are."""
    _commit(agent, name, b"x\n")

    assert [path for _, path, _ in added(agent, processes)] == [name]


@pytest.mark.parametrize(
    "line",
    [
        b"\x1ecommit 0000",
        b"diff --git a/x b/x",
        b"++ b/other",
        b"-- a/other",
        b"@ -1 +1 @@",
        b"+++ b/other",
        b"@@ -1 +1 @@",
        b"\x0c\x0b\x1c\x85",
        b"",
    ],
)
def test_no_content_is_taken_for_git_s_own_words(
    agent: Path, processes: Processes, line: bytes
) -> None:
    """What looks like the beginning of another file hides nothing of this one."""
    _commit(agent, "x.txt", b"before\n" + line + b"\nafter\n")

    [(_, path, text)] = added(agent, processes)

    assert path == "x.txt"
    assert text.startswith("before")
    assert text.endswith("after")


def test_attributes_and_settings_hide_nothing(agent: Path, processes: Processes) -> None:
    """A file that is said to be binary is shown, and so is one with a filter of its own."""
    _commit(agent, ".gitattributes", b"*.txt -diff\n*.md diff=own\n")
    _git(agent, "config", "diff.own.textconv", "true")
    _git(agent, "config", "diff.noprefix", "true")
    _git(agent, "config", "diff.external", "true")
    _git(agent, "config", "color.ui", "always")
    _commit(agent, "x.txt", b"text\n")
    _commit(agent, "x.md", b"words\n")

    assert [(path, text) for _, path, text in added(agent, processes)][:2] == [
        ("x.md", "words"),
        ("x.txt", "text"),
    ]


def test_pictures_are_passed_over(agent: Path, processes: Processes) -> None:
    """What has zero bytes at its beginning is no text."""
    _commit(agent, "x.png", b"\x89PNG\0\0\n")

    assert added(agent, processes) == []


def test_what_only_a_merge_has_added(agent: Path, processes: Processes) -> None:
    """A merge may hold lines that none of its branches has; what they have is told once."""
    _commit(agent, "x.txt", b"1\n2\n3\n")
    _git(agent, "switch", "-q", "-c", "side")
    _commit(agent, "x.txt", b"1\nside\n3\n")
    _git(agent, "switch", "-q", "work")
    _commit(agent, "x.txt", b"1\nwork\n3\n")
    with pytest.raises(subprocess.CalledProcessError):
        _git(agent, "merge", "-q", "side")
    merge = _commit(agent, "x.txt", b"1\nboth\n3\n")

    found = added(agent, processes)

    assert (merge, "x.txt", "both") in found
    assert sorted(text for _, _, text in found) == ["1\n2\n3", "both", "side", "work"]


def test_a_base_that_is_unknown(agent: Path, processes: Processes) -> None:
    """A commit that is not there, or that shares nothing, is no reason to pass."""
    reader = GitHistory(processes)
    with pytest.raises(ToolCrashed, match="can't tell"):
        reader.added(agent, "nowhere", limit=_LIMIT)
    with pytest.raises(ToolCrashed, match="can't tell"):
        reader.added(agent, "--all", limit=_LIMIT)
    _git(agent, "switch", "-q", "--orphan", "alone")
    _commit(agent, "agent.yaml", b"name: other\n")
    with pytest.raises(ToolCrashed, match="can't tell"):
        reader.added(agent, "main", limit=_LIMIT)


def test_a_folder_in_no_repository(tmp_path: Path, processes: Processes) -> None:
    """Where nobody keeps commits, nobody can tell what came since one."""
    with pytest.raises(ToolCrashed, match="can't tell"):
        GitHistory(processes).added(tmp_path, "main", limit=_LIMIT)


def test_too_many_commits(
    agent: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking ends somewhere, and says so."""
    monkeypatch.setattr(history, "_MOST_COMMITS", 1)
    _commit(agent, "x.txt", b"1\n")
    assert added(agent, processes) != []
    _commit(agent, "x.txt", b"2\n")

    with pytest.raises(ToolCrashed, match="more than 1 commits"):
        added(agent, processes)


def test_without_git(agent: Path, tmp_path: Path) -> None:
    """A tool that is missing is told, and never taken for nothing to say."""
    with Processes({"PATH": str(tmp_path / "nothing")}) as processes, pytest.raises(ToolMissing):
        GitHistory(processes).added(agent, "main", limit=_LIMIT)
