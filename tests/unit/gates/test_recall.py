from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.agent_package import agent_package

from waooaw_cli.gates.cache import AgentName, Results
from waooaw_cli.gates.gate import Checked, Package
from waooaw_cli.gates.inputs import INPUTS, Ground, Installed
from waooaw_cli.gates.recall import Recall
from waooaw_cli.gates.report import ORDER, GateId, GateResult, Verdict
from waooaw_cli.gates.runner import Runner

_GROUND = Ground(
    program="p1",
    interpreter="cpython 3.11",
    installed=lambda _: Installed({"ruff": "0.17.5"}, "i1"),
    locale="LANG=C",
    machine="m1",
    tables={"secrets": "t1", "waivers": "t1"},
    extra={GateId.SECURITY: "advisories of today"},
)
_TOOLS = {GateId.TYPES, GateId.TESTS, GateId.SECURITY, GateId.PERFORMANCE}
_ALL = frozenset(GateId)
_RUFF = {GateId.FORMAT, GateId.LINT}


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return Package(agent_package(tmp_path / "wow-heartbeat"), "wow-heartbeat")


def _recall(tmp_path: Path, ground: Ground = _GROUND) -> Recall:
    return Recall(Results(tmp_path / "results"), ground)


def _judged(tmp_path: Path, package: Package) -> None:
    recall = _recall(tmp_path)
    for gate in ORDER:
        recall.keep(package, GateResult(gate, Verdict.PASS, timedelta(milliseconds=1)))


def _missed(tmp_path: Path, package: Package, ground: Ground = _GROUND) -> set[GateId]:
    recall = _recall(tmp_path, ground)
    return {gate for gate in ORDER if recall.find(package, gate) is None}


def test_every_gate_declares_its_inputs() -> None:
    """None is forgotten when one is added."""
    assert set(INPUTS) == set(GateId)


def test_nothing_runs_again_where_nothing_changed(tmp_path: Path, package: Package) -> None:
    """Every gate's result is found; the package may have been moved, as to another worktree."""
    _judged(tmp_path, package)
    moved = package.root.rename(tmp_path / "elsewhere")

    assert _missed(tmp_path, Package(moved, "elsewhere")) == set()


@pytest.mark.parametrize(
    ("ground", "again"),
    [
        (replace(_GROUND, program="p2"), set(GateId)),
        (replace(_GROUND, interpreter="cpython 3.12"), set(GateId)),
        (replace(_GROUND, installed=lambda _: Installed({"ruff": "0.17.5"}, "i2")), _TOOLS),
        (replace(_GROUND, installed=lambda _: Installed({"ruff": "0.18"}, "i1")), _RUFF),
        (replace(_GROUND, installed=lambda _: Installed({}, "i1")), _RUFF),
        (replace(_GROUND, locale="LANG=de_DE"), {GateId.TESTS, GateId.PERFORMANCE}),
        (replace(_GROUND, machine="m2"), {GateId.PERFORMANCE}),
        (replace(_GROUND, tables={"secrets": "t2", "waivers": "t1"}), {GateId.SECURITY}),
        (replace(_GROUND, tables={"secrets": "t1", "waivers": "t2"}), set()),
        (replace(_GROUND, extra={}), {GateId.SECURITY}),
    ],
    ids=[
        *("program", "python", "anything-installed", "ruff", "ruff-missing", "locale", "machine"),
        *("secrets", "waivers", "advisories"),
    ],
)
def test_what_a_verdict_rests_on_makes_it_run_again(
    tmp_path: Path, package: Package, ground: Ground, again: set[GateId]
) -> None:
    """Just the gates that declare it."""
    _judged(tmp_path, package)

    assert _missed(tmp_path, package, ground) == again


def test_a_readme_concerns_what_reads_any_file(tmp_path: Path, package: Package) -> None:
    """Layout, lint and types of the code do not depend on it."""
    _judged(tmp_path, package)
    (package.root / "README.md").write_text("# New\n")

    assert _missed(tmp_path, package) == {
        *(GateId.SPEC, GateId.VISION, GateId.TESTS, GateId.SECURITY, GateId.PERFORMANCE)
    }


@pytest.mark.parametrize(
    "place",
    [
        "src/wow_heartbeat/__pycache__/agent.cpython-311.pyc",
        ".mypy_cache/3.11/x.json",
        ".pytest_cache/README.md",
        ".ruff_cache/x",
        ".git/index",
        ".coverage",
        ".coverage.host.123",
        "htmlcov/index.html",
        ".DS_Store",
        "wow_heartbeat.egg-info/PKG-INFO",
        ".venv/lib/x.py",
    ],
)
def test_what_tools_leave_never_counts(tmp_path: Path, package: Package, place: str) -> None:
    """Bytecode and caches change with every run."""
    _judged(tmp_path, package)
    path = package.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("made by a tool")

    assert _missed(tmp_path, package) == set()


