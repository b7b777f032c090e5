"""What stands in a package's folder: its own files, bounded, without following links out of it."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath

__all__ = ["NOT_OURS", "WAIVER_MARK", "Contents", "Unseen", "contents", "read_text"]

MAX_FILES = 5_000
MAX_FILE_BYTES = 2_000_000
MAX_TOTAL_BYTES = 64_000_000
#: What every file with a waiver beside a line holds.
WAIVER_MARK = b"waooaw:"

#: At the root of a package these are made by tools and travel nowhere.
NOT_OURS = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".hypothesis",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        "node_modules",
        "venv",
    }
)
# The same, wherever they stand, and what coverage and desktops leave at the root.
_BYTECODE = "__pycache__"
_LEFT = frozenset({".coverage", ".DS_Store", "htmlcov"})
_PYTHON = frozenset({".py", ".pyi", ".pyw"})
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Unseen:
    """Name a file or folder that was not looked at, and why.

    Attributes:
        cut: Whether it stands for more than itself: others after it were not looked at either.
    """

    path: PurePosixPath
    reason: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """Hold what a package contains, in the order of paths.

    Attributes:
        files: Regular files, and links to one inside the package.
        outward: Links that lead out of the package, or nowhere.
        unseen: What could not be looked at.
        empty: Folders in which nothing of it stands.
    """

    files: tuple[PurePosixPath, ...]
    outward: tuple[PurePosixPath, ...]
    unseen: tuple[Unseen, ...]
    empty: tuple[PurePosixPath, ...] = ()


def contents(root: Path, *, most: int = MAX_FILES) -> Contents:
    """Return what stands below *root*; at most *most* files."""
    files: list[PurePosixPath] = []
    outward: list[PurePosixPath] = []
    unseen: list[Unseen] = []
    empty: list[PurePosixPath] = []
    inside = root.resolve()
    pending = [PurePosixPath()]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(_entries(root / folder), key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            unseen.append(Unseen(folder, error.strerror or "it can't be read"))
            continue
        entries = [entry for entry in entries if not _is_made(folder, entry.name)]
        if folder.name != _BYTECODE and all(entry.name == _BYTECODE for entry in entries):
            empty.append(folder)
        for entry in entries:
            path = folder / entry.name
            match _kind(entry):
                case _Kind.LINK:
                    _follow(root, inside, path, files, outward, unseen)
                case _Kind.FOLDER:
                    pending.append(path)
                case _Kind.FILE:
                    files.append(path)
                case reason:
                    unseen.append(Unseen(path, reason))
        if len(files) + len(pending) > most:
            reason = f"the package has more than {most:,} files"
            unseen.append(Unseen(folder, reason, cut=True))
            break
    return Contents(
        tuple(sorted(files)[:most]), tuple(sorted(outward)), tuple(unseen), tuple(sorted(empty))
    )


def _is_made(folder: PurePosixPath, name: str) -> bool:
    """Say whether a tool made it: it is in no release, and any run may change it."""
    if folder.name == _BYTECODE:
        # With the interpreter's tag, such as `a.cpython-311.pyc`: `a.pyc` could be imported.
        return name.endswith(".pyc") and "." in name.removesuffix(".pyc")
    if folder == PurePosixPath():
        ends = name.startswith(".coverage.") or name.endswith(".egg-info")
        return ends or name in NOT_OURS or name in _LEFT
    return False


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        yield from found


class _Kind(Enum):
    LINK = "link"
    FOLDER = "folder"
    FILE = "file"


def _kind(entry: os.DirEntry[str]) -> _Kind | str:
    """Return what *entry* is, or why it can't be looked at."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:  # it is gone, or its folder may be listed and not entered
        return error.strerror or "it can't be read"
    # Windows also has junctions, which are no symlinks to Python and lead elsewhere all the same.
    junction = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)
    if entry.is_symlink() or getattr(status, "st_reparse_tag", 0) == junction:
        return _Kind.LINK
    if stat.S_ISDIR(status.st_mode):
        return _Kind.FOLDER
    return _Kind.FILE if stat.S_ISREG(status.st_mode) else "it is no regular file"


def _follow(
    root: Path,
    inside: Path,
    path: PurePosixPath,
    files: list[PurePosixPath],
    outward: list[PurePosixPath],
    unseen: list[Unseen],
) -> None:
    try:
        target = (root / path).resolve(strict=True)
    except (OSError, RuntimeError):  # it leads nowhere, or (before 3.13) in a circle
        outward.append(path)
        return
    if not target.is_relative_to(inside):
        outward.append(path)
    elif target.is_file():
        files.append(path)
    else:
        unseen.append(Unseen(path, "a link to a folder is not followed"))


def read_text(root: Path, path: PurePosixPath) -> str | Unseen | None:
    """Return the text of a file, None where it is binary, or why it could not be looked at.

    Bytes that are no UTF-8 come as lone surrogates, as `surrogateescape` has them.
    """
    try:
        with (root / path).open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return Unseen(path, error.strerror or "it can't be read")
    python = path.suffix in _PYTHON
    if content.startswith(_UTF16) and not python:
        return content[: MAX_FILE_BYTES - MAX_FILE_BYTES % 2].decode("utf-16", "replace")
    if b"\0" in content[:8_192] and not python:
        return None
    if len(content) > MAX_FILE_BYTES:
        return Unseen(path, f"it is larger than {MAX_FILE_BYTES:,} bytes")
    return content.decode("utf-8-sig", "surrogateescape")
