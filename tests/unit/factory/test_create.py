"""A package appears whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest
from fakes.renderers import DyingRenderer, PlainRenderer, WaitingRenderer, full_disk, stopped

from waooaw.documents import Document, Json
from waooaw.errors import EnvironmentFault, InputError
from waooaw.spec import AgentSpec
from waooaw.specfile import check_spec
from waooaw_cli.adapters.locks import taken
from waooaw_cli.factory.create import Check, Created, Rejected, Renderer, create, plan
from waooaw_cli.factory.recipes import Recipe, find_recipe
from waooaw_cli.gates.report import GateId, GateResult, Report, TargetReport, Verdict


@pytest.fixture
def recipe() -> Recipe:
    return find_recipe("coe-agent")


def _spec(name: str = "wow-x") -> AgentSpec:
    plain = {
        "name": name,
        "purpose": "Say that the platform is alive.",
        "domain": "operations",
        "owner": "ops@example.com",
        "wake": [{"topic": "clock.ticked"}],
        "rules": [{"id": "tick", "when": "true", "then": "approve", "because": "A tick."}],
        "collaborators": {"escalates_to": "ops@example.com"},
        "examples": [{"event": {"type": "clock.ticked"}, "expect": {"outcome": "approve"}}],
    }
    return check_spec(Document("answers", plain))


def _report(verdict: Verdict) -> Report:
    gates = (GateResult(GateId.SPEC, verdict),)
    target = TargetReport("generated/wow-x", "wow-x", "0.1.0", gates)
    return Report("0.1.0", datetime(2026, 1, 1, tzinfo=UTC), timedelta(0), (target,))


def _saying(verdict: Verdict) -> Check:
    return lambda _: _report(verdict)


@pytest.fixture
def make(recipe: Recipe, tmp_path: Path) -> Callable[..., Created | Rejected]:
    """Make a package in `tmp_path / "out"`, with real locks."""

    def made(renderer: Renderer | None = None, **options: object) -> Created | Rejected:
        return create(
            _spec(),
            recipe,
            output=tmp_path / "out",
            renderer=renderer or PlainRenderer(),
            lock=taken,
            **options,  # type: ignore[arg-type]  # options of `create`, by name
        )

    return made


Make = Callable[..., Created | Rejected]


def _tree(folder: Path) -> dict[str, bytes | None]:
    """Return everything below *folder*, hidden things too; None for what is no regular file."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


WHOLE = {"wow-x", "wow-x/agent.yaml", "wow-x/src", "wow-x/src/agent.py"}


def test_package_stands_in_its_place(make: Make, tmp_path: Path) -> None:
    """What was rendered stands at output/NAME, and nothing else is left in the output folder."""
    created = make()

    assert isinstance(created, Created)
    assert created.path == tmp_path / "out" / "wow-x"
    assert created.files == (PurePosixPath("agent.yaml"), PurePosixPath("src/agent.py"))
    assert set(_tree(tmp_path / "out")) == WHOLE


@pytest.mark.parametrize("death", [full_disk, stopped], ids=["full disk", "Ctrl-C"])
def test_failed_render_leaves_nothing(
    make: Make, tmp_path: Path, death: Callable[[], BaseException]
) -> None:
    """Whatever ends a rendering, the disk is as it was, the new output folder included."""
    with pytest.raises((EnvironmentFault, KeyboardInterrupt)):
        make(DyingRenderer(death))

    assert _tree(tmp_path) == {}


@pytest.mark.parametrize("death", [full_disk, stopped], ids=["full disk", "Ctrl-C"])
def test_failed_replacement_keeps_the_old(
    make: Make, tmp_path: Path, death: Callable[[], BaseException]
) -> None:
    """With --force, a failure leaves the old package as it was."""
    make()
    mine = tmp_path / "out" / "wow-x" / "mine.txt"
    mine.write_text("kept", encoding="utf-8")
    before = _tree(tmp_path)

    with pytest.raises((EnvironmentFault, KeyboardInterrupt)):
        make(DyingRenderer(death), force=True)

    assert _tree(tmp_path) == before


