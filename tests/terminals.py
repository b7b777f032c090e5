"""A person's terminal: a program in a pseudo-terminal, its screens and its end."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

__all__ = ["BACK_TAB", "CTRL_B", "CTRL_D", "PROGRAM", "Terminal"]

pexpect = pytest.importorskip("pexpect", reason="Windows has no pseudo-terminals")

#: Asks the ten questions and prints the answers: all that most of the tests of them are about.
PROGRAM = (str(Path(__file__).parent / "functional" / "questionnaire_driver.py"),)
BACK_TAB = "\x1b[Z"
CTRL_B = "\x02"
CTRL_D = "\x04"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x08")


class Terminal:
    """Hold one run of the program at a pseudo-terminal."""

    def __init__(
        self,
        state: Path,
        *arguments: str,
        term: str = "xterm-256color",
        columns: int = 100,
        more: Mapping[str, str] = MappingProxyType({}),
        program: tuple[str, ...] = PROGRAM,
        cwd: Path | None = None,
    ) -> None:
        env = {**os.environ, "WAOOAW_STATE_DIR": str(state), "TERM": term, **more}
        self.keys = term != "dumb"
        # prompt_toolkit turns bracketed paste on and then shows the cursor where one types.
        self._ready = r"\x1b\[\?2004h.*?\x1b\[\?25h" if self.keys else r"\n> $"
        self.child = pexpect.spawn(
            sys.executable,
            [*program, *arguments],
            env=env,
            cwd=cwd,
            dimensions=(30, columns),
            encoding="utf-8",
            timeout=60,
        )
        self.transcript = ""

    def shown(self) -> str:
        """Wait for the next prompt and return what stands above it, without escapes."""
        self.child.expect(self._ready)
        raw = self.child.before + self.child.after
        # The echo of what was typed comes first; the program's own lines follow it.
        echo, _, own = raw.rpartition("\x1b[?2004l") if self.keys else raw.partition("\n")
        self.transcript += _plain(own or echo)
        return _plain(raw)

    def type(self, text: str) -> str:
        """Type one answer and return what the next prompt shows."""
        self.child.send(f"{text}\r")
        return self.shown()

    def press(self, key: str) -> str:
        self.child.send(key)
        return self.shown()

    def ended(self) -> tuple[int | None, str]:
        """Wait for the end; return the exit code and the last lines."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus, _ESCAPES.sub("", self.child.before)

    def answers(self, last: str) -> dict[str, Any]:
        """Type *last*, wait for the end and return the answers that were printed."""
        self.child.send(f"{last}\r")
        code, text = self.ended()
        assert code == 0, text
        line = next(line for line in text.splitlines() if line.startswith('{"schema"'))
        found: dict[str, Any] = json.loads(line)
        return found


def _plain(text: str) -> str:
    return _ESCAPES.sub("", text).replace("\r", "")
