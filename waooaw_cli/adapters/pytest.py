"""Pytest and coverage: a package's own tests, in a process of their own."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from waooaw_cli.adapters.handover import left_in
from waooaw_cli.adapters.process import Processes, Ran, last_words
from waooaw_cli.factory.scratch import scratch
from waooaw_cli.gates.ports import Coverage, Failure, PassedOver, SuiteRun, ToolCrashed, ToolGarbled

__all__ = ["Pytest"]

_PASSED, _FAILED, _INTERRUPTED, _NOTHING = 0, 1, 2, 5
_ENVIRONMENT = {
    # The tracer that can measure branches on every Python; sys.monitoring can't before 3.14.
    "COVERAGE_CORE": "ctrace",
    # What else is installed beside waooaw must not change a verdict.
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}
# Nothing in the package's settings chooses among its tests.
_WHOLE_SUITE = (
    *("-o", "addopts="),
    *("-o", "python_files=test_*.py *_test.py"),
    *("-o", "python_classes=Test*"),
    *("-o", "python_functions=test*"),
    *("-o", "norecursedirs=.git"),
)
# Where warnings are errors this one would stop pytest; no tests is our finding to make.
_NO_FILES = "ignore:No files were found in testpaths:pytest.PytestConfigWarning"
_PLUGIN = "waooaw.testing.plugin"


class Pytest:
    """Answer the port `SuiteRunner`.

    Args:
        processes: Where it runs.
    """

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def run(self, root: Path, *, python: Path, limit: timedelta) -> SuiteRun:
        """Run the tests below *root* by the package's own settings, whatever stands above it."""
        root = root.resolve()
        arguments = [
            *("-q", "--color=no", "--tb=short", "-p", "no:cacheprovider", "-p", _PLUGIN),
            *("--rootdir", str(root), "--confcutdir", str(root)),
            *_WHOLE_SUITE,
        ]
        # Named, so that `testpaths` does not choose; without the folder pytest would not start.
        arguments += ["tests"] if (root / "tests").is_dir() else ["-W", _NO_FILES]
        with scratch("tests", memory=True) as folder:
            result = folder / "result.json"
            settings = root / "pyproject.toml"
            if not settings.is_file():  # pytest would look for some in the folders above
                settings = folder / "pytest.ini"
                settings.write_text("[pytest]\n", encoding="utf-8")
            ran = self._processes.run_module(
                "pytest",
                "waooaw_cli.adapters.suite",
                (str(result), str(root / "src"), "-c", str(settings), *arguments),
                cwd=root,
                limit=limit,
                extra=_ENVIRONMENT | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
                python=python,
            )
            return _suite_run(ran, result)


def _suite_run(ran: Ran, result: Path) -> SuiteRun:
    words = last_words(ran.err, ran.out)
    try:
        said: dict[str, Any] = json.loads(left_in(result))  # `Any`: JSON
        ended = int(said["ended"])
        collected = int(said["collected"])
        failures = tuple(_failure(one) for one in said["failures"])
        names = frozenset(str(name) for name in said["names"])
        passed_over = tuple(_passed_over(one) for one in said["passed_over"])
        left = collected - int(said["ran"])
        coverage = Coverage(
            float(said["percent"]),
            tuple(
                (PurePosixPath(name), tuple(lines))
                for name, lines in sorted(said["uncovered"].items())
                if lines
            ),
        )
    except FileNotFoundError as error:
        message = f"ended before it had a result (exit {ran.code})"
        raise ToolCrashed("pytest", message, last_words=words) from error
    except (ValueError, TypeError, LookupError) as error:
        message = "left a result that can't be read"
        raise ToolGarbled("pytest", message, last_words=words) from error
    words = last_words(ran.out, ran.err)
    if not failures and ended not in {_PASSED, _FAILED, _INTERRUPTED, _NOTHING}:
        raise ToolCrashed("pytest", f"gave up (exit {ended})", last_words=words)
    if not failures and (ended not in {_PASSED, _NOTHING} or left):
        raise ToolCrashed("pytest", f"stopped with {left} tests not run", last_words=words)
    # A failure counts whatever the exit status says: a hook of the package may have set that.
    return SuiteRun(collected, failures, coverage, ended=names, passed_over=passed_over)


def _passed_over(one: dict[str, Any]) -> PassedOver:  # `Any`: JSON
    path, line = one["path"], one["line"]
    return PassedOver(
        str(one["test"]),
        str(one["reason"]),
        PurePosixPath(path) if path is not None else None,
        int(line) if line is not None else None,
    )


def _failure(one: dict[str, Any]) -> Failure:  # `Any`: JSON
    path, line = one["path"], one["line"]
    return Failure(
        str(one["test"]),
        str(one["message"]),
        PurePosixPath(path) if path is not None else None,
        int(line) if line is not None else None,
    )
