"""Interrupted questionnaires: saved whole, found again, never a crash."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from waooaw.errors import EnvironmentFault
from waooaw_cli.factory.drafts import Broken, Draft, Saved

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "drafts"


def draft(folder: Path, name: str | None = None, output: str = "generated") -> Draft:
    return Draft(folder, output=Path(output), name=name, now=lambda: NOW)


def test_what_was_saved_is_found_again(folder: Path) -> None:
    """A draft comes back with its answers, its place and its time."""
    draft(folder).save({"name": "wow-x", "wake": [{}]}, "wake[0].topic")

    assert draft(folder).saved() == Saved({"name": "wow-x", "wake": [{}]}, "wake[0].topic", NOW)


def test_nothing_saved_is_nothing(folder: Path) -> None:
    """Before the first answer there is no draft, and no folder either."""
    assert draft(folder).saved() is None
    assert not folder.exists()


def test_a_draft_takes_the_agents_name(folder: Path) -> None:
    """An unnamed draft becomes the agent's when the name is known; one file is left."""
    one = draft(folder)
    one.save({}, "name")
    assert one.path.name.startswith("unnamed.")

    one.save({"name": "wow-x"}, "title")

    assert one.path.name.startswith("wow-x.")
    assert list(folder.iterdir()) == [one.path]


def test_a_wrong_name_is_no_path(folder: Path) -> None:
    """A name that would lead elsewhere names no file."""
    one = draft(folder, name="../../x")
    one.save({"name": "../../x"}, "name")

    assert one.path.parent == folder
    assert one.path.name.startswith("unnamed.")


def test_agents_and_folders_do_not_share_drafts(folder: Path) -> None:
    """One draft per agent and output folder."""
    draft(folder, "wow-a").save({"name": "wow-a"}, "a")
    draft(folder, "wow-b").save({"name": "wow-b"}, "b")
    draft(folder, "wow-a", output="elsewhere").save({"name": "wow-a"}, "c")

    places = [
        draft(folder, "wow-a").saved(),
        draft(folder, "wow-b").saved(),
        draft(folder, "wow-a", output="elsewhere").saved(),
    ]
    assert [one.at for one in places if isinstance(one, Saved)] == ["a", "b", "c"]
    assert draft(folder, "wow-c").saved() is None


def test_the_newest_is_meant_where_no_name_is_known(folder: Path) -> None:
    """Who starts again without a name gets the draft that was saved last."""
    for name, moment in (("wow-a", 2_000), ("wow-b", 1_000)):
        one = draft(folder, name)
        one.save({"name": name}, name)
        os.utime(one.path, (moment, moment))

    found = draft(folder).saved()

    assert isinstance(found, Saved)
    assert found.at == "wow-a"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_only_the_user_reads_a_draft(folder: Path) -> None:
    """Answers may be confidential: the file is 0600, its folder 0700."""
    one = draft(folder)
    one.save({"name": "wow-x"}, "title")

    assert stat.S_IMODE(one.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_draft_in_place_is_deleted(folder: Path) -> None:
    """When the package is in place, nothing of the draft is left; twice is once."""
    one = draft(folder)
    one.save({"name": "wow-x"}, "")

    one.discard()
    one.discard()

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"schema": "waooaw.draft/1", "saved_at": "2026-01-01T00:00:00+00:00", "at": "na',
        b"[]",
        b"null",
        (
            b'{"schema": "waooaw.draft/2", "saved_at": "2026-01-01T00:00:00+00:00", "at": "", '
            b'"answers": {}}'
        ),
        b'{"schema": "waooaw.draft/1", "saved_at": "yesterday", "at": "", "answers": {}}',
        b'{"schema": "waooaw.draft/1", "saved_at": "2026-01-01", "at": "", "answers": {}}',
        (
            b'{"schema": "waooaw.draft/1", "saved_at": "2026-01-01T00:00:00Z", "at": "", '
            b'"answers": []}'
        ),
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
    ids=range(11),
)
def test_a_broken_draft_is_set_aside(folder: Path, content: bytes) -> None:
    """What is cut off, foreign or from another version is kept beside, with a message."""
    one = draft(folder)
    one.save({"name": "wow-x"}, "title")
    one.path.write_bytes(content)

    found = draft(folder).saved()

    assert isinstance(found, Broken)
    assert "wow-x" in found.message
    assert [path.suffix for path in folder.iterdir()] == [".aside"]
    assert draft(folder).saved() is None


