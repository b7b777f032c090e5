from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from inline_snapshot import snapshot
from rich.console import Console
from unit.render.report_samples import KILLED

from waooaw_cli.gates.ports import Progress
from waooaw_cli.gates.report import GateId, GateResult, Verdict
from waooaw_cli.render.console import console_on
from waooaw_cli.render.page import page_on
from waooaw_cli.render.progress import (
    AgentLines,
    LineProgress,
    LiveProgress,
    NoProgress,
    following,
)

LINT = GateResult(GateId.LINT, Verdict.PASS, timedelta(milliseconds=20))


class Terminal(io.StringIO):
    """Say that a person looks at what is written."""

    def isatty(self) -> bool:
        return True


XTERM = {"TERM": "xterm"}


def live_on(
    stream: io.StringIO,
    *,
    clock: Callable[[], float] = time.monotonic,
    agents: int = 1,
    height: int = 24,
) -> LiveProgress:
    def console() -> Console:
        made = console_on(stream, {"TERM": "xterm", "COLUMNS": "80"})
        made.height = height
        return made

    return LiveProgress(console, clock=clock, agents=agents)


def run_some_gates(progress: Progress) -> None:
    progress.begin("generated/wow-x", GateId.LINT)
    progress.end("generated/wow-x", LINT)
    progress.begin("generated/wow-x", GateId.TYPES)
    progress.end(
        "generated/wow-x",
        GateResult(GateId.TYPES, Verdict.ERROR, timedelta(seconds=61), findings=(KILLED,)),
    )
    progress.end("generated/wow-x", GateResult(GateId.TESTS, Verdict.SKIPPED))


def test_without_a_terminal_each_step_that_ends_is_one_line() -> None:
    """A log shows what ended, how, and how long it took."""
    stream = io.StringIO()
    with following(page_on(stream, {"COLUMNS": "40"}), {}) as progress:
        run_some_gates(progress)

    assert stream.getvalue() == snapshot("""\
generated/wow-x: lint pass, 20 ms
generated/wow-x: types error, 1 min 1 s, 1 error
generated/wow-x: tests skipped
""")


def test_quiet_shows_nothing() -> None:
    """Only the result is left, and that is not progress."""
    stream = Terminal()
    with following(page_on(stream, XTERM), XTERM, quiet=True) as progress:
        run_some_gates(progress)

    assert stream.getvalue() == ""
    assert isinstance(progress, NoProgress)


def test_a_dumb_terminal_gets_lines() -> None:
    """Nothing is drawn over where the cursor can't be moved."""
    stream = Terminal()
    with following(page_on(stream, {"TERM": "dumb"}), {"TERM": "dumb"}) as progress:
        run_some_gates(progress)

    assert isinstance(progress, LineProgress)
    assert "\x1b" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 3


def test_a_terminal_gets_a_view_that_is_gone_in_the_end() -> None:
    """The view is drawn, then erased, and the cursor is shown again, after an error too."""
    stream = Terminal()
    seen: list[Progress] = []

    def interrupted() -> None:
        with following(page_on(stream, XTERM), XTERM) as progress:
            seen.append(progress)
            run_some_gates(progress)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    written = stream.getvalue()
    assert [type(progress) for progress in seen] == [LiveProgress]
    assert "gates: 1 pass, 1 skipped, 1 error, 0 running" in written
    assert "\x1b[2K" in written
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


def test_a_run_that_begins_no_step_draws_nothing() -> None:
    """What is answered from the cache loads no terminal library and moves no cursor."""
    stream = Terminal()
    with following(page_on(stream, XTERM), XTERM) as progress:
        progress.end("generated/wow-x", LINT)

    assert stream.getvalue() == ""


def test_the_view_is_a_table_of_agents() -> None:
    """Those that run longest first, then those that don't pass; one that passes has no row."""
    now = [0.0]
    progress = live_on(Terminal(), clock=lambda: now[0], agents=4, height=24)
    for number in range(2):
        progress.begin(f"generated/wow-{number}", GateId.LINT)
        now[0] += 7
    progress.begin("generated/wow-1", GateId.TYPES)
    progress.end("generated/wow-2", GateResult(GateId.TYPES, Verdict.FAIL))
    for gate in GateId:
        progress.end("generated/wow-3", GateResult(gate, Verdict.PASS))

    view = progress.view().plain
    progress.__exit__()
    assert view == snapshot("""\
gates: 8 pass, 1 fail, 3 running; 1 of 4 agents done
agent             ended  now
generated/wow-0  0 of 8  lint 14.0 s
generated/wow-1  0 of 8  lint 7.0 s; types 0 ms
generated/wow-2  1 of 8  fail: types\
""")


def test_the_view_fits_the_terminal() -> None:
    """What has no row is counted."""
    progress = live_on(Terminal(), agents=50, height=10)
    for number in range(50):
        progress.begin(f"generated/wow-{number}", GateId.LINT)

    lines = progress.view().plain.splitlines()
    progress.__exit__()
    assert len(lines) == 9
    assert lines[-1] == "and 44 more"


def test_a_fleet_has_one_line_for_each_agent_in_a_log() -> None:
    """It comes with the last of the agent's gates, in the order in which agents end."""
    stream = io.StringIO()
    with following(page_on(stream, {}), {}, agents=4) as progress:
        for gate in GateId:
            progress.begin("generated/wow-a", gate)
            progress.end("generated/wow-a", GateResult(gate, Verdict.PASS, timedelta(seconds=1)))
            failed = gate is GateId.TYPES
            progress.end(
                "generated/wow-b",
                GateResult(
                    gate,
                    Verdict.FAIL if failed else Verdict.PASS,
                    findings=(KILLED,) if failed else (),
                    cached=True,
                ),
            )
        progress.end("generated/wow-c", LINT)

    assert isinstance(progress, AgentLines)
    assert stream.getvalue() == snapshot("""\
generated/wow-a: pass, 8 gates, 8.0 s
generated/wow-b: fail: types, cached, 1 error
""")


def test_foreign_names_do_not_move_the_cursor() -> None:
    """A folder's name is cleaned and stays on its line."""
    stream = io.StringIO()
    LineProgress(page_on(stream, {})).end("a\x1b[2J\nb [red]", LINT)
    live = live_on(Terminal())
    live.begin("a\x1b[2J\nb [red]", GateId.LINT)

    assert stream.getvalue() == "a b [red]: lint pass, 20 ms\n"
    view = live.view().plain
    live.__exit__()
    assert view.splitlines()[2].startswith("a b [red] ")


def test_steps_may_end_in_several_threads() -> None:
    """No line is torn and none is lost."""
    stream = io.StringIO()
    progress = LineProgress(page_on(stream, {}))
    live = live_on(Terminal())

    def work(name: str) -> None:
        for _ in range(50):
            live.begin(name, GateId.LINT)
            live.end(name, LINT)
            progress.begin(name, GateId.LINT)
            progress.end(name, LINT)

    threads = [threading.Thread(target=work, args=(f"wow-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    lines = stream.getvalue().splitlines()
    assert sorted(set(lines)) == [f"wow-{n}: lint pass, 20 ms" for n in range(8)]
    assert len(lines) == 400
    view = live.view().plain
    live.__exit__()
    assert view == "gates: 400 pass, 0 running"
