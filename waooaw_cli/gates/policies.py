"""The policies that hold for a package: found above it, told by a digest, read when they judge.

A run in which nothing changed comes through here too, so the rules are not read for the digest.
"""

from __future__ import annotations

import functools
import hashlib
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from waooaw.errors import InputError
from waooaw.vision.policy_folder import FOLDER, policies_in, policy_content, read_policy

if TYPE_CHECKING:
    from waooaw.vision import Layers

__all__ = ["layers_for", "policies_digest", "policy_files", "repository_top"]

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
            found += policies_in(place / FOLDER)
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
        content = policy_content(path)
        # As messages name it: an absolute path would keep machines from sharing results.
        hashed.update(f"\n{name} {size} {len(content)}\n".encode("utf-8", "surrogateescape"))
        hashed.update(content)
    return hashed.hexdigest()


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


def _named(path: Path, folder: Path | None) -> str:
    if folder is not None and path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    return path.as_posix()


@functools.lru_cache(maxsize=16)
def _layers(files: tuple[tuple[str, bytes], ...], today: date) -> Layers:
    from waooaw.vision import layers_of

    return layers_of(files, today)
