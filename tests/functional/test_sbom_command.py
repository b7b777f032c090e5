"""`waooaw sbom` lists what a package is made of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes.agent_package import agent_package
from program import waooaw

from waooaw.version import __version__


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return agent_package(tmp_path / "wow-heartbeat")


def test_an_agent_and_what_it_stands_on(package: Path) -> None:
    """The same bytes each time, on stdout or in a file; nothing is written into the package."""
    before = sorted(package.rglob("*"))
    first = waooaw("sbom", ".", cwd=package)
    again = waooaw("sbom", "--json", cwd=package)
    file = waooaw("sbom", "wow-heartbeat", "-o", "x.cdx.json", cwd=package.parent)

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == again.stdout == (package.parent / "x.cdx.json").read_text()
    assert (file.returncode, file.stdout) == (0, "")
    content = json.loads(first.stdout)
    assert content["metadata"]["component"]["name"] == "wow-heartbeat"
    assert "timestamp" not in content["metadata"]
    versions = {one["name"]: one["version"] for one in content["components"]}
    assert versions["waooaw"] == __version__
    assert {"pydantic", "pydantic-core", "pytest"} <= versions.keys()
    assert sorted(package.rglob("*")) == before


def test_a_time_is_stated_on_demand(package: Path) -> None:
    """As reproducible builds have it."""
    done = waooaw("sbom", cwd=package, env={"SOURCE_DATE_EPOCH": "1767225600"})

    assert json.loads(done.stdout)["metadata"]["timestamp"] == "2026-01-01T00:00:00Z"


def test_gaps_are_told_on_stderr(package: Path) -> None:
    """And not when nobody wants to hear."""
    (package / "requirements.txt").write_text("-r ../more.txt\n")

    told = waooaw("sbom", cwd=package)
    quiet = waooaw("sbom", "--quiet", cwd=package)

    assert told.returncode == quiet.returncode == 0
    assert told.stderr == "not complete: ../more.txt is no file of the package\n"
    assert quiet.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "env", "says"),
    [
        (("nowhere",), {}, "holds no pyproject.toml"),
        ((".",), {"SOURCE_DATE_EPOCH": "noon"}, "SOURCE_DATE_EPOCH is 'noon'"),
        ((".", "--output", "no/such/file"), {}, "no/such/file"),
    ],
)
def test_wrong_words(
    package: Path, arguments: tuple[str, ...], env: dict[str, str], says: str
) -> None:
    """At most three lines, nothing on stdout."""
    done = waooaw("sbom", *arguments, cwd=package, env=env)

    assert done.returncode in {2, 3}
    assert done.stdout == ""
    assert says in done.stderr
    assert len(done.stderr.splitlines()) <= 3


def test_a_project_that_cannot_be_read(package: Path) -> None:
    """Exit 2 with the reason."""
    (package / "pyproject.toml").write_text("[project")

    done = waooaw("sbom", "wow-heartbeat", cwd=package.parent)

    assert (done.returncode, done.stdout) == (2, "")
    assert "pyproject.toml can't be read" in done.stderr
