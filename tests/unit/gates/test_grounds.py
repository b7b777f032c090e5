"""What keeps tools away from a package."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from fakes.agent_package import agent_package

from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.grounds import TOOLED, hiding_modules, hindrances
from waooaw_cli.gates.report import GateId, GateResult, Verdict
from waooaw_cli.gates.runner import Runner
from waooaw_cli.gates.spec import SpecGate

_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders")


@dataclass
class Told:
    """A gate that remembers whether it was asked."""

    id: GateId
    needs: frozenset[GateId] = frozenset()
    limit: timedelta = timedelta(seconds=20)
    asked: list[Package] = field(default_factory=list)

    alone = False

    def check(self, package: Package) -> Checked:
        self.asked.append(package)
        return Checked()


class Quiet:
    """A progress that says nothing."""

    def begin(self, target: str, gate: GateId) -> None: ...

    def end(self, target: str, result: GateResult) -> None: ...


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return agent_package(tmp_path / "wow-heartbeat")


def _found(root: Path) -> list[tuple[str, str]]:
    return [(one.rule, str(one.path)) for one in hindrances(root)]


def test_nothing_hinders_a_good_package(root: Path) -> None:
    """Tools may be started on a package of files, also beside caches and without settings."""
    (root / "src/wow_heartbeat/__pycache__").mkdir()
    (root / "conftest.py").write_text("")
    (root / "nowhere").symlink_to("missing")
    assert hindrances(root) == ()

    (root / "pyproject.toml").unlink()

    assert hindrances(root) == ()


@_POSIX
def test_a_pipe_hinders(root: Path) -> None:
    """A pipe, and a link to a device, are named; those of version control are nobody's business."""
    os.mkfifo(root / "src/wow_heartbeat/pipe.py")
    (root / "tests/test_zero.py").symlink_to("/dev/zero")
    (root / ".git").mkdir()
    os.mkfifo(root / ".git/pipe")

    assert sorted(_found(root)) == [
        ("GATE-N002", "src/wow_heartbeat/pipe.py"),
        ("GATE-N002", "tests/test_zero.py"),
    ]


@_POSIX
def test_a_pipe_in_place_of_the_settings(root: Path) -> None:
    """A pyproject.toml that is a pipe lets nobody wait: neither the tools nor the gate spec."""
    (root / "pyproject.toml").unlink()
    os.mkfifo(root / "pyproject.toml")

    assert {rule for rule, _ in _found(root)} == {"GATE-N002", "GATE-N003"}
    assert {one.rule for one in SpecGate().check(Package(root, "x")).findings} == {"SPEC-003"}


@_POSIX
def test_the_walk_is_bounded(root: Path, tmp_path: Path) -> None:
    """A thousand pipes are not a thousand findings."""
    for number in range(50):
        os.mkfifo(root / f"pipe{number}")

    assert len(_found(root)) <= 52


@pytest.mark.parametrize(
    "content", [b"[project\n", b"x = '\0'\n", b"\xff\xfe", b"a = " + b"[" * 5_000], ids=str
)
def test_settings_that_cannot_be_read_hinder(root: Path, content: bytes) -> None:
    """Broken TOML is the user's fault, so what builds on it fails and is not undecided."""
    (root / "pyproject.toml").write_bytes(content)

    [finding] = hindrances(root)

    assert finding.rule == "GATE-N003"
    assert finding.message.startswith("not judged: pyproject.toml can't be read")


@pytest.mark.parametrize(
    "name",
    [
        *("src/waooaw.py", "src/pytest.py", "src/json/__init__.py", "src/yaml/part.pyi"),
        *("src/waooaw-stubs/agent.pyi", "tests/waooaw.pyi"),
        *("sitecustomize.py", "pluggy.py", "coverage/__init__.py", "tests/ast.py"),
    ],
)
def test_a_module_that_hides_another(root: Path, name: str) -> None:
    """A module under the name of the runtime, a tool or the library is found, and hinders."""
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    named = [name.removesuffix("/__init__.py").removesuffix("/part.pyi").removesuffix("/agent.pyi")]

    spec = SpecGate().check(Package(root, "wow-heartbeat")).findings

    assert [str(one) for one in hiding_modules(root)] == named
    assert [(one.rule, str(one.path)) for one in spec] == [("SPEC-005", named[0])]
    assert _found(root) == [("GATE-N002", named[0])]


def test_what_hides_nothing(root: Path) -> None:
    """Data of such a name, a conftest and modules inside the agent's own package are fine."""
    for name in ("json.txt", "src/wow_heartbeat/json.py", "tests/conftest.py", "site/index.html"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("")

    assert list(hiding_modules(root)) == []


def test_no_tool_is_started(root: Path) -> None:
    """Every gate that would start a tool fails unasked, the others are asked."""
    (root / "src/pytest.py").write_text("")
    gates = [Told(gate) for gate in GateId]

    runner = Runner(gates, jobs=2, progress=Quiet())
    [results] = runner.run([Package(root, "wow-heartbeat")], chosen=frozenset(GateId))

    assert {gate.id for gate in gates if not gate.asked} == TOOLED
    assert {one.id for one in results if one.verdict is Verdict.FAIL} == TOOLED
    assert {finding.rule for one in results for finding in one.findings} == {"GATE-N002"}
    assert {finding.path for one in results for finding in one.findings} == {
        PurePosixPath("src/pytest.py")
    }
