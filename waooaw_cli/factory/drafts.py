"""Interrupted questionnaires, kept in the user's state folder until their package is in place.

A draft is one JSON file, written whole on every answer: beside, flushed to the disk, renamed. Two
processes that write the same draft cannot mix their answers; the last one wins.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from waooaw.documents import Json
from waooaw.errors import EnvironmentFault
from waooaw.names import agent_name_problem

__all__ = ["Broken", "Draft", "Saved"]

_SCHEMA = "waooaw.draft/1"
_UNNAMED = "unnamed"
_MAX_BYTES = 8_000_000
#: A write takes milliseconds; a file that was left beside for this long belongs to nobody.
_ABANDONED = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Saved:
    """Hold what was saved of a questionnaire.

    Attributes:
        answers: As far as they were given, unfinished entries included.
        at: The field that was being asked for, as ``rules[0].when``; empty for the review.
        saved_at: When.
    """

    answers: dict[str, Json]
    at: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Broken:
    """Say that a draft could not be read and was set aside.

    Attributes:
        message: What happened to it and where it is now, in one sentence.
    """

    message: str


_Found: TypeAlias = Saved | Broken | None


class Draft:
    """Keep the draft of one agent for one output folder.

    Args:
        folder: Where drafts are kept; made when the first answer is saved.
        output: The folder that the package will stand in; other folders have other drafts.
        name: The agent's, where it is known; else the newest draft for *output* is meant.
        now: The time, in UTC.
    """

    def __init__(
        self,
        folder: Path,
        *,
        output: Path,
        name: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self._now = now
        # `resolve` raises on a loop of links, which is not for a draft to judge.
        place = os.path.normcase(os.path.abspath(output))  # noqa: PTH100 - see above
        self._output = hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
        self._path = self._file(name) if name else self._newest() or self._file(None)

    @property
    def path(self) -> Path:
        """The file that holds the draft, whether it is there or not."""
        return self._path

    def saved(self) -> _Found:
        """Return what was saved, or None. A draft that can't be read is set aside, and said so."""
        self._sweep()
        try:
            with self._path.open("rb") as file:
                content = file.read(_MAX_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            return Broken(f"the draft {self._path} can't be read: {error.strerror}")
        try:
            return _understood(json.loads(content))
        except (ValueError, RecursionError) as error:
            return self.set_aside(f"is no draft of this version ({error})")

    def save(self, answers: Mapping[str, Json], at: str) -> None:
        """Write the draft, whole or not at all.

        Raises:
            EnvironmentFault: The disk is full, the folder may not be written, and the like.
        """
        target = self._file(answers.get("name"))
        content = {
            "schema": _SCHEMA,
            "saved_at": self._now().astimezone(UTC).isoformat(),
            "at": at,
            "answers": dict(answers),
        }
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(target, json.dumps(content).encode())
            if target != self._path:
                # It was unnamed, or named otherwise.
                self._path.unlink(missing_ok=True)
                self._path = target
        except OSError as error:
            raise EnvironmentFault(
                f"the answers can't be saved in {self._folder}: {error.strerror or error}",
                hint="an interruption loses them; set WAOOAW_STATE_DIR to a folder of yours",
            ) from error

    def discard(self) -> None:
        """Delete the draft: its package is in place."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def set_aside(self, why: str) -> Broken:
        """Move the draft out of the way without losing it, and say so."""
        try:
            aside = self._vacant()
            try:
                self._path.replace(aside)
            except OSError:
                aside.unlink()
                raise
        except OSError as error:
            return Broken(f"the draft {self._path} {why}; moving it failed: {error.strerror}")
        return Broken(f"the draft {self._path} {why}; it is kept as {aside.name}")

    def _file(self, name: Json) -> Path:
        named = isinstance(name, str) and agent_name_problem(name) is None
        return self._folder / f"{name if named else _UNNAMED}.{self._output}.json"

    def _vacant(self) -> Path:
        """Return a new, empty file for what is set aside: nothing that was is written over."""
        number = 1
        while True:
            aside = self._path.with_suffix(".aside" if number == 1 else f".aside-{number}")
            with contextlib.suppress(FileExistsError):
                aside.touch(mode=0o600, exist_ok=False)
                return aside
            number += 1

    def _newest(self) -> Path | None:
        ages = []
        try:
            for path in self._folder.glob(f"*.{self._output}.json"):
                with contextlib.suppress(OSError):  # another process deleted it meanwhile
                    ages.append((path.stat().st_mtime_ns, path))
        except OSError:  # Python 3.11 and 3.12 raise where the folder may not be listed
            return None
        return max(ages)[1] if ages else None

    def _write(self, target: Path, content: bytes) -> None:
        # mkstemp opens with mode 0600 where the system has modes.
        handle, beside = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(beside).unlink()
            raise

    def _sweep(self) -> None:
        """Delete what a killed process left beside."""
        before = self._now().timestamp() - _ABANDONED.total_seconds()
        with contextlib.suppress(OSError):
            for path in self._folder.glob(".*.tmp"):
                if path.stat().st_mtime < before:
                    path.unlink()


def _understood(content: object) -> Saved:
    """Return what a draft's JSON says; raises ValueError where it says something else."""
    match content:
        case {
            "schema": schema,
            "saved_at": str(moment),
            "at": str(at),
            "answers": dict(answers),
        } if schema == _SCHEMA:
            saved_at = datetime.fromisoformat(moment)
            if saved_at.tzinfo is None:
                raise ValueError("its time has no zone")
            return Saved(answers, at, saved_at)
    raise ValueError("another schema, or parts are missing")
