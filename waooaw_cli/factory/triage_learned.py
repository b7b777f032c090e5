"""What this installation learned of its requests: where it is kept, and how it is read."""

from __future__ import annotations

import json
from pathlib import Path

from waooaw.errors import EnvironmentFault, InputError
from waooaw.triage.adaptation import Adaptation, parse_adaptation
from waooaw_cli.settings import Settings

__all__ = ["adaptation_of", "learned_at"]


def learned_at(settings: Settings) -> Path:
    """Return where `waooaw triage learn` keeps what it learned."""
    return settings.state_dir / "triage" / "learned.json"


def adaptation_of(settings: Settings) -> Adaptation | None:
    """Return what was learned here; None where nothing was.

    Raises:
        InputError: The file is none of ours, or of an older waooaw.
        EnvironmentFault: It can't be read.
    """
    path = learned_at(settings)
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):  # most have learned nothing yet
        return None
    except ValueError as error:
        hint = f"remove it, and run waooaw triage learn again: {error}"
        raise InputError(f"{path}: is not JSON", hint=hint) from error
    except OSError as error:
        raise EnvironmentFault(f"{path}: could not be read: {error.strerror}") from error
    return parse_adaptation(content, str(path))
