"""`waooaw desk ACTION`: let something happen to a ticket, or show all that did."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from waooaw.errors import InputError, shown
from waooaw.triage.vocabulary import Route
from waooaw_cli.commands.acting import acting
from waooaw_cli.commands.triage import warn_of
from waooaw_cli.factory.desk import StepAsked, escalated, handover, stepped
from waooaw_cli.factory.desk_settings import clock_of
from waooaw_cli.render.desk import (
    escalations_json,
    escalations_text,
    handover_json,
    handover_text,
    steps_json,
    steps_text,
)
from waooaw_cli.settings import read_settings

__all__ = ["desk_named", "run_action"]

_SEVERAL = frozenset({"take", "unlink"})
_MOST_CHARACTERS = 20_000


def run_action(action: str, arguments: Sequence[str], *, by: str | None, as_json: bool) -> int:
    """Carry out one action, and print where the tickets stand then."""
    settings = read_settings(Path.cwd(), os.environ)
    clock, now = clock_of(settings), datetime.now(UTC)
    if action == "show":
        if len(arguments) > 1:
            raise InputError(f"{shown(arguments[1])} is too much", hint="waooaw desk show ID")
        known = handover(arguments[0], settings)
        text = handover_json(known, clock) if as_json else handover_text(known, clock)
    elif action == "escalate":
        entries = escalated(settings, clock, now)
        text = escalations_json(entries) if as_json else escalations_text(entries)
    else:
        acted = stepped(_asked(action, arguments, by), settings, now)
        if acted.unlearned is not None:
            warn_of(f"not shown to the next request alike: {acted.unlearned.message}")
        text = steps_json(acted.standings, clock) if as_json else steps_text(acted.standings)
    sys.stdout.write(text + "\n")
    return 0


def _asked(action: str, arguments: Sequence[str], by: str | None) -> StepAsked:
    actor = acting(by)
    if action in _SEVERAL:
        return StepAsked(action, arguments, "", actor)
    if action == "link":
        if len(arguments) > 2:  # noqa: PLR2004 - a ticket and the one that it is the same as
            raise InputError(f"{shown(arguments[2])} is too much", hint="waooaw desk link ID ID")
        return StepAsked(action, arguments, "", actor)
    id_, *words = arguments
    to = desk_named(words.pop(0)) if action == "move" else None
    says = " ".join(words)
    if len(says) > _MOST_CHARACTERS:
        raise InputError(
            f"{len(says):,} characters are too many for a history",
            hint=f"at most {_MOST_CHARACTERS:,}; name where the rest stands",
        )
    return StepAsked(action, (id_,), says, actor, to)


def desk_named(name: str) -> Route:
    """Return the desk of that name.

    Raises:
        InputError: There is none.
    """
    for desk in Route:
        if desk.value.lower() == name.lower():
            return desk
    raise InputError(f"{shown(name)} is no desk", hint=f"one of {', '.join(Route)}")
