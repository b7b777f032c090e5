"""`waooaw desk send [ID]`: send the letters that are due, and say what became of each."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from waooaw.desk.outbox import Kept, LetterState
from waooaw.desk.sending import Correspondence
from waooaw.desk.templates import LetterKind
from waooaw.errors import InputError, shown
from waooaw_cli.commands.acting import acting
from waooaw_cli.factory.desk_letters import (
    LetterSettings,
    correspondence,
    letter_settings,
    port_of,
)
from waooaw_cli.render.letters import sent_json, sent_text
from waooaw_cli.settings import read_settings

__all__ = ["run_send"]

_USAGE = "waooaw desk send [ID], or waooaw desk send ID KIND again|done"
_AGAIN, _DONE = "again", "done"
_NOT_OUT = frozenset({LetterState.FAILED, LetterState.UNCERTAIN})


def run_send(
    arguments: Sequence[str], *, as_json: bool, to: str | None = None, by: str | None = None
) -> int:
    """Send what is due, of all tickets or one; or let a person decide about what is uncertain."""
    deciding = _checked(arguments, to, by)
    folder = Path.cwd()
    settings = read_settings(folder, os.environ)
    letters = letter_settings(settings, folder)
    with correspondence(settings, letters) as office:
        if deciding:
            sent = _decided(office, letters, arguments, to, by)
        else:
            port = port_of(letters, os.environ, to)
            sent = list(office.send(port, _now, *arguments))
        uncertain = [
            one
            for one in office.outbox.uncertain(_now())
            if not arguments or one.letter.id == arguments[0]
        ]
    output = sent_json(sent, uncertain) if as_json else sent_text(sent, uncertain)
    sys.stdout.write(output + "\n")
    return 1 if uncertain or any(one.state in _NOT_OUT for one in sent) else 0


def _checked(arguments: Sequence[str], to: str | None, by: str | None) -> bool:
    """Return whether somebody decides about letters that are uncertain."""
    if len(arguments) not in {0, 1, 3}:
        raise InputError(f"desk send: {len(arguments)} words are no order", hint=_USAGE)
    if to is not None and not arguments:
        raise InputError("--to is one customer's address, and no ticket is named", hint=_USAGE)
    deciding = len(arguments) > 1
    if by is not None and not deciding:
        raise InputError("--by says who decides, and there is nothing to decide", hint=_USAGE)
    return deciding


def _decided(
    office: Correspondence,
    letters: LetterSettings,
    arguments: Sequence[str],
    to: str | None,
    by: str | None,
) -> list[Kept]:
    id_, kind, word = arguments
    if kind not in set(LetterKind):
        raise InputError(
            f"there are no letters of kind {shown(kind)}", hint=f"one of {', '.join(LetterKind)}"
        )
    if word not in {_AGAIN, _DONE}:
        raise InputError(f"{shown(word)} decides nothing", hint=_USAGE)
    if to is not None and word == _DONE:
        raise InputError("--to names a recipient, and nothing is sent", hint=_USAGE)
    port = port_of(letters, os.environ, to) if word == _AGAIN else None
    return list(office.decide(id_, LetterKind(kind), acting(by), _now, port=port))


def _now() -> datetime:
    return datetime.now(UTC)
