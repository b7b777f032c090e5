"""The stopwatch: decisions over an agent's examples, timed in a process of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from waooaw_cli.adapters.handover import left_in
from waooaw_cli.adapters.locks import held
from waooaw_cli.adapters.process import Processes, last_words
from waooaw_cli.factory.scratch import scratch
from waooaw_cli.gates.ports import (
    Endured,
    Played,
    Profile,
    Remark,
    ToolCrashed,
    ToolGarbled,
    ToolTimedOut,
)

__all__ = ["PATIENCE", "Stopwatch", "read_profile"]

_TOOL = "waooaw.testing.measure"
#: How long other thorough looks are waited for.
PATIENCE = timedelta(minutes=10)


class Stopwatch:
    """Answer the port `Profiler`.

    Args:
        processes: Where it runs.
        lock: The file that a thorough look holds, so that no other one disturbs it; None where it
            is alone anyway.
        patience: How long to wait for that.
    """

    def __init__(
        self, processes: Processes, lock: Path | None = None, *, patience: timedelta = PATIENCE
    ) -> None:
        self._processes = processes
        self._lock = lock
        self._patience = patience

    def measure(
        self, root: Path, *, python: Path, thorough: bool, limit: timedelta
    ) -> Profile | Remark:
        """Time the agent below *root*; see `waooaw.testing.measure`."""
        root = root.resolve()
        with self._alone(thorough=thorough), scratch("profile") as folder:
            result = folder / "result.json"
            arguments = (str(root), str(result), *(["--thorough"] if thorough else []))
            ran = self._processes.run_module(
                _TOOL, _TOOL, arguments, cwd=root, limit=limit, python=python
            )
            words = last_words(ran.err, ran.out)
            try:
                return read_profile(left_in(result))
            except FileNotFoundError as error:
                message = f"ended before it had a result (exit {ran.code})"
                raise ToolCrashed(_TOOL, message, last_words=words) from error
            except (ValueError, TypeError, LookupError) as error:
                message = "left a result that can't be read"
                raise ToolGarbled(_TOOL, message, last_words=words) from error

    @contextmanager
    def _alone(self, *, thorough: bool) -> Iterator[None]:
        if not thorough or self._lock is None:
            yield
            return
        with held(self._lock, patience=self._patience) as ours:
            if not ours:
                seconds = f"{self._patience.total_seconds():g}"
                raise ToolTimedOut(
                    _TOOL, f"had not the machine to itself within {seconds} s: another one measures"
                )
            yield


def read_profile(text: str) -> Profile | Remark:
    """Read what the measuring process wrote.

    Raises:
        ValueError: It is no JSON; TypeError, LookupError: or of another shape.
    """
    said: dict[str, Any] = json.loads(text)  # `Any`: JSON
    if "not_loaded" in said:
        path, line = said["path"], said["line"]
        return Remark(
            "raised" if said["loaded"] else "not-loaded",
            str(said["not_loaded"]),
            PurePosixPath(path) if path is not None else None,
            int(line) if line is not None else None,
        )
    profile = Profile(**said)
    thorough = said["thorough"]
    return profile if thorough is None else replace(profile, thorough=_endured(thorough))


def _endured(thorough: dict[str, Any]) -> Endured:  # `Any`: JSON
    path = thorough["path"]
    return Endured(
        **thorough
        | {
            "rounds": tuple(thorough["rounds"]),
            "scenarios": tuple(Played(**one) for one in thorough["scenarios"]),
            "left_out": tuple(thorough["left_out"]),
            "path": None if path is None else PurePosixPath(path),
        }
    )
