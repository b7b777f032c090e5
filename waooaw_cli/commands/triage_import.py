"""`waooaw triage import FILE`: past requests and how they were settled."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from waooaw_cli.factory.triage_intake import requests_from
from waooaw_cli.factory.triage_tickets import imported
from waooaw_cli.settings import read_settings

__all__ = ["run_import"]


def run_import(file: Path, *, as_json: bool) -> int:
    """Remember past requests; those that are alike, or fail alike, are told from now on."""
    settings = read_settings(Path.cwd(), os.environ)
    requests = requests_from(file, stdin=sys.stdin)
    settled = imported(requests, settings, datetime.now(UTC))
    if as_json:
        content = {
            "schema": "waooaw.triage-import/1",
            "imported": len(requests),
            "settled": settled,
        }
        output = json.dumps(content, indent=2, sort_keys=True)
    else:
        noun = "request" if len(requests) == 1 else "requests"
        output = f"{len(requests)} {noun} imported, {settled} of them with a resolution"
    sys.stdout.write(output + "\n")
    return 0
