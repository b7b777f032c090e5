from __future__ import annotations

import io
import threading
from datetime import timedelta

import pytest
from inline_snapshot import snapshot
from unit.render.report_samples import KILLED

from waooaw_cli.gates.ports import Progress
from waooaw_cli.gates.report import GateId, GateResult, Verdict
from waooaw_cli.render.console import console_on
from waooaw_cli.render.progress import LineProgress, LiveProgress, NoProgress, following

LINT = GateResult(GateId.LINT, Verdict.PASS, timedelta(milliseconds=20))


class Terminal(io.StringIO):
    """Say that a person looks at what is written."""

    def isatty(self) -> bool:
        return True


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
    with following(console_on(stream, {"COLUMNS": "40"})) as progress:
        run_some_gates(progress)

    assert stream.getvalue() == snapshot("""\
generated/wow-x: lint pass, 20 ms
generated/wow-x: types error, 1 min 1 s, 1 error
generated/wow-x: tests skipped
""")


def test_quiet_shows_nothing() -> None:
    """Only the result is left, and that is not progress."""
    stream = Terminal()
    with following(console_on(stream, {"TERM": "xterm"}), quiet=True) as progress:
        run_some_gates(progress)

    assert stream.getvalue() == ""
    assert isinstance(progress, NoProgress)


def test_a_dumb_terminal_gets_lines() -> None:
    """Nothing is drawn over where the cursor can't be moved."""
    stream = Terminal()
    with following(console_on(stream, {"TERM": "dumb"})) as progress:
        run_some_gates(progress)

    assert isinstance(progress, LineProgress)
    assert "\x1b" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 3


def test_a_terminal_gets_a_view_that_is_gone_in_the_end() -> None:
    """The view is drawn, then erased, and the cursor is shown again, after an error too."""
    stream = Terminal()
    seen: list[Progress] = []

    def interrupted() -> None:
        with following(console_on(stream, {"TERM": "xterm"})) as progress:
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


def test_the_view_names_the_steps_that_run_longest() -> None:
    """Eight of them, with the time that each has taken so far; the others are counted."""
    now = [0.0]
    console = console_on(Terminal(), {"TERM": "xterm", "COLUMNS": "80"})
    progress = LiveProgress(console, clock=lambda: now[0])
    for number in range(10):
        progress.begin(f"generated/wow-{number}", GateId.LINT)
        now[0] += 7

    assert progress.view().plain == snapshot("""\
gates: none ended, 10 running
  lint 1 min 10 s generated/wow-0
  lint 1 min 3 s generated/wow-1
  lint 56.0 s generated/wow-2
  lint 49.0 s generated/wow-3
  lint 42.0 s generated/wow-4
  lint 35.0 s generated/wow-5
  lint 28.0 s generated/wow-6
  lint 21.0 s generated/wow-7
  and 2 more\
""")


def test_foreign_names_do_not_move_the_cursor() -> None:
    """A folder's name is cleaned and stays on its line."""
    stream = io.StringIO()
    LineProgress(console_on(stream, {})).end("a\x1b[2J\nb [red]", LINT)
    live = LiveProgress(console_on(Terminal(), {"TERM": "xterm"}))
    live.begin("a\x1b[2J\nb [red]", GateId.LINT)

    assert stream.getvalue() == "a b [red]: lint pass, 20 ms\n"
    assert live.view().plain.splitlines()[1].endswith(" a b [red]")


def test_steps_may_end_in_several_threads() -> None:
    """No line is torn and none is lost."""
    stream = io.StringIO()
    progress = LineProgress(console_on(stream, {}))
    live = LiveProgress(console_on(Terminal(), {"TERM": "xterm"}))

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
    assert live.view().plain == "gates: 400 pass, 0 running"
