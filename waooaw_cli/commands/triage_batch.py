"""`waooaw triage batch FILE`: many requests, one result a line, in their order."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from waooaw_cli.commands.triage import warn
from waooaw_cli.factory.triage_intake import requests_from
from waooaw_cli.factory.triage_model import chosen_model
from waooaw_cli.factory.triaging import judge
from waooaw_cli.render.triage import result_line
from waooaw_cli.settings import read_settings

__all__ = ["run_batch"]


def run_batch(file: Path, *, as_json: bool) -> int:
    """Judge the requests of a JSONL file."""
    del as_json  # a line of JSON a request, whoever reads
    folder = Path.cwd()
    settings = read_settings(folder, os.environ)
    requests = requests_from(file, stdin=sys.stdin)
    model = chosen_model(settings, os.environ, many=True)
    judged = judge(requests, settings, folder, datetime.now(UTC), model=model)
    warn(judged)
    sys.stdout.writelines(result_line(result) + "\n" for result in judged.results)
    return 0
