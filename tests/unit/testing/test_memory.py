from __future__ import annotations

import sys
from pathlib import Path

import pytest

from waooaw.testing.memory import forget_peak, held_bytes, peak

_MIB = 1024**2


def test_the_peak_is_that_of_a_process() -> None:
    """A running Python holds some ten MiB, and not a thousand times that."""
    assert 5 < peak().mb < 20_000
    assert peak().mb * _MIB >= held_bytes() * 0.9


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets a peak")
def test_a_peak_is_forgotten() -> None:
    """What was held before and let go does not count; what is held afterwards does."""
    block = bytearray(150 * _MIB)
    with_block = peak().mb
    del block

    assert forget_peak()
    without = peak()

    assert with_block - without.mb > 100
    assert without.by == "VmHWM"


def test_where_there_is_no_proc(tmp_path: Path) -> None:
    """Without /proc, or without the line in it, the process's own usage is asked, and named."""
    (tmp_path / "status").write_text("Name: python\n")

    for place in (tmp_path / "none", tmp_path / "status"):
        found = peak(place)
        assert (found.by != "VmHWM", 5 < found.mb < 20_000) == (True, True)
    assert held_bytes(tmp_path / "none") > 5 * _MIB
    assert held_bytes(tmp_path / "status") > 5 * _MIB
    assert not forget_peak(tmp_path / "none" / "clear_refs")
