"""`waooaw triage learn FILE`: learn types from requests that are labelled."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from waooaw_cli.factory.triage_labels import labelled_requests
from waooaw_cli.factory.triage_learned import learned_at
from waooaw_cli.factory.triage_learning import lesson_from
from waooaw_cli.render.triage_scores import lesson_json, lesson_text
from waooaw_cli.settings import read_settings

__all__ = ["run_learn"]


def run_learn(file: Path, *, as_json: bool) -> int:
    """Learn, and put it in force if it is no worse on requests that it did not see."""
    settings = read_settings(Path.cwd(), os.environ)
    lesson = lesson_from(labelled_requests(file), settings)
    render = lesson_json if as_json else lesson_text
    sys.stdout.write(render(lesson, str(learned_at(settings))) + "\n")
    return 0
