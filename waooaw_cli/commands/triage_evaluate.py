"""`waooaw triage evaluate FILE`: how well triage does on requests whose answers are known."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from waooaw_cli.commands.triage import warn_of
from waooaw_cli.factory.triage_labels import labelled_requests
from waooaw_cli.factory.triage_measuring import measured
from waooaw_cli.factory.triage_model import chosen_model
from waooaw_cli.render.triage_scores import evaluation_json, evaluation_text
from waooaw_cli.settings import read_settings

__all__ = ["run_evaluate"]


def run_evaluate(file: Path, *, as_json: bool) -> int:
    """Judge labelled requests, and print what was right, what not, and what it costs."""
    folder = Path.cwd()
    settings = read_settings(folder, os.environ)
    model = chosen_model(settings, os.environ, many=True)
    requests = labelled_requests(file, predicted=True)
    figures, unheard = measured(requests, settings, folder, model=model)
    if unheard is not None:
        warn_of(unheard)
    sys.stdout.write((evaluation_json(figures) if as_json else evaluation_text(figures)) + "\n")
    return 0
