"""`waooaw explain [RULE]`: what a rule means, why it exists, and how to meet it."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from waooaw_cli.factory.explanations import Explanation

__all__ = ["explain"]

_NARROWEST = 20
_WIDEST = 100


def explain(
    rule: Annotated[
        str | None, typer.Argument(help="The rule's id, as a finding names it; all by default.")
    ] = None,
    *,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Say what a rule means, with a bad and a good example, and how to meet or waive it.

    Example: waooaw explain VIS-C005
    """
    from waooaw_cli.factory.explanations import explanation, explanations
    from waooaw_cli.render.explanations import (
        explanation_json,
        explanation_text,
        list_json,
        list_text,
    )

    width = min(max(_columns(), _NARROWEST), _WIDEST)
    if rule is None:
        known = explanations()
        _write(list_json(known) if json_output else list_text(known, width=width))
    else:
        one = _of_a_policy(rule) or explanation(rule, ruff=_said_by_ruff)
        today = datetime.now(UTC).date()
        _write(
            explanation_json(one, today=today)
            if json_output
            else explanation_text(one, width=width, today=today)
        )
    return 0


def _of_a_policy(name: str) -> Explanation | None:
    """Return what a policy that holds in the current folder says of its rule of that name."""
    from waooaw_cli.gates.owners import owner
    from waooaw_cli.gates.policies import layers_for, policy_files

    wanted, folder = name.strip().upper(), Path.cwd()
    if owner(wanted) is not None or not policy_files(folder, folder):
        return None
    from waooaw_cli.factory.explanations import of_policy

    return of_policy(wanted, layers_for(folder, folder, datetime.now(UTC).date()))


def _said_by_ruff(code: str) -> str | None:
    from waooaw_cli.adapters.process import Processes
    from waooaw_cli.adapters.ruff import Ruff

    with Processes(os.environ) as processes:
        return Ruff(processes).explained(code)


def _columns() -> int:
    if not sys.stdout.isatty() and not os.environ.get("COLUMNS"):
        return _WIDEST
    return shutil.get_terminal_size().columns


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
