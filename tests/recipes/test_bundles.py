"""The bundle in the wheel holds every version of a recipe, and an update starts from it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
from recipes.rendering import render, spec_of

from waooaw.errors import CouldNotDecide, EnvironmentFault
from waooaw_cli.adapters.bundles import Bundle, tree_files, write_bundle
from waooaw_cli.factory.recipes import Recipe, find_recipe, read_recipe, recipes

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git reads bundles")


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """A copy of the recipe that may be changed, with its bundle beside it."""
    real = find_recipe("coe-agent")
    shutil.copytree(real.tree, tmp_path / "recipes" / real.name)
    shutil.copyfile(real.bundle, tmp_path / "recipes" / real.bundle.name)
    return read_recipe(tmp_path / "recipes" / real.name)


def _next(recipe: Recipe, version: str) -> Recipe:
    """Make a newer version of *recipe*, with another line in AGENTS.md."""
    for path in (recipe.tree / "recipe.yaml", *(recipe.tree / "template").glob("*answers_file*")):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(recipe.version, version), encoding="utf-8")
    agents = recipe.tree / "template" / "AGENTS.md.jinja"
    agents.write_text(
        f"{agents.read_text(encoding='utf-8')}- New in {version}.\n", encoding="utf-8"
    )
    return read_recipe(recipe.tree)


@pytest.mark.parametrize("real", recipes(), ids=lambda recipe: recipe.name)
def test_newest_tag_is_the_tree(real: Recipe) -> None:
    """Tree and newest tag hold the same files; else: python -m waooaw_cli.adapters.bundles."""
    bundle = Bundle(real.bundle)

    assert bundle.tags()[-1] == real.tag
    assert bundle.files(real.tag) == tree_files(real.tree)


def test_same_trees_same_bytes(recipe: Recipe) -> None:
    """Written again, the bundle has the same bytes, so it changes only with the recipe."""
    write_bundle(recipe)
    first = recipe.bundle.read_bytes()
    write_bundle(recipe)

    assert recipe.bundle.read_bytes() == first


def test_older_versions_stay(recipe: Recipe) -> None:
    """A newer version is added; what the older ones hold does not change, commit ids included."""
    write_bundle(recipe)
    old, heads = tree_files(recipe.tree), _heads(recipe.bundle)
    newer = _next(recipe, "1.10.0")
    write_bundle(newer)

    bundle = Bundle(newer.bundle)
    assert bundle.tags() == ("v1.0.0", "v1.10.0")
    assert bundle.files("v1.0.0") == old
    assert bundle.files("v1.10.0") == tree_files(newer.tree)
    assert _heads(newer.bundle)["refs/tags/v1.0.0"] == heads["refs/tags/v1.0.0"]


def _heads(bundle: Path) -> dict[str, str]:
    listed = subprocess.run(
        ["git", "bundle", "list-heads", str(bundle)], check=True, capture_output=True, text=True
    ).stdout
    return {line.split()[1]: line.split()[0] for line in listed.splitlines()}


def test_unreleased_version_replaces_itself(recipe: Recipe) -> None:
    """The version that is being worked on has one commit, however often it is written."""
    (recipe.tree / "template" / "new.txt").write_text("new\n", encoding="utf-8")
    write_bundle(recipe)

    bundle = Bundle(recipe.bundle)
    assert bundle.tags() == ("v1.0.0",)
    assert bundle.files("v1.0.0")[PurePosixPath("template/new.txt")] == b"new\n"


def test_leftovers_are_no_part_of_a_recipe(recipe: Recipe) -> None:
    """Bytecode and the like never enter a bundle."""
    before = tree_files(recipe.tree)
    (recipe.tree / "template" / "__pycache__").mkdir()
    (recipe.tree / "template" / "__pycache__" / "x.pyc").touch()
    (recipe.tree / ".DS_Store").touch()

    assert tree_files(recipe.tree) == before


def test_going_back_is_refused(recipe: Recipe) -> None:
    """A bundle that holds a newer version is not overwritten with an older tree."""
    newer = _next(recipe, "2.0.0")
    write_bundle(newer)
    written = newer.bundle.read_bytes()
    text = (newer.tree / "recipe.yaml").read_text(encoding="utf-8")
    (newer.tree / "recipe.yaml").write_text(text.replace("2.0.0", "1.5.0"), encoding="utf-8")

    with pytest.raises(CouldNotDecide, match=r"holds v2\.0\.0, newer than v1\.5\.0"):
        write_bundle(read_recipe(newer.tree))
    assert newer.bundle.read_bytes() == written


def test_missing_bundle_is_the_installation_s_fault(tmp_path: Path) -> None:
    """A bundle that is not there is told as such."""
    with pytest.raises(EnvironmentFault, match="is missing"):
        Bundle(tmp_path / "no.bundle")


def test_what_is_no_bundle_is_told(tmp_path: Path) -> None:
    """A file that git can't read as a bundle gives no versions, and no traceback."""
    (tmp_path / "bad.bundle").write_bytes(b"no bundle")

    with pytest.raises(CouldNotDecide, match="git bundle failed"):
        Bundle(tmp_path / "bad.bundle").tags()


