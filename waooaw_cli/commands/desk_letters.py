"""`waooaw desk letters [ID]`: which letters are due to customers, as they would be sent."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from waooaw.errors import InputError, shown
from waooaw_cli.factory.desk_letters import correspondence, letter_settings
from waooaw_cli.render.letters import letters_json, letters_text
from waooaw_cli.settings import read_settings

__all__ = ["run_letters"]


def run_letters(
    arguments: Sequence[str], *, as_json: bool, to: str | None = None, by: str | None = None
) -> int:
    """Print the letters that are due, of all tickets or one. Nothing is sent, or kept as sent."""
    for name, value in (("--to", to), ("--by", by)):
        if value is not None:
            raise InputError(
                f"{name} says nothing to the action 'letters'", hint="waooaw desk letters [ID]"
            )
    if len(arguments) > 1:
        raise InputError(
            f"desk letters: {shown(arguments[1])} is too much", hint="waooaw desk letters [ID]"
        )
    folder = Path.cwd()
    settings = read_settings(folder, os.environ)
    letters = letter_settings(settings, folder)
    now = datetime.now(UTC)
    with correspondence(settings, letters) as office:
        due = office.waiting(now, *arguments)
        uncertain = [
            one
            for one in office.outbox.uncertain(now)
            if not arguments or one.letter.id in arguments
        ]
    output = letters_json(due, uncertain) if as_json else letters_text(due, uncertain)
    sys.stdout.write(output + "\n")
    return 0
