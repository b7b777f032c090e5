"""Git, as far as waooaw asks it anything."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

__all__ = ["configured", "git_version"]


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


def configured(name: str, folder: Path) -> str | None:
    """Return what `git config` says of *name* in a folder, or None where it says nothing."""
    program = shutil.which("git")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the program that PATH names, with a name of ours
            [program, "config", "--get", name],
            capture_output=True,
            cwd=folder,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip() or None
