from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from fakes.agent_package import agent_package, snapshot

from waooaw_cli.adapters.process import Processes, Ran
from waooaw_cli.adapters.pytest import Pytest, _suite_run
from waooaw_cli.gates.ports import SuiteRun, ToolCrashed, ToolFault, ToolGarbled, ToolTimedOut

_LIMIT = timedelta(seconds=120)
_TEST = PurePosixPath("tests/test_planted.py")
_CODE = PurePosixPath("src/wow_heartbeat/agent.py")


def _run(processes: Processes, package: Path, limit: timedelta = _LIMIT) -> SuiteRun:
    return Pytest(processes).run(package, python=Path(sys.executable), limit=limit)


def _planted(tmp_path: Path, test: str) -> Path:
    return agent_package(tmp_path / "wow-heartbeat", {str(_TEST): test})


def test_a_good_package(processes: Processes, package: Path) -> None:
    """Every test passes, every line and branch is run, and nothing is written into the package."""
    before = snapshot(package)

    run = _run(processes, package)

    assert (run.collected, run.failures) == (2, ())
    assert (run.coverage.percent, run.coverage.uncovered) == (100.0, ())
    assert snapshot(package) == before


def test_a_failing_test(processes: Processes, tmp_path: Path) -> None:
    """A failure has its test, the line of the assertion, and the first line of what it said."""
    package = _planted(tmp_path, "def test_sum() -> None:\n    x = 1\n    assert x == 2\n")

    [failure] = _run(processes, package).failures

    assert failure.test == "tests/test_planted.py::test_sum"
    assert (failure.path, failure.line) == (_TEST, 3)
    assert failure.message == "assert 1 == 2"


def test_a_failure_below_the_test(processes: Processes, tmp_path: Path) -> None:
    """A failure inside a library is placed at the last line that is the package's own."""
    package = _planted(
        tmp_path, "import json\n\n\ndef test_json() -> None:\n    json.loads('nonsense')\n"
    )

    [failure] = _run(processes, package).failures

    assert (failure.path, failure.line) == (_TEST, 5)
    assert failure.message.startswith("json.decoder.JSONDecodeError")


def test_a_fixture_that_fails(processes: Processes, tmp_path: Path) -> None:
    """A test that breaks before it begins, or while it cleans up, is a failed one, once."""
    package = _planted(
        tmp_path,
        "import pytest\n\n\n@pytest.fixture\ndef broken():\n    raise OSError('no')\n\n\n"
        "@pytest.fixture\ndef untidy():\n    yield\n    raise OSError('late')\n\n\n"
        "def test_a(broken): ...\n\n\ndef test_b(untidy):\n    assert False\n",
    )

    failures = _run(processes, package).failures

    assert [failure.test.rpartition("::")[2] for failure in failures] == ["test_a", "test_b"]
    assert failures[0].message == "OSError: no"


def test_a_file_that_cannot_be_imported(processes: Processes, tmp_path: Path) -> None:
    """A test file that does not import is a failure at its line, not an empty suite."""
    package = _planted(tmp_path, "import nothing_of_that_name\n")

    [failure] = _run(processes, package).failures

    assert (failure.path, failure.line) == (_TEST, 1)
    assert "nothing_of_that_name" in failure.message


def test_a_file_that_does_not_parse(processes: Processes, tmp_path: Path) -> None:
    """A syntax error in a test file is a failure too."""
    [failure] = _run(processes, _planted(tmp_path, "x = [1,\n")).failures

    assert (failure.path, failure.message) == (_TEST, "SyntaxError: '[' was never closed")


def test_uncovered_lines_and_branches(processes: Processes, tmp_path: Path) -> None:
    """What no test runs is listed: lines, and lines that are left by one branch only."""
    package = agent_package(
        tmp_path / "wow-heartbeat",
        {
            "tests/test_wow_heartbeat.py": "from wow_heartbeat import agent\n\n\n"
            "def test_beats() -> None:\n    assert agent.beats(1) == 'often'\n"
        },
    )

    coverage = _run(processes, package).coverage

    assert coverage.uncovered == ((_CODE, (16, 18)),)
    assert coverage.percent == 80


def test_a_module_that_no_test_imports_counts(processes: Processes, tmp_path: Path) -> None:
    """A file that is never imported is not covered; it does not drop out of the count."""
    package = agent_package(
        tmp_path / "wow-heartbeat", {"src/wow_heartbeat/forgotten.py": "x = 1\ny = 2\n"}
    )

    coverage = _run(processes, package).coverage

    assert (PurePosixPath("src/wow_heartbeat/forgotten.py"), (1, 2)) in coverage.uncovered
    assert coverage.percent < 100


