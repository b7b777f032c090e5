"""A small agent package made by hand: what gates judge, without the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["agent_package", "snapshot"]

_SPEC = """\
schema: waooaw.agent/1
name: wow-heartbeat
version: 0.1.0
purpose: Say that the platform is alive.
domain: operations
owner: ops@example.com
wake: [{topic: clock.ticked}]
rules:
  - {id: tick, when: "true", then: approve, because: A tick needs no thought.}
collaborators: {escalates_to: ops@example.com}
examples:
  - event: {type: clock.ticked, data: {}}
    expect: {wakes: true, outcome: approve, rule: tick}
"""

_PYPROJECT = """\
[project]
name = "wow-heartbeat"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["waooaw>=0.1,<0.2"]

[tool.ruff]
src = ["src"]

[tool.ruff.lint]
select = ["E", "F", "I", "W"]

[[tool.mypy.overrides]]
module = ["anthropic.*"]
follow_imports = "skip"

[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]
filterwarnings = ["error"]
"""

_AGENT = '''\
"""The agent: agent.yaml says when it wakes and what it decides."""

from pathlib import Path

import waooaw


class WowHeartbeat(waooaw.Agent):
    """Say that the platform is alive."""

    home = Path(__file__).parent


def beats(seconds: int) -> str:
    """Say how often it beats."""
    if seconds < 60:
        return "often"
    return "seldom"
'''

_TEST = '''\
"""The agent's own tests."""

import asyncio

import waooaw

from wow_heartbeat.agent import WowHeartbeat, beats


def test_a_tick_is_approved() -> None:
    """The rule decides."""
    event = waooaw.Event(id="1", source="/clock", type="clock.ticked", data={})
    decision = asyncio.run(WowHeartbeat().handle(event))

    assert decision.outcome == "approve"


def test_beats() -> None:
    """Both branches."""
    assert beats(1) == "often"
    assert beats(90) == "seldom"
'''

_FILES = {
    "agent.yaml": _SPEC,
    "pyproject.toml": _PYPROJECT,
    "src/wow_heartbeat/__init__.py": '"""Heartbeat."""\n',
    "src/wow_heartbeat/agent.py": _AGENT,
    "src/wow_heartbeat/py.typed": "",
    "tests/test_wow_heartbeat.py": _TEST,
}


def agent_package(folder: Path, files: Mapping[str, str | None] | None = None) -> Path:
    """Write a package that passes every gate into *folder*, and return it.

    Args:
        folder: Made here.
        files: What to write instead or besides, by path; None leaves a file out. The text `{old}`
            stands for what would have been written.
    """
    wanted: dict[str, str | None] = {**_FILES}
    for name, text in (files or {}).items():
        wanted[name] = text if text is None else text.replace("{old}", _FILES.get(name, ""))
    for name, text in wanted.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file below *folder*, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
