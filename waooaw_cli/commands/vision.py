"""`waooaw vision check|test|review|adopt|…`: the layers of rules, and changes judged by them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waooaw.errors import InputError, shown

if TYPE_CHECKING:
    from waooaw.vision import Layers

__all__ = ["vision"]

_ACTIONS = ("check", "test", "judge", "apply", "review", "answers", "packs", "adopt", "propose")


def vision(  # noqa: PLR0913 - one parameter for each option
    action: Annotated[str, typer.Argument(help=f"One of: {', '.join(_ACTIONS)}.")],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="A folder; one policy for check, an agent.yaml for judge, a pack for adopt.",
        ),
    ] = None,
    *,
    base: Annotated[
        str | None,
        typer.Option(
            "--base", metavar="REF", help="review: compare with where HEAD left this commit."
        ),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="review: terminal, json or github.")
    ] = "terminal",
    post: Annotated[
        bool, typer.Option("--post", help="review: post it with GITHUB_TOKEN, and ask people.")
    ] = False,
    pull: Annotated[
        int | None,
        typer.Option("--pull", metavar="N", min=1, help="review: the pull request to post to."),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner", metavar="ADDRESS", help="adopt, propose: who answers for the policy."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="PATH",
            help="adopt: the folder of policies, else vision. propose: the file for the diff.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="adopt: replace the policy that is there.")
    ] = False,
    journal: Annotated[
        list[Path] | None,
        typer.Option("--journal", metavar="FILE", help="propose: an agent's journal; repeatable."),
    ] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(
            "--report", metavar="FILE", help="propose: a saved report of the gates; repeatable."
        ),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")] = False,
) -> int:
    """Check the rules themselves, or review a change by them.

    check loads the core and the policies in vision/ that hold for a folder, and names every
    conflict with both its sides. test runs the bad and the good example of every rule. judge
    decides on a specification (APPROVE, MODIFY with a patch, or REJECT) and cites the rules; apply
    writes that patch into agent.yaml. review judges a git diff: what the change brought or made
    worse. answers reads what people said to the issues that reviews opened. packs lists the
    compliance packs, or the rules of one with their articles; adopt writes one as a policy of
    yours, which judges from then on. propose makes a diff of what journals and gates show again and
    again. Exit code 1 where something is found.

    Example: waooaw vision check
    Example: waooaw vision review --base origin/main
    Example: waooaw vision adopt gdpr --owner dpo@example.com
    Example: waooaw vision propose agents/ --journal journal.db
    """
    if action not in _ACTIONS:
        raise InputError(
            f"{shown(action)} is nothing that waooaw vision does",
            hint=f"known: {', '.join(_ACTIONS)}",
        )
    named = tuple(paths or ())
    _refuse_foreign(
        action, owner if owner is not None else output, force=force, learns=journal or report
    )
    if action == "review":
        from waooaw_cli.commands.vision_review import review

        chosen = "json" if json_output else form
        return review(named, base=base, form=chosen, quiet=quiet, post=post, pull=pull)
    if base is not None or post or pull is not None or form != "terminal":
        raise InputError(
            "--base, --format, --post and --pull belong to review", hint="see waooaw vision --help"
        )
    if len(named) > (0 if action == "answers" else 1):
        raise InputError(
            f"{action} takes {'no path' if action == 'answers' else 'one path'}",
            hint="see waooaw vision --help",
        )
    if action == "adopt":
        from waooaw_cli.commands.vision_packs import adopt

        name = str(named[0]) if named else None
        return adopt(name, owner=owner, output=output, force=force, as_json=json_output)
    if action == "propose":
        from waooaw_cli.commands.vision_propose import propose

        return propose(
            named,
            journals=journal or (),
            reports=report or (),
            owner=owner,
            output=output,
            as_json=json_output,
            quiet=quiet,
        )
    return _without_options(action, named, as_json=json_output)


def _refuse_foreign(action: str, made: object, *, force: bool, learns: object) -> None:
    """Let no action pass over an option of another.

    Raises:
        InputError: It has one.
    """
    hint = "see waooaw vision --help"
    if force and action != "adopt":
        raise InputError("--owner, --output and --force belong to adopt", hint=hint)
    if made is not None and action not in {"adopt", "propose"}:
        raise InputError("--owner and --output belong to adopt and propose", hint=hint)
    if learns and action != "propose":
        raise InputError("--journal and --report belong to propose", hint=hint)


def _without_options(action: str, named: tuple[Path, ...], *, as_json: bool) -> int:
    if action == "answers":
        from waooaw_cli.commands.vision_review import answers

        return answers(as_json=as_json)
    if action == "packs":
        from waooaw_cli.commands.vision_packs import packs

        return packs(str(named[0]) if named else None, as_json=as_json)
    path = named[0] if named else Path()
    if action in {"judge", "apply"}:
        from waooaw_cli.commands.vision_judge import apply, judge

        return (judge if action == "judge" else apply)(path, as_json=as_json)
    layers = _layers(path)
    return (_check if action == "check" else _test)(layers, as_json=as_json)


def _layers(path: Path) -> Layers:
    from waooaw.vision import layers_of
    from waooaw.vision.policy_folder import read_policy
    from waooaw_cli.gates.policies import layers_for

    today = datetime.now(UTC).date()
    place = path.absolute()
    if place.is_file():
        return layers_of(((path.as_posix(), read_policy(place)),), today)
    if not place.is_dir():
        raise InputError(f"{path.as_posix()}: no such file or folder")
    return layers_for(place.resolve(), Path.cwd(), today)


def _check(layers: Layers, *, as_json: bool) -> int:
    from waooaw_cli.render.vision import check_json, check_text

    sys.stdout.write((check_json if as_json else check_text)(layers) + "\n")
    return 1 if layers.conflicts else 0


def _test(layers: Layers, *, as_json: bool) -> int:
    from waooaw.vision import Subject, all_rules, tried
    from waooaw_cli.render.vision import test_json, test_text

    rules = [*all_rules(), *(rule for policy in layers.policies for rule in policy.rules)]
    run = [rule for rule in rules if rule.applies_to is not Subject.PACKAGE]
    wrong = tuple(tried(run))
    sys.stdout.write((test_json if as_json else test_text)(len(run), wrong) + "\n")
    return 1 if wrong else 0
