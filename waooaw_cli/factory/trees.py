"""What a package's folder holds, file by file, as digests: what a signed statement speaks of."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from waooaw_cli.gates.contents import Unseen, contents

__all__ = ["Difference", "Entry", "Kind", "Tree", "difference", "read_tree"]

_CHUNK = 1 << 20


class Kind(StrEnum):
    """Say what stands under a path."""

    FILE = "file"
    PROGRAM = "exec"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold what stands under one path.

    Attributes:
        path: Relative to the package, with forward slashes.
        kind: A link is one itself, whatever it leads to.
        digest: SHA-256 in hex, of the file's content or of the path that a link leads to.
    """

    path: str
    kind: Kind
    digest: str

    @property
    def line(self) -> str:
        """The entry as it goes into the digest of the whole."""
        return f"{self.digest}  {self.kind.value}  {self.path}\n"


@dataclass(frozen=True, slots=True)
class Tree:
    """Hold everything in a package but tool caches and the bytecode that Python keeps.

    Attributes:
        entries: In the order of the bytes of their paths.
        unlisted: What can't be part of a list of files: pipes, links that lead out, unreadable
            files, names that are no text.
    """

    entries: tuple[Entry, ...]
    unlisted: tuple[Unseen, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 in hex of the lines ``DIGEST  KIND  PATH`` of all entries, each with its end."""
        return hashlib.sha256("".join(one.line for one in self.entries).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold what differs between a tree that was stated and the one that is there."""

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.changed) + len(self.added) + len(self.removed)


def read_tree(root: Path) -> Tree:
    """Return what stands below *root* now; links are never followed. See `gates.contents`."""
    found = contents(root)
    entries: list[Entry] = []
    unlisted = [Unseen(path, "a link that leads out of the package") for path in found.outward]
    unlisted += found.unseen
    for path in found.files:
        entry = _entry(root, path)
        if isinstance(entry, Entry):
            entries.append(entry)
        else:
            unlisted.append(entry)
    ordered = sorted(entries, key=lambda entry: entry.path.encode())
    return Tree(tuple(ordered), tuple(unlisted))


def difference(stated: Sequence[Entry], there: Tree, *, modes: bool) -> Difference:
    """Return what differs; no path of *stated* is ever opened.

    Args:
        stated: What a statement lists.
        there: What was read.
        modes: Whether this system knows which files are programs; Windows does not.
    """
    before = {entry.path: entry for entry in stated}
    now = {entry.path: entry for entry in there.entries}
    unlisted = {str(one.path) for one in there.unlisted}
    return Difference(
        changed=tuple(
            path
            for path in sorted(before.keys() & now.keys())
            if not _same(before[path], now[path], modes=modes)
        )
        # A file that became a pipe or leads out of the package is still there, and another.
        + tuple(sorted(before.keys() & unlisted - now.keys())),
        added=tuple(sorted((now.keys() | unlisted) - before.keys())),
        removed=tuple(sorted(before.keys() - now.keys() - unlisted)),
    )


def _same(stated: Entry, there: Entry, *, modes: bool) -> bool:
    if stated.digest != there.digest:
        return False
    if modes:
        return stated.kind is there.kind
    return (stated.kind is Kind.LINK) == (there.kind is Kind.LINK)


def _entry(root: Path, path: PurePosixPath) -> Entry | Unseen:
    name = str(path)
    # One entry is one line, and a name is read the same everywhere.
    if not name.isprintable():
        return Unseen(path, "its name holds what is no printable text")
    try:
        status = (root / path).lstat()
        if stat.S_ISLNK(status.st_mode):
            target = os.fsencode((root / path).readlink())
            return Entry(name, Kind.LINK, hashlib.sha256(target).hexdigest())
        return _of_file(name, root / path)
    except OSError as error:
        return Unseen(path, error.strerror or "it can't be read")


def _of_file(name: str, path: Path) -> Entry:
    # A link or a pipe that was put there a moment ago is neither followed nor waited for.
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    digest = hashlib.sha256()
    with open(os.open(path, os.O_RDONLY | flags), "rb") as file:  # noqa: PTH123 - a number
        mode = os.fstat(file.fileno()).st_mode
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    kind = Kind.PROGRAM if mode & stat.S_IXUSR else Kind.FILE
    return Entry(name, kind, digest.hexdigest())
