"""A Python environment like this one, in which some tools are missing or are something else."""

from __future__ import annotations

import os
import sys
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path

__all__ = ["machine"]


def machine(
    folder: Path,
    *,
    without: str = "",
    modules: Mapping[str, str] | None = None,
    programs: Mapping[str, str] | None = None,
) -> Path:
    """Make an environment in *folder*, and return its interpreter.

    Everything that is installed beside this Python is there by links.

    Args:
        folder: Made here.
        without: A package that is left out, with its program.
        modules: What ``python -m NAME`` runs instead of what is installed.
        programs: Scripts in the place of installed programs.
    """
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    place = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder)}))
    replaced = {without, *(modules or {})}
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if entry.name.partition("-")[0].partition(".")[0] not in replaced:
            link = place / entry.name
            if not link.exists():
                link.symlink_to(entry)
    for name, text in (modules or {}).items():
        (place / name).mkdir()
        (place / name / "__init__.py").write_text("")
        (place / name / "__main__.py").write_text(text)
    own = Path(sysconfig.get_path("scripts"))
    for name in {"ruff"} - {without, *(programs or {})}:
        (scripts / name).symlink_to(own / name)
    for name, text in (programs or {}).items():
        (scripts / name).write_text(text)
        (scripts / name).chmod(0o755)
    return scripts / Path(sys.executable).name
