"""Put a report where the user wants it: whole into a file, straight into anything else."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import IO

from waooaw.errors import EnvironmentFault, shown

__all__ = ["deliver"]


def deliver(path: Path, text: str) -> None:
    """Write *text* to *path*.

    A regular file appears whole, also where *path* is a link to it, which stays one. A pipe, a
    terminal or a device is written to; it is never replaced by a file.

    Raises:
        EnvironmentFault: It can't be written: no room, no permission, nobody reads it.
    """
    try:
        if (stream := _stream(path)) is not None:
            stream.write(text)
            stream.flush()
        elif _is_special(path):
            # Without O_CREAT: what is there is meant, and nothing else.
            number = os.open(path, os.O_WRONLY)
            with open(number, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123 - a number
                file.write(text)
        else:
            _replace(path.resolve(), text)
    except OSError as error:
        raise EnvironmentFault(
            f"the report can't be written to {shown(path.as_posix())}: {error.strerror}",
            hint="name another file, or make room",
        ) from error


def _stream(path: Path) -> IO[str] | None:
    """Return our own output where *path* is another name of it, such as `/dev/stdout`.

    Opened a second time, a file that it was redirected to would be overwritten from its start.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            if os.path.samestat(path.stat(), os.fstat(stream.fileno())):
                return stream
        except (OSError, ValueError):  # it does not exist yet, or the stream has no file
            continue
    return None


def _is_special(path: Path) -> bool:
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False


def _replace(path: Path, text: str) -> None:
    """Write beside and rename, so that who reads *path* never sees half a report."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
