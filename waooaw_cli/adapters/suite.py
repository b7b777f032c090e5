"""Run a package's tests under branch coverage, in a process of their own.

``python -P -m waooaw_cli.adapters.suite RESULT SOURCES [pytest's arguments…]``

Everything that matters goes into the file RESULT, as JSON, at the very end: tests may print what
they like, and a process that ends before has no result.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import json
import os
import re
import sys
import tomllib
import traceback
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypedDict

import coverage
import pytest

from waooaw.testing.bytecode import ignore_bytecode
from waooaw_cli.adapters.written import function_of, is_as_written

__all__ = ["Result", "coverage_rules", "main"]

# How a package's code may say that it runs; what coverage.py knows of each.
_HOW = {
    "patch": ("subprocess", "fork", "_exit", "execv"),
    "concurrency": ("thread", "multiprocessing", "gevent", "greenlet", "eventlet"),
}
_PLACE = re.compile(r"^(\S.*?):(\d+): in ", re.MULTILINE)
_SETTINGS = "pyproject.toml"


class FailureRecord(TypedDict):
    """Hold one test that failed."""

    test: str
    message: str
    path: str | None
    line: int | None


class PassedOverRecord(TypedDict):
    """Hold one test that was skipped, or that was expected to fail and did."""

    test: str
    reason: str
    path: str | None
    line: int | None


class Result(TypedDict):
    """Hold what is written.

    `ended` is pytest's exit status, `collected` and `ran` count tests, `names` are those that came
    to an end as they are written, with all their parameters, and without what these add to a name;
    `uncovered` maps files to lines.
    """

    ended: int
    collected: int
    ran: int
    names: list[str]
    passed_over: list[PassedOverRecord]
    failures: list[FailureRecord]
    percent: float
    uncovered: dict[str, list[int]]


class Recorder:
    """Listen to pytest and keep what failed, where, and how it said so.

    Args:
        root: The package; places outside are of no use to its owner.
        tell: Told of each test that begins: who is killed is asked what it was doing.
    """

    def __init__(self, root: Path, tell: Callable[[str], object] = str) -> None:
        self._root = root
        self._tell = tell
        self._seen: set[str] = set()
        self._replaced: set[str] = set()
        self._ended: set[str] = set()
        self._failed: set[str] = set()
        self._called: dict[str, str] = {}
        self.failures: list[FailureRecord] = []
        self.passed_over: list[PassedOverRecord] = []
        self.collected = 0

    @property
    def ran(self) -> int:
        """How many tests came to an end, skipped ones among them."""
        return len(self._ended)

    @property
    def names(self) -> list[str]:
        """Which functions came to an end as they are written, with all their parameters; sorted."""
        others = {function_of(node) for node in self._replaced | (self._seen - self._ended)}
        return sorted({function_of(node) for node in self._ended} - others)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self) -> Iterator[None]:
        """Keep what is wrong with a conftest.py: pytest does not start with it."""
        try:
            return (yield)
        except BaseException as error:
            # pytest wraps what went wrong in an exception that only names the file.
            cause = getattr(error, "cause", None)
            self._stopped(cause if isinstance(cause, BaseException) else error)
            raise

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Count a test before any hook of the package can leave it out."""
        self._seen.add(item.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep a file whose tests could not be collected."""
        if report.failed:
            path, line = self._place(report)
            place = report.nodeid or "tests"
            self._keep(place, _said(report), path or self._inside(Path(place)), line)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Keep what ended the run from within a file or a hook of the package."""
        self._stopped(excinfo.value)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Keep who ended the run by the interrupt of a keyboard that nobody sits at."""
        self._stopped(excinfo.value)

    def _stopped(self, error: BaseException) -> None:
        """Keep *error* where it is the package's own: raised in it, or about its settings."""
        places = [(one.filename, one.lineno) for one in traceback.extract_tb(error.__traceback__)]
        text = str(error)
        if isinstance(error, SyntaxError):
            places.append((error.filename or "", error.lineno))
            text = error.msg
        said = f"{type(error).__name__}: {text}".partition("\n")[0].removesuffix(": ")
        for name, line in reversed(places):
            if (path := self._inside(Path(name))) is not None:
                self._keep(path, f"it ends the run: {said}", path, line)
                return
        if isinstance(error, pytest.UsageError | pytest.PytestConfigWarning):
            self.refused(text.partition("\n")[0])

    def refused(self, complaint: str) -> None:
        """Keep what pytest says of the package's settings."""
        self._keep(_SETTINGS, complaint.replace(f"{self._root}{os.sep}", ""), _SETTINGS, None)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count what will be run."""
        self.collected = len(session.items)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Tell which test begins."""
        self._tell(f"{nodeid}\n")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Watch the function itself: what hooks around it report may be something else."""
        if isinstance(item, pytest.Function) and not is_as_written(item):
            self._replaced.add(item.nodeid)
        if type(item) is pytest.Function and not inspect.iscoroutinefunction(item.obj):
            item.obj = self._watched(item.nodeid, item.obj)
        else:
            self._called[item.nodeid] = ""
        return (yield)

    def _watched(self, node: str, test: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(test)
        def watched(*arguments: Any, **named: Any) -> object:  # `Any`: whatever fixtures give
            self._called[node] = ""
            try:
                return test(*arguments, **named)
            except (pytest.skip.Exception, unittest.SkipTest):
                raise
            except BaseException as error:
                self._called[node] = f"{type(error).__name__}: {error}".partition("\n")[0]
                raise

        return watched

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a test that failed, once, in whichever of its three steps."""
        if report.when == "teardown":
            self._ended.add(report.nodeid)
        said = _said(report) if report.failed else self._hidden(report)
        if said is not None and report.nodeid not in self._failed:
            self._failed.add(report.nodeid)
            path, line = self._place(report)
            if path is None:
                path, line = self._start(report)
            self._keep(report.nodeid, said, path, line)
        elif report.skipped:
            path, line = self._start(report)
            self.passed_over.append(
                {"test": report.nodeid, "reason": _reason(report), "path": path, "line": line}
            )

    def _hidden(self, report: pytest.TestReport) -> str | None:
        """Return how a test failed that is reported as something else; None where it did not."""
        if report.when != "call" or hasattr(report, "wasxfail"):
            return None
        error = self._called.get(report.nodeid)
        if error is None:
            return "it was reported, and never called"
        return f"{error} (and was reported as {report.outcome})" if error else None

    def _start(self, report: pytest.TestReport) -> tuple[str | None, int]:
        file, index, _ = report.location
        return self._inside(Path(file)), (index or 0) + 1

    def _keep(self, test: str, message: str, path: str | None, line: int | None) -> None:
        self.failures.append({"test": test, "message": message, "path": path, "line": line})

    def _place(
        self, report: pytest.CollectReport | pytest.TestReport
    ) -> tuple[str | None, int | None]:
        """Return the innermost line of the traceback that stands in the package."""
        traceback = getattr(report.longrepr, "reprtraceback", None)
        entries = [
            getattr(one, "reprfileloc", None) for one in getattr(traceback, "reprentries", ())
        ]
        places = [(one.path, int(one.lineno)) for one in entries if one is not None]
        if traceback is None:  # what could not be collected comes as text
            lines = _PLACE.findall(report.longreprtext)
            places = [(path, int(line)) for path, line in lines]
        for path, line in reversed(places):
            if (inside := self._inside(Path(path))) is not None:
                return inside, line
        return None, None

    def _inside(self, path: Path) -> str | None:
        # Node ids are relative to the package; places in tracebacks to where pytest was started.
        for start in (self._root, Path.cwd()):
            absolute = Path(os.path.normpath(start / path))
            if absolute.is_relative_to(self._root) and absolute.is_file():
                return absolute.relative_to(self._root).as_posix()
        return None


def _reason(report: pytest.TestReport) -> str:
    """Return why a test was passed over, empty where nobody said."""
    reason = str(getattr(report, "wasxfail", ""))
    if not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
    reason = reason.removeprefix("Skipped: ").removeprefix("reason: ").strip()
    # What pytest says of `@pytest.mark.skip` and of `pytest.skip()` where the author says nothing.
    return "" if reason in {"unconditional skip", "Skipped"} else reason


def _said(report: pytest.CollectReport | pytest.TestReport) -> str:
    """Return the first line of what went wrong."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash is not None else report.longreprtext)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # What could not be collected comes with its traceback; the last line marked E is the error.
    marked = [line.removeprefix("E ").strip() for line in lines if line.startswith("E ")]
    return next(iter(marked[-1:] or lines), "failed")


def main(arguments: list[str]) -> None:  # pragma: no cover - runs under its own coverage
    """Run the tests of the package in the current folder."""
    result, sources, *rest = arguments
    root = Path.cwd()
    # An agent that is not installed is imported from its sources, as its own settings say too.
    sys.path.insert(0, sources)
    ignore_bytecode(root)
    rules = Path(result).with_name("measuring.ini")
    rules.write_text(coverage_rules(root / "pyproject.toml"), encoding="utf-8")
    measured = coverage.Coverage(
        data_file=str(Path(result).parent / "coverage"),
        # What tests start as processes of their own is counted where the package asks for it.
        data_suffix=True,
        config_file=str(rules),
        branch=True,
        source=[sources],
        messages=False,
    )
    # Pytest takes the descriptors of standard output and error; this one stays ours.
    ears = os.dup(2)
    recorder = Recorder(root, lambda text: os.write(ears, text.encode("utf-8", "replace")))
    measured.start()
    try:
        ended = pytest.main(rest, plugins=[recorder])
    finally:
        measured.stop()
    if int(ended) == pytest.ExitCode.USAGE_ERROR and not recorder.failures:
        # Our own arguments are always the same, so it is about the package's settings.
        recorder.refused(_complaint(rest))
    measured.save()
    # A new one: the tests may have told the other what to leave out.
    measured = coverage.Coverage(
        data_file=str(Path(result).parent / "coverage"),
        config_file=str(rules),
        branch=True,
        source=[sources],
        messages=False,
    )
    measured.combine([str(Path(result).parent)])
    percent, uncovered = _covered(measured, Path(result).parent / "coverage.json", root)
    written: Result = {
        "ended": int(ended),
        "collected": recorder.collected,
        "ran": recorder.ran,
        "names": recorder.names,
        "passed_over": recorder.passed_over,
        "failures": recorder.failures,
        "percent": percent,
        "uncovered": uncovered,
    }
    Path(result).write_text(json.dumps(written), encoding="utf-8")


def _complaint(arguments: list[str]) -> str:  # pragma: no cover - the same
    """Return what pytest says of settings that it does not start with."""
    with contextlib.redirect_stderr(io.StringIO()) as said:
        pytest.main(arguments)
    lines = [line.removeprefix("ERROR: ").strip() for line in said.getvalue().splitlines()]
    return next(filter(None, lines), "pytest does not start with these settings")


def coverage_rules(settings: Path) -> str:
    """Return how coverage is to measure, as its own file of settings.

    Of what the package says only how its code runs counts, never what is to be left out.
    """
    try:
        said: Any = tomllib.loads(settings.read_text(encoding="utf-8"))  # `Any`: TOML
        run = said["tool"]["coverage"]["run"]
        chosen = {name: [one for one in run.get(name, []) if one in _HOW[name]] for name in _HOW}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        chosen = {}
    lines = [f"{name} = {', '.join(values)}" for name, values in chosen.items() if values]
    return "\n".join(["[run]", "branch = True", *lines, ""])


def _covered(  # pragma: no cover - the same
    measured: coverage.Coverage, into: Path, root: Path
) -> tuple[float, dict[str, list[int]]]:
    try:
        measured.json_report(outfile=str(into))
    except coverage.exceptions.NoDataError:
        # Nothing of the package was ever imported.
        return 0.0, {}
    report: dict[str, Any] = json.loads(into.read_text(encoding="utf-8"))  # `Any`: coverage's JSON
    totals = report["totals"]
    if not totals["num_statements"]:
        return 100.0, {}
    uncovered = {}
    for name, file in report["files"].items():
        lines = {*file["missing_lines"], *(start for start, _ in file.get("missing_branches", ()))}
        path = root / name
        if lines and path.is_relative_to(root):
            uncovered[path.relative_to(root).as_posix()] = sorted(
                line for line in lines if line > 0
            )
    return float(totals["percent_covered"]), uncovered


if __name__ == "__main__":  # pragma: no cover - the same
    main(sys.argv[1:])