def test_interrupted_gates_leave_nothing(make: Make, tmp_path: Path) -> None:
    """Ctrl-C while the gates run leaves no package."""

    def check(_: Path) -> Report:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(check=check)

    assert _tree(tmp_path) == {}


def test_gates_see_the_package_under_its_name(make: Make) -> None:
    """The gates look at a folder that bears the agent's name, before it is in its place."""
    seen: list[tuple[str, bool]] = []

    def check(package: Path) -> Report:
        seen.append((package.name, (package / "agent.yaml").is_file()))
        return _report(Verdict.PASS)

    created = make(check=check)

    assert seen == [("wow-x", True)]
    assert isinstance(created, Created)
    assert created.report == _report(Verdict.PASS)


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.ERROR])
def test_failed_gates_leave_nothing(make: Make, tmp_path: Path, verdict: Verdict) -> None:
    """A package that the gates did not let pass is not put in place."""
    rejected = make(check=_saying(verdict))

    assert isinstance(rejected, Rejected)
    assert rejected.report.verdict is verdict
    assert rejected.kept is None
    assert _tree(tmp_path) == {}


def test_failed_package_is_kept_on_request(make: Make, tmp_path: Path) -> None:
    """--keep-failed keeps every failed package beside the place, and never in it."""
    kept = [make(check=_saying(Verdict.FAIL), keep_failed=True) for _ in range(2)]

    assert [one.kept for one in kept if isinstance(one, Rejected)] == [
        tmp_path / "out" / "wow-x.failed",
        tmp_path / "out" / "wow-x.failed-2",
    ]
    assert (tmp_path / "out" / "wow-x.failed" / "agent.yaml").is_file()
    assert not (tmp_path / "out" / "wow-x").exists()


def test_leftovers_of_the_gates_are_dropped(make: Make, tmp_path: Path) -> None:
    """Caches and bytecode that the gates' tools made are no part of the package."""

    def check(package: Path) -> Report:
        (package / "src" / "__pycache__").mkdir()
        (package / "src" / "__pycache__" / "agent.pyc").write_bytes(b"")
        (package / ".coverage").write_bytes(b"")
        return _report(Verdict.PASS)

    make(check=check)

    assert set(_tree(tmp_path / "out")) == WHOLE


@pytest.mark.parametrize("what", ["folder", "empty folder", "file", "dead link"])
def test_what_stands_there_is_refused(make: Make, tmp_path: Path, what: str) -> None:
    """Whatever stands at the target is the user's: nothing is rendered over it."""
    target = tmp_path / "out" / "wow-x"
    target.parent.mkdir()
    match what:
        case "folder":
            target.mkdir()
            (target / "mine.txt").touch()
        case "empty folder":
            target.mkdir()
        case "file":
            target.touch()
        case _:
            target.symlink_to(tmp_path / "nowhere")
    before = _tree(tmp_path)

    with pytest.raises(InputError, match="exists already"):
        make(DyingRenderer(stopped))

    assert _tree(tmp_path) == before


def test_force_replaces(make: Make, tmp_path: Path) -> None:
    """--force puts the new package in the place of the old one, of which nothing stays."""
    make()
    (tmp_path / "out" / "wow-x" / "old.txt").touch()

    make(PlainRenderer("new\n"), force=True)

    assert set(_tree(tmp_path / "out")) == WHOLE
    assert (tmp_path / "out" / "wow-x" / "agent.yaml").read_text(encoding="utf-8") == "new\n"


