"""Who runs the tools over a package: prek, pre-commit, a person by hand, and waooaw.

All but the last run the same tools with the same flags: ruff's check and layout, mypy in its strict
mode over sources and tests, pytest with branch coverage and a bar for it, ruff's security rules,
and detect-secrets.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

__all__ = [
    "ByHand",
    "Hooks",
    "Ours",
    "Runner",
    "commit",
    "forget_tools",
    "installed",
    "pre_commit",
    "prek",
]

_SCRIPTS = Path(sysconfig.get_path("scripts"))
# What each is called, how it is started, and how it stands in a list of hooks. The longest first.
_TOOLS: Mapping[str, tuple[str, ...]] = {
    "tests": (
        *("pytest", "-q", "-p", "no:waooaw", "--cov=src", "--cov-branch"),
        *("--cov-report=", "--cov-fail-under=80"),
    ),
    "types": ("mypy", "--strict", "src", "tests"),
    "secrets": ("detect-secrets-hook",),
    "lint": ("ruff", "check", "src", "tests"),
    "format": ("ruff", "format", "--check", "src", "tests"),
    "security": ("ruff", "check", "--select", "S", "src", "tests"),
}
_OF_TOOLS = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".coverage")


class Runner(Protocol):
    """Run every check on the package in a folder."""

    @property
    def name(self) -> str:
        """What it is called in the table."""
        ...

    def prepare(self, folder: Path) -> None:
        """Write what it has to find there."""
        ...

    def run(self, folder: Path) -> float:
        """Run everything, and return how many seconds it took."""
        ...

    def forget(self, folder: Path) -> None:
        """Remove what it, and the tools below it, keep between runs."""
        ...


def installed(name: str) -> str:
    """Return the path of a program of this environment."""
    return str(_SCRIPTS / (f"{name}.exe" if os.name == "nt" else name))


def forget_tools(folder: Path) -> None:
    """Remove what tools keep in the packages at and below *folder*, bytecode too."""
    for name in _OF_TOOLS:
        for kept in (folder / name, *folder.glob(f"*/{name}")):
            if kept.is_dir():
                shutil.rmtree(kept)
            else:
                kept.unlink(missing_ok=True)
    for cache in [*folder.rglob("__pycache__")]:
        shutil.rmtree(cache, ignore_errors=True)


def commit(folder: Path) -> None:
    """Put *folder* under version control: hook runners judge what git knows."""
    own = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
    (folder / ".gitignore").write_text("__pycache__/\n.coverage\n.*_cache/\n", encoding="utf-8")
    for command in (["init", "-q"], ["add", "."], [*own, "commit", "-qm", "bench"]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)


def _seconds(command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> float:
    path = f"{_SCRIPTS}{os.pathsep}{os.environ['PATH']}"
    start = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{command} in {folder}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return took


@dataclass(frozen=True, slots=True)
class Hooks:
    """Let a runner of hooks do it.

    Attributes:
        program: `prek` or `pre-commit`.
        file: Its settings, in the package.
        extra: What each hook says besides.
    """

    name: str
    program: str
    file: str
    extra: str = ""

    def prepare(self, folder: Path) -> None:
        """Write one local hook for each tool."""
        lines = ["repos:", "  - repo: local", "    hooks:"]
        for name, command in _TOOLS.items():
            lines.append(f"      - id: {name}")
            lines.append(f"        name: {name}")
            lines.append(f"        entry: {' '.join(command)}")
            lines.append("        language: system")
            lines.append(f"        pass_filenames: {str(name == 'secrets').lower()}")
            lines += ["        require_serial: true", *([self.extra] if self.extra else [])]
        (folder / self.file).write_text("\n".join([*lines, ""]), encoding="utf-8")

    def run(self, folder: Path) -> float:
        """Run every hook on every file."""
        settings = () if self.file == ".pre-commit-config.yaml" else ("-c", self.file)
        return _seconds([installed(self.program), "run", "--all-files", *settings], folder)

    def forget(self, folder: Path) -> None:
        """Remove what the tools keep; it keeps nothing of a result itself."""
        forget_tools(folder)


def prek() -> Hooks:
    """Return prek with all hooks side by side."""
    return Hooks("prek", "prek", ".pre-commit-config.yaml", "        priority: 0")


def pre_commit() -> Hooks:
    """Return pre-commit, which runs one hook after the other."""
    return Hooks("pre-commit", "pre-commit", ".serial-config.yaml")


@dataclass(frozen=True, slots=True)
class ByHand:
    """Start the tools as a script would, so many at a time."""

    jobs: int

    @property
    def name(self) -> str:
        """How many at once."""
        return "by hand" if self.jobs == 1 else f"by hand, {self.jobs} jobs"

    def prepare(self, folder: Path) -> None:
        """Need nothing."""

    def run(self, folder: Path) -> float:
        """Run the tools, the longest first."""
        files = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.py"))]
        commands = [
            [installed(command[0]), *command[1:], *(files if name == "secrets" else ())]
            for name, command in _TOOLS.items()
        ]
        start = time.perf_counter()
        with ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(lambda command: _seconds(command, folder), commands))
        return time.perf_counter() - start

    def forget(self, folder: Path) -> None:
        """Remove what the tools keep."""
        forget_tools(folder)


@dataclass(frozen=True, slots=True)
class Ours:
    """Let waooaw do it: the same and its own gates, eight in all.

    Attributes:
        cache: The folder of its cache.
    """

    cache: Path

    @property
    def name(self) -> str:
        """Its own."""
        return "waooaw gate"

    def prepare(self, folder: Path) -> None:
        """Need nothing."""

    def run(self, folder: Path) -> float:
        """Run all gates on the agent in *folder*, or on all that are below it."""
        env = {"WAOOAW_CACHE_DIR": str(self.cache)}
        return _seconds([installed("waooaw"), "gate", str(folder), "--quiet"], folder, env)

    def report(self, folder: Path) -> str:
        """Run all gates, and return the report as JSON."""
        return subprocess.run(
            [installed("waooaw"), "gate", str(folder), "--quiet", "--json"],
            env={**os.environ, "WAOOAW_CACHE_DIR": str(self.cache)},
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    def forget(self, folder: Path) -> None:
        """Remove its whole cache, as on a machine that has never seen an agent."""
        forget_tools(folder)
        shutil.rmtree(self.cache, ignore_errors=True)
