"""The package's Dockerfile installs the agent as it says, with waooaw from a wheel beside it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from fakes.environments import Environment
from recipes.rendering import render, spec_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def package(cases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh package."""
    return render(
        spec_of(cases / "valid" / "wow-content-healthcare.yaml"), tmp_path_factory.mktemp("p") / "p"
    )


def _instructions(package: Path) -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, continued lines joined, comments left out."""
    text = (package / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(" ", 1)[0], " ".join(line.split(" ", 1)[1].split())) for line in lines]


def _context(package: Path, target: Path) -> Path:
    """Copy what .dockerignore lets into the build, in the simple form that ours has."""
    lines = (package / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "*"
    target.mkdir()
    for name in (line[1:] for line in lines if line.startswith("!")):
        source = package / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        elif source.exists():
            shutil.copyfile(source, target / name)
    return target


@pytest.mark.skipif(os.name == "nt", reason="the commands are those of a Linux image")
def test_image_s_commands_install_the_agent(package: Path, wheel: Path, tmp_path: Path) -> None:
    """What the build stage runs gives an agent that says it is healthy and decides an event."""
    context = _context(package, tmp_path / "build")
    (context / "wheels").mkdir()
    shutil.copy(wheel, context / "wheels")
    environment = Environment(tmp_path / "agent")
    steps = [shlex.split(step) for name, step in _instructions(package) if name == "RUN"]
    pip = [step for step in steps if step[0] == "/opt/agent/bin/pip"]

    assert ["python", "-m", "venv", "/opt/agent"] in steps
    assert len(pip) == 1
    # hatchling comes from the libraries here, from the index in an image.
    environment.run("python", "-m", *_pip(pip[0]), "--no-build-isolation", cwd=context)

    shutil.rmtree(context)
    health = json.loads(dict(_instructions(package))["HEALTHCHECK"].partition("CMD ")[2])
    journal = {"/data/journal.db": str(tmp_path / "journal.db")}
    environment.run(*[journal.get(word, word) for word in health], cwd=tmp_path)
    event = {"type": "content.brief.created", "data": {"brief": "x" * 30}}
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    entry = json.loads(dict(_instructions(package))["ENTRYPOINT"])
    decision = json.loads(environment.run(*entry, "--event", "event.json", cwd=tmp_path))
    assert (decision["agent"], decision["rule"]) == ("wow-content-healthcare", "brief")
    installed = "import wow_content_healthcare as a; print(a.__file__)"
    assert str(environment.folder) in environment.run("python", "-c", installed, cwd=tmp_path)
    [prompt] = environment.folder.rglob("wow_content_healthcare/prompts/decide.md")
    assert prompt.is_file()


def _pip(command: list[str]) -> list[str]:
    return ["pip", *command[1:]]


def test_image_is_built_in_stages_and_runs_as_nobody(package: Path) -> None:
    """Two stages of one pinned base, a user with a number, and a check that the agent could run."""
    instructions = _instructions(package)
    bases = [words.split(" ")[0] for name, words in instructions if name == "FROM"]
    last = [name for name, _ in instructions][
        max(index for index, (name, _) in enumerate(instructions) if name == "FROM") :
    ]

    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases[0])
    assert dict(instructions)["USER"] == "10001"
    assert {"USER", "HEALTHCHECK", "ENTRYPOINT"} <= set(last)
    assert "RUN" in last
    assert not any("pip" in words for name, words in instructions[-8:] if name == "RUN")


def test_workflow_runs_the_gates_with_pinned_actions(package: Path) -> None:
    """CI runs `waooaw gate`, shows its findings, and uses no action that may change under it."""
    workflow = (package / ".github" / "workflows" / "gate.yml").read_text(encoding="utf-8")
    actions = re.findall(r"uses: (\S+)", workflow)

    assert "waooaw gate --report sarif=gate.sarif" in workflow
    assert len(actions) == 3
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) for action in actions)
