"""Renderers that need no Copier, and some that die."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from waooaw.documents import Json
from waooaw.errors import EnvironmentFault

__all__ = ["DyingRenderer", "PlainRenderer", "WaitingRenderer", "full_disk", "stopped"]


class PlainRenderer:
    """Write two files, one in a folder.

    Attributes:
        content: What `agent.yaml` says.
    """

    def __init__(self, content: str = "name: wow-x\n") -> None:
        self.content = content

    def render(self, tree: Path, context: Mapping[str, Json], target: Path) -> None:
        """Write the package."""
        del tree, context
        (target / "src").mkdir(parents=True)
        (target / "agent.yaml").write_text(self.content, encoding="utf-8")
        (target / "src" / "agent.py").write_text("pass\n", encoding="utf-8")
        for path in target.rglob("*.*"):
            # As a template that only its installer may read.
            path.chmod(0o600)


class DyingRenderer(PlainRenderer):
    """Write half of the package, then die of whatever is asked for."""

    def __init__(self, death: Callable[[], BaseException]) -> None:
        super().__init__()
        self._death = death

    def render(self, tree: Path, context: Mapping[str, Json], target: Path) -> None:
        """Write one file, and die."""
        super().render(tree, context, target)
        (target / "agent.yaml").unlink()
        raise self._death()


class WaitingRenderer(PlainRenderer):
    """Write the package, and wait until it may go on, so that two runs overlap for certain."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work = threading.Event()
        self.go_on = threading.Event()

    def render(self, tree: Path, context: Mapping[str, Json], target: Path) -> None:
        """Write the package, and wait."""
        super().render(tree, context, target)
        self.at_work.set()
        assert self.go_on.wait(timeout=30)


def full_disk() -> EnvironmentFault:
    """Return what a renderer says of a full disk."""
    fault = EnvironmentFault("agent.yaml could not be written: No space left on device")
    fault.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    return fault


def stopped() -> KeyboardInterrupt:
    """Return what Ctrl-C and SIGTERM raise."""
    return KeyboardInterrupt()