def test_force_replaces_a_link_not_what_it_points_to(make: Make, tmp_path: Path) -> None:
    """Nothing is written or removed outside the output folder, not even through a link."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").touch()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "wow-x").symlink_to(elsewhere)

    make(force=True)

    assert set(_tree(elsewhere)) == {"mine.txt"}
    assert not (tmp_path / "out" / "wow-x").is_symlink()


def test_output_that_is_a_file_is_refused(make: Make, tmp_path: Path) -> None:
    """An output that is no folder is the user's mistake, and stays as it is."""
    (tmp_path / "out").write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match="is not a folder"):
        make()

    assert _tree(tmp_path) == {"out": b"mine"}


def test_output_that_can_not_be_made_is_the_machine_s_fault(recipe: Recipe, tmp_path: Path) -> None:
    """Where no output folder can be made, nothing is left of the attempt."""
    output = tmp_path / "new" / ("x" * 300)

    with pytest.raises(EnvironmentFault, match="could not be made"):
        create(_spec(), recipe, output=output, renderer=PlainRenderer(), lock=taken)
    assert _tree(tmp_path) == {}


def test_what_appears_meanwhile_is_not_overwritten(make: Make, tmp_path: Path) -> None:
    """Whatever somebody puts at the target while the gates run stays, and the run is refused."""
    target = tmp_path / "out" / "wow-x"

    def check(_: Path) -> Report:
        target.mkdir()
        (target / "theirs.txt").touch()
        return _report(Verdict.PASS)

    with pytest.raises(InputError, match="exists already"):
        make(check=check)
    assert set(_tree(tmp_path / "out")) == {"wow-x", "wow-x/theirs.txt"}


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_permissions_are_the_usual_ones(make: Make, tmp_path: Path) -> None:
    """Files and folders get what the umask leaves, as anything that the user makes."""
    before = os.umask(0o027)
    try:
        make()
    finally:
        os.umask(before)

    package = tmp_path / "out" / "wow-x"
    assert (package.stat().st_mode & 0o777, (package / "src").stat().st_mode & 0o777) == (
        0o750,
        0o750,
    )
    assert (package / "agent.yaml").stat().st_mode & 0o777 == 0o640


def test_of_two_runs_one_wins(make: Make, tmp_path: Path) -> None:
    """Two runs for one name at the same time: one makes it, the other is refused, nothing mixes."""
    slow = WaitingRenderer()
    first: list[Created | Rejected] = []
    thread = threading.Thread(target=lambda: first.append(make(slow)))
    thread.start()
    assert slow.at_work.wait(timeout=30)

    with pytest.raises(InputError, match="another run is making"):
        make(PlainRenderer("second\n"))
    slow.go_on.set()
    thread.join()

    assert [type(one) for one in first] == [Created]
    assert set(_tree(tmp_path / "out")) == WHOLE
    assert (tmp_path / "out" / "wow-x" / "agent.yaml").read_text(
        encoding="utf-8"
    ) == "name: wow-x\n"


def test_a_live_run_for_another_name_is_left_alone(
    make: Make, recipe: Recipe, tmp_path: Path
) -> None:
    """Clearing what killed runs left never touches what a live run is making."""
    slow = WaitingRenderer()
    thread = threading.Thread(target=lambda: make(slow))
    thread.start()
    assert slow.at_work.wait(timeout=30)

    create(_spec("wow-y"), recipe, output=tmp_path / "out", renderer=PlainRenderer(), lock=taken)
    slow.go_on.set()
    thread.join()

    other = {path.replace("wow-x", "wow-y") for path in WHOLE}
    assert set(_tree(tmp_path / "out")) == WHOLE | other


