"""`waooaw vision review` and `answers`: what a change brought, and what people say to it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from waooaw.errors import InputError, shown
from waooaw_cli.commands.conclusion import exit_code
from waooaw_cli.gates.report import Verdict

if TYPE_CHECKING:
    from waooaw_cli.adapters.github import Github
    from waooaw_cli.factory.changed import Change
    from waooaw_cli.factory.reviews import Review

__all__ = ["FORMATS", "answers", "review"]

FORMATS = ("terminal", "json", "github")
_LARGEST_EVENT = 8_000_000


def review(
    paths: Sequence[Path],
    *,
    base: str | None = None,
    form: str = "terminal",
    quiet: bool = False,
    post: bool = False,
    pull: int | None = None,
) -> int:
    """Print what a change brought or made worse; return 1 where anything objects.

    Args:
        paths: Agents, folders of agents or files; none for the whole repository.
        base: The branch, tag or commit to compare with; None for the likely one.
        form: `terminal`, `json` or `github`.
        quiet: Whether the verdict alone is printed.
        post: Whether it is posted too, and people are asked; `GITHUB_TOKEN`, `GITHUB_REPOSITORY`
            and `GITHUB_API_URL` say where.
        pull: The pull request's number; None for that of the workflow's event.

    Raises:
        InputError: There is no such commit or path, no repository, or nowhere to post.
    """
    from waooaw_cli.adapters.review_journal import ReviewJournal
    from waooaw_cli.factory.answering import answers as answers_from
    from waooaw_cli.factory.answering import approvals
    from waooaw_cli.factory.reviews import approved
    from waooaw_cli.settings import read_settings

    if form not in FORMATS:
        raise InputError(f"there is no format {shown(form)}", hint=f"known: {', '.join(FORMATS)}")
    if pull is not None and not post:
        raise InputError("--pull says where to post", hint="add --post, or leave --pull out")
    settings = read_settings(Path.cwd(), os.environ)
    journal = ReviewJournal(settings.state_dir)
    number = (_pull_in_ci(os.environ) if pull is None else pull) if post else 0
    forge = _github(os.environ) if post else None
    found = _reviewed(paths, base)
    if forge is None:
        given = journal.answers(os.environ.get("GITHUB_REPOSITORY", ""))
        found = approved(found, approvals(given))
        _print(found, form, quiet=quiet)
        return exit_code(found.verdict)
    from waooaw_cli.factory.posting import ForgeFault
    from waooaw_cli.factory.posting import post as post_to
    from waooaw_cli.render.errors import error_lines
    from waooaw_cli.render.review import GithubWords

    now = datetime.now(UTC)
    fault: ForgeFault | None = None
    posted: dict[str, object] | None = None
    try:
        answered = answers_from(forge, now=now)
        journal.answered(forge.repository, answered)
        found = approved(found, approvals(answered))
        done = post_to(found, number, forge=forge, words=GithubWords(), journal=journal, now=now)
        posted = {"pull": number, **asdict(done)}
    except ForgeFault as error:
        # Told beside the review, which is worth having all the same.
        fault = error
        posted = {"pull": number, "error": error.message}
        sys.stderr.write(error_lines(error) + "\n")
    _print(found, form, quiet=quiet, posted=posted)
    if fault is None and form == "terminal" and not quiet:
        sys.stderr.write(
            f"posted {done.comments + done.listed} of"
            f" {done.comments + done.listed + done.known} remarks,"
            f" {len(done.rejections) + len(done.escalations)} issues\n"
        )
    return exit_code(Verdict.ERROR if fault is not None else found.verdict)


def answers(*, as_json: bool = False) -> int:
    """Print what people answered to the issues that reviews opened, and keep it.

    Raises:
        InputError: There is no token or repository.
        ForgeFault: GitHub gave no answer that can be used.
    """
    from waooaw_cli.adapters.review_journal import ReviewJournal
    from waooaw_cli.factory.answering import answers as answers_from
    from waooaw_cli.render.answers import answers_json, answers_text
    from waooaw_cli.settings import read_settings

    settings = read_settings(Path.cwd(), os.environ)
    forge = _github(os.environ)
    found = answers_from(forge, now=datetime.now(UTC))
    ReviewJournal(settings.state_dir).answered(forge.repository, found)
    sys.stdout.write((answers_json if as_json else answers_text)(found) + "\n")
    return 0


def _github(env: Mapping[str, str]) -> Github:
    """Return GitHub as a workflow's environment names it.

    Raises:
        InputError: Something is missing.
    """
    from waooaw_cli.adapters.github import Github

    for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY"):
        if not env.get(name):
            raise InputError(
                f"{name} is not set", hint="in a workflow: env: GITHUB_TOKEN: ${{ github.token }}"
            )
    api = env.get("GITHUB_API_URL") or "https://api.github.com"
    return Github(api, env["GITHUB_REPOSITORY"], env["GITHUB_TOKEN"])


def _pull_in_ci(env: Mapping[str, str]) -> int:
    """Return the number of the pull request that a workflow runs for."""
    missing = InputError(
        "which pull request?", hint="name it with --pull N; workflows on pull_request know it"
    )
    try:
        content = Path(env["GITHUB_EVENT_PATH"]).read_bytes()[:_LARGEST_EVENT]
        event = json.loads(content)
        number = event["pull_request"]["number"]
    except (KeyError, OSError, ValueError, TypeError, RecursionError) as error:
        raise missing from error
    if type(number) is not int or number < 1:
        raise missing
    return number


def _reviewed(paths: Sequence[Path], base: str | None) -> Review:
    from waooaw_cli.adapters.revisions import Revisions
    from waooaw_cli.factory.former_policies import Policies
    from waooaw_cli.factory.review import reviewed

    folder = Path.cwd()
    revisions = Revisions(os.environ)
    first = next(iter(paths), Path())
    top = revisions.top(_nearest_folder(folder / first))
    named = base if base is not None else _base_in_ci()
    change = revisions.change(top, named)
    within = tuple(_within(change, folder, path) for path in paths)
    policies = Policies(change, revisions, folder=folder, today=datetime.now(UTC).date())
    return reviewed(
        change, revisions, within=within, judges=policies.judge, rules=policies.rules_on_changes
    )


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
