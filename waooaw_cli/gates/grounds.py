"""What keeps tools away from a package: they would hang on it, load it in place of themselves, or
could not read what it says about itself.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from waooaw.errors import InputError
from waooaw.names import hides_module
from waooaw_cli.gates.contents import NOT_OURS
from waooaw_cli.gates.report import Finding, GateId, Severity
from waooaw_cli.gates.settings import package_settings

__all__ = ["TOOLED", "hiding_modules", "hindrances", "unreadable"]

#: The gates that start a tool inside the package.
TOOLED = frozenset(
    {GateId.FORMAT, GateId.LINT, GateId.TYPES, GateId.TESTS, GateId.PERFORMANCE},
)

_MOST_ENTRIES = 20_000
_MOST_NAMED = 20
_PROJECT = PurePosixPath("pyproject.toml")
_MODULES = (".py", ".pyi", ".pyc", ".so", ".pyd")
# What every package may have under such a name; none of them is imported by it.
_USUAL = {
    "": frozenset({"conftest", "src", "tests", "test"}),
    "src": frozenset[str](),
    "tests": frozenset({"conftest", "test"}),
}


def hindrances(root: Path) -> tuple[Finding, ...]:
    """Return why no tool may be started on the package in *root*; empty where all may."""
    found = list(unreadable(root))
    found += [
        Finding(
            "GATE-N002",
            Severity.ERROR,
            f"not judged: {path} hides a module that tools import",
            path,
            fix="Give it another name.",
        )
        for path in hiding_modules(root)
    ]
    try:
        package_settings(root)
    except InputError as error:
        found.append(
            Finding(
                "GATE-N003",
                Severity.ERROR,
                f"not judged: {error.message}",
                _PROJECT,
                fix=error.hint or "Mend the finding of the gate spec.",
            )
        )
    return tuple(found)


def unreadable(root: Path) -> Iterator[Finding]:
    """Yield what would let a tool wait for ever: a pipe, a socket, a device, or a link to one."""
    for path, reason in _unreadable(root):
        yield Finding(
            "GATE-N002",
            Severity.ERROR,
            f"not judged: {path or 'the package'} {reason}",
            path,
            fix="Remove it, or keep it outside the package.",
        )


def hiding_modules(root: Path) -> Iterator[PurePosixPath]:
    """Yield the modules of the package that Python would import in place of others.

    Looked at are the folders that stand on the import path of its tests: `src`, `tests` and the
    root. The others are the standard library, the runtime, and the tools.
    """
    for folder, usual in _USUAL.items():
        try:
            names = sorted(entry.name for entry in (root / folder).iterdir())
        except OSError:  # it is not there, or no folder
            continue
        for name in names:
            # Stubs of that name are what mypy reads in place of the module (PEP 561).
            module = name.partition(".")[0].removesuffix("-stubs")
            if module in usual or not hides_module(module):
                continue
            if name.endswith(_MODULES) or _is_package(root / folder / name):
                yield PurePosixPath(folder, name)


def _is_package(folder: Path) -> bool:
    try:
        return any(entry.name.endswith(_MODULES) for entry in folder.iterdir())
    except OSError:  # it is no folder
        return False


def _unreadable(root: Path) -> Iterator[tuple[PurePosixPath | None, str]]:
    pending, seen, named = [PurePosixPath()], 0, 0
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:  # a tool can't read it either, and says so
            continue
        for entry in entries:
            seen += 1
            if folder == PurePosixPath() and entry.name in NOT_OURS:
                continue
            if _is_folder(entry):
                pending.append(folder / entry.name)
            elif _is_special(entry):
                named += 1
                yield folder / entry.name, "is neither a file nor a folder"
        if seen > _MOST_ENTRIES or named > _MOST_NAMED:
            yield None, f"holds more than {_MOST_ENTRIES:,} files, or too much that is no file"
            return


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # pragma: no cover - it went away in between
        return False


def _is_special(entry: os.DirEntry[str]) -> bool:
    try:
        mode = entry.stat().st_mode
    except OSError:  # a link that leads nowhere, which no tool can open
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
