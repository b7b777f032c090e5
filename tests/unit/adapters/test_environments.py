from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from fakes.agent_package import agent_package
from fakes.wheels import wheel

from waooaw.errors import InputError
from waooaw_cli.adapters.environments import OwnEnvironments, _key, own_requirements
from waooaw_cli.adapters.locks import taken
from waooaw_cli.adapters.mypy import Mypy
from waooaw_cli.adapters.process import Processes
from waooaw_cli.adapters.profiler import Stopwatch
from waooaw_cli.adapters.pytest import Pytest
from waooaw_cli.gates.ports import Profile, ToolCrashed, ToolFault

_LIMIT = timedelta(seconds=120)
_CODE = "src/wow_heartbeat/more.py"
_TEST = "tests/test_more.py"


def _pyproject(*requirements: str, more: str = "") -> dict[str, str | None]:
    listed = ", ".join(f'"{one}"' for one in ("waooaw>=0.1,<0.2", *requirements))
    return {
        "pyproject.toml": f'[project]\nname = "wow-heartbeat"\nversion = "0.1.0"\n'
        f'dependencies = [{listed}]\n[tool.pytest.ini_options]\npythonpath = ["src"]\n'
        '[[tool.mypy.overrides]]\nmodule = ["anthropic.*"]\nfollow_imports = "skip"\n'
        f"{more}"
    }


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that stands in for an index."""
    folder = tmp_path_factory.mktemp("index")
    wheel(folder, "wootiny", "1.0", "def double(x: int) -> int:\n    return 2 * x\n")
    wheel(folder, "wooold", "1.0", "", needs="pydantic<2")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of environments for the whole module: each takes seconds to build."""
    return tmp_path_factory.mktemp("environments")


def _offline(index: Path) -> Processes:
    return Processes({**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)})


@pytest.mark.parametrize(
    ("settings", "needs"),
    [
        (None, ()),
        ("", ()),
        ("[project]\n", ()),
        ("project = 1\n", ()),
        ('[project]\ndependencies = ["waooaw>=0.1"]\n', ()),
        ('[project]\ndependencies = ["WaooAW>=0.1", "ruff==1"]\n', ()),
        ('[project]\ndependencies = ["b<2", "a>=1"]\n', ("a>=1", "b<2")),
        ("[project]\ndependencies = [\"a; python_version < '3'\"]\n", ()),
        (
            '[dependency-groups]\ndev = ["pytest>=9", "types-a", {include-group = "x"}]\n',
            ("types-a",),
        ),
    ],
    ids=["none", "empty", "bare", "wrong", "waooaw", "tools", "own", "marker", "dev"],
)
def test_what_a_package_needs(tmp_path: Path, settings: str | None, needs: tuple[str, ...]) -> None:
    """What is listed beside waooaw and the gates' tools is what a package needs of its own."""
    package = agent_package(tmp_path / "wow-heartbeat", {"pyproject.toml": settings})

    assert own_requirements(package) == needs


@pytest.mark.parametrize(
    ("settings", "words"),
    [("x = ", "can't be read"), ('[project]\ndependencies = ["a b c"]\n', "'a b c'")],
    ids=["toml", "requirement"],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, settings: str, words: str) -> None:
    """A list of requirements that makes no sense is the user's to mend."""
    package = agent_package(tmp_path / "wow-heartbeat", {"pyproject.toml": settings})

    with pytest.raises(InputError, match=words):
        own_requirements(package)


def test_a_package_without_needs_uses_what_runs(
    processes: Processes, package: Path, tmp_path: Path
) -> None:
    """Where nothing is needed nothing is built."""
    environments = OwnEnvironments(processes, tmp_path / "environments")

    assert environments.python(package) == Path(sys.executable)
    assert not (tmp_path / "environments").exists()


