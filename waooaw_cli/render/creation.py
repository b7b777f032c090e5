"""What `waooaw new-agent` prints besides the gate report: the plan, and what to do next."""

from __future__ import annotations

import difflib
import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from waooaw.spec import AgentSpec
from waooaw_cli.factory.create import Plan, PlannedFile

__all__ = ["creation_json", "next_steps", "plan_text"]

_LONGEST_EVENT = 120


def plan_text(plan: Plan) -> str:
    """Return a tree of the files with their sizes, and a diff against what stands there now."""
    total = sum(file.size_bytes for file in plan.files)
    lines = [f"{plan.target.as_posix()}/  ({len(plan.files)} files, {total:,} bytes)"]
    lines += _tree([(file.path.parts, file.size_bytes) for file in plan.files], indent="  ")
    for file in plan.files:
        lines += _diff(plan, file)
    return "\n".join([*lines, "", "nothing was written (--dry-run)"])


def _tree(files: Sequence[tuple[tuple[str, ...], int]], indent: str) -> Iterator[str]:
    """Yield one line for each file and folder, folders first, indented by depth."""
    folders = sorted({parts[0] for parts, _ in files if len(parts) > 1})
    for folder in folders:
        yield f"{indent}{folder}/"
        inside = [(parts[1:], size) for parts, size in files if parts[0] == folder]
        yield from _tree([one for one in inside if one[0]], f"{indent}  ")
    for parts, size in files:
        if len(parts) == 1:
            yield f"{indent}{parts[0]}  {size:,} bytes"


def _diff(plan: Plan, file: PlannedFile) -> Iterator[str]:
    before = plan.before.get(file.path)
    if before == file.content:
        return
    yield ""
    yield from difflib.unified_diff(
        _lines(before),
        _lines(file.content),
        fromfile="/dev/null" if before is None else f"a/{file.path}",
        tofile=f"b/{file.path}",
        lineterm="",
    )


def _lines(content: bytes | None) -> list[str]:
    return [] if content is None else content.decode("utf-8", errors="replace").split("\n")


def next_steps(spec: AgentSpec, path: Path) -> str:
    """Return the three things to do with a package that is in place."""
    place = shlex.quote(path.as_posix())
    mine = f"src/{spec.package}/skills.py" if spec.skills else "agent.yaml"
    example = spec.examples[0].event
    event = json.dumps({"type": example.type, "data": example.data}, ensure_ascii=False)
    if len(event) > _LONGEST_EVENT:
        feed, event_from = "", "FILE, with an event such as those of its examples"
    else:
        feed, event_from = f"echo {shlex.quote(event)} | ", "-"
    return "\n".join(
        [
            f"{path.as_posix()} is in place. Next:",
            f"  1. write what is yours: {place}/{mine}",
            f"  2. try it: {feed}waooaw run {place} --event {event_from}",
            f"  3. gate it again after each change: waooaw gate {place}",
        ]
    )


def creation_json(
    agent: str, path: Path, files: Sequence[tuple[PurePosixPath, int | None]], *, written: bool
) -> str:
    """Return one JSON document for a run without gates: `--dry-run` or `--no-gate`."""
    content = {
        "schema": "waooaw.new-agent/1",
        "agent": agent,
        "path": path.as_posix(),
        "written": written,
        "files": [{"path": str(file), "size_bytes": size} for file, size in files],
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
