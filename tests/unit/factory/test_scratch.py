"""Temporary folders."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from waooaw_cli.factory import scratch as module
from waooaw_cli.factory.scratch import cleared, scratch

_NOW = 2_000_000_000.0


def _aged(path: Path, seconds: float) -> Path:
    os.utime(path, (_NOW - seconds, _NOW - seconds))
    return path


def test_a_folder_for_a_while() -> None:
    """The folder is there, is ours, and is gone at the end."""
    with scratch("tests") as folder:
        (folder / "file").write_text("")

    assert folder.name.startswith("waooaw-tests-")
    assert not folder.exists()


@pytest.mark.parametrize(("room", "named"), [(0, ""), (2**62, ""), (0, "TMPDIR")])
def test_memory_is_used_where_there_is_room_and_no_other_wish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int, named: str
) -> None:
    """What tests write for a moment need not reach a disk; the user's own word comes first."""
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    if named:
        monkeypatch.setenv(named, str(tmp_path))
    monkeypatch.setattr(module, "_MEMORY", str(tmp_path))
    monkeypatch.setattr(module, "_ROOM_BYTES", room)

    with scratch("tests", memory=True) as folder:
        in_memory = folder.parent == tmp_path

    assert in_memory is (room == 0 and not named)


def test_where_there_is_no_memory_to_write_to_there_is_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as on a system without the folder."""
    monkeypatch.setattr(module, "_MEMORY", str(tmp_path / "nowhere"))

    with scratch("tests", memory=True) as folder:
        assert folder.is_dir()


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    """Folders of ours that are older than an hour go; younger ones and others stay."""
    for name in ("waooaw-tests-abcd_123", "waooaw-mypy-aaaaaaaa", "waooaw-plan-bbbbbbbb"):
        (tmp_path / name / "deep").mkdir(parents=True)
        _aged(tmp_path / name, 4_000)
    _aged(tmp_path / "waooaw-plan-bbbbbbbb", 3_000)
    for name in ("waooaw-logs", "waooaw-tests-mine", "another-tests-abcd_123"):
        (tmp_path / name).mkdir()
        _aged(tmp_path / name, 4_000)
    (tmp_path / "waooaw-types-cccccccc").write_text("a file")
    _aged(tmp_path / "waooaw-types-cccccccc", 4_000)

    assert cleared(tmp_path, now=_NOW) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "another-tests-abcd_123",
        "waooaw-logs",
        "waooaw-plan-bbbbbbbb",
        "waooaw-tests-mine",
        "waooaw-types-cccccccc",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link under one of our names leads nowhere that we clear."""
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("")
    link = tmp_path / "waooaw-tests-aaaaaaaa"
    link.symlink_to("precious")
    os.utime(link, (_NOW - 4_000, _NOW - 4_000), follow_symlinks=False)

    assert cleared(tmp_path, now=_NOW) == 0
    assert (tmp_path / "precious" / "file").exists()


def test_a_temporary_folder_that_is_gone(tmp_path: Path) -> None:
    """Where there is nothing to look at there is nothing to clear."""
    assert cleared(tmp_path / "gone", now=_NOW) == 0
