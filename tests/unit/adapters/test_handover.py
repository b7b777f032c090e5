from __future__ import annotations

import os
from pathlib import Path

import pytest

from waooaw_cli.adapters import handover
from waooaw_cli.adapters.handover import left_in


def test_what_a_tool_left(tmp_path: Path) -> None:
    """A plain file is read as it is; where there is none, that is said."""
    (tmp_path / "result.json").write_text("{}")

    assert left_in(tmp_path / "result.json") == "{}"
    with pytest.raises(FileNotFoundError):
        left_in(tmp_path / "none.json")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such devices")
@pytest.mark.parametrize("kind", ["device", "pipe", "link"])
def test_what_never_ends_is_not_read(tmp_path: Path, kind: str) -> None:
    """A device, a pipe or a link in its place is refused at once."""
    file = tmp_path / "result.json"
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero" if kind == "device" else __file__)

    with pytest.raises(ValueError, match=r"result\.json is"):
        left_in(file)


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the bound is refused."""
    monkeypatch.setattr(handover, "_MOST_BYTES", 3)
    (tmp_path / "result.json").write_text("1234")

    with pytest.raises(ValueError, match="larger than 3 bytes"):
        left_in(tmp_path / "result.json")