_KILLED = """
    import os, signal
    from pathlib import Path
    from fakes.renderers import PlainRenderer
    from waooaw.specfile import read_spec
    from waooaw_cli.adapters.locks import taken
    from waooaw_cli.factory import staging
    from waooaw_cli.factory.create import create
    from waooaw_cli.factory.recipes import find_recipe

    rename = Path.rename
    moves = []

    def dies_at_the_move(self, target):
        moves.append(target)
        if len(moves) == {move}:
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(self, target)

    Path.rename = dies_at_the_move
    create(
        read_spec(Path({spec!r})),
        find_recipe("coe-agent"),
        output=Path({output!r}),
        renderer=PlainRenderer("new"),
        lock=taken,
        force=True,
    )
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("move", [1, 2], ids=["before the old one leaves", "before the new one"])
def test_next_run_clears_what_a_killed_one_left(
    make: Make, recipe: Recipe, root: Path, tmp_path: Path, move: int
) -> None:
    """After kill -9 between any two moves the next run puts the old package back and clears up."""
    create(
        _spec("wow-heartbeat"),
        recipe,
        output=tmp_path / "out",
        renderer=PlainRenderer("old\n"),
        lock=taken,
    )
    before = _tree(tmp_path / "out")
    spec = root / "tests" / "cases" / "answers" / "valid" / "wow-heartbeat.yaml"
    script = textwrap.dedent(
        _KILLED.format(move=move, spec=str(spec), output=str(tmp_path / "out"))
    )
    died = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(root / "tests")},
        check=False,
        capture_output=True,
    )
    assert died.returncode == -signal.SIGKILL
    assert any(path.startswith(".waooaw-") for path in _tree(tmp_path / "out"))

    make()

    after = _tree(tmp_path / "out")
    assert {path: after[path] for path in before} == before
    assert set(after) == set(before) | WHOLE


def test_plan_writes_nothing(recipe: Recipe, tmp_path: Path) -> None:
    """A plan names every file with its size and what stands there now, and writes none of it."""
    package = tmp_path / "wow-x"
    package.mkdir()
    (package / "agent.yaml").write_bytes(b"name: old\n")
    (package / "mine.txt").touch()
    before = _tree(tmp_path)

    planned = plan(_spec(), recipe, output=tmp_path, renderer=PlainRenderer())

    assert [(file.path.as_posix(), file.size_bytes) for file in planned.files] == [
        ("agent.yaml", 12),
        ("src/agent.py", 5),
    ]
    assert planned.target == package
    assert planned.before == {PurePosixPath("agent.yaml"): b"name: old\n"}
    assert _tree(tmp_path) == before


SKILLS = PurePosixPath("src/wow_x/skills.py")
OWN = {SKILLS: b'"""Written."""\n'}


class _StubbingRenderer(PlainRenderer):
    """Write a stub where the developer's skills will stand."""

    def render(self, tree: Path, context: Mapping[str, Json], target: Path) -> None:
        super().render(tree, context, target)
        (target / SKILLS).parent.mkdir()
        (target / SKILLS).write_text("stub\n", encoding="utf-8")


def test_what_is_written_already_replaces_the_stub_before_the_gates(make: Make) -> None:
    """The gates judge the developer's file, and that one is put in place."""
    seen: list[bytes] = []

    def check(package: Path) -> Report:
        seen.append((package / SKILLS).read_bytes())
        return _report(Verdict.PASS)

    made = make(_StubbingRenderer(), own=OWN, check=check)

    assert seen == [OWN[SKILLS]]
    assert isinstance(made, Created)
    assert (made.path / SKILLS).read_bytes() == OWN[SKILLS]


@pytest.mark.parametrize(
    "path",
    [
        "agent.yaml",
        "src/wow_x/agent.py",
        "tests/test_wake.py",
        "src/wow_x/../../../skills.py",
        "src/../skills.py",
        "/etc/skills.py",
    ],
)
def test_only_what_the_recipe_leaves_to_the_developer_may_be_given(
    make: Make, tmp_path: Path, path: str
) -> None:
    """A file of the template's, or one outside, is refused before anything is written."""
    with pytest.raises(InputError, match="does not leave"):
        make(_StubbingRenderer(), own={PurePosixPath(path): b""})

    assert not (tmp_path / "out").exists()