def test_an_executable_bit_counts(tmp_path: Path, package: Package) -> None:
    """A test may run what it belongs to, and ruff judges it."""
    _judged(tmp_path, package)
    (package.root / "src" / "wow_heartbeat" / "agent.py").chmod(0o755)

    assert _missed(tmp_path, package) >= {GateId.LINT, GateId.TESTS}


def test_a_link_counts_by_where_it_leads(tmp_path: Path, package: Package) -> None:
    """One that leads out of the package is an input too."""
    link = package.root / "src" / "outward.py"
    link.symlink_to("/etc/hostname")
    _judged(tmp_path, package)
    link.unlink()
    link.symlink_to("/etc/passwd")

    assert _missed(tmp_path, package) == set(GateId)


def test_what_stands_beside_a_package_is_never_remembered(tmp_path: Path, package: Package) -> None:
    """A link that leads out is one thing; what it leads to may change at any time."""
    (tmp_path / "shared.py").write_text("x = 1\n")
    (package.root / "src" / "shared.py").symlink_to("../../shared.py")

    _judged(tmp_path, package)

    assert _missed(tmp_path, package) == set(GateId)


def test_a_link_to_a_folder_counts_by_where_it_leads(tmp_path: Path, package: Package) -> None:
    """Both folders stand in the package; which of them is imported does not show in either."""
    for name in ("old", "new"):
        (package.root / name).mkdir()
        (package.root / name / "data.py").write_text(f"which = {name!r}\n")
    link = package.root / "src" / "chosen"
    link.symlink_to("../old")
    _judged(tmp_path, package)
    assert _missed(tmp_path, package) == set()
    link.unlink()
    link.symlink_to("../new")

    assert _missed(tmp_path, package) == set(GateId)


def test_an_empty_folder_counts(tmp_path: Path, package: Package) -> None:
    """Tests write into it, and Python imports it; a fresh checkout does not have it."""
    (package.root / "out" / "__pycache__").mkdir(parents=True)
    _judged(tmp_path, package)
    assert _missed(tmp_path, package) == set()
    (package.root / "out" / "__pycache__").rmdir()
    (package.root / "out").rmdir()

    assert _missed(tmp_path, package) == set(GateId)


def test_bytecode_that_can_be_imported_counts(tmp_path: Path, package: Package) -> None:
    """`from wow_heartbeat.__pycache__ import hidden` finds it where no source is."""
    hidden = package.root / "src" / "wow_heartbeat" / "__pycache__" / "hidden.pyc"
    hidden.parent.mkdir(exist_ok=True)
    _judged(tmp_path, package)
    hidden.write_bytes(b"code")

    assert _missed(tmp_path, package) >= {GateId.TESTS, GateId.TYPES, GateId.VISION}


@pytest.mark.parametrize(
    "line",
    ['extend = "../ruff.toml"', '"extend"="../ruff.toml"', '"\\u0065xtend" = "../ruff.toml"'],
)
def test_settings_that_go_on_elsewhere_are_read_anew(
    tmp_path: Path, package: Package, line: str
) -> None:
    """Ruff rests on a file that is none of the package's; other tools do not."""
    with (package.root / "pyproject.toml").open("a") as file:
        file.write(f"\n[tool.ruff]\n{line}\n")

    _judged(tmp_path, package)

    assert _missed(tmp_path, package) == _RUFF


def test_a_waiver_is_seen_wherever_it_stands_in_a_file(tmp_path: Path, package: Package) -> None:
    """Files are read in parts; the mark of a waiver may stand across two of them."""
    mark = "# waooaw: waive LINT-F401"
    (package.root / "src" / "long.py").write_text("#" * ((1 << 20) - 5) + mark)

    [path] = _recall(tmp_path).marked(package)

    assert str(path) == "src/long.py"


def test_what_needs_a_specification_is_not_remembered_without_one(
    tmp_path: Path, package: Package
) -> None:
    """Tests that were run alone may be known; beside a failing `spec` no run judges them."""
    _judged(tmp_path, package)
    _recall(tmp_path).keep(package, GateResult(GateId.SPEC, Verdict.FAIL))

    assert _recall(tmp_path).whole(package, _ALL) is None
    assert _recall(tmp_path).whole(package, frozenset({GateId.TESTS})) is not None


