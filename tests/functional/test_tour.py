"""The README's promises, executed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest


def commands(root: Path, part: str) -> list[str]:
    text = (root / "README.md").read_text(encoding="utf-8")
    section = text.split(f"<!-- {part} -->")[1].split(f"<!-- /{part} -->")[0]
    return [block.strip() for block in re.findall(r"```sh\n(.*?)```", section, re.DOTALL)]


@pytest.mark.skipif(os.name == "nt", reason="the tour is written for a POSIX shell")
def test_the_five_minute_tour_works_as_written(root: Path, tmp_path: Path) -> None:
    """Every command of the tour ends with exit code 0 and shows what the text says."""
    shutil.copytree(root / "docs" / "tour", tmp_path / "docs" / "tour")
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])

    printed = []
    for command in commands(root, "tour"):
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        printed.append(done.stdout)

    made, ran, gated, explained, doctored = printed
    assert "pass: 1 agent, 8 gates" in made
    lines = ran.splitlines()
    assert len(lines) == 4
    assert "not-written" in lines[0]
    assert "no-cash" in lines[1]
    assert "pass: 1 agent, 8 gates" in gated
    assert {"gates.sarif", "gates.md"} <= {path.name for path in (tmp_path / "tour").iterdir()}
    assert "VIS-C001" in explained
    assert "settings in force" in doctored


def test_ci_runs_the_test_command_of_the_readme(root: Path) -> None:
    """`.ci/run` takes its command from the README, so the two cannot drift apart."""
    command = commands(root, "tests")
    script = (root / ".ci" / "run").read_text(encoding="utf-8")

    assert len(command) == 1
    assert "nox --sessions tests" in command[0]
    assert "<!-- tests -->" in script


def test_the_command_pages_are_what_help_says(root: Path) -> None:
    """docs/cli.md is made from --help, docs/vision-rules.md from the rules; both are true."""
    done = subprocess.run(
        [sys.executable, "docs/make.py", "--check"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_the_picture_stands_alone(root: Path) -> None:
    """The README's picture shows a passing run and loads nothing from anywhere."""
    picture = (root / "docs" / "new-agent.svg").read_text(encoding="utf-8")

    assert "pass:" in re.sub(r"<[^>]+>|&#160;", " ", picture)
    assert "url(http" not in picture
    assert "@import" not in picture
