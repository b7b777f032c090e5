"""What git says of a change, and how both versions of an agent come out of it."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from waooaw_cli.gates.contents import MAX_FILE_BYTES, Unseen, contents, read_text
from waooaw_cli.gates.versions import SPECIFICATION, Version, is_compiled, is_judged

__all__ = [
    "Blob",
    "Change",
    "Edited",
    "Moved",
    "Objects",
    "below",
    "moves",
    "version_after",
    "version_before",
]

_LINK = "120000"
_SUBMODULE = "160000"
_OUTWARD = "it leads out of the package"
_UNREADABLE = "it is compiled, so nobody can read what it does"


@dataclass(frozen=True, slots=True)
class Blob:
    """Name a file of a commit.

    Attributes:
        mode: As git writes it, `100644`.
        name: The object's name.
        size: In bytes.
    """

    mode: str
    name: str
    size: int

    @property
    def is_submodule(self) -> bool:
        """Whether it is another repository's commit."""
        return self.mode == _SUBMODULE


@dataclass(frozen=True, slots=True)
class Change:
    """Hold what differs between a commit and the work tree.

    Attributes:
        top: The repository's folder; absolute, without links.
        base: The commit that it is compared with; None where there is none.
        base_name: The same for a person.
        head: The commit that is checked out; None where there is none.
        former: The files of the base, by path relative to *top*.
        present: The files that git follows or would follow.
        changed: Files that were edited, made or removed, both names of those that moved.
        renamed: New path to old.
    """

    top: Path
    base: str | None
    base_name: str
    head: str | None
    former: Mapping[PurePosixPath, Blob] = field(default_factory=dict)
    present: frozenset[PurePosixPath] = frozenset()
    changed: frozenset[PurePosixPath] = frozenset()
    renamed: Mapping[PurePosixPath, PurePosixPath] = field(default_factory=dict)

    def submodules(self) -> tuple[PurePosixPath, ...]:
        """Return the submodules that are another commit now; they are repositories of their own."""
        return tuple(sorted(path for path in self.changed if self._is_submodule(path)))

    def _is_submodule(self, path: PurePosixPath) -> bool:
        blob = self.former.get(path)
        return (blob is not None and blob.is_submodule) or (self.top / path / ".git").exists()


@dataclass(frozen=True, slots=True)
class Edited:
    """Hold which lines of a file a change removed and added, each as (first, how many)."""

    removed: tuple[tuple[int, int], ...] = ()
    added: tuple[tuple[int, int], ...] = ()

    def adds(self, line: int | None) -> bool:
        """Whether *line* of the new text came with the change."""
        return line is not None and any(first <= line < first + n for first, n in self.added)


