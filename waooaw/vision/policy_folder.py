"""A folder of policies: which files are policies, and what they hold. Nothing is parsed here.

A run of the gates in which nothing changed comes through here, so it loads next to nothing.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from waooaw.errors import InputError, shown

__all__ = ["FOLDER", "policies_in", "policy_content", "read_policy"]

#: Where policies stand: in the repository's root, in any folder between it and the package, or
#: beside an installed agent.yaml.
FOLDER = "vision"
_ENDS = (".yaml", ".yml")
_MOST_FILES = 100
#: One byte more than a policy may have tells "too large".
_MOST_BYTES = 1_000_001


def policies_in(home: Path) -> list[Path]:
    """Return the policies in a folder and in those below it; none where there is no such folder.

    Raises:
        InputError: There are too many, or one of them is no plain file or leads elsewhere.
    """
    if not os.path.isdir(home):  # noqa: PTH112 - for every folder above every package
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


def read_policy(path: Path) -> bytes:
    """Return what stands in a policy, one byte more than is allowed at most.

    Raises:
        InputError: It is no plain file, or can't be read.
    """
    try:
        return policy_content(_plain(path))
    except OSError as error:
        raise InputError(f"{path}: could not be read: {error.strerror}") from error


def policy_content(path: Path) -> bytes:
    """Return the same of a file that is known to be plain.

    Raises:
        OSError: It can't be read.
    """
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)


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
