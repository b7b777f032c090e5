"""What a fresh package contains passes every gate without an edit, outside of waooaw."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
import yaml
from recipes.rendering import render, said, spec_of

from waooaw.spec import SCHEMA_URL
from waooaw_cli.factory.recipes import find_recipe

CASES = sorted((Path(__file__).parent.parent / "cases" / "answers" / "valid").glob("*.yaml"))

STRICT = ("--select", "E,F,W,I,UP,B,S,SIM,RUF,C4,ANN,D1", "--line-length", "100")


@pytest.fixture(scope="module", params=CASES, ids=[path.stem for path in CASES])
def answers(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(scope="module")
def package(answers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of one answers file, outside of the checkout."""
    return render(spec_of(answers), tmp_path_factory.mktemp("generated") / answers.stem)


def test_format(package: Path) -> None:
    """It comes out of the template already formatted."""
    assert said(package, "ruff", "format", "--no-cache", "--diff", ".") == ""


def test_lint(package: Path) -> None:
    """Its own rules find nothing, nor does the strict set without its settings, noqa or not."""
    strict = ("--isolated", *STRICT, "--target-version", "py311", "--ignore-noqa")

    assert said(package, "ruff", "check", "--no-cache", ".") == ""
    assert said(package, "ruff", "check", "--no-cache", *strict, "src") == ""
    assert said(package, "ruff", "check", "--no-cache", *strict, "--ignore=S101", "tests") == ""


def test_types(package: Path) -> None:
    """The strict type checker is content with sources and tests."""
    assert said(package, "mypy", "--strict", "src", "tests") == ""


def test_tests(package: Path) -> None:
    """Its tests pass, offline, and cover every branch."""
    assert said(package, "coverage", "run", "-m", "pytest", "-q") == ""
    assert said(package, "coverage", "report", "--fail-under=100") == ""


def test_editors_find_the_schema(package: Path) -> None:
    """The first line of agent.yaml leads an editor to its JSON Schema."""
    first = (package / "agent.yaml").read_text(encoding="utf-8").split("\n", 1)[0]

    assert first == f"# yaml-language-server: $schema={SCHEMA_URL}"


def test_same_answers_same_bytes(answers: Path, package: Path, tmp_path: Path) -> None:
    """The same answers twice give identical bytes."""
    again = _files(render(spec_of(answers), tmp_path / "again"))

    # Running its own tests left caches in the first one.
    assert again == {path: (package / path).read_bytes() for path in again}


def _files(package: Path) -> dict[str, bytes]:
    return {
        path.relative_to(package).as_posix(): path.read_bytes()
        for path in package.rglob("*")
        if path.is_file()
    }


def test_update_finds_its_way(package: Path) -> None:
    """The answers file names a stable source and the version, no path of this machine."""
    text = (package / ".copier-answers.yml").read_text(encoding="utf-8")
    answers = yaml.safe_load(text)
    recipe = find_recipe("coe-agent")

    assert (answers["_src_path"], answers["_commit"]) == (recipe.source, recipe.tag)
    assert (answers["recipe"], answers["recipe_version"]) == (recipe.name, recipe.version)
    assert str(recipe.tree) not in text


def test_developer_s_files_are_marked(package: Path) -> None:
    """The files that the recipe calls the developer's exist, and the Python ones say so."""
    recipe = find_recipe("coe-agent")
    owned = [
        path
        for path in package.rglob("*")
        if path.is_file()
        and any(
            PurePosixPath(path.relative_to(package).as_posix()).match(pattern)
            for pattern in recipe.owned_by_developer
        )
    ]

    assert {path.name for path in owned} >= {"skills.py", "test_skills.py"}
    for path in owned:
        if path.suffix == ".py":
            assert path.read_text(encoding="utf-8").startswith("# This file is yours: ")
