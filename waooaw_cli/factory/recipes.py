"""The cookbook: which recipes there are, and what each brings along."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from waooaw import documents
from waooaw.documents import Json
from waooaw.errors import EnvironmentFault, InputError, InvalidDocument, Problem, shown
from waooaw.spec import AgentKind

__all__ = [
    "RECIPE_SCHEMA_URL",
    "Recipe",
    "UnknownRecipe",
    "data_root",
    "find_recipe",
    "read_recipe",
    "recipe_schema",
    "recipes",
]

RECIPE_SCHEMA_URL = "https://waooaw.github.io/schemas/recipe-1.json"

_PackagePath = Annotated[
    str, Field(pattern=r"^[^/\\]+(/[^/\\]+)*$", description="a path in the package; * and ** match")
]


class UnknownRecipe(InputError):
    """Say that no recipe bears the name that was asked for."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"no recipe named {shown(name)}", hint=f"known recipes: {', '.join(known) or 'none'}"
        )


class _RecipeFile(BaseModel):
    """Describe `recipe.yaml`, field by field."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, defer_build=True, title="waooaw.recipe/1"
    )

    name: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    version: str = Field(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")
    description: str = Field(min_length=1)
    kinds: Annotated[tuple[Annotated[AgentKind, Field(strict=False)], ...], Field(strict=False)]
    source: str = Field(pattern=r"^https://", description="the template's stable public address")
    owned_by_developer: Annotated[tuple[_PackagePath, ...], Field(strict=False)] = ()
    defaults: dict[str, Any] = Field(
        default_factory=dict, description="fields of agent.yaml that stand in for missing answers"
    )


class Recipe(_RecipeFile):
    """Hold one recipe.

    Attributes:
        tree: The folder with `copier.yml` and `template/`.
        bundle: The git bundle with every released version of the tree, which updates start from.
    """

    tree: Path
    bundle: Path

    @property
    def tag(self) -> str:
        """The version as the bundle and a package's answers file name it."""
        return f"v{self.version}"

    def leaves(self, path: PurePosixPath) -> bool:
        """Say whether the recipe leaves a file to the developer; *path* is in the package."""
        return any(
            _fits(path.parts, tuple(pattern.split("/"))) for pattern in self.owned_by_developer
        )

    def filled(self, answers: Mapping[str, Json]) -> dict[str, Json]:
        """Return *answers* with the recipe's defaults below them.

        A mapping is filled field by field; anything else that is answered replaces the default.
        """
        return _merged(self.defaults, answers)


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Say whether a path fits a pattern, in which `**` stands for any number of folders."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits(parts[count:], pattern[1:]) for count in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def _merged(defaults: Mapping[str, Json], answers: Mapping[str, Json]) -> dict[str, Json]:
    merged = dict(answers)
    for name, default in defaults.items():
        if name not in merged:
            merged[name] = default
        elif isinstance(default, dict) and isinstance(merged[name], dict):
            merged[name] = _merged(default, merged[name])
    return merged


def data_root(package: Path | None = None) -> Path:
    """Return the folder that holds `recipes` and `questionnaires`.

    Args:
        package: Where the factory's package stands; the installed one by default.

    Raises:
        EnvironmentFault: The installation has lost them.
    """
    package = package or Path(str(files("waooaw_cli")))
    # An editable install has no `_data`: there the folders stand beside the package.
    for root in (package / "_data", package.parent):
        if (root / "recipes").is_dir():
            return root
    raise EnvironmentFault(f"{package} holds no recipes", hint="reinstall waooaw")


def recipes(root: Path | None = None) -> tuple[Recipe, ...]:
    """Return every recipe, by name.

    Args:
        root: Where `recipes` stands; the installation's own by default.

    Raises:
        InvalidDocument: A `recipe.yaml` can't be used.
    """
    folder = (root or data_root()) / "recipes"
    return tuple(read_recipe(path.parent) for path in sorted(folder.glob("*/recipe.yaml")))


def find_recipe(name: str, root: Path | None = None) -> Recipe:
    """Return the recipe called *name*.

    Raises:
        UnknownRecipe: There is none.
    """
    known = recipes(root)
    for recipe in known:
        if recipe.name == name:
            return recipe
    raise UnknownRecipe(name, tuple(recipe.name for recipe in known))


def read_recipe(tree: Path) -> Recipe:
    """Read the recipe whose folder is *tree*.

    Raises:
        InvalidDocument: Its `recipe.yaml` can't be used; every problem with its place.
    """
    document = documents.read(tree / "recipe.yaml")
    if not isinstance(document.data, dict):
        problem = Problem("is no recipe", expected="a mapping of fields")
        raise InvalidDocument(document.source, (problem,))
    try:
        content = _RecipeFile.model_validate(document.data)
    except ValidationError as error:
        raise document.refusal(error) from error
    if content.name != tree.name:
        problem = Problem(
            f"{content.name!r} is not the folder's name", field="name", expected=tree.name
        )
        raise InvalidDocument(document.source, (problem,))
    bundle = tree.with_name(f"{tree.name}.bundle")
    return Recipe(tree=tree, bundle=bundle, **dict(content))


def recipe_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `recipe.yaml`."""
    schema = _RecipeFile.model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": RECIPE_SCHEMA_URL}
    return head | schema
