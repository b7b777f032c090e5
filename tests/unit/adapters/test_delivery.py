"""Where reports go."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from waooaw.errors import EnvironmentFault
from waooaw_cli.adapters.delivery import deliver

_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


def test_a_file_appears_whole(tmp_path: Path) -> None:
    """What was there is replaced, and nothing else is left."""
    file = tmp_path / "report.json"
    file.write_text("a longer text that was there")

    deliver(file, "new\n")

    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [
        ("report.json", b"new\n")
    ]


@_POSIX
@pytest.mark.parametrize("there", [True, False], ids=["to-a-file", "to-nothing"])
def test_a_link_stays_a_link(tmp_path: Path, there: bool) -> None:
    """The file that a link leads to is written, and the link stays."""
    target = tmp_path / "target.json"
    if there:
        target.write_text("old")
    (tmp_path / "link").symlink_to("target.json")

    deliver(tmp_path / "link", "new\n")

    assert (tmp_path / "link").is_symlink()
    assert target.read_text() == "new\n"


@_POSIX
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """Who reads a pipe gets the report, and the pipe stays one."""
    pipe, read = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()

    deliver(pipe, "new\n")
    reader.join(30)

    assert (read, pipe.is_fifo()) == (["new\n"], True)


@_POSIX
def test_a_device_is_written_to() -> None:
    """`/dev/null` is never replaced by a file."""
    deliver(Path(os.devnull), "new\n")

    assert Path(os.devnull).is_char_device()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
def test_a_full_device() -> None:
    """Where there is no room the user is told so."""
    with pytest.raises(EnvironmentFault, match=r"/dev/full.*No space left"):
        deliver(Path("/dev/full"), "new\n")


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """Where nothing can be written the user is told so."""
    with pytest.raises(EnvironmentFault, match="can't be written"):
        deliver(tmp_path / "gone" / "report", "new\n")


@_POSIX
def test_the_programs_own_output(capfd: pytest.CaptureFixture[str]) -> None:
    """`/dev/stdout` is the output itself: nothing that was printed before is overwritten."""
    sys.stdout.write("before\n")

    deliver(Path("/dev/stdout"), "new\n")

    assert capfd.readouterr().out == "before\nnew\n"
