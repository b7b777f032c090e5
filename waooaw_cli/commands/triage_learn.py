"""`waooaw triage learn [FILE]`: learn from labelled requests, and from corrections."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from waooaw_cli.factory.triage_labels import labelled_requests
from waooaw_cli.factory.triage_learned import learned_at
from waooaw_cli.factory.triage_learning import lessons_from
from waooaw_cli.render.triage_lessons import lessons_json, lessons_text
from waooaw_cli.settings import read_settings

__all__ = ["run_learn"]


def run_learn(file: Path | None = None, *, as_json: bool) -> int:
    """Learn, and put it in force if it is no worse on requests that it did not see."""
    settings = read_settings(Path.cwd(), os.environ)
    requests = None if file is None else labelled_requests(file)
    render = lessons_json if as_json else lessons_text
    lessons = lessons_from(requests, settings, datetime.now(UTC))
    sys.stdout.write(render(lessons, str(learned_at(settings))) + "\n")
    return 0
