"""Build waooaw's distributions and put them into fresh environments, without an index."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

__all__ = ["Environment", "build"]


def build(source: Path, kind: str, target: Path) -> Path:
    """Build the *kind* (sdist or wheel) of *source* into the folder *target*; return the file."""
    subprocess.run(
        [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", target, source],
        check=True,
        capture_output=True,
    )
    [built] = target.iterdir()
    return built


class Environment:
    """Hold a fresh environment that sees this one's libraries, but not its waooaw.

    Args:
        folder: Where to make it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder, with_pip=False, symlinks=os.name != "nt")
        self._bin = folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self._bin / ("python.exe" if os.name == "nt" else "python")
        paths = {"base": str(folder), "platbase": str(folder)}
        site = Path(sysconfig.get_path("purelib", vars=paths))
        libraries = folder / "libraries"
        libraries.mkdir()
        for entry in Path(sysconfig.get_path("purelib")).iterdir():
            if "waooaw" not in entry.name and entry.suffix != ".pth":
                (libraries / entry.name).symlink_to(entry)
        (site / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")

    def run(self, *command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
        """Run a program of this environment in *cwd*; return what it printed.

        Raises:
            AssertionError: It failed; the message is what it said.
        """
        program, *arguments = map(str, command)
        suffix = ".exe" if os.name == "nt" else ""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            [self._bin / f"{program}{suffix}", *arguments],
            cwd=cwd,
            env={
                **kept,
                # What stands in the current folder must not stand in for what is installed.
                "PYTHONSAFEPATH": "1",
                "PIP_NO_INDEX": "1",
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                **(env or {}),
            },
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def install(self, *arguments: str | Path, cwd: Path) -> None:
        """Run pip of the libraries, without an index."""
        self.run("python", "-m", "pip", "install", "--quiet", *arguments, cwd=cwd)
