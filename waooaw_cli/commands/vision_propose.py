"""`waooaw vision propose`: what journals and gates show again and again, as a diff to decide on."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from waooaw.errors import EnvironmentFault, InputError, shown

__all__ = ["propose"]

#: How a file of ours begins, that the next one may replace.
_MARK = "proposed by waooaw vision propose\n"
_ORIGIN = re.compile(r"[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$")


def propose(
    paths: Sequence[Path],
    *,
    journals: Sequence[Path] = (),
    reports: Sequence[Path] = (),
    owner: str | None = None,
    output: Path | None = None,
    as_json: bool = False,
    quiet: bool = False,
) -> int:
    """Print what is proposed; return 0, also where that is nothing.

    Args:
        paths: A folder of agents or an agent; none for the current folder.
        journals: Agents' journals; they are only read, also while agents write to them.
        reports: Saved reports of the gates.
        owner: Who answers for new policies; None for git's `user.email`.
        output: Where the diff goes; None for standard output.
        as_json: Whether one JSON document is printed.
        quiet: Whether the diff alone is.

    Raises:
        InputError: There is no such file, it can't be used, or a new policy has no owner.
        EnvironmentFault: A file can't be read or written.
    """
    from waooaw_cli.adapters.journals import entries_of, said_in
    from waooaw_cli.factory.observations import observed
    from waooaw_cli.factory.past_findings import past_findings
    from waooaw_cli.factory.proposal_ground import ground_at
    from waooaw_cli.factory.proposing import proposed
    from waooaw_cli.factory.report_files import read_report
    from waooaw_cli.render.proposals import proposals_diff, proposals_json, proposals_text
    from waooaw_cli.settings import read_settings

    folder = Path.cwd()
    settings = read_settings(folder, os.environ)
    path = paths[0] if paths else Path()
    top, ground = ground_at(path, folder=folder, today=datetime.now(UTC).date())
    if output is not None:
        _refuse_output(output, top)
    if owner is not None:
        _owner(owner, top)
    saved = [one for file in reports for one in observed(read_report(file))]
    found = proposed(
        ground,
        rows=entries_of(journals),
        observations=[*past_findings(top, state_dir=settings.state_dir), *saved],
        said=said_in(settings.state_dir, _repository(top)),
        owner=lambda: _owner(owner, top),
        journals=len(journals),
    )
    diff = proposals_diff(found)
    if output is not None and diff:
        from waooaw_cli.adapters.delivery import deliver

        deliver(output, f"{_MARK}\n{diff}")
    if as_json:
        sys.stdout.write(proposals_json(found) + "\n")
        return 0
    text = "" if quiet else proposals_text(found)
    if output is None:
        between = "\n" if text and diff else ""
        sys.stdout.write(f"{text}{between}{diff}")
    else:
        said = f"the diff is in {output.as_posix()}" if diff else "there is no diff to write"
        sys.stdout.write(f"{text}{said}\n")
    return 0


def _owner(given: str | None, top: Path) -> str:
    """Return who answers for a new policy.

    Raises:
        InputError: Nobody does.
    """
    from waooaw_cli.adapters.git import configured
    from waooaw_cli.gates.waivers import owner_problem

    owner = given if given is not None else configured("user.email", top)
    if owner is None:
        raise InputError(
            "a new policy needs an owner who answers for it",
            hint="add --owner ADDRESS, or set git config user.email",
        )
    if problem := owner_problem(owner):
        where = "--owner" if given is not None else "git config user.email"
        raise InputError(f"{where}: {problem}", hint="write --owner payments-team@example.com")
    return owner


def _refuse_output(output: Path, top: Path) -> None:
    """Let no diff stand where policies are loaded from, nor in the place of something else.

    Raises:
        InputError: It would.
        EnvironmentFault: What stands there can't be looked at.
    """
    from waooaw.vision.policy_folder import FOLDER

    place = output.absolute().resolve()
    if place.is_relative_to(top) and FOLDER in place.relative_to(top).parent.parts:
        raise InputError(
            f"{shown(output.as_posix())} is in a folder of policies",
            hint="name a file elsewhere: nothing is active before a person commits it",
        )
    try:
        if not place.is_file():
            return
        with place.open("rb") as file:
            ours = file.read(len(_MARK)) == _MARK.encode()
            empty = not file.seek(0, os.SEEK_END)
    except OSError as error:
        raise EnvironmentFault(f"{output.as_posix()}: {error.strerror}") from error
    if not ours and not empty:
        raise InputError(
            f"{shown(output.as_posix())} is there, and holds something else",
            hint="remove it, or name another file",
        )


def _repository(top: Path) -> str:
    """Return how GitHub calls the repository; empty where nobody says."""
    from waooaw_cli.adapters.git import configured

    named = os.environ.get("GITHUB_REPOSITORY")
    if named:
        return named
    origin = _ORIGIN.search(configured("remote.origin.url", top) or "")
    return origin[1] if origin else ""
