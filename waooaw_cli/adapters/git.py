"""Git, as far as waooaw asks it anything."""

from __future__ import annotations

import shutil
import subprocess

__all__ = ["git_version"]


def git_version() -> str | None:
    """Return what `git --version` prints, or None where there is no git that answers."""
    program = shutil.which("git")
    if program is None:
        return None
    try:
        return subprocess.run(  # noqa: S603 - the program that PATH names, with fixed arguments
            [program, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
