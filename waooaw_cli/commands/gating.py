"""Wire the gates to their tools; `gate` and `new-agent` share it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waooaw_cli.adapters.process import Processes
    from waooaw_cli.gates.dependency_check import DependencyCheck
    from waooaw_cli.gates.gate import Gate
    from waooaw_cli.gates.ports import Environments
    from waooaw_cli.settings import Settings

__all__ = ["how_many", "processes_for", "usable_cache", "wired_gates"]

#: Not empty: a full disk still takes a file without bytes.
_PROBE = b"x" * 4_096


@contextmanager
def usable_cache(folder: Path) -> Iterator[Path]:
    """Yield *folder*, or where nothing can be kept in it one that is removed at the end.

    The second is said on stderr, in one line.
    """
    from waooaw_cli.factory.scratch import scratch

    fault = _fault(folder)
    if fault is None:
        yield folder
        return
    sys.stderr.write(
        f"nothing is kept for the next run: the cache folder {folder.as_posix()} can't be used"
        f" ({fault.strerror or fault}); WAOOAW_CACHE_DIR names another\n"
    )
    with scratch("cache") as instead:
        yield instead


def _fault(folder: Path) -> OSError | None:
    """Return why nothing can be written where the tools would; None where it can."""
    try:
        for place in (folder / "mypy", folder / "environments"):
            place.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(prefix="probe-", dir=place) as file:
                file.write(_PROBE)
                file.flush()
    except OSError as error:
        return error
    return None


def processes_for(settings: Settings) -> Processes:
    """Return where the tools run, kept apart and bounded as *settings* say."""
    from waooaw_cli.adapters.process import Processes

    return Processes(
        os.environ, isolation=settings.isolation, memory_bytes=settings.memory_mb * 1024 * 1024
    )


def wired_gates(
    processes: Processes,
    cache: Path,
    settings: Settings,
    *,
    thorough: bool = False,
    reuse: bool = True,
    together: Sequence[Path] = (),
    base: str | None = None,
) -> tuple[Gate, ...]:
    """Return every gate, ready to run.

    Args:
        processes: Where the tools run.
        cache: The folder of what tools may keep between runs.
        settings: The settings in force; its tables are read by the gates that they concern.
        thorough: Whether the slow checks run too.
        reuse: Whether mypy may use what earlier runs found out.
        base: The commit since which the history is looked at; None: it is not.
        together: The packages that are linted and looked at for their layout, so that one call
            can do it for all.
    """
    from waooaw_cli.adapters.environments import OwnEnvironments
    from waooaw_cli.adapters.history import GitHistory
    from waooaw_cli.adapters.mypy import Mypy
    from waooaw_cli.adapters.profiler import Stopwatch
    from waooaw_cli.adapters.pytest import Pytest
    from waooaw_cli.adapters.ruff import Ruff
    from waooaw_cli.gates import Tools, all_gates
    from waooaw_cli.gates.secrets import Since, secret_settings

    ruff = Ruff(processes)
    ruff.expect(together)
    environments = OwnEnvironments(processes, cache / "environments")
    tools = Tools(
        formatter=ruff,
        linter=ruff,
        type_checker=Mypy(processes, cache / "mypy" if reuse else None),
        suite_runner=Pytest(processes),
        profiler=Stopwatch(processes, cache / "measuring.lock"),
        environments=environments,
        dependencies=_dependency_check(settings, environments),
        suspicion=ruff,
        secrets=secret_settings(settings.tables.get("secrets"), source=str(settings.file)),
        since=None if base is None else Since(GitHistory(processes), base),
        folder=Path.cwd(),
    )
    return all_gates(tools, thorough=thorough)


def _dependency_check(settings: Settings, environments: Environments) -> DependencyCheck:
    from waooaw_cli.adapters.advisory_index import AdvisoryIndex
    from waooaw_cli.adapters.distributions import Installations
    from waooaw_cli.gates.dependency_check import DependencyCheck
    from waooaw_cli.gates.dependency_settings import dependency_settings

    table = settings.tables.get("dependencies")
    return DependencyCheck(
        settings=dependency_settings(table, os.environ, source=str(settings.file)),
        advisories=AdvisoryIndex(settings.advisories),
        environments=environments,
        inventory=Installations(),
        now=lambda: datetime.now(UTC),
    )


def how_many(jobs: int, *, agents: int = 1) -> int:
    """Return how many gates run at once.

    Args:
        jobs: What the user says; 0 for as many as is good.
        agents: How many are judged. The gates of one are ordered to fill the processors; tests of
            many wait for disks, and others may work meanwhile.
    """
    processors = max(2, os.cpu_count() or 1)
    return jobs or (processors if agents == 1 else processors + 2)
