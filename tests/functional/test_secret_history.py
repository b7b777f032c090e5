"""A secret that a commit added and another removed is found by the real program."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from fakes.agent_package import agent_package
from program import waooaw

TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"


def _git(folder: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "core.autocrlf=false")
    subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A repository whose branch `work` has leaked a token, and removed it again."""
    desk = agent_package(tmp_path / "desk")
    _git(tmp_path, "init", "-q", "-b", "main")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-q", "-m", "one")
    _git(tmp_path, "switch", "-q", "-c", "work")
    (desk / "notes.md").write_text(f"{TOKEN}\n", encoding="utf-8")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-q", "-m", "two")
    (desk / "notes.md").write_text("Ask the owner.\n", encoding="utf-8")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-q", "-m", "three")
    return tmp_path


def test_the_history_is_looked_at_where_a_base_is_known(fleet: Path) -> None:
    """By the option or by the settings, remembered results or not; the token is never shown."""
    command = ("gate", "desk", "--gate", "security", "--json")
    without = waooaw(*command, cwd=fleet)
    asked = waooaw(*command, "--changed-since", "main", cwd=fleet)
    (fleet / "waooaw.toml").write_text('[secrets]\nbase = "main"\n', encoding="utf-8")
    settings = waooaw(*command, cwd=fleet)

    assert (without.returncode, asked.returncode, settings.returncode) == (0, 1, 1), asked.stderr
    for ran in (asked, settings):
        gates = json.loads(ran.stdout)["targets"][0]["gates"]
        [finding] = [one for gate in gates for one in gate["findings"]]
        assert (finding["rule"], finding["path"]) == ("SEC-023", "notes.md")
        assert TOKEN not in ran.stdout


def test_a_base_that_nobody_fetched(fleet: Path) -> None:
    """The gate can't decide, which is no pass."""
    (fleet / "waooaw.toml").write_text('[secrets]\nbase = "origin/main"\n', encoding="utf-8")

    ran = waooaw("gate", "desk", "--gate", "security", cwd=fleet)

    assert ran.returncode == 3
    assert "GATE-E001" in ran.stdout


def test_a_wrong_table_is_bad_input(fleet: Path) -> None:
    """A key that there is not is told before anything runs."""
    (fleet / "waooaw.toml").write_text('[secrets]\nbases = "main"\n', encoding="utf-8")

    ran = waooaw("gate", "desk", "--gate", "security", cwd=fleet)

    assert ran.returncode == 2
    assert "there is no key 'bases'" in ran.stderr
