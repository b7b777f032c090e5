"""Environments of agents with dependencies of their own: built once, reused, never half there."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import sys
import sysconfig
import threading
import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from waooaw.errors import InputError, shown
from waooaw.version import __version__
from waooaw_cli.adapters.locks import held
from waooaw_cli.adapters.needing import asks_for_more
from waooaw_cli.adapters.process import Processes, last_words
from waooaw_cli.gates.ports import ToolCrashed, ToolFault

__all__ = ["OwnEnvironments", "built_environment", "import_folders", "own_requirements"]

_VENV_LIMIT = timedelta(minutes=2)
_PIP_LIMIT = timedelta(minutes=8)
_PATIENCE = timedelta(minutes=10)
_FINISHED = "waooaw-environment.json"
_SEEN = "waooaw-factory.pth"
# The running installation has these; a package that names them needs nothing of its own.
_TOOLS = frozenset({"waooaw", "coverage", "mypy", "pytest", "ruff"})


def own_requirements(root: Path) -> tuple[str, ...]:
    """Return what the package in *root* needs beside waooaw, sorted: its own and its developers'.

    Raises:
        InputError: Its `pyproject.toml` can't be read, or names something that is no requirement.
    """
    import tomllib

    # Most packages need nothing more, and these cost 30 ms.
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        data = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise InputError(f"pyproject.toml can't be read: {error}") from error
    found = set()
    for text in _named(data):
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            message = f"pyproject.toml: {shown(text)} is no requirement"
            raise InputError(message, hint="see PEP 508: name, version bounds, marker") from error
        needed = requirement.marker is None or requirement.marker.evaluate()
        if needed and canonicalize_name(requirement.name) not in _TOOLS:
            found.add(str(requirement))
    return tuple(sorted(found))


def built_environment(root: Path, folder: Path) -> Path | None:
    """Return where the modules stand that the package in *root* asked for; None before they do.

    Args:
        root: The package.
        folder: Where environments are kept.
    """
    target = folder / _key(own_requirements(root))
    return _site_packages(target) if _is_whole(target) else None


def _named(data: dict[str, Any]) -> Iterator[str]:  # `Any`: TOML is what a person wrote
    project, groups = data.get("project"), data.get("dependency-groups")
    lists = [
        project.get("dependencies") if isinstance(project, dict) else None,
        groups.get("dev") if isinstance(groups, dict) else None,
    ]
    for items in lists:
        if isinstance(items, list):
            # A table in a group includes another group (PEP 735), which is not followed.
            yield from (item for item in items if isinstance(item, str))


class OwnEnvironments:
    """Answer the port `Environments`.

    Args:
        processes: Where pip runs.
        folder: Where environments are kept.
        patience: How long to wait for another process that builds the same one.
    """

    def __init__(
        self, processes: Processes, folder: Path, *, patience: timedelta = _PATIENCE
    ) -> None:
        self._processes = processes
        self._folder = folder
        self._patience = patience
        self._lock = threading.Lock()
        self._known: dict[tuple[str, ...], Path | ToolFault] = {}

    def python(self, root: Path) -> Path:
        """Return the running interpreter, or that of the environment which *root* asks for.

        Raises:
            InputError: What it asks for can't be read.
            ToolFault: It could not be built; the same again for every gate that asks.
        """
        requirements = own_requirements(root) if asks_for_more(root) else ()
        if not requirements:
            return Path(sys.executable)
        # One at a time: several gates of a package ask at once, and pip is no faster in parallel.
        with self._lock:
            if requirements not in self._known:
                try:
                    self._known[requirements] = self._environment(requirements)
                except ToolFault as fault:
                    self._known[requirements] = fault
            known = self._known[requirements]
        if isinstance(known, ToolFault):
            raise known
        return known

    def _environment(self, requirements: tuple[str, ...]) -> Path:
        target = self._folder / _key(requirements)
        if not _is_whole(target):
            with held(self._folder / f"{target.name}.lock", patience=self._patience) as ours:
                if not ours:
                    message = "another waooaw has been building the same environment for too long"
                    raise ToolCrashed("pip", f"was not started: {message}")
                if not _is_whole(target):
                    self._build(target, requirements)
        return _interpreter(target)

    def _build(self, target: Path, requirements: tuple[str, ...]) -> None:
        """Build beside and rename: an environment is there as a whole or not at all."""
        for left in self._folder.glob(f"{target.name}.*.new"):
            shutil.rmtree(left, ignore_errors=True)  # of a build that was killed; the lock is ours
        shutil.rmtree(target, ignore_errors=True)
        beside = self._folder / f"{target.name}.{uuid.uuid4().hex[:8]}.new"
        try:
            self._fill(beside, requirements)
            (beside / _FINISHED).write_text(json.dumps(requirements), encoding="utf-8")
            beside.rename(target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def _fill(self, folder: Path, requirements: tuple[str, ...]) -> None:
        folder.mkdir(parents=True)
        venv = (sys.executable, "-P", "-m", "venv", str(folder))
        self._step("venv", venv, folder.parent, _VENV_LIMIT)
        python = _interpreter(folder)
        constraints = folder / "constraints.txt"
        constraints.write_text("".join(f"{line}\n" for line in _constraints()), encoding="utf-8")
        pip = (str(python), "-P", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        arguments = ("--no-input", "--constraint", str(constraints), *requirements)
        self._step("pip", (*pip, *arguments), folder, _PIP_LIMIT)
        # Written last, so that pip does not see it: it would take what is there for installed.
        lines = "".join(f"{line}\n" for line in _seen_from_within())
        (_site_packages(folder) / _SEEN).write_text(lines, encoding="utf-8")

    def _step(self, tool: str, command: tuple[str, ...], cwd: Path, limit: timedelta) -> None:
        ran = self._processes.run(tool, command, cwd=cwd, limit=limit, pip=True)
        if ran.code != 0:
            message = f"could not build the environment of this agent (exit {ran.code})"
            raise ToolCrashed(tool, message, last_words=last_words(ran.err, ran.out))


def _key(requirements: Iterable[str]) -> str:
    """Return the name of an environment: everything that decides what is in it."""
    within = [sys.version, sys.prefix, __version__, *_seen_from_within(), *requirements]
    return hashlib.sha256("\n".join(within).encode()).hexdigest()[:24]


def _is_whole(folder: Path) -> bool:
    return (folder / _FINISHED).is_file() and _interpreter(folder).exists()


def _interpreter(folder: Path) -> Path:
    place = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    return folder / place


def _site_packages(folder: Path) -> Path:
    variables = {"base": str(folder), "platbase": str(folder)}
    return Path(sysconfig.get_path("purelib", "venv", vars=variables))


def import_folders(python: Path) -> tuple[str, ...]:
    """Return where the interpreter of an environment of ours finds distributions, in its order."""
    site = _site_packages(python.parent.parent)
    try:
        lines = (site / _SEEN).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:  # it sees nothing but its own
        lines = []
    return (str(site), *lines)


def _seen_from_within() -> tuple[str, ...]:
    """Return the folders that hold waooaw, what it needs, and the gates' tools."""
    folders = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    for module in ("waooaw", "waooaw_cli", "pydantic", "pytest", "coverage", "mypy", "ruff"):
        spec = importlib.util.find_spec(module)
        if spec is not None and spec.submodule_search_locations:
            folders.append(str(Path(spec.submodule_search_locations[0]).parent))
    return tuple(dict.fromkeys(folders))


def _constraints() -> Iterator[str]:
    """Return the bounds that waooaw itself sets, so that an agent's needs can't break them."""
    import importlib.metadata

    from packaging.requirements import Requirement

    for text in importlib.metadata.requires("waooaw") or ():
        requirement = Requirement(re.sub(r"\[[^\]]*\]", "", text, count=1))
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield f"{requirement.name}{requirement.specifier}"
