"""What one installation learned of its requests, all of it in one reviewable file.

Files that were written before security was learned here hold types alone, and still load.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waooaw.errors import EnvironmentFault, InputError
from waooaw.triage.adaptation import (
    Adaptation,
    adaptation_fields,
    head_fields,
    parse_adaptation,
)
from waooaw.triage.screening import Screen

__all__ = [
    "LEARNED_FILE",
    "NOTHING_LEARNED",
    "Learned",
    "learned_content",
    "parse_learned",
    "read_learned",
]

#: It is kept beside the triage memory.
LEARNED_FILE = "learned.json"

_SECURITY = "security"
_OF_TYPES = "labels"


@dataclass(frozen=True, slots=True)
class Learned:
    """Hold what was learned here; None where the shipped models hold as they are.

    Attributes:
        types: How types are told.
        security: From which likelihood on a security concern is flagged.
    """

    types: Adaptation | None = None
    security: Screen | None = None


NOTHING_LEARNED = Learned()


def learned_content(learned: Learned) -> str:
    """Return *learned* as JSON."""
    content = head_fields() if learned.types is None else adaptation_fields(learned.types)
    screen = learned.security
    if screen is not None:
        content[_SECURITY] = {
            "worded": screen.worded,
            "unworded": screen.unworded,
            "learned_from": screen.learned_from,
            "concerns": screen.concerns,
        }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_learned(path: Path) -> Learned:
    """Return what was learned here; nothing where there is no such file.

    Raises:
        InputError: The file is none of ours, or of an older waooaw.
        EnvironmentFault: It can't be read.
    """
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):  # most have learned nothing yet
        return NOTHING_LEARNED
    except (ValueError, RecursionError) as error:
        hint = f"remove it, and run waooaw triage learn again: {error}"
        raise InputError(f"{path}: is not JSON", hint=hint) from error
    except OSError as error:
        raise EnvironmentFault(f"{path}: could not be read: {error.strerror}") from error
    return parse_learned(content, str(path))


def parse_learned(content: object, source: str) -> Learned:
    """Return what a file holds.

    Raises:
        InputError: It is damaged, or was learned with other features than ours.
    """
    hint = "remove it, and learn again: waooaw triage learn"
    if not isinstance(content, Mapping):
        raise InputError(f"{source}: damaged: no object", hint=hint)
    if _SECURITY not in content:
        return Learned(parse_adaptation(content, source))
    if any(content.get(name) != value for name, value in head_fields().items()):
        raise InputError(f"{source}: not learned by this waooaw", hint=hint)
    types = parse_adaptation(content, source) if _OF_TYPES in content else None
    try:
        return Learned(types, _screen(content[_SECURITY]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{source}: damaged: {_SECURITY}: {error}", hint=hint) from error


def _screen(content: Mapping[str, Any]) -> Screen:  # Any: JSON
    """Return the screen that *content* is; TypeError or ValueError where it is none."""
    return Screen(
        float(content["worded"]),
        float(content["unworded"]),
        int(content["learned_from"]),
        int(content["concerns"]),
    )
