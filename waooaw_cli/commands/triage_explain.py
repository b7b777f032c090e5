"""`waooaw triage explain ID`: why a request was judged as it was."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from waooaw_cli.factory.triage_tickets import found
from waooaw_cli.render.foreign import intact
from waooaw_cli.render.triage import result_text
from waooaw_cli.settings import read_settings

__all__ = ["run_explain"]


def run_explain(id_: str, *, as_json: bool) -> int:
    """Print the result that triage gave, and what was put right since."""
    settings = read_settings(Path.cwd(), os.environ)
    ticket, content = found(id_, settings)
    if as_json:
        output = intact(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))
    else:
        output = result_text(content, ticket)
    sys.stdout.write(output + "\n")
    return 0