def test_a_package_that_changed_while_it_was_judged_is_not_remembered(
    tmp_path: Path, package: Package
) -> None:
    """The verdict may be of either state."""
    recall = _recall(tmp_path)
    recall.find(package, GateId.LINT)
    (package.root / "src" / "wow_heartbeat" / "agent.py").write_text("x = 1\n")

    recall.keep(package, GateResult(GateId.LINT, Verdict.PASS))

    assert _missed(tmp_path, package) == set(GateId)


def test_a_package_that_was_not_seen_as_a_whole_is_not_remembered(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is beyond the bound might be what changes."""
    from waooaw_cli.gates import inputs
    from waooaw_cli.gates.contents import contents

    monkeypatch.setattr(inputs, "contents", lambda root: contents(root, most=2))

    _judged(tmp_path, package)

    assert _missed(tmp_path, package) == set(GateId)


def test_a_gate_that_never_remembers_is_run(tmp_path: Path, package: Package) -> None:
    """What is measured until it is stable is wanted now."""
    _judged(tmp_path, package)
    recall = Recall(Results(tmp_path / "results"), _GROUND, never=frozenset({GateId.PERFORMANCE}))

    assert recall.find(package, GateId.PERFORMANCE) is None
    assert recall.find(package, GateId.TYPES) is not None
    assert recall.whole(package, _ALL) is None


def test_a_whole_package_is_remembered_in_the_order_of_reports(
    tmp_path: Path, package: Package
) -> None:
    """Gates that are left out are skipped, as in a run."""
    _judged(tmp_path, package)

    whole = _recall(tmp_path).whole(package, _ALL - {GateId.LINT})

    assert whole is not None
    assert [result.id for result in whole] == list(ORDER)
    assert {r.id for r in whole if r.verdict is Verdict.SKIPPED} == {GateId.LINT}


def test_what_comes_into_the_cache_during_a_run_is_not_believed(
    tmp_path: Path, package: Package
) -> None:
    """The tests of the package could have put it there, for a gate whose turn comes later."""
    recall = _recall(tmp_path)
    assert recall.find(package, GateId.SECURITY) is None
    _judged(tmp_path, package)

    assert recall.find(package, GateId.SECURITY) is None
    assert _recall(tmp_path).find(package, GateId.SECURITY) is not None


def test_names_are_remembered(tmp_path: Path, package: Package) -> None:
    """For as long as the specification is the same file."""
    _recall(tmp_path).keep_name(package, AgentName("wow-heartbeat", "0.1.0"))

    found = _recall(tmp_path).find_name(package)
    (package.root / "agent.yaml").unlink()

    assert found == AgentName("wow-heartbeat", "0.1.0")
    assert _recall(tmp_path).find_name(package) is None


class _Told:
    """A gate that counts how often it is asked."""

    needs = frozenset[GateId]()
    limit = timedelta(seconds=10)
    alone = False

    def __init__(self, error: Exception | None = None, gate: GateId = GateId.LINT) -> None:
        self.id = gate
        self.asked = 0
        self.error = error

    def check(self, package: Package) -> Checked:
        del package
        self.asked += 1
        if self.error:
            raise self.error
        return Checked()


class _Quiet:
    def begin(self, target: str, gate: GateId) -> None:
        pass

    def end(self, target: str, result: GateResult) -> None:
        pass


@pytest.mark.parametrize(("error", "asked"), [(None, 1), (RuntimeError("died"), 3)])
def test_the_runner_asks_a_gate_once_unless_it_could_not_decide(
    tmp_path: Path, package: Package, error: Exception | None, asked: int
) -> None:
    """A verdict is remembered, an error never."""
    gate = _Told(error)

    for _ in range(3):
        runner = Runner([gate], jobs=1, progress=_Quiet(), recall=_recall(tmp_path))
        [[result]] = runner.run([package], chosen=_ALL)

    assert gate.asked == asked
    assert result.cached is (error is None)


def test_nothing_is_begun_after_a_failure_that_is_remembered(
    tmp_path: Path, package: Package
) -> None:
    """With fail_fast a cached failure counts like one of this run."""
    _recall(tmp_path).keep(package, GateResult(GateId.SPEC, Verdict.FAIL))
    spec, lint = _Told(gate=GateId.SPEC), _Told()
    runner = Runner(
        [spec, lint], jobs=4, progress=_Quiet(), recall=_recall(tmp_path), fail_fast=True
    )

    [results] = runner.run([package], chosen=_ALL)

    assert [result.verdict for result in results] == [Verdict.FAIL, Verdict.SKIPPED]
    assert (spec.asked, lint.asked) == (0, 0)
