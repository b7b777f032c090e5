from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath

from fakes.agent_package import agent_package

from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.ports import Coverage, Failure, SuiteRun
from waooaw_cli.gates.tests import TestsGate

_FILE = PurePosixPath("tests/test_extra.py")
_OWN = ("tests/test_wow_heartbeat.py::test_a_tick_is_approved",)
_OTHER = "tests/test_wow_heartbeat.py::test_beats"


@dataclass
class _Suite:
    """A runner and an environment that know the answer."""

    answer: SuiteRun

    def run(self, root: Path, *, python: Path, limit: timedelta) -> SuiteRun:
        return self.answer

    def python(self, root: Path) -> Path:
        return Path(sys.executable)


def _found(tmp_path: Path, extra: str, *failures: Failure) -> list[tuple[str, str, int | None]]:
    package = Package(agent_package(tmp_path / "wow-heartbeat", {str(_FILE): extra}), "wow")
    ended = frozenset({*_OWN, _OTHER, f"{_FILE}::test_a"})
    suite = _Suite(SuiteRun(3, failures, Coverage(100.0), ended))
    found = TestsGate(suite, suite).check(package).findings
    return [(one.rule, one.message, one.line) for one in found]


def test_a_second_test_of_the_same_name(tmp_path: Path) -> None:
    """The first of two is named: Python forgets it."""
    extra = "def test_a():\n    assert f()\n\n\ndef test_a():\n    assert g()\n"

    assert _found(tmp_path, extra) == [
        ("TEST-004", "tests/test_extra.py::test_a is replaced by line 5", 1)
    ]


def test_a_test_that_asserts_nothing(tmp_path: Path) -> None:
    """A test that could never fail is named with its line."""
    assert _found(tmp_path, "def test_a():\n    f()\n") == [
        ("TEST-009", "tests/test_extra.py::test_a asserts nothing", 1)
    ]


def test_settings_that_pytest_refuses(tmp_path: Path) -> None:
    """What is wrong with the settings is no failed test, and leaves none out."""
    refused = Failure("pyproject.toml", "no such option", PurePosixPath("pyproject.toml"))

    assert _found(tmp_path, "def test_b():\n    assert f()\n", refused) == [
        ("TEST-008", "pytest does not start: no such option", None)
    ]
