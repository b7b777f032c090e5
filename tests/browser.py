"""Debian's Chromium without a screen, driven over a pipe by its own protocol.

Source: Chrome DevTools Protocol, https://chromedevtools.github.io/devtools-protocol/; with
`--remote-debugging-pipe` the browser reads commands from file 3 and writes to file 4, each ended by
a NUL.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Tab", "axe_script", "browser_path", "tab"]

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)


def browser_path() -> str | None:
    """Return the browser's program; None where there is none."""
    return shutil.which("chromium")


def axe_script() -> Path | None:
    """Return axe-core's own script; None where the package that brings it is not installed."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "axe.min.js"


class Tab:
    """One page of the browser; remembers every event that it tells of."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> Any:
        """Send one command and return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def open(self, page: Path, *, scheme: str = "light", script: bool = True) -> None:
        """Show *page* from its file, in a light or dark room, with or without scripts."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.send("Emulation.setEmulatedMedia", features=[feature])
        self.send("Emulation.setScriptExecutionDisabled", value=not script)
        self.events.clear()
        self.send("Page.navigate", url=page.as_uri())
        while not self._told("Page.loadEventFired"):
            self.events.append(self._read())

    def evaluate(self, expression: str) -> Any:
        """Return the value of *expression*, also of a promise."""
        done = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def complaints(self) -> list[str]:
        """Return what the browser objected to: exceptions, refusals by the page's policy."""
        return [
            json.dumps(event["params"])
            for event in self.events
            if event.get("method") in {"Runtime.exceptionThrown", "Log.entryAdded"}
        ]

    def requests(self) -> list[str]:
        """Return every address that the page asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event.get("method") == "Network.requestWillBeSent"
        ]

    def _told(self, method: str) -> bool:
        return any(event.get("method") == method for event in self.events)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._answers, 1 << 16)
            assert more, "the browser ended"
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        loaded: dict[str, Any] = json.loads(message)
        return loaded


@contextmanager
def tab(program: str, folder: Path) -> Iterator[Tab]:
    """Yield a page of a browser of its own, which keeps its files in *folder*."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()

    def wire() -> None:
        # In two steps: one of the two may have the other's number.
        kept_in, kept_out = os.dup(theirs_in), os.dup(theirs_out)
        spare_in, spare_out = os.dup(kept_in), os.dup(kept_out)
        os.dup2(spare_in, 3)
        os.dup2(spare_out, 4)

    home = {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    process = subprocess.Popen(
        [program, *_FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank"],
        preexec_fn=wire,  # noqa: PLW1509 - nothing else puts a pipe at 3; no thread runs here
        close_fds=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **home},
        start_new_session=True,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Tab(ours_out, ours_in)
    finally:
        os.close(ours_out)  # the browser ends when nobody speaks to it
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(ours_in)
