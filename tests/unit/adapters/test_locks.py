from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from waooaw_cli.adapters.locks import held, taken

_HOLD = """\
import sys
from pathlib import Path
from waooaw_cli.adapters.locks import taken
with taken(Path(sys.argv[1])) as ours:
    print(ours, flush=True)
    sys.stdin.read()
"""


def _holder(lock: Path) -> subprocess.Popen[bytes]:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == b"True"
    return holder


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """What one process holds another does not get, and gets when the first one dies."""
    lock = tmp_path / "deep" / "lock"
    with _holder(lock) as holder:
        with taken(lock) as while_held:
            pass
        holder.kill()
        holder.wait()
    with held(lock, patience=timedelta(seconds=20)) as after_its_death:
        pass

    assert (while_held, after_its_death) == (False, True)


def test_patience_ends(tmp_path: Path) -> None:
    """Who waits for a lock that nobody frees is told so."""
    lock = tmp_path / "lock"
    with _holder(lock) as holder:
        with held(lock, patience=timedelta(seconds=0.1)) as ours:
            pass
        holder.kill()

    assert ours is False


def test_a_lock_is_free_after_its_block(tmp_path: Path) -> None:
    """A block that ends lets go, and the same process may take the lock again."""
    lock = tmp_path / "lock"
    with taken(lock) as first, taken(lock) as nested:
        pass
    with taken(lock) as second:
        pass

    assert (first, nested, second) == (True, False, True)
