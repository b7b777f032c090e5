from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from fakes.agent_package import agent_package, snapshot
from hypothesis import given
from hypothesis import strategies as st

from waooaw import documents
from waooaw.errors import EnvironmentFault
from waooaw_cli.adapters.process import Processes
from waooaw_cli.adapters.ruff import Ruff
from waooaw_cli.factory import fixing_spec
from waooaw_cli.factory.fixing import Change, applied, cleared_leftovers, planned
from waooaw_cli.factory.fixing_spec import completed_spec
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.ports import Remark, ToolCrashed
from waooaw_cli.render.diffs import diff_text

EXTRA = "src/wow_heartbeat/extra.py"
HEADER = "# yaml-language-server: $schema=https://waooaw.github.io/schemas/agent-1.json\n"


@pytest.fixture
def ruff() -> Iterator[Ruff]:
    with Processes(os.environ) as processes:
        yield Ruff(processes)


@dataclass
class Dead:
    """A mender that gives up."""

    def lint(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        return ()

    def unformatted(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        return ()

    def mend(self, root: Path, *, settings_of: Path | None = None) -> tuple[Remark, ...]:
        (root / EXTRA).write_text("half")
        raise ToolCrashed("ruff", "gave up")


def _package(folder: Path, files: dict[str, str | None]) -> Package:
    files.setdefault("agent.yaml", HEADER + "{old}")
    return Package(agent_package(folder / "wow-heartbeat", files), "wow-heartbeat")


def _scratch(folder: Path) -> Path:
    scratch = folder / "scratch"
    scratch.mkdir()
    return scratch


def test_a_plan_writes_nothing(tmp_path: Path, ruff: Ruff) -> None:
    """What would change is found on a copy, with the rules that it is mended by."""
    package = _package(tmp_path, {EXTRA: "import os\n\nx  = 1\n", "tests/b.py": "x  = 1\n"})
    before = snapshot(package.root)

    changes = planned(package, ruff, scratch=_scratch(tmp_path))

    assert [(str(one.path), one.after, one.what) for one in changes] == [
        (EXTRA, b"x = 1\n", ("LINT-F401", "FMT-001")),
        ("tests/b.py", b"x = 1\n", ("FMT-001",)),
    ]
    assert snapshot(package.root) == before


def test_a_clean_package_has_nothing_to_mend(tmp_path: Path, ruff: Ruff) -> None:
    """What every gate passes is not touched."""
    assert planned(_package(tmp_path, {}), ruff, scratch=_scratch(tmp_path)) == ()


def test_a_package_without_a_specification_is_mended_too(tmp_path: Path, ruff: Ruff) -> None:
    """Its gates say what is missing."""
    package = _package(tmp_path, {EXTRA: "x  = 1\n", "agent.yaml": None})

    assert [str(one.path) for one in planned(package, ruff, scratch=_scratch(tmp_path))] == [EXTRA]


def test_settings_that_extend_a_file_outside_hold_for_the_copy(tmp_path: Path, ruff: Ruff) -> None:
    """A package may share its linter's settings with its neighbours."""
    (tmp_path / "shared.toml").write_text('line-length = 20\n[lint]\nselect = ["I"]\n')
    files = {"pyproject.toml": '[tool.ruff]\nextend = "../shared.toml"\n', EXTRA: "import os\n"}
    package = _package(tmp_path, {**files, "src/wow_heartbeat/b.py": "f(123456789, 123456789)\n"})

    changes = planned(package, ruff, scratch=_scratch(tmp_path))

    changed = {str(one.path) for one in changes}
    assert EXTRA not in changed
    assert "src/wow_heartbeat/b.py" in changed


def test_links_are_not_followed(tmp_path: Path, ruff: Ruff) -> None:
    """A link inside the package stays one; what it leads to outside is not read."""
    outside = tmp_path / "outside.py"
    outside.write_text("import os\n")
    package = _package(tmp_path, {EXTRA: "import os\n"})
    (package.root / "src/wow_heartbeat/link.py").symlink_to("extra.py")
    (package.root / "src/wow_heartbeat/away.py").symlink_to(outside)

    changes = planned(package, ruff, scratch=_scratch(tmp_path))
    applied(changes)

    assert [str(one.path) for one in changes] == [EXTRA]
    assert (package.root / "src/wow_heartbeat/link.py").is_symlink()
    assert outside.read_text() == "import os\n"


def test_a_mender_that_dies_leaves_the_package_alone(tmp_path: Path) -> None:
    """It died over a copy."""
    package = _package(tmp_path, {EXTRA: "import os\n"})
    before = snapshot(package.root)

    with pytest.raises(ToolCrashed):
        planned(package, Dead(), scratch=_scratch(tmp_path))

    assert snapshot(package.root) == before


def _change(package: Package, before: bytes = b"old\n", after: bytes = b"new\n") -> Change:
    return Change(package, PurePosixPath(EXTRA), before, after, ("FMT-001",))


def test_a_change_is_written_whole_and_keeps_the_mode(tmp_path: Path) -> None:
    """The file's permissions stay, and nothing is left beside it."""
    package = _package(tmp_path, {EXTRA: "old\n"})
    (package.root / EXTRA).chmod(0o755)
    names = {path.name for path in (package.root / EXTRA).parent.iterdir()}

    done = applied([_change(package)])

    assert [one.path for one in done.written] == [PurePosixPath(EXTRA)]
    assert (package.root / EXTRA).read_bytes() == b"new\n"
    assert (package.root / EXTRA).stat().st_mode & 0o777 == 0o755
    assert {path.name for path in (package.root / EXTRA).parent.iterdir()} == names


def test_what_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """An editor that saved in between wins; so does a link, a folder, or nothing in its place."""
    package = _package(tmp_path, {EXTRA: "mine\n"})
    file = package.root / EXTRA

    def reason() -> str:
        [one] = applied([_change(package)]).passed_by
        return one.reason

    assert reason() == "it has changed meanwhile"
    assert file.read_text() == "mine\n"
    file.unlink()
    assert reason() == "it is gone"
    file.symlink_to("agent.py")
    assert reason() == "it is no file any more"
    folder = file.parent
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    file.unlink()
    file.write_bytes(b"old\n")
    assert reason() == "it leads out of the package"


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is stopped between writing and renaming leaves what was there, and nothing beside."""
    package = _package(tmp_path, {EXTRA: "old\n"})
    before = snapshot(package.root)

    def stopped(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        applied([_change(package)])

    assert snapshot(package.root) == before


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file, and how many were mended before it."""
    package = _package(tmp_path, {EXTRA: "old\n"})

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(
        EnvironmentFault, match=r"extra\.py can't be written: No space left"
    ) as told:
        applied([_change(package)])

    assert told.value.hint is not None
    assert "0 files" in told.value.hint


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    """A file beside that was never renamed goes; one that is being written stays."""
    package = _package(tmp_path, {})
    old, new = (package.root / f"src/.a.py.{number}.waooaw-fix" for number in (1, 2))
    for path in (old, new):
        path.write_text("half")
    os.utime(old, (0, 0))

    cleared_leftovers(package)

    assert (old.exists(), new.exists()) == (False, True)


SPEC = "purpose: Say hello.   # kept\nowner:   'ops'\n"


@pytest.mark.parametrize(
    ("text", "added", "fields"),
    [
        (SPEC, HEADER + "schema: waooaw.agent/1\nname: wow-heartbeat\nversion: 0.1.0\n", 4),
        (
            HEADER + "name: x\n" + SPEC,
            "schema: waooaw.agent/1\nversion: 0.1.0\n",
            2,
        ),
        (HEADER + "schema: waooaw.agent/1\nname: x\nversion: 2.0.0\n" + SPEC, "", 0),
        ('{"purpose": "Say hello."}', "", 0),
        ("[1, 2]\n", None, 0),
        ("a: [\n", None, 0),
        ("", None, 0),
    ],
)
def test_fields_that_hold_anyhow_are_written_out(
    tmp_path: Path, text: str, added: str | None, fields: int
) -> None:
    """Before the first field; what stands in the file stays byte for byte."""
    root = agent_package(tmp_path / "p")

    after, named = completed_spec(text.encode(), project=root)

    assert len(named) == fields
    if added is None:
        assert after == text.encode()
    else:
        kept = after.decode()
        for line in added.splitlines(keepends=True):
            kept = kept.replace(line, "", 1) if line not in text else kept
        assert kept == text


@pytest.mark.parametrize(
    ("project", "version"),
    [
        ('[project]\nname = "wow-heartbeat"\nversion = "1.2.3"\n', "1.2.3"),
        ('[project]\nname = "wow-heartbeat"\nversion = "1.2rc1"\n', "0.1.0"),
        ("[project\n", "0.1.0"),
    ],
)
def test_the_version_is_the_projects(tmp_path: Path, project: str, version: str) -> None:
    """As `pyproject.toml` states it, where that is a version of an agent."""
    root = agent_package(tmp_path / "p", {"pyproject.toml": project})

    after, _ = completed_spec(b"name: wow-heartbeat\n", project=root)

    assert documents.parse(after, source="x").data["version"] == version


def test_a_file_that_would_say_something_else_is_left(tmp_path: Path) -> None:
    """What is written out is read again before it counts."""
    assert fixing_spec._says(b"name: x\n", {"name": "x"})
    assert not fixing_spec._says(b"name: y\n", {"name": "x"})
    assert not fixing_spec._says(b"name: [\n", {"name": "x"})


def test_the_name_of_another_project_is_not_taken(tmp_path: Path) -> None:
    """A project without the agent's code, or with a name that no agent may have, names none."""
    for name in ("some-service", "Not_A_Name"):
        root = agent_package(tmp_path / name, {"pyproject.toml": f'[project]\nname = "{name}"\n'})
        after, _ = completed_spec(b"purpose: x\n", project=root)
        assert "name" not in documents.parse(after, source="x").data


@given(
    st.lists(
        st.sampled_from(
            ["# a comment", "", "owner: x", "purpose: 'a: b'", "domain: é", "x: {a: 1}", "---"]
        ),
        max_size=6,
        unique=True,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_stands_in_a_specification_stays(lines: list[str], end: str, marked: bool) -> None:
    """Only whole lines are added, the data stays, and doing it again adds nothing."""
    content = (b"\xef\xbb\xbf" if marked else b"") + (end.join([*lines, "wake: 1"]) + end).encode()

    after, fields = completed_spec(content, project=Path("/nowhere"))

    before = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    rest = iter(after.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    assert all(line in rest for line in before)
    assert completed_spec(after, project=Path("/nowhere")) == (after, ())
    if fields[1:]:
        old = documents.parse(content, source="x").data
        new = documents.parse(after, source="x").data
        assert {key: new[key] for key in old} == old
    assert (b"\r\n" in after) is (end == "\r\n")
    assert after.startswith(b"\xef\xbb\xbf") is marked


def test_a_diff_is_what_patch_takes(tmp_path: Path) -> None:
    """Paths as the user named the package, and the end of a file that has no line end."""
    package = Package(tmp_path, "generated/wow-x")

    text = diff_text(_change(package, before=b"a\nb", after=b"a\nc\x0c\nd\n"))

    assert text == (
        f"--- a/generated/wow-x/{EXTRA}\n+++ b/generated/wow-x/{EXTRA}\n@@ -1,2 +1,3 @@\n"
        " a\n-b\n\\ No newline at end of file\n+c\x0c\n+d\n"
    )
