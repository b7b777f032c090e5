"""Who waits for the gates sees that they work: a view that moves, or a line for each step."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from waooaw_cli.gates.ports import Progress
from waooaw_cli.gates.report import GateId, GateResult, Verdict
from waooaw_cli.render.console import fitting
from waooaw_cli.render.foreign import readable
from waooaw_cli.render.phrases import duration_text, finding_counts, time_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["LineProgress", "LiveProgress", "NoProgress", "following"]

_MOST_STEPS = 8


@contextmanager
def following(console: Console, *, quiet: bool = False) -> Iterator[Progress]:
    """Yield what shows progress on *console* until the block ends.

    Args:
        console: The one on stderr.
        quiet: Show nothing.
    """
    if quiet:
        yield NoProgress()
    elif console.is_terminal and not console.is_dumb_terminal:
        with LiveProgress(console) as live:
            yield live
    else:
        yield LineProgress(console)


class NoProgress:
    """Show nothing."""

    def begin(self, target: str, gate: GateId) -> None:
        """Show nothing."""

    def end(self, target: str, result: GateResult) -> None:
        """Show nothing."""


class LineProgress:
    """Write one line for each step that ended, for a log."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def begin(self, target: str, gate: GateId) -> None:
        """Write nothing: the line comes with the verdict."""

    def end(self, target: str, result: GateResult) -> None:
        """Write package, gate, verdict, time, and how much was found."""
        line = f"{readable(target)}: {result.id} {result.verdict}"
        if result.verdict is not Verdict.SKIPPED:
            line += f", {time_text(result)}"
        if result.findings:
            line += f", {finding_counts(result.findings)}"
        # A console writes each call whole, from whichever thread.
        self._console.print(fitting(line, self._console.encoding), soft_wrap=True)


class LiveProgress:
    """Show which gates run and how many ended, in place; the view is gone when the block ends.

    Args:
        console: A terminal's.
        clock: Seconds that only go forward.
    """

    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        from rich.live import Live

        self._console = console
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[tuple[str, GateId], float] = {}
        self._ended: Counter[Verdict] = Counter()
        self._live = Live(
            console=console,
            get_renderable=self.view,
            transient=True,
            # Results go to stdout; rich would lead them into this view, on stderr.
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._live.stop()

    def begin(self, target: str, gate: GateId) -> None:
        """Show the step among those that run."""
        with self._lock:
            self._running[(target, gate)] = self._clock()

    def end(self, target: str, result: GateResult) -> None:
        """Count the step, which may never have begun."""
        with self._lock:
            self._running.pop((target, result.id), None)
            self._ended[result.verdict] += 1

    def view(self) -> Text:
        """Return what is shown now: a line of counts, then the steps that run longest."""
        from datetime import timedelta

        from rich.text import Text

        with self._lock:
            running = list(self._running.items())
            ended = self._ended.copy()
        now = self._clock()
        counts = ", ".join(f"{ended[kind]} {kind}" for kind in Verdict if ended[kind])
        lines = [f"gates: {counts or 'none ended'}, {len(running)} running"]
        for (target, gate), began in running[:_MOST_STEPS]:
            spent = duration_text(timedelta(seconds=int(now - began)))
            lines.append(f"  {gate} {spent} {readable(target)}")
        if len(running) > _MOST_STEPS:
            lines.append(f"  and {len(running) - _MOST_STEPS} more")
        text = fitting("\n".join(lines), self._console.encoding)
        # One row for each line, whatever its length: the view must not jump on a narrow terminal.
        return Text(text, no_wrap=True, overflow="crop")
