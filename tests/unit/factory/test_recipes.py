"""The cookbook."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import jsonschema_rs
import pytest
import yaml

from waooaw.errors import EnvironmentFault, InputError, InvalidDocument
from waooaw_cli.commands.recipes import recipes as command
from waooaw_cli.factory.recipes import (
    UnknownRecipe,
    data_root,
    find_recipe,
    read_recipe,
    recipe_schema,
    recipes,
)

GOOD = {
    "name": "desk",
    "title": "Desk",
    "version": "1.2.3",
    "description": "A desk.",
    "kinds": ["support"],
    "source": "https://example.com/desk",
    "defaults": {"kind": "support", "limits": {"p95_ms": 50, "monthly_usd": 1}, "skills": []},
}


@pytest.fixture
def cookbook(tmp_path: Path) -> Path:
    (tmp_path / "recipes" / "desk").mkdir(parents=True)
    _write(tmp_path, GOOD)
    return tmp_path


def _write(cookbook: Path, content: object) -> None:
    path = cookbook / "recipes" / "desk" / "recipe.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def test_recipe_is_found_by_its_folder(cookbook: Path) -> None:
    """A folder with a recipe.yaml is a recipe; nothing else has to be told."""
    [recipe] = recipes(cookbook)

    assert (recipe.name, recipe.tag) == ("desk", "v1.2.3")
    assert recipe.tree == cookbook / "recipes" / "desk"
    assert recipe.bundle == cookbook / "recipes" / "desk.bundle"
    assert find_recipe("desk", cookbook) == recipe


def test_unknown_recipe_names_the_known(cookbook: Path) -> None:
    """Who asks for a recipe that is not there is told which are."""
    with pytest.raises(UnknownRecipe, match="no recipe named 'chair'") as caught:
        find_recipe("chair", cookbook)

    assert caught.value.hint == "known recipes: desk"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": "1.0"}, "version"),
        ({"name": "chair"}, "name"),
        ({"kinds": ["king"]}, "kinds[0]"),
        ({"source": "git@example.com:desk"}, "source"),
        ({"owned_by_developer": ["/etc/passwd"]}, "owned_by_developer[0]"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_bad_recipe_is_placed(cookbook: Path, change: dict[str, object], field: str) -> None:
    """A mistake in recipe.yaml is told with its field and line."""
    _write(cookbook, GOOD | change)

    with pytest.raises(InvalidDocument) as caught:
        recipes(cookbook)

    assert [problem.field for problem in caught.value.problems] == [field]


def test_recipe_has_to_be_a_mapping(cookbook: Path) -> None:
    """A list is no recipe."""
    _write(cookbook, ["desk"])

    with pytest.raises(InvalidDocument, match="is no recipe"):
        recipes(cookbook)


def test_defaults_stand_below_the_answers(cookbook: Path) -> None:
    """Mappings are filled field by field; a list or a value that is answered stays as it is."""
    answers = {"name": "x", "limits": {"p95_ms": 9}, "skills": [1]}

    assert find_recipe("desk", cookbook).filled(answers) == {
        "name": "x",
        "kind": "support",
        "limits": {"p95_ms": 9, "monthly_usd": 1},
        "skills": [1],
    }
    assert answers == {"name": "x", "limits": {"p95_ms": 9}, "skills": [1]}


def test_every_recipe_of_the_house_is_good() -> None:
    """The recipes that travel with waooaw are valid, by the schema that is published too."""
    validator = jsonschema_rs.validator_for(recipe_schema())

    assert "coe-agent" in {recipe.name for recipe in recipes()}
    for recipe in recipes():
        content = yaml.safe_load((recipe.tree / "recipe.yaml").read_text(encoding="utf-8"))
        assert list(validator.iter_errors(content)) == []
        assert recipe == read_recipe(recipe.tree)


def test_developer_s_files_are_the_same_for_copier() -> None:
    """What recipe.yaml calls the developer's is what Copier is told to leave alone."""
    recipe = find_recipe("coe-agent")
    settings = yaml.safe_load((recipe.tree / "copier.yml").read_text(encoding="utf-8"))

    assert settings["_skip_if_exists"] == [f"/{path}" for path in recipe.owned_by_developer]
    assert not {"_tasks", "_migrations", "_jinja_extensions"} & set(settings)


def test_data_stands_in_the_checkout(root: Path) -> None:
    """An editable installation has no data of its own and uses the checkout's."""
    assert data_root() == root


def test_data_of_a_wheel_comes_first(tmp_path: Path) -> None:
    """Installed from a wheel, the package holds its own data, whatever stands beside it."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "waooaw_cli" / "_data" / "recipes").mkdir(parents=True)

    assert data_root(tmp_path / "waooaw_cli") == tmp_path / "waooaw_cli" / "_data"


def test_lost_data_is_told(tmp_path: Path) -> None:
    """An installation without recipes is broken, and says so."""
    with pytest.raises(EnvironmentFault, match="holds no recipes"):
        data_root(tmp_path / "waooaw_cli")


def test_list_prints_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    """`waooaw recipes` names every recipe with version and title."""
    assert command() == 0
    assert capsys.readouterr().out == "coe-agent  1.0.0  Centre-of-excellence agent\n"


@pytest.mark.parametrize("arguments", [("list", None), ("show", "coe-agent")])
def test_json_is_one_document(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, str | None]
) -> None:
    """With --json both give one document with the same shape, without paths of this machine."""
    assert command(*arguments, json_output=True) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "waooaw.recipes/1"
    assert document["recipes"][0]["name"] == "coe-agent"
    assert not {"tree", "bundle"} & set(document["recipes"][0])


def test_show_tells_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """`waooaw recipes show` says what is the developer's and what stands in for answers."""
    assert command("show", "coe-agent") == 0

    shown = capsys.readouterr().out
    assert "src/*/skills.py" in shown
    assert '"decision_usd": 0.01' in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "chair"), "no recipe named 'chair'"),
        (("show", None), "which recipe"),
        (("list", "desk"), "list takes no name"),
        (("bake", None), "'bake' is neither list nor show"),
    ],
)
def test_mistakes_are_the_user_s(arguments: tuple[str, str | None], message: str) -> None:
    """What can't be asked for is told, with the way out."""
    with pytest.raises(InputError, match=message) as caught:
        command(*arguments)

    assert caught.value.hint


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("src/wow_x/skills.py", True),
        ("src/wow_x/prompts/deep/decide.md", True),
        ("src/wow_x/decide.md", True),
        ("tests/test_skills.py", True),
        ("src/wow_x/deep/skills.py", False),
        ("src/skills.py", False),
        ("src/wow_x/agent.py", False),
        ("tests/test_wake.py", False),
        ("agent.yaml", False),
    ],
)
def test_a_recipe_leaves_some_files_to_the_developer(path: str, left: bool) -> None:
    """A star is one name, two stars any number of folders, none included."""
    assert find_recipe("coe-agent").leaves(PurePosixPath(path)) is left