def test_what_was_set_aside_stays(folder: Path) -> None:
    """A second draft of the same name is set aside under a number, beside the first."""
    for title in ("First", "Second", "Third"):
        one = draft(folder, "wow-x")
        one.save({"name": "wow-x", "title": title}, "kind")
        said = one.set_aside("is not used").message

    kept = sorted(folder.iterdir(), key=lambda path: path.suffix)

    assert [path.suffix for path in kept] == [".aside", ".aside-2", ".aside-3"]
    assert [json.loads(path.read_bytes())["answers"]["title"] for path in kept] == [
        "First",
        "Second",
        "Third",
    ]
    assert said.endswith(f"it is kept as {kept[2].name}")


def test_setting_aside_what_is_gone_leaves_nothing(folder: Path) -> None:
    """Where another process deleted the draft meanwhile, no empty file stands for it."""
    one = draft(folder, "wow-x")
    one.save({"name": "wow-x"}, "kind")
    one.path.unlink()

    assert "moving it failed" in one.set_aside("is not used").message
    assert list(folder.iterdir()) == []


def test_a_folder_in_the_drafts_place_is_no_crash(folder: Path) -> None:
    """A draft that can't be opened is said to be so."""
    one = draft(folder, "wow-x")
    one.path.mkdir(parents=True)

    assert isinstance(one.saved(), Broken)


def test_a_folder_that_cannot_be_made_is_the_machines_fault(tmp_path: Path) -> None:
    """Where nothing can be saved, the error says so and names the way out."""
    (tmp_path / "state").write_text("a file", encoding="utf-8")

    with pytest.raises(EnvironmentFault, match="can't be saved") as caught:
        draft(tmp_path / "state" / "drafts").save({}, "name")

    assert "WAOOAW_STATE_DIR" in (caught.value.hint or "")


def test_a_write_that_fails_leaves_the_draft_before(folder: Path) -> None:
    """The file is replaced whole or not at all, and nothing is left beside it."""
    one = draft(folder, "wow-x")
    one.save({"name": "wow-x"}, "title")

    with pytest.raises(TypeError):
        one.save({"name": "wow-x", "purpose": {1, 2}}, "domain")

    assert one.saved() == Saved({"name": "wow-x"}, "title", NOW)
    assert list(folder.iterdir()) == [one.path]


@pytest.mark.skipif(sys.platform == "win32", reason="a folder is no obstacle of this kind there")
def test_a_rename_that_fails_leaves_nothing_beside(folder: Path) -> None:
    """What was written beside is gone when it can't be put in place."""
    one = draft(folder, "wow-x")
    one.path.mkdir(parents=True)

    with pytest.raises(EnvironmentFault):
        one.save({"name": "wow-x"}, "title")

    assert list(folder.iterdir()) == [one.path]


def test_what_a_killed_process_left_is_swept(folder: Path) -> None:
    """A half-written file of long ago is deleted; a fresh one is another process's."""
    one = draft(folder, "wow-x")
    one.save({"name": "wow-x"}, "title")
    old, fresh = folder / ".old.tmp", folder / ".fresh.tmp"
    for path, age in ((old, 3_600), (fresh, 1)):
        path.write_bytes(b"{")
        moment = NOW.timestamp() - age
        os.utime(path, (moment, moment))

    one.saved()

    assert not old.exists()
    assert fresh.exists()


def test_two_processes_do_not_mix_their_answers(folder: Path) -> None:
    """However many write at once, the draft is always one of theirs, whole."""
    program = (
        "import sys; from pathlib import Path\n"
        "from waooaw_cli.factory.drafts import Draft\n"
        "draft = Draft(Path(sys.argv[1]), output=Path('generated'), name='wow-x')\n"
        "for n in range(60): draft.save({'name': 'wow-x', 'purpose': sys.argv[2] * 5000}, 'a')\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(folder), letter]) for letter in "abc"
    ]

    seen = set()
    while any(writer.poll() is None for writer in writers):
        found = draft(folder, "wow-x").saved()
        assert not isinstance(found, Broken)
        if found is not None:
            seen.add("".join(sorted(set(found.answers["purpose"]))))

    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert seen <= {"a", "b", "c"}
    assert seen


def test_letters_of_any_script_survive(folder: Path) -> None:
    """A draft is JSON whatever the answers are written in."""
    one = draft(folder)
    one.save({"purpose": "गणित\udcff\n"}, "domain")

    assert json.loads(one.path.read_bytes())["answers"] == {"purpose": "गणित\udcff\n"}
