"""A real git repository to change things in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fakes.agent_package import agent_package

__all__ = ["Repository", "repository"]


@dataclass(frozen=True)
class Repository:
    """Hold a repository with one agent, `agents/wow-heartbeat`."""

    top: Path

    @property
    def agent(self) -> Path:
        return self.top / "agents" / "wow-heartbeat"

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.top,
            env={
                **os.environ,
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_AUTHOR_NAME": "Ada",
                "GIT_AUTHOR_EMAIL": "ada@example.com",
                "GIT_COMMITTER_NAME": "Ada",
                "GIT_COMMITTER_EMAIL": "ada@example.com",
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def commit(self, message: str = "more") -> str:
        """Commit everything and return the commit's name."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that a file of the agent has."""
        path = self.agent / file
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def add(self, file: str, text: str) -> None:
        """Append to a file of the agent, which is made where it is missing."""
        path = self.agent / file
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(before + text, encoding="utf-8")


def repository(top: Path, files: Mapping[str, str | None] | None = None) -> Repository:
    """Make a repository with one commit in the folder *top*; *files* as `agent_package` does."""
    top.mkdir(parents=True, exist_ok=True)
    made = Repository(top)
    agent_package(made.agent, files)
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("config", "commit.gpgsign", "false")
    made.commit("first")
    return made
