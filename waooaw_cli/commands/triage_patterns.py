"""`waooaw triage patterns`: what is known, and what the first desk does about it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from waooaw_cli.factory.triaging import knowledge_for
from waooaw_cli.render.triage import patterns_json, patterns_text
from waooaw_cli.settings import read_settings

__all__ = ["run_patterns"]


def run_patterns(*, as_json: bool) -> int:
    """List the catalogue of known patterns, the user's own first."""
    folder = Path.cwd()
    knowledge = knowledge_for(read_settings(folder, os.environ), folder, None)
    patterns = knowledge.all_patterns()
    sys.stdout.write((patterns_json(patterns) if as_json else patterns_text(patterns)) + "\n")
    return 0
