"""`waooaw triage patterns`: what is known, and what the first desk does about it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from waooaw_cli.factory.triage_tickets import histories
from waooaw_cli.factory.triaging import knowledge_for
from waooaw_cli.render.triage import patterns_json, patterns_text
from waooaw_cli.settings import read_settings

__all__ = ["run_patterns"]


def run_patterns(*, as_json: bool) -> int:
    """List the catalogue of known patterns, the user's own first."""
    folder = Path.cwd()
    settings = read_settings(folder, os.environ)
    patterns = knowledge_for(settings, folder, None).all_patterns()
    seen = histories(settings)
    output = patterns_json(patterns, seen) if as_json else patterns_text(patterns, seen)
    sys.stdout.write(output + "\n")
    return 0
