"""What this installation learned of its requests: where it is kept, and how it is read."""

from __future__ import annotations

import os
from pathlib import Path

from waooaw.errors import EnvironmentFault
from waooaw.triage.installation import LEARNED_FILE, Learned, learned_content, read_learned
from waooaw_cli.settings import Settings

__all__ = ["keep_learned", "learned_at", "learned_here"]


def learned_at(settings: Settings) -> Path:
    """Return where `waooaw triage learn` keeps what it learned."""
    return settings.state_dir / "triage" / LEARNED_FILE


def learned_here(settings: Settings) -> Learned:
    """Return what was learned here.

    Raises:
        InputError: The file is none of ours, or of an older waooaw.
        EnvironmentFault: It can't be read.
    """
    return read_learned(learned_at(settings))


def keep_learned(learned: Learned, settings: Settings) -> None:
    """Write beside, then rename: whoever triages meanwhile reads the old or the new.

    Raises:
        EnvironmentFault: It can't be kept here.
    """
    path = learned_at(settings)
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            beside.write_text(learned_content(learned), encoding="utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise EnvironmentFault(
            f"{path}: could not be written: {error.strerror or error}", hint="set WAOOAW_STATE_DIR"
        ) from error
