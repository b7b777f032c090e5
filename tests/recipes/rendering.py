"""Render packages as `waooaw new-agent` does, and run tools in them as their owners would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from waooaw.documents import Document, read
from waooaw.spec import AgentSpec
from waooaw.specfile import check_spec
from waooaw_cli.adapters.copier import CopierRenderer
from waooaw_cli.factory.package_files import render_context
from waooaw_cli.factory.recipes import find_recipe

__all__ = ["render", "said", "spec_of"]


def spec_of(answers: Path) -> AgentSpec:
    """Read an answers file as `new-agent` does, the recipe's defaults below it."""
    document = read(answers)
    filled = find_recipe("coe-agent").filled(document.data)
    return check_spec(Document(document.source, filled, document.positions))


def render(spec: AgentSpec, target: Path) -> Path:
    """Write the package of *spec* to *target*, and return it."""
    CopierRenderer().render(find_recipe("coe-agent").tree, render_context(spec), target)
    return target


def said(folder: Path, *command: str) -> str:
    """Run a module of this Python in *folder*; return what it said if it failed, else nothing."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        # Packages share what mypy learnt of the standard library and of waooaw.
        env={**env, "MYPY_CACHE_DIR": f"{env['XDG_CACHE_HOME']}/mypy"},
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