@pytest.mark.slow
def test_an_agent_with_needs_is_gated_with_them(tmp_path: Path, index: Path, folder: Path) -> None:
    """Tests, types and decisions of an agent see what it depends on, and waooaw beside it."""
    package = agent_package(
        tmp_path / "wow-heartbeat",
        {
            **_pyproject("wootiny>=1"),
            _CODE: "import wootiny\n\ny: str = wootiny.double(1)\n",
            _TEST: "from wow_heartbeat import more\n\n\ndef test_y() -> None:\n    assert more.y\n",
        },
    )
    with _offline(index) as processes:
        python = OwnEnvironments(processes, folder).python(package)
        run = Pytest(processes).run(package, python=python, limit=_LIMIT)
        mypy = Mypy(processes, None)
        remarks = mypy.check(package, python=python, limit=_LIMIT)
        profile = Stopwatch(processes).measure(package, python=python, thorough=False, limit=_LIMIT)

    assert python != Path(sys.executable)
    assert (run.collected, run.failures) == (3, ())
    assert [(one.code, one.path) for one in remarks] == [("assignment", PurePosixPath(_CODE))]
    assert isinstance(profile, Profile)
    assert profile.examples == 1


def test_who_builds_for_ever_is_not_waited_for(tmp_path: Path, processes: Processes) -> None:
    """An environment that another process never finishes is no verdict."""
    package = agent_package(tmp_path / "wow-heartbeat", _pyproject("wootiny>=1"))
    folder = tmp_path / "environments"
    environments = OwnEnvironments(processes, folder, patience=timedelta(seconds=0.1))
    lock = folder / f"{_key(own_requirements(package))}.lock"

    with taken(lock), pytest.raises(ToolCrashed, match="for too long"):
        environments.python(package)


@pytest.mark.slow
def test_an_environment_is_built_once(tmp_path: Path, index: Path, folder: Path) -> None:
    """Several gates, several packages and several runs share one; later ones need no index."""
    first = agent_package(tmp_path / "wow-a", _pyproject("wootiny>=1"))
    second = agent_package(tmp_path / "wow-b", _pyproject("wootiny>=1"))
    with _offline(index) as processes:
        python = OwnEnvironments(processes, folder).python(first)
    with _offline(tmp_path / "no-index") as processes:
        environments = OwnEnvironments(processes, folder)
        found: list[Path] = []
        threads = [
            threading.Thread(target=lambda: found.append(environments.python(second)))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert found == [python] * 3
    assert [path.name for path in folder.iterdir() if path.name.endswith(".new")] == []


@pytest.mark.slow
@pytest.mark.parametrize("need", ["woomissing", "wooold"])
def test_what_cannot_be_installed_is_no_verdict(tmp_path: Path, index: Path, need: str) -> None:
    """An unknown requirement, and one that would break waooaw, end with pip's last words."""
    package = agent_package(tmp_path / "wow-heartbeat", _pyproject(need))
    folder = tmp_path / "environments"
    faults: list[ToolFault] = []
    with _offline(index) as processes:
        environments = OwnEnvironments(processes, folder)
        for _ in range(2):
            with pytest.raises(ToolCrashed, match="could not build") as caught:
                environments.python(package)
            faults.append(caught.value)

    assert faults[0] is faults[1]
    assert "ERROR" in faults[0].last_words
    assert [path for path in folder.iterdir() if path.is_dir()] == []


@pytest.mark.slow
def test_a_half_built_environment_is_built_again(tmp_path: Path, index: Path, folder: Path) -> None:
    """What a killed run left behind is not taken for an environment, and is cleared away."""
    package = agent_package(tmp_path / "wow-heartbeat", _pyproject("wootiny>=1"))
    with _offline(index) as processes:
        python = OwnEnvironments(processes, folder).python(package)
        home = python.parent.parent
        (home / "waooaw-environment.json").unlink()
        left = home.with_name(f"{home.name}.12345678.new")
        left.mkdir()
        again = OwnEnvironments(processes, folder).python(package)

    code = "import wootiny, waooaw_cli, pytest; print(wootiny.double(21))"
    seen = subprocess.run([again, "-c", code], capture_output=True, text=True, check=True).stdout
    assert (again, seen.strip(), left.exists()) == (python, "42", False)
