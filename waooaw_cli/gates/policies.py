"""The policies that hold for a package: found above it, told by a digest, read when they judge.

A run in which nothing changed comes through here too, so the rules are not read for the digest.
"""

from __future__ import annotations

import functools
import hashlib
import os
import stat
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from waooaw.errors import InputError, shown

if TYPE_CHECKING:
    from waooaw.vision import Layers

__all__ = [
    "FOLDER",
    "layers_for",
    "policies_digest",
    "policy_files",
    "read_policy",
    "repository_top",
]

#: Where policies stand, in the repository's root or in any folder between it and the package.
FOLDER = "vision"
_ENDS = (".yaml", ".yml")
_MOST_FILES = 100
#: One byte more than a policy may have tells "too large".
_MOST_BYTES = 1_000_001
_MARKS = ("waooaw.toml",)
_DIGEST_BYTES = 20


def policy_files(root: Path, folder: Path | None = None) -> tuple[Path, ...]:
    """Return the policies that hold for what stands in *root*, outermost folder first.

    They stand in `vision/` of *root* itself and of the folders above it, up to the root of the git
    repository. Without one: up to the nearest folder with a waooaw.toml, or up to *folder*,
    whichever is higher.

    Args:
        root: A package's folder, absolute.
        folder: The current folder.

    Raises:
        InputError: There are too many, or one of them is no plain file or leads elsewhere.
    """
    top = repository_top(root, folder)
    found: list[Path] = []
    for place in reversed([root, *root.parents]):
        if place == top or top in place.parents:
            found += _files(str(place))
    return tuple(found)


@functools.cache
def repository_top(root: Path, folder: Path | None) -> Path:
    """Return the outermost folder whose policies hold for what stands in *root*."""
    places = (root, *root.parents)
    for place in places:
        if (place / ".git").exists():
            return place
    marked = [place for place in places if any((place / mark).is_file() for mark in _MARKS)][:1]
    current = [folder] if folder is not None and folder in places else []
    return min([root, *marked, *current], key=lambda place: len(place.parts))


def _files(place: str) -> list[Path]:
    home = os.path.join(place, FOLDER)  # noqa: PTH118 - for every folder above every package
    if not os.path.isdir(home):  # noqa: PTH112 - as above
        return []
    found: list[Path] = []
    for folder, inner, names in os.walk(home, onerror=_unreadable):
        inner.sort()
        for name in inner:
            if Path(folder, name).is_symlink():
                raise InputError(
                    f"{shown(str(Path(folder, name)))} is a link", hint="put the policies there"
                )
        found += [Path(folder, name) for name in sorted(names) if name.endswith(_ENDS)]
        if len(found) > _MOST_FILES:
            raise InputError(
                f"{home} holds more than {_MOST_FILES} policies", hint="join some of them"
            )
    return [_plain(path) for path in found]


def _unreadable(error: OSError) -> None:
    raise InputError(f"{error.filename}: could not be read: {error.strerror}") from error


def _plain(path: Path) -> Path:
    """Return *path* if it is a file; a link may be changed by who may not change the folder.

    Raises:
        InputError: It is none.
    """
    try:
        status = path.lstat()
    except OSError as error:
        raise InputError(f"{path}: could not be read: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode):
        what = "a link" if stat.S_ISLNK(status.st_mode) else "no file"
        raise InputError(
            f"the policy {shown(str(path))} is {what}", hint="put the policy itself there"
        )
    return path


def policies_digest(root: Path, folder: Path | None, today: date) -> str:
    """Return what the policies for *root* come to; empty where there is none.

    The day counts too: policies have a first and a last one. What can't be read is a state of its
    own, so that no earlier result speaks for it.
    """
    try:
        files = policy_files(root, folder)
        looks = tuple((path, _named(path, folder), _look(path)) for path in files)
        return _digest(looks, today) if files else ""
    except (InputError, OSError):
        return os.urandom(_DIGEST_BYTES).hex()


def _look(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@functools.lru_cache(maxsize=64)
def _digest(looks: tuple[tuple[Path, str, tuple[int, int, int]], ...], today: date) -> str:
    # A run of hundreds of packages reads them once, as long as nobody writes them.
    hashed = hashlib.blake2b(today.isoformat().encode(), digest_size=_DIGEST_BYTES)
    for path, name, (size, _, _) in looks:
        content = _content(path)
        # As messages name it: an absolute path would keep machines from sharing results.
        hashed.update(f"\n{name} {size} {len(content)}\n".encode("utf-8", "surrogateescape"))
        hashed.update(content)
    return hashed.hexdigest()


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)


def layers_for(root: Path, folder: Path | None, today: date) -> Layers:
    """Return the core with the policies that hold for *root*.

    Raises:
        InputError: A policy can't be read.
        InvalidDocument: A file is no policy; every problem with its place.
    """
    return _layers(
        tuple((_named(path, folder), read_policy(path)) for path in policy_files(root, folder)),
        today,
    )


def read_policy(path: Path) -> bytes:
    """Return what stands in a policy, one byte more than is allowed at most.

    Raises:
        InputError: It is no plain file, or can't be read.
    """
    try:
        return _content(_plain(path))
    except OSError as error:
        raise InputError(f"{path}: could not be read: {error.strerror}") from error


def _named(path: Path, folder: Path | None) -> str:
    if folder is not None and path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    return path.as_posix()


@functools.lru_cache(maxsize=16)
def _layers(files: tuple[tuple[str, bytes], ...], today: date) -> Layers:
    from waooaw.vision import layers_of

    return layers_of(files, today)
