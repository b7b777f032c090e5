"""`waooaw vision review`: what a change brought or made worse."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from waooaw.errors import InputError, shown
from waooaw_cli.commands.conclusion import exit_code

if TYPE_CHECKING:
    from waooaw_cli.factory.changed import Change
    from waooaw_cli.factory.review import Review

__all__ = ["FORMATS", "review"]

FORMATS = ("terminal", "json", "github")


def review(
    paths: Sequence[Path],
    *,
    base: str | None = None,
    form: str = "terminal",
    quiet: bool = False,
) -> int:
    """Print what a change brought or made worse; return 1 where anything objects.

    Args:
        paths: Agents, folders of agents or files; none for the whole repository.
        base: The branch, tag or commit to compare with; None for the likely one.
        form: `terminal`, `json` or `github`.
        quiet: Whether the verdict alone is printed.

    Raises:
        InputError: There is no such commit or path, or no repository.
    """
    from waooaw_cli.settings import read_settings

    if form not in FORMATS:
        raise InputError(f"there is no format {shown(form)}", hint=f"known: {', '.join(FORMATS)}")
    read_settings(Path.cwd(), os.environ)
    _, found = _reviewed(paths, base)
    _print(found, form, quiet=quiet)
    return exit_code(found.verdict)


def _reviewed(paths: Sequence[Path], base: str | None) -> tuple[Change, Review]:
    from waooaw_cli.adapters.revisions import Revisions
    from waooaw_cli.factory.review import reviewed

    folder = Path.cwd()
    revisions = Revisions(os.environ)
    first = next(iter(paths), Path())
    top = revisions.top(_nearest_folder(folder / first))
    named = base if base is not None else _base_in_ci()
    change = revisions.change(top, named)
    within = tuple(_within(change, folder, path) for path in paths)
    return change, reviewed(change, revisions, within=within)


def _base_in_ci() -> str | None:
    branch = os.environ.get("GITHUB_BASE_REF")
    return f"origin/{branch}" if branch else None


def _nearest_folder(place: Path) -> Path:
    """Return *place* or what is there of it: an agent that was removed has no folder any more."""
    return next(one for one in (place, *place.parents) if one.is_dir())


def _within(change: Change, folder: Path, path: Path) -> PurePosixPath:
    """Return *path* relative to the repository.

    Raises:
        InputError: It is elsewhere, or there is and was no such thing.
    """
    place = (folder / path).resolve()
    if not place.is_relative_to(change.top):
        raise InputError(
            f"{shown(path.as_posix())} is outside the repository {shown(str(change.top))}",
            hint="a review is of one repository; run another for the other",
        )
    inside = PurePosixPath(place.relative_to(change.top).as_posix())
    if not place.exists() and not any(one.is_relative_to(inside) for one in change.former):
        raise InputError(
            f"{shown(path.as_posix())} is and was nothing",
            hint="name an agent's folder, or a folder or a file in the repository",
        )
    return inside


def _print(found: Review, form: str, *, quiet: bool, posted: object = None) -> None:
    from waooaw_cli.render.page import pages
    from waooaw_cli.render.review import print_review, review_github, review_json

    match form:
        case "json":
            sys.stdout.write(review_json(found, posted) + "\n")
        case "github":
            sys.stdout.write(review_github(found) + "\n")
        case _:
            print_review(found, pages(os.environ)[0], quiet=quiet)
