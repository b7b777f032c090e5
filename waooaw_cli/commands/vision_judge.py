"""`waooaw vision judge|apply PATH`: what the vision decides of a specification."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from waooaw.errors import EnvironmentFault, InputError

if TYPE_CHECKING:
    from waooaw_cli.factory.ruling import Decided

__all__ = ["apply", "judge"]


def judge(path: Path, *, as_json: bool) -> int:
    """Print the decision; return 0 where it is APPROVE, else 1.

    Raises:
        InputError: There is no specification, or it or a policy can't be read.
    """
    from waooaw.vision import Ruling
    from waooaw_cli.render.judgement import judgement_json, judgement_text

    decided = _decided(path)
    sys.stdout.write((judgement_json if as_json else judgement_text)(decided) + "\n")
    return 0 if decided.ruling is Ruling.APPROVE else 1


def apply(path: Path, *, as_json: bool) -> int:
    """Write what MODIFY asks for; return 0 where the specification is approved then, else 1.

    Raises:
        InputError: As `judge`.
        EnvironmentFault: The file can't be written, or was changed meanwhile.
    """
    from waooaw.vision import Ruling
    from waooaw_cli.factory.fixing import applied
    from waooaw_cli.render.judgement import judgement_json, judgement_text

    decided = _decided(path)
    if decided.change is not None:
        for one in applied([decided.change]).passed_by:
            raise EnvironmentFault(
                f"{path.as_posix()} is not changed: {one.reason}", hint="judge it again"
            )
    done = decided.change is not None
    if as_json:
        sys.stdout.write(judgement_json(decided, applied=done) + "\n")
    else:
        said = f"\n\napplied to {decided.change.path}" if decided.change is not None else ""
        sys.stdout.write(f"{judgement_text(decided)}{said}\n")
    return 1 if decided.ruling is Ruling.REJECT else 0


def _decided(path: Path) -> Decided:
    from waooaw_cli.factory.ruling import decided
    from waooaw_cli.gates.policies import layers_for

    file = path.absolute()
    shown = path.parent
    if file.is_dir():
        file, shown = file / "agent.yaml", path
    if not file.is_file():
        raise InputError(
            f"{path.as_posix()}: no specification stands there",
            hint="name an agent's folder or its agent.yaml",
        )
    file = file.parent.resolve() / file.name
    layers = layers_for(file.parent, Path.cwd(), datetime.now(UTC).date())
    return decided(file, shown.as_posix(), layers)
