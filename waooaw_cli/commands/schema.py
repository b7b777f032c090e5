"""`waooaw schema NAME`: the JSON Schema of a file format."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from waooaw.errors import InputError, shown

__all__ = ["schema"]


def _agent() -> dict[str, Any]:
    from waooaw.spec import agent_schema

    return agent_schema()


def _gate_report() -> dict[str, Any]:
    from waooaw_cli.render.json_report import gate_report_schema

    return gate_report_schema()


def _event() -> dict[str, Any]:
    from waooaw.events import event_schema

    return event_schema()


def _policy() -> dict[str, Any]:
    from waooaw.vision import policy_schema

    return policy_schema()


def _recipe() -> dict[str, Any]:
    from waooaw_cli.factory.recipes import recipe_schema

    return recipe_schema()


def _triage() -> dict[str, Any]:
    from waooaw.triage.results import triage_schema

    return triage_schema()


_SCHEMAS = {
    "agent": _agent,
    "event": _event,
    "gate-report": _gate_report,
    "policy": _policy,
    "recipe": _recipe,
    "triage": _triage,
}


def schema(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(_SCHEMAS)}.")],
    *,
    json_output: Annotated[
        bool, typer.Option("--json", help="The same: a schema is JSON anyway.")
    ] = False,
) -> int:
    """Print the JSON Schema (2020-12) of a file format, for editors and programs.

    Example: waooaw schema agent > agent.schema.json
    """
    del json_output
    if name not in _SCHEMAS:
        raise InputError(
            f"there is no schema named {shown(name)}", hint=f"known: {', '.join(_SCHEMAS)}"
        )
    sys.stdout.write(json.dumps(_SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n")
    return 0
