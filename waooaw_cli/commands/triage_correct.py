"""`waooaw triage correct ID field=value…`: put right what triage said; it is judged anew."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from waooaw.triage.results import result_content
from waooaw_cli.factory.triage_tickets import corrected
from waooaw_cli.render.triage import result_json, result_text
from waooaw_cli.settings import read_settings

__all__ = ["run_correct"]


def run_correct(id_: str, *changes: str, as_json: bool) -> int:
    """Take what a person says for fact, keep it as a label, and print the new result."""
    folder = Path.cwd()
    settings = read_settings(folder, os.environ)
    result, ticket = corrected(id_, changes, settings, folder, datetime.now(UTC))
    output = result_json(result) if as_json else result_text(result_content(result), ticket)
    sys.stdout.write(output + "\n")
    return 0
