"""Who waits for the gates sees that they work: a table that moves, or lines in a log."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from waooaw_cli.gates.ports import Progress
from waooaw_cli.gates.report import GateId, GateResult, TargetReport, Verdict
from waooaw_cli.render.foreign import readable
from waooaw_cli.render.groups import FLEET
from waooaw_cli.render.page import Page, Span, fitting, table
from waooaw_cli.render.phrases import (
    duration_text,
    finding_counts,
    gates_text,
    time_spent,
    time_text,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

__all__ = ["AgentLines", "LineProgress", "LiveProgress", "NoProgress", "following"]

#: Every gate ends once for each agent, also the skipped ones.
_STEPS = len(GateId)
_FEWEST_ROWS = 3
#: The line of counts, the header, the line of what is left out, and the one that the cursor is on.
_OTHER_ROWS = 4


@contextmanager
def following(
    page: Page, env: Mapping[str, str], *, quiet: bool = False, agents: int = 1
) -> Iterator[Progress]:
    """Yield what shows progress on *page* until the block ends.

    Args:
        page: The one on stderr.
        env: The environment, for what moves on a terminal.
        quiet: Show nothing.
        agents: How many there are: many get one line each in a log, few one for each gate.
    """
    if quiet:
        yield NoProgress()
    elif page.moving:
        from waooaw_cli.render.console import console_on

        with LiveProgress(lambda: console_on(page.stream, env), agents=agents) as live:
            yield live
    elif agents >= FLEET:
        yield AgentLines(page)
    else:
        yield LineProgress(page)


class NoProgress:
    """Show nothing."""

    def begin(self, target: str, gate: GateId) -> None:
        """Show nothing."""

    def end(self, target: str, result: GateResult) -> None:
        """Show nothing."""


class LineProgress:
    """Write one line for each step that ended, for a log."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def begin(self, target: str, gate: GateId) -> None:
        """Write nothing: the line comes with the verdict."""

    def end(self, target: str, result: GateResult) -> None:
        """Write package, gate, verdict, time, and how much was found."""
        line = f"{readable(target)}: {result.id} {result.verdict}"
        if result.verdict is not Verdict.SKIPPED:
            line += f", {time_text(result)}"
        if result.findings:
            line += f", {finding_counts(result.findings)}"
        self._page.line((line, ""))


class AgentLines:
    """Write one line for each agent whose gates have all ended, for the log of a fleet."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._lock = threading.Lock()
        self._ended: dict[str, list[GateResult]] = {}

    def begin(self, target: str, gate: GateId) -> None:
        """Write nothing: the line comes with the last verdict."""

    def end(self, target: str, result: GateResult) -> None:
        """Write package, verdict, which gates don't pass, time, and how much was found."""
        with self._lock:
            results = self._ended.setdefault(target, [])
            results.append(result)
            if len(results) < _STEPS:
                return
            del self._ended[target]
        whole = TargetReport(target, "", "", tuple(results))
        bad = whole.verdict in {Verdict.FAIL, Verdict.ERROR}
        parts = [*([] if bad else [whole.verdict]), gates_text(whole), time_spent(whole)]
        found = [finding for one in results for finding in one.findings]
        if found:
            parts.append(finding_counts(found))
        line = f"{readable(target)}: {', '.join(parts)}"
        self._page.line((line, ""))


@dataclass(slots=True)
class _Agent:
    """Hold how far one agent is."""

    running: dict[GateId, float] = field(default_factory=dict)
    results: list[GateResult] = field(default_factory=list)


class LiveProgress:
    """Show a table of agents and their state, in place; it is gone when the block ends.

    Nothing is drawn, and no terminal library is loaded, before the first step begins: a run that is
    answered from the cache has none.

    Args:
        console: Makes the one to draw on.
        clock: Seconds that only go forward.
        agents: How many there are.
    """

    def __init__(
        self,
        console: Callable[[], Console],
        *,
        clock: Callable[[], float] = time.monotonic,
        agents: int = 1,
    ) -> None:
        self._make = console
        self._clock = clock
        self._number = agents
        self._lock = threading.Lock()
        self._agents: dict[str, _Agent] = {}
        self._ended: Counter[Verdict] = Counter()
        self._console: Console | None = None
        self._live: Live | None = None
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._live is not None:
            self._live.stop()

    def begin(self, target: str, gate: GateId) -> None:
        """Show the step among those that run."""
        with self._lock:
            self._agents.setdefault(target, _Agent()).running[gate] = self._clock()
            first, self._begun = not self._begun, True
        if first:
            # Outside of the lock: it looks at the view at once.
            self._live = self._drawn()
            self._live.start()

    def end(self, target: str, result: GateResult) -> None:
        """Count the step, which may never have begun."""
        with self._lock:
            agent = self._agents.setdefault(target, _Agent())
            agent.running.pop(result.id, None)
            agent.results.append(result)
            self._ended[result.verdict] += 1

    def view(self) -> Text:
        """Return what is shown now: a line of counts, then the agents that run or do not pass."""
        from rich.text import Text

        console = self._made()
        with self._lock:
            now = self._clock()
            agents = {
                name: (dict(agent.running), tuple(agent.results))
                for name, agent in self._agents.items()
            }
            ended = self._ended.copy()
        rows = [
            [(readable(name), ""), (f"{len(results)} of {_STEPS}", ""), (state, "")]
            for name, (running, results) in sorted(
                agents.items(), key=lambda pair: min(pair[1][0].values(), default=now + 1)
            )
            if (state := _state(running, results, now))
        ]
        running_number = sum(len(running) for running, _ in agents.values())
        counts = ", ".join(f"{ended[kind]} {kind}" for kind in Verdict if ended[kind])
        lines = [f"gates: {counts or 'none ended'}, {running_number} running"]
        if self._number > 1:
            done = sum(len(results) >= _STEPS for _, results in agents.values())
            lines[0] += f"; {done} of {self._number} agents done"
        most = max(_FEWEST_ROWS, console.height - _OTHER_ROWS)
        lines += _drawn_rows(rows[:most], console.width)
        if len(rows) > most:
            lines.append(f"and {len(rows) - most} more")
        text = fitting("\n".join(lines), console.encoding)
        # One row for each line, whatever its length: the view must not jump on a narrow terminal.
        return Text(text, no_wrap=True, overflow="crop")

    def _made(self) -> Console:
        if self._console is None:
            self._console = self._make()
        return self._console

    def _drawn(self) -> Live:
        from rich.live import Live

        return Live(
            console=self._made(),
            get_renderable=self.view,
            transient=True,
            # Results go to stdout; rich would lead them into this view, on stderr.
            redirect_stdout=False,
            redirect_stderr=False,
        )


def _state(running: Mapping[GateId, float], results: tuple[GateResult, ...], now: float) -> str:
    """Return what is said of an agent; empty where it waits or passes."""
    parts = [
        f"{gate} {duration_text(timedelta(seconds=int(now - began)))}"
        for gate, began in running.items()
    ]
    if any(result.verdict in {Verdict.FAIL, Verdict.ERROR} for result in results):
        parts.append(gates_text(TargetReport("", "", "", results)))
    return "; ".join(parts)


def _drawn_rows(rows: list[list[Span]], width: int) -> list[str]:
    if not rows:
        return []
    lines = table(("agent", "ended", "now"), rows, width=width, right=1, wraps=False)
    return ["".join(text for text, _ in line) for line in lines]
