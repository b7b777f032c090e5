"""`waooaw triage evaluate FILE`: how well triage does on requests whose answers are known."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from waooaw_cli.factory.triage_labels import labelled_requests
from waooaw_cli.factory.triage_measuring import measured
from waooaw_cli.render.triage_scores import evaluation_json, evaluation_text
from waooaw_cli.settings import read_settings

__all__ = ["run_evaluate"]


def run_evaluate(file: Path, *, as_json: bool) -> int:
    """Judge labelled requests, and print what was right, what not, and what it costs."""
    folder = Path.cwd()
    settings = read_settings(folder, os.environ)
    figures = measured(labelled_requests(file, predicted=True), settings, folder)
    sys.stdout.write((evaluation_json(figures) if as_json else evaluation_text(figures)) + "\n")
    return 0
