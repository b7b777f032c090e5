"""Learn from labelled requests, and put what was learned in force if it is no worse."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from waooaw.errors import EnvironmentFault
from waooaw.triage.adaptation import adaptation_content
from waooaw.triage.learning import Lesson, labelled, learn
from waooaw.triage.linear import shipped
from waooaw.triage.redaction import without_secrets
from waooaw_cli.factory.triage_labels import LabelledRequest
from waooaw_cli.factory.triage_learned import adaptation_of, learned_at
from waooaw_cli.settings import Settings

__all__ = ["lesson_from"]

_READ = 8_000


def lesson_from(requests: Sequence[LabelledRequest], settings: Settings) -> Lesson:
    """Return what was learned of types; it is in force where it is promoted.

    Raises:
        InputError: Too few requests have a type as their label.
        EnvironmentFault: What was learned can't be kept here.
    """
    rows = [
        # Terms are kept: none may be a secret or a person's.
        labelled(
            without_secrets(one.request.title[:_READ]),
            without_secrets(one.request.body[:_READ]),
            one.gold["type"],
        )
        for one in requests
        if "type" in one.gold
    ]
    lesson = learn(rows, shipped("type"), adaptation_of(settings))
    if lesson.promoted:
        _write(learned_at(settings), adaptation_content(lesson.adaptation))
    return lesson


def _write(path: Path, text: str) -> None:
    """Write beside, then rename: whoever triages meanwhile reads the old or the new."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise EnvironmentFault(
            f"{path}: could not be written: {error.strerror or error}", hint="set WAOOAW_STATE_DIR"
        ) from error
