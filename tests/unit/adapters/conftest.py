from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.agent_package import agent_package

from waooaw_cli.adapters.process import Processes
from waooaw_cli.settings import Isolation


@pytest.fixture(params=list(Isolation))
def processes(request: pytest.FixtureRequest) -> Iterator[Processes]:
    """What runs tools, in each way: no test may see a difference."""
    with Processes(os.environ, isolation=request.param) as started:
        yield started


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package that passes every gate."""
    return agent_package(tmp_path / "wow-heartbeat")


@pytest.fixture
def saying(tmp_path: Path) -> tuple[str, ...]:
    """A tool that prints its second argument and leaves with its first, whatever else it gets."""
    script = tmp_path / "tool.py"
    script.write_text("import sys\nsys.stdout.write(sys.argv[2])\nsys.exit(int(sys.argv[1]))\n")
    return (sys.executable, str(script))
