"""`waooaw recipes [list|show NAME]`: the cookbook."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from waooaw.errors import InputError, shown

if TYPE_CHECKING:
    from waooaw_cli.factory.recipes import Recipe

__all__ = ["recipes"]

_ACTIONS = ("list", "show")


def recipes(
    action: Annotated[str, typer.Argument(help="list or show.")] = "list",
    name: Annotated[str | None, typer.Argument(help="The recipe to show.")] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """List the recipes that agents are made from, or show one.

    Example: waooaw recipes show coe-agent
    """
    from waooaw_cli.factory import recipes as cookbook

    if action == "list" and name is None:
        known = cookbook.recipes()
        _write(_listed(known) if not json_output else _document(known))
        return 0
    if action == "show" and name is not None:
        recipe = cookbook.find_recipe(name)
        _write(_shown(recipe) if not json_output else _document((recipe,)))
        return 0
    if action == "show":
        raise InputError(
            "which recipe?", hint="waooaw recipes show NAME; waooaw recipes lists them"
        )
    if action == "list":
        raise InputError(f"list takes no name: {shown(name)}", hint=f"waooaw recipes show {name}")
    raise InputError(f"{shown(action)} is neither list nor show", hint="see waooaw recipes --help")


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")


def _listed(known: tuple[Recipe, ...]) -> str:
    width = max((len(recipe.name) for recipe in known), default=0)
    return "\n".join(
        f"{recipe.name:<{width}}  {recipe.version}  {recipe.title}" for recipe in known
    )


def _shown(recipe: Recipe) -> str:
    owned = "\n".join(f"  {path}" for path in recipe.owned_by_developer)
    defaults = json.dumps(recipe.defaults, indent=2, ensure_ascii=False)
    return (
        f"{recipe.name} {recipe.version}: {recipe.title}\n\n{recipe.description}\n\n"
        f"kinds: {', '.join(recipe.kinds)}\nsource: {recipe.source}\n\n"
        f"yours, never touched by an update:\n{owned}\n\n"
        f"stands in for what the answers leave out:\n{defaults}"
    )


def _document(known: tuple[Recipe, ...]) -> str:
    content: dict[str, Any] = {  # any: plain JSON
        "schema": "waooaw.recipes/1",
        "recipes": [recipe.model_dump(mode="json", exclude={"tree", "bundle"}) for recipe in known],
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
