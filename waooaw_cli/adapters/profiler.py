"""The stopwatch: decisions over an agent's examples, timed in a process of their own."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from waooaw_cli.adapters.process import Processes, last_words
from waooaw_cli.factory.scratch import scratch
from waooaw_cli.gates.ports import Profile, Remark, ToolCrashed, ToolGarbled

__all__ = ["Stopwatch"]

_TOOL = "waooaw.testing.measure"


class Stopwatch:
    """Answer the port `Profiler`.

    Args:
        processes: Where it runs.
    """

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def measure(
        self, root: Path, *, python: Path, thorough: bool, limit: timedelta
    ) -> Profile | Remark:
        """Time the agent below *root*; see `waooaw.testing.measure`."""
        root = root.resolve()
        with scratch("profile") as folder:
            result = folder / "result.json"
            command = [str(python), "-P", "-m", _TOOL, str(root), str(result)]
            ran = self._processes.run(
                _TOOL, [*command, *(["--thorough"] if thorough else [])], cwd=root, limit=limit
            )
            words = last_words(ran.err, ran.out)
            try:
                return _read(json.loads(result.read_text(encoding="utf-8")))
            except FileNotFoundError as error:
                message = f"ended before it had a result (exit {ran.code})"
                raise ToolCrashed(_TOOL, message, last_words=words) from error
            except (ValueError, TypeError, LookupError) as error:
                message = "left a result that can't be read"
                raise ToolGarbled(_TOOL, message, last_words=words) from error


def _read(said: dict[str, Any]) -> Profile | Remark:  # `Any`: JSON
    if "not_loaded" not in said:
        return Profile(**said)
    path, line = said["path"], said["line"]
    return Remark(
        "not-loaded",
        str(said["not_loaded"]),
        PurePosixPath(path) if path is not None else None,
        int(line) if line is not None else None,
    )