@pytest.mark.parametrize("folder", ["there", "missing"])
def test_no_tests(processes: Processes, tmp_path: Path, folder: str) -> None:
    """A package without tests has none, and covers nothing."""
    package = agent_package(tmp_path / "wow-heartbeat", {"tests/test_wow_heartbeat.py": None})
    if folder == "there":
        (package / "tests").mkdir()

    run = _run(processes, package)

    assert (run.collected, run.failures, run.coverage.percent) == (0, (), 0.0)


@pytest.mark.parametrize(
    "test",
    [
        "import os\n\n\ndef test_a() -> None:\n    os._exit(0)\n",
        "import os, signal\n\n\ndef test_a() -> None:\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    ],
    ids=["exit-0", "killed"],
)
def test_a_run_that_ends_early_is_no_verdict(
    processes: Processes, tmp_path: Path, test: str
) -> None:
    """A test that ends the run, with whatever code, does not make it pass."""
    with pytest.raises(ToolCrashed):
        _run(processes, _planted(tmp_path, test))


@pytest.mark.parametrize(
    ("test", "line"),
    [
        ("import pytest\n\n\ndef test_a() -> None:\n    pytest.exit('so', returncode=0)\n", 5),
        ("def test_a() -> None:\n    raise KeyboardInterrupt\n", 2),
        ("raise SystemExit(0)\n", 1),
    ],
    ids=["pytest-exit", "interrupt", "exit-on-import"],
)
def test_a_file_that_ends_the_run(
    processes: Processes, tmp_path: Path, test: str, line: int
) -> None:
    """Code of the package that ends the run is a failure at its line."""
    [failure] = _run(processes, _planted(tmp_path, test)).failures

    assert (failure.path, failure.line) == (_TEST, line)
    assert failure.message.startswith("it ends the run: ")


@pytest.mark.parametrize(
    ("conftest", "said"),
    [
        ("import nothing_of_that_name\n", "ModuleNotFoundError: No module named 'nothing_of"),
        ("x = [1,\n", "SyntaxError: '[' was never closed"),
    ],
    ids=["import", "syntax"],
)
def test_a_conftest_that_cannot_be_imported(
    processes: Processes, tmp_path: Path, conftest: str, said: str
) -> None:
    """A conftest.py that does not import is a failure at its line: it is the package's own."""
    package = agent_package(tmp_path / "wow-heartbeat", {"tests/conftest.py": conftest})

    [failure] = _run(processes, package).failures

    assert (failure.path, failure.line) == (PurePosixPath("tests/conftest.py"), 1)
    assert failure.message.startswith(f"it ends the run: {said}")


_REPLACED = """\
def pytest_collection_modifyitems(items):
    for item in items:
        if item.name == "test_bad":
            {}


def _nothing(): ...
"""


@pytest.mark.parametrize(
    "replaced", ["item.obj = lambda: None", "item.obj.__code__ = _nothing.__code__"]
)
def test_what_is_put_in_the_place_of_a_test_does_not_count(
    processes: Processes, tmp_path: Path, replaced: str
) -> None:
    """A test whose function a hook replaces has not come to an end: another one has."""
    files: dict[str, str | None] = {
        str(_TEST): f"{_BAD}\n\ndef test_good() -> None: ...\n",
        "tests/conftest.py": _REPLACED.format(replaced),
    }

    run = _run(processes, agent_package(tmp_path / "wow-heartbeat", files))

    assert f"{_TEST}::test_bad" not in run.ended
    assert f"{_TEST}::test_good" in run.ended


_DECORATED = """\
import functools
import pytest
from hypothesis import given, strategies

def twice(test):
    @functools.wraps(test)
    def run(*args):
        test(*args)
    return run

def plainly(test):
    return lambda: test()

@pytest.mark.parametrize(
    "x",
    [1, 2],
)
def test_a(x): ...

@twice
def test_b(): ...

@plainly
def test_c(): ...

@given(strategies.integers())
def test_d(x): ...

class TestE:
    @staticmethod
    def test_f(): ...

    async def test_h(self): ...

    def test_g(self): ...

class TestI(TestE): ...
"""


def test_what_is_decorated_counts(processes: Processes, tmp_path: Path) -> None:
    """A test that is marked, wrapped, in a class or inherited is the one that stands there."""
    run = _run(processes, _planted(tmp_path, _DECORATED))

    ours = {name.partition("::")[2] for name in run.ended if name.startswith(str(_TEST))}
    assert ours >= {"test_a", "test_b", "test_c", "test_d", "TestE::test_f", "TestE::test_g"}
    assert "TestI::test_g" in ours


def test_a_variant_that_is_left_out(processes: Processes, tmp_path: Path) -> None:
    """A test has not come to an end where a hook drops one set of its parameters."""
    files: dict[str, str | None] = {
        str(_TEST): (
            "import pytest\n\n\n@pytest.mark.parametrize('x', [1, 2])\ndef test_a(x): ...\n"
        ),
        "tests/conftest.py": "def pytest_collection_modifyitems(items):\n    items.pop()\n",
    }

    run = _run(processes, agent_package(tmp_path / "wow-heartbeat", files))

    assert len(run.ended) == 2


def test_a_test_cannot_change_the_measuring(processes: Processes, tmp_path: Path) -> None:
    """What the running coverage is told by a test to leave out counts all the same."""
    test = "import coverage\n\n\ndef test_a():\n    coverage.Coverage.current().exclude('.*')\n"
    code = "def f() -> int:\n    x = 1\n    return x\n"
    files: dict[str, str | None] = {str(_TEST): test, "src/wow_heartbeat/extra.py": code}

    coverage = _run(processes, agent_package(tmp_path / "wow-heartbeat", files)).coverage

    assert coverage.uncovered == ((PurePosixPath("src/wow_heartbeat/extra.py"), (1, 2, 3)),)


def test_a_test_that_hangs(processes: Processes, tmp_path: Path) -> None:
    """A test that waits for ever is ended with everything it started."""
    package = _planted(tmp_path, "import time\n\n\ndef test_a() -> None:\n    time.sleep(60)\n")

    with pytest.raises(ToolTimedOut):
        _run(processes, package, timedelta(seconds=3))


_BAD = "def test_bad() -> None:\n    assert 1 == 2\n"
_WRAPPER = """import pytest


@pytest.hookimpl({})
def {}:
    try:
        {}
    except BaseException:
        return None
"""
_REWRITING = (
    "import pytest\n\n\n@pytest.hookimpl(wrapper=True)\n"
    "def pytest_runtest_makereport(item, call):\n    report = yield\n"
    "    if report.failed:\n        report.outcome = 'passed'\n        report.longrepr = None\n"
    "    return report\n"
)


@pytest.mark.parametrize(
    "extra",
    [
        "addopts = ['--deselect', 'tests/test_planted.py']\n",
        "addopts = '-k beats --collect-only -p no:python'\n",
        "python_files = ['test_wow*.py']\n",
        "python_functions = ['test_b_*']\n",
        "norecursedirs = ['tests']\n",
    ],
    ids=["deselect", "k", "files", "functions", "norecurse"],
)
def test_settings_choose_no_tests(processes: Processes, tmp_path: Path, extra: str) -> None:
    """Nothing in the package's settings keeps a failing test from being run."""
    files = {"pyproject.toml": "{old}" + extra, str(_TEST): _BAD}
    package = agent_package(tmp_path / "wow-heartbeat", files)

    assert [one.line for one in _run(processes, package).failures] == [2]


@pytest.mark.parametrize(
    "conftest",
    [
        "collect_ignore = ['test_planted.py']\n",
        (
            "def pytest_ignore_collect(collection_path):\n"
            "    return True if 'planted' in collection_path.name else None\n"
        ),
        (
            "def pytest_collection_modifyitems(items):\n"
            "    items[:] = [i for i in items if 'bad' not in i.name]\n"
        ),
    ],
    ids=["ignore", "ignore-hook", "modify"],
)
def test_who_ended_is_told(processes: Processes, tmp_path: Path, conftest: str) -> None:
    """A test that a hook leaves out is not among those that came to an end."""
    files: dict[str, str | None] = {str(_TEST): _BAD, "tests/conftest.py": conftest}
    run = _run(processes, agent_package(tmp_path / "wow-heartbeat", files))

    assert {name.rpartition("::")[2] for name in run.ended} == {
        "test_a_tick_is_approved",
        "test_beats",
    }


@pytest.mark.parametrize(
    "conftest",
    [
        _REWRITING,
        _WRAPPER.format("wrapper=True", "pytest_pyfunc_call(pyfuncitem)", "return (yield)"),
        _WRAPPER.format("wrapper=True", "pytest_runtest_call(item)", "return (yield)"),
        (
            "import pytest\n\n\n@pytest.hookimpl(tryfirst=True)\n"
            "def pytest_pyfunc_call(pyfuncitem):\n    return True\n"
        ),
    ],
    ids=["report", "function", "call", "never-called"],
)
def test_a_hook_makes_no_pass(processes: Processes, tmp_path: Path, conftest: str) -> None:
    """A failure that the package's hooks report as a pass is a failure all the same."""
    files: dict[str, str | None] = {str(_TEST): _BAD, "tests/conftest.py": conftest}
    package = agent_package(tmp_path / "wow-heartbeat", files)

    failures = _run(processes, package).failures

    assert "tests/test_planted.py::test_bad" in {one.test for one in failures}


def test_what_is_passed_over(processes: Processes, tmp_path: Path) -> None:
    """Skipped tests and expected failures are told with their reasons."""
    package = _planted(
        tmp_path,
        "import unittest\n\nimport pytest\n\n\n@pytest.mark.skip\ndef test_a(): ...\n\n\n"
        "@pytest.mark.skip(reason='later')\ndef test_b(): ...\n\n\n"
        "@pytest.mark.xfail\ndef test_c():\n    assert 0\n\n\n"
        "def test_d():\n    pytest.xfail('known')\n\n\n"
        "def test_e():\n    pytest.skip()\n\n\n"
        "def test_f():\n    raise unittest.SkipTest('no')\n\n\n"
        "@pytest.mark.parametrize('x', [1, 2])\ndef test_g(x): ...\n",
    )

    run = _run(processes, package)

    reasons = {one.test.rpartition("::")[2]: one.reason for one in run.passed_over}
    assert reasons == {
        "test_a": "",
        "test_b": "later",
        "test_c": "",
        "test_d": "known",
        "test_e": "",
        "test_f": "no",
    }
    assert run.failures == ()
    assert f"{_TEST}::test_g" in run.ended


@pytest.mark.parametrize(
    "extra",
    [
        "\n[tool.coverage.run]\nomit = ['*/extra.py']\n",
        "\n[tool.coverage.report]\nexclude_also = ['def .*']\nexclude_lines = ['.*']\n",
        "\n[tool.coverage.report]\nomit = ['*/extra.py']\npartial_branches = ['.*']\n",
    ],
    ids=["omit", "exclude", "report-omit"],
)
def test_settings_leave_nothing_out(processes: Processes, tmp_path: Path, extra: str) -> None:
    """What no test runs is counted, whatever the package would rather not count."""
    code = "def f() -> int:\n    x = 1\n    return x\n"
    files = {"pyproject.toml": "{old}" + extra, "src/wow_heartbeat/extra.py": code}
    (tmp_path / "wow-heartbeat").mkdir()
    (tmp_path / "wow-heartbeat/.coveragerc").write_text("[run]\nomit = *\n")

    coverage = _run(processes, agent_package(tmp_path / "wow-heartbeat", files)).coverage

    assert coverage.uncovered == ((PurePosixPath("src/wow_heartbeat/extra.py"), (1, 2, 3)),)


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("required_plugins = ['no-such-plugin']\n", "no-such-plugin"),
        ("minversion = '99'\n", "'minversion' requires pytest-99"),
        ("strict_config = true\ntestpathes = ['tests']\n", "testpathes"),
    ],
    ids=["plugin", "version", "unknown"],
)
def test_settings_that_pytest_does_not_start_with(
    processes: Processes, tmp_path: Path, extra: str, said: str
) -> None:
    """Settings that pytest refuses are a failure of the package, in pytest's own words."""
    package = agent_package(tmp_path / "wow-heartbeat", {"pyproject.toml": "{old}" + extra})

    [failure] = _run(processes, package).failures

    assert failure.path == PurePosixPath("pyproject.toml")
    assert said in failure.message


