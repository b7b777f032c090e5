from __future__ import annotations

import os
import shutil
import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from fakes.agent_package import snapshot

from waooaw_cli.adapters.locks import taken
from waooaw_cli.adapters.mypy import Mypy, type_rules
from waooaw_cli.adapters.process import Processes
from waooaw_cli.gates.ports import Remark, ToolCrashed, ToolFault, ToolGarbled
from waooaw_cli.gates.report import Severity

_LIMIT = timedelta(seconds=180)
_PYTHON = Path(sys.executable)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for the whole module: a cold run takes seconds."""
    return tmp_path_factory.mktemp("mypy")


def _check(processes: Processes, package: Path, cache: Path | None) -> tuple[Remark, ...]:
    return Mypy(processes, cache).check(package, python=_PYTHON, limit=_LIMIT)


def _plain(package: Path) -> Path:
    """Make a package that imports nothing, which mypy is quicker with."""
    for folder in ("src/wow_heartbeat", "tests"):
        for file in (package / folder).glob("*.py"):
            file.write_text("")
    return package


def test_a_clean_package_has_no_remark(processes: Processes, package: Path, cache: Path) -> None:
    """Nothing is said of a clean package, and nothing is written into it."""
    before = snapshot(package)

    assert _check(processes, package, cache) == ()
    assert snapshot(package) == before


@pytest.mark.parametrize("folder", ["src/wow_heartbeat", "tests"])
def test_a_wrong_type_is_remarked(
    processes: Processes, package: Path, cache: Path, folder: str
) -> None:
    """A wrong type is found in sources and in tests, with mypy's own code and the place."""
    (_plain(package) / folder / "extra.py").write_text('x: int = "one"\n')

    [remark] = _check(processes, package, cache)

    assert (remark.code, remark.severity) == ("assignment", Severity.ERROR)
    assert (remark.path, remark.line, remark.column) == (
        PurePosixPath(folder, "extra.py"),
        1,
        10,
    )


def test_strict_whatever_the_package_says(processes: Processes, package: Path, cache: Path) -> None:
    """An untyped function is found in a package whose settings do not ask for it."""
    (_plain(package) / "src" / "wow_heartbeat" / "extra.py").write_text("def f(a): return a\n")

    assert [one.code for one in _check(processes, package, cache)] == ["no-untyped-def"]


@pytest.mark.parametrize(
    "settings",
    [
        "[tool.mypy]\nignore_errors = true\nexclude = ['src']\nplugins = ['nothing']\n",
        "[[tool.mypy.overrides]]\nmodule = 'wow_heartbeat.*'\nignore_errors = true\n",
        "[[tool.mypy.overrides]]\nmodule = '*'\ndisable_error_code = ['assignment']\n",
        "[tool.mypy]\noverrides = 1\n",
        "[[tool.mypy.overrides]]\nmodule = 1\nignore_errors = true\n",
    ],
    ids=["ignored", "own", "all", "no-list", "no-module"],
)
def test_settings_hide_nothing(
    processes: Processes, package: Path, cache: Path, settings: str
) -> None:
    """A wrong type is found, whatever the package would rather not have checked."""
    (_plain(package) / "pyproject.toml").write_text(settings)
    (package / "mypy.ini").write_text("[mypy]\nignore_errors = True\n")
    (package / "src" / "wow_heartbeat" / "extra.py").write_text('x: int = "one"\n')

    assert [one.code for one in _check(processes, package, cache)] == ["assignment"]


def test_how_imports_are_followed_counts(package: Path) -> None:
    """Of an override what it says of imports from elsewhere is taken over, and nothing else."""
    (package / "pyproject.toml").write_text(
        "[[tool.mypy.overrides]]\nmodule = ['bank.*', 'wow_heartbeat.agent', 'a]b', '*', 'tests']\n"
        "ignore_missing_imports = true\nfollow_imports = 'skip'\nignore_errors = true\n"
        "[[tool.mypy.overrides]]\nmodule = 'other'\nignore_errors = true\n"
        "[[tool.mypy.overrides]]\nmodule = 'third'\nfollow_imports = 'all'\n"
    )

    rules = type_rules(package)

    assert rules.splitlines()[5:8] == [
        "[mypy-bank.*]",
        "ignore_missing_imports = True",
        "follow_imports = skip",
    ]


def test_what_only_libraries_import_is_not_read(package: Path) -> None:
    """Unless the package mentions it, in whatever way, or brings libraries that may."""
    skipped = type_rules(package)
    (package / "src" / "wow_heartbeat" / "extra.py").write_text("import rich\n")
    mentioned = type_rules(package)
    (package / "pyproject.toml").write_text('[project]\ndependencies = ["requests"]\n')

    assert "[mypy-rich.*]\nfollow_imports = skip" in skipped
    assert "[mypy-rich.*]" not in mentioned
    assert "[mypy-pexpect.*]" in mentioned
    assert "skip" not in type_rules(package)


def test_tests_that_are_a_package(processes: Processes, package: Path, cache: Path) -> None:
    """Tests that import one another find each other, as modules and as a package."""
    (_plain(package) / "tests" / "desk.py").write_text("x: int = 1\n")
    (package / "tests" / "test_desk.py").write_text("from desk import x\n\ny: str = x\n")
    as_modules = _check(processes, package, cache)
    (package / "tests" / "__init__.py").write_text("")
    (package / "tests" / "test_desk.py").write_text("from tests.desk import x\n\ny: str = x\n")
    as_package = _check(processes, package, cache)

    assert [one.code for one in (*as_modules, *as_package)] == ["assignment", "assignment"]


