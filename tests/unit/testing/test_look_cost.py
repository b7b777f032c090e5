"""What a quick look costs beside the look itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fakes.agent_package import agent_package

_PROGRAM = """\
import sys

from waooaw.testing.measure import main

main(sys.argv[1:])
heavy = {"pytest", "_pytest", "anthropic", "http.server", "waooaw.testing.matrix", "sqlalchemy"}
print(sorted(heavy & set(sys.modules)))
"""


def test_a_quick_look_imports_nothing_that_the_agent_does_not_need(tmp_path: Path) -> None:
    """What only measuring would import costs every run time, and counts as the agent's memory."""
    package = agent_package(tmp_path / "wow-heartbeat")
    command = [sys.executable, "-P", "-c", _PROGRAM, str(package), str(tmp_path / "result.json")]

    ran = subprocess.run(command, check=True, capture_output=True, text=True)

    assert ran.stdout == "[]\n"