class Objects(Protocol):
    """Look into a repository's past."""

    def contents(self, change: Change, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of objects, by their names, in one go."""
        ...

    def edited(self, change: Change, old: PurePosixPath, new: PurePosixPath) -> Edited:
        """Return which lines of a file that git follows differ."""
        ...


@dataclass(frozen=True, slots=True)
class Moved:
    """Name an agent's folder before and after; None where it was not or is no more."""

    before: PurePosixPath | None
    after: PurePosixPath | None


def moves(change: Change, objects: Objects) -> tuple[Moved, ...]:
    """Return the folders of all agents that are or were, in the order of paths.

    An agent that moved is found by git, or by its name where git does not know the new place yet.
    """
    before = {path.parent for path in _specifications(change.former)}
    after = {path.parent for path in _specifications(change.present)}
    found = [Moved(root, root) for root in before & after]
    came, went = after - before, before - after
    for root in sorted(came):
        old = change.renamed.get(root / SPECIFICATION)
        if old is not None and old.parent in went:
            went.remove(old.parent)
            came.remove(root)
            found.append(Moved(old.parent, root))
    if came and went:
        names = _names_before(change, objects, went)
        for root in sorted(came):
            name = _name(_bytes(change.top / root / SPECIFICATION))
            if name and names.get(name) in went:
                went.remove(names[name])
                came.remove(root)
                found.append(Moved(names[name], root))
    found += [Moved(None, root) for root in came]
    found += [Moved(root, None) for root in went]
    return tuple(sorted(found, key=lambda one: str(one.after or one.before)))


def _specifications(paths: Iterable[PurePosixPath]) -> Iterator[PurePosixPath]:
    return (path for path in paths if path.name == SPECIFICATION.name)


def _names_before(
    change: Change, objects: Objects, roots: Iterable[PurePosixPath]
) -> dict[str, PurePosixPath]:
    blobs = {root: change.former[root / SPECIFICATION] for root in roots}
    read = objects.contents(
        change, [one.name for one in blobs.values() if one.size <= MAX_FILE_BYTES]
    )
    return {_name(read.get(blob.name, b"")): root for root, blob in sorted(blobs.items())}


def _name(content: bytes) -> str:
    """Return what stands behind `name:` at the start of a line, which tells agents apart."""
    for line in content.splitlines():
        if line.startswith(b"name:"):
            return line[5:].partition(b"#")[0].strip().strip(b"\"'").decode("utf-8", "replace")
    return ""


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError:
        return b""


def version_after(change: Change, root: PurePosixPath) -> Version:
    """Return an agent as it stands in the work tree; what git ignores is no part of it."""
    folder = change.top / root
    found = contents(folder)
    sources: dict[PurePosixPath, str] = {}
    unseen = [one for one in found.unseen if one.path.parts[:1] in {(), ("src",)}]
    unseen += [Unseen(path, _OUTWARD) for path in found.outward if path.parts[:1] == ("src",)]
    for path in found.files:
        if path != SPECIFICATION and is_judged(path) and root / path in change.present:
            if is_compiled(path):
                unseen.append(Unseen(path, _UNREADABLE))
                continue
            text = read_text(folder, path)
            if isinstance(text, str):
                sources[path] = text
            elif isinstance(text, Unseen):
                unseen.append(text)
    return Version(_bytes(folder / SPECIFICATION), sources, tuple(unseen))


def below(
    paths: Iterable[PurePosixPath], roots: Collection[PurePosixPath]
) -> dict[PurePosixPath, list[PurePosixPath]]:
    """Return which of *paths* the vision looks at, by the agent's folder that they stand in."""
    found: dict[PurePosixPath, list[PurePosixPath]] = {root: [] for root in roots}
    for path in paths:
        for parent in path.parents:
            if parent in found and is_judged(path.relative_to(parent)):
                found[parent].append(path)
    return found


def version_before(
    change: Change, root: PurePosixPath, paths: Iterable[PurePosixPath], objects: Objects
) -> Version:
    """Return an agent as it was in the base, read from git's objects.

    Args:
        change: What differs.
        root: The agent's folder in the base.
        paths: The files of the base that stand in it.
        objects: Where their content is.
    """
    blobs = {path.relative_to(root): change.former[path] for path in paths}
    wanted = {
        path: one for path, one in blobs.items() if not one.is_submodule and not is_compiled(path)
    }
    unseen = [Unseen(path, _UNREADABLE) for path in blobs if is_compiled(path)]
    unseen += [
        Unseen(path, f"it is larger than {MAX_FILE_BYTES:,} bytes")
        for path, one in wanted.items()
        if one.size > MAX_FILE_BYTES
    ]
    small = {path: one for path, one in wanted.items() if one.size <= MAX_FILE_BYTES}
    read = objects.contents(change, [one.name for one in small.values()])
    texts = {path: read.get(one.name, b"") for path, one in small.items()}
    for path in [path for path, one in small.items() if one.mode == _LINK]:
        target = PurePosixPath(
            posixpath.normpath(path.parent / texts[path].decode("utf-8", "surrogateescape"))
        )
        if target in texts:
            texts[path] = texts[target]
        else:
            del texts[path]
            unseen.append(Unseen(path, _OUTWARD))
    sources = {
        path: content.decode("utf-8-sig", "surrogateescape")
        for path, content in texts.items()
        if path != SPECIFICATION
    }
    return Version(texts.get(SPECIFICATION, b""), sources, tuple(unseen))