def test_settings_above_do_not_count(processes: Processes, package: Path, cache: Path) -> None:
    """A package without settings is not judged by those of the folder that it happens to be in."""
    (package.parent / "mypy.ini").write_text("[mypy]\nignore_errors = True\n")
    (_plain(package) / "pyproject.toml").unlink()
    (package / "src" / "wow_heartbeat" / "extra.py").write_text('x: int = "one"\n')

    assert len(_check(processes, package, cache)) == 1


def test_a_file_that_does_not_parse_is_remarked(
    processes: Processes, package: Path, cache: Path
) -> None:
    """A syntax error is a remark, not a crash."""
    (_plain(package) / "src" / "wow_heartbeat" / "extra.py").write_text("x = [1,\n")

    assert [one.code for one in _check(processes, package, cache)] == ["syntax"]


def test_a_package_without_sources_is_no_pass(
    processes: Processes, package: Path, cache: Path
) -> None:
    """Where there is nothing to check, nothing was checked."""
    (package / "src").rename(package / "lib")
    (package / "tests").rename(package / "more")

    with pytest.raises(ToolCrashed):
        _check(processes, package, cache)


def test_no_verdict_comes_from_another_package(
    processes: Processes, package: Path, cache: Path, tmp_path: Path
) -> None:
    """Two versions of a file with the same size and time are told apart, and so is an edit."""
    good = _plain(package) / "src" / "wow_heartbeat" / "extra.py"
    good.write_text("x: int = 12\n")
    copy = Path(shutil.copytree(package, tmp_path / "copy"))
    bad = copy / "src" / "wow_heartbeat" / "extra.py"
    bad.write_text("x: int = ''\n")
    shutil.copystat(good, bad)

    assert _check(processes, package, cache) == ()
    assert [remark.code for remark in _check(processes, copy, cache)] == ["assignment"]
    assert _check(processes, package, cache) == ()
    written = good.stat()
    good.write_text("x: int = ''\n")
    os.utime(good, ns=(written.st_atime_ns, written.st_mtime_ns))
    assert [remark.code for remark in _check(processes, package, cache)] == ["assignment"]


def test_a_cache_that_cannot_be_understood_is_made_again(
    processes: Processes, package: Path, tmp_path: Path
) -> None:
    """Rubbish in place of mypy's databases costs a cold run, and no verdict."""
    cache = tmp_path / "cache"
    (cache / "0" / "3.11").mkdir(parents=True)
    (cache / "0" / "3.11" / "cache.0.db").write_bytes(b"rubbish" * 100)

    assert _check(processes, _plain(package), cache) == ()


def test_nothing_is_remembered_without_a_cache(processes: Processes, package: Path) -> None:
    """With no cache mypy still judges, and leaves nothing in the package."""
    before = snapshot(_plain(package))

    assert _check(processes, package, None) == ()
    assert snapshot(package) == before


def test_two_at_once_use_two_caches(processes: Processes, package: Path, tmp_path: Path) -> None:
    """A cache that another run is writing to is left alone, also where all of them are in use."""
    _plain(package)
    caches = tmp_path / "caches"
    with taken(caches / "0.lock"):
        assert _check(processes, package, caches) == ()

    with ExitStack() as stack:
        for slot in range(16):
            stack.enter_context(taken(caches / f"{slot}.lock"))
        assert _check(processes, package, caches) == ()

    assert {path.name for path in caches.iterdir() if path.is_dir()} == {"1"}


@pytest.mark.parametrize(
    ("code", "says", "fault"),
    [
        ("0", "Success: no issues found in 1 source file", ToolGarbled),
        ("0", "{}", ToolGarbled),
        ("0", "[1]", ToolGarbled),
        ("1", "", ToolGarbled),
        ("2", "", ToolCrashed),
        ("2", "mypy: error: unrecognized arguments", ToolCrashed),
        ("2", "error: INTERNAL ERROR -- Please try using mypy master", ToolCrashed),
        ("137", "", ToolCrashed),
        ("4", "", ToolCrashed),
    ],
)
def test_a_tool_that_says_nothing_sensible_never_passes(
    processes: Processes,
    package: Path,
    saying: tuple[str, ...],
    code: str,
    says: str,
    fault: type[ToolFault],
) -> None:
    """Prose, another document, a crash and a code against the report are all no verdict."""
    mypy = Mypy(processes, None, (*saying, code, says))

    with pytest.raises(fault):
        mypy.check(package, python=_PYTHON, limit=_LIMIT)


def test_notes_do_not_fail(processes: Processes, package: Path, saying: tuple[str, ...]) -> None:
    """What mypy merely notes keeps its weight and its hint."""
    line = (
        '{"file": "src\\\\a.py", "line": 0, "column": 0, "message": "see", "code": null,'
        ' "hint": "first\\nsecond", "severity": "note"}'
    )

    [remark] = Mypy(processes, None, (*saying, "0", line)).check(
        package, python=_PYTHON, limit=_LIMIT
    )

    assert remark == Remark("misc", "see", PurePosixPath("src/a.py"), 1, 1, Severity.NOTE, "first")
