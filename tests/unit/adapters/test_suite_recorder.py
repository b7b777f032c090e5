from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes.agent_package import agent_package

from waooaw_cli.adapters.suite import Recorder

_TESTS = """\
import json

import pytest


def test_good() -> None: ...


def test_bad() -> None:
    assert 1 == 2


def test_deep() -> None:
    json.loads("nonsense")


@pytest.fixture
def broken() -> None:
    raise OSError("no")


def test_fixture(broken: None) -> None: ...


@pytest.mark.skip(reason="later")
def test_skipped() -> None: ...


@pytest.mark.xfail(strict=True)
def test_unexpectedly_good() -> None: ...


def test_multiline() -> None:
    raise ValueError("first\\nsecond")
"""

_NO_JSON = "Expecting value: line 1 column 1 (char 0)"


@pytest.fixture
def recorded(tmp_path: Path) -> Recorder:
    """What a recorder noted of a suite in which everything happens."""
    (tmp_path / "test_recorded_suite.py").write_text(_TESTS)
    (tmp_path / "test_recorded_broken.py").write_text("import nothing_of_that_name\n")
    recorder = Recorder(tmp_path)
    arguments = ["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "-c", os.devnull]
    pytest.main(
        [*arguments, "--import-mode=importlib", "--continue-on-collection-errors", str(tmp_path)],
        plugins=[recorder],
    )
    return recorder


def test_what_failed_is_recorded_once(recorded: Recorder) -> None:
    """Every failure has its place and its first words; what passes or is skipped has none."""
    noted = {
        one["test"].rpartition("::")[2]: (one["message"], one["line"]) for one in recorded.failures
    }

    assert noted == {
        "test_recorded_broken.py": (
            "ModuleNotFoundError: No module named 'nothing_of_that_name'",
            1,
        ),
        "test_bad": ("assert 1 == 2", 10),
        "test_deep": (
            "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
            14,
        ),
        "test_fixture": ("OSError: no", 19),
        "test_unexpectedly_good": ("[XPASS(strict)]", 29),
        "test_multiline": ("ValueError: first", 34),
    }


def test_what_ran_is_counted(recorded: Recorder) -> None:
    """Skipped tests and those whose fixture broke came to an end too."""
    assert (recorded.collected, recorded.ran) == (7, 7)


def _result(package: Path, into: Path, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "waooaw_cli.adapters.suite"]
    into.mkdir()
    subprocess.run(
        [*command, str(into / "result.json"), str(package / "src"), "-q", *arguments],
        cwd=package,
        check=True,
        capture_output=True,
    )
    found: dict[str, Any] = json.loads((into / "result.json").read_text())
    return found


def test_what_tests_start_counts_where_the_package_says_so(tmp_path: Path) -> None:
    """A package that measures its subprocesses gets what they run counted."""
    test = (
        "import subprocess, sys\n\n\ndef test_a() -> None:\n"
        "    code = 'import sys; sys.path.insert(0, \"src\"); import wow_heartbeat.extra'\n"
        "    subprocess.run([sys.executable, '-c', code], check=True)\n"
    )
    settings = '{old}\n[tool.coverage.run]\npatch = ["subprocess"]\n'
    extra = {"src/wow_heartbeat/extra.py": "x = 1\n", "tests/test_extra.py": test}
    package = agent_package(tmp_path / "wow-heartbeat", {"pyproject.toml": settings, **extra})

    result = _result(package, tmp_path / "into", "-p", "no:cacheprovider")

    assert (result["ended"], result["uncovered"], result["percent"]) == (0, {}, 100.0)


def test_a_package_without_a_statement(tmp_path: Path) -> None:
    """Where there is nothing to run, everything was."""
    package = tmp_path / "wow-empty"
    (package / "src").mkdir(parents=True)
    (package / "src" / "empty.py").write_text("")
    (package / "test_empty.py").write_text("def test_a() -> None:\n    import empty  # noqa\n")

    result = _result(package, tmp_path / "into", "-p", "no:cacheprovider")

    assert (result["ended"], result["percent"]) == (0, 100.0)


def _stopped(folder: Path, files: dict[str, str], *arguments: str) -> Recorder:
    for name, text in files.items():
        (folder / name).write_text(text)
    recorder = Recorder(folder)
    given = ["-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "--import-mode=importlib"]
    pytest.main([*given, *(arguments or ("-c", os.devnull)), str(folder)], plugins=[recorder])
    return recorder


@pytest.mark.parametrize(
    ("files", "place", "said"),
    [
        (
            {"test_stops_early.py": "import sys\n\nsys.exit(0)\n"},
            ("test_stops_early.py", 3),
            "SystemExit: 0",
        ),
        (
            {"test_exits.py": "import pytest\n\n\ndef test_a():\n    pytest.exit('so')\n"},
            ("test_exits.py", 5),
            "Exit: so",
        ),
        ({"conftest.py": "raise OSError('no')\n"}, ("conftest.py", 1), "OSError: no"),
        ({"conftest.py": "x = [1,\n"}, ("conftest.py", 1), "SyntaxError: '[' was never closed"),
    ],
    ids=["on-import", "exit", "conftest", "syntax"],
)
def test_what_ends_the_run_is_recorded(
    tmp_path: Path, files: dict[str, str], place: tuple[str, int], said: str
) -> None:
    """Code of the package that ends the run is a failure at its line."""
    [failure] = _stopped(tmp_path, files).failures

    assert (failure["path"], failure["line"]) == place
    assert failure["message"] == f"it ends the run: {said}"


def test_settings_that_are_refused_are_recorded(tmp_path: Path) -> None:
    """What pytest says of the settings is a failure of the file that holds them."""
    settings = tmp_path / "pyproject.toml"
    settings.write_text(
        "[tool.pytest.ini_options]\nfilterwarnings = ['error']\ntestpathes = ['x']\n"
    )

    recorder = _stopped(tmp_path, {}, "-c", str(settings))

    assert [(one["path"], "testpathes" in one["message"]) for one in recorder.failures] == [
        ("pyproject.toml", True)
    ]


def test_what_is_told_of_each_test(tmp_path: Path) -> None:
    """Who listens knows which test runs: who is killed is asked what it was doing."""
    told: list[str] = []
    (tmp_path / "test_told.py").write_text("def test_a(): ...\n")
    recorder = Recorder(tmp_path, told.append)

    pytest.main(
        [
            *("-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "-c", os.devnull),
            *("--import-mode=importlib", str(tmp_path)),
        ],
        plugins=[recorder],
    )

    assert told == ["test_told.py::test_a\n"]


_CLASSES = """\
import pytest


class TestA:
    @pytest.mark.parametrize(
        "x", [1]
    )
    def test_b(self, x): ...

    def test_c(self): ...


@pytest.fixture(autouse=True)
def _quiet(): ...


def other(test):
    return lambda: test()


@other
def test_d(): ...


def test_e(): ...
"""


def test_what_is_replaced_is_not_among_the_names(tmp_path: Path) -> None:
    """A test whose function is another one did not run; what a decorator made of one did."""
    conftest = (
        "def pytest_collection_modifyitems(items):\n"
        "    for item in items:\n"
        "        if item.name in {'test_c', 'test_e'}:\n"
        "            item.obj = lambda *given: None\n"
    )

    recorder = _stopped(tmp_path, {"test_classes.py": _CLASSES, "conftest.py": conftest})

    assert recorder.names == ["test_classes.py::TestA::test_b", "test_classes.py::test_d"]