def test_without_git(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no git, that is what is told."""
    monkeypatch.setenv("PATH", "")

    with pytest.raises(EnvironmentFault, match="git is not on PATH"):
        Bundle(recipe.bundle).tags()


_UPDATE = """
import sys
from copier import Settings, run_update
run_update(sys.argv[1], defaults=True, overwrite=True, quiet=True, settings=Settings())
"""


def test_package_can_be_updated_from_the_bundle(
    recipe: Recipe, cases: Path, tmp_path: Path
) -> None:
    """Copier merges a newer version offline: edits are kept, what is the developer's is untouched.

    All it is given is the package and the bundle, by way of the public address in the package.
    """
    package = render(spec_of(cases / "valid" / "wow-ganit-shikshak.yaml"), tmp_path / "agent")
    readme, skills = package / "README.md", package / "src" / "wow_ganit_shikshak" / "skills.py"
    mine = skills.read_text(encoding="utf-8").replace("Skills:", "Skills:  # mine")
    skills.write_text(mine, encoding="utf-8")
    readme.write_text(f"{readme.read_text(encoding='utf-8')}\nMy words.\n", encoding="utf-8")
    newer = _next(recipe, "1.1.0")
    template = newer.tree / "template" / "src" / "{{ package }}" / "skills.py.jinja"
    template.write_text(f"{template.read_text(encoding='utf-8')}# theirs\n", encoding="utf-8")
    write_bundle(newer)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env = kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_COUNT": "3",
        "GIT_CONFIG_KEY_0": f"url.{newer.bundle}.insteadOf",
        # Copier asks for GitHub's repositories by their full name.
        "GIT_CONFIG_VALUE_0": f"{newer.source}.git",
        "GIT_CONFIG_KEY_1": "user.name",
        "GIT_CONFIG_VALUE_1": "me",
        "GIT_CONFIG_KEY_2": "user.email",
        "GIT_CONFIG_VALUE_2": "me@example.com",
        "COPIER_CACHE_DIR": str(tmp_path / "cache"),
    }
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "before"]):
        subprocess.run(["git", *command], cwd=package, env=env, check=True)

    subprocess.run([sys.executable, "-c", _UPDATE, str(package)], env=env, check=True)

    changed = subprocess.run(
        ["git", "diff", "--name-only"], cwd=package, env=env, check=True, capture_output=True
    )
    assert changed.stdout.decode().split() == [".copier-answers.yml", "AGENTS.md"]
    assert "- New in 1.1.0." in (package / "AGENTS.md").read_text(encoding="utf-8")
    assert "_commit: v1.1.0" in (package / ".copier-answers.yml").read_text(encoding="utf-8")
    assert skills.read_text(encoding="utf-8") == mine
    assert readme.read_text(encoding="utf-8").endswith("\nMy words.\n")