@pytest.mark.parametrize("own", [True, False], ids=["with-its-own", "without"])
def test_settings_above_do_not_count(processes: Processes, package: Path, *, own: bool) -> None:
    """A conftest.py or settings in a folder above change nothing."""
    if not own:
        (package / "pyproject.toml").unlink(missing_ok=True)
    elif not (package / "pyproject.toml").exists():
        (package / "pyproject.toml").write_text("")
    (package.parent / "conftest.py").write_text("raise OSError('above')\n")
    (package.parent / "pytest.ini").write_text("[pytest]\nminversion = 999\n")

    assert _run(processes, package).failures == ()


def test_a_package_without_settings(processes: Processes, tmp_path: Path) -> None:
    """A package without pyproject.toml is tested all the same."""
    package = agent_package(tmp_path / "wow-heartbeat", {"pyproject.toml": None})

    assert _run(processes, package).collected == 2


_WHOLE = {"ended": 0, "collected": 1, "ran": 1, "percent": 99, "uncovered": {}, "failures": []}
_WHOLE |= {"names": [], "passed_over": []}


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (None, ToolCrashed),
        ("", ToolGarbled),
        ("[]", ToolGarbled),
        ("{}", ToolGarbled),
        (json.dumps(_WHOLE | {"collected": 2}), ToolCrashed),
        (json.dumps(_WHOLE | {"ended": 1}), ToolCrashed),
        (json.dumps(_WHOLE | {"ended": 3}), ToolCrashed),
    ],
    ids=["none", "empty", "list", "fields", "short", "no-reason", "internal"],
)
def test_a_result_that_makes_no_sense_is_no_verdict(
    tmp_path: Path, written: str | None, fault: type[ToolFault]
) -> None:
    """A missing, cut or contradictory result never passes."""
    result = tmp_path / "result.json"
    if written is not None:
        result.write_text(written)

    with pytest.raises(fault):
        _suite_run(Ran(0, "", ""), result)
