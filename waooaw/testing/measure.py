"""Measure what an agent's decisions take, in a process of its own.

``python -P -m waooaw.testing.measure ROOT RESULT [--thorough]`` decides the examples of the agent
whose package is ROOT, over and over for a moment, runs each through the whole cycle, and writes
what it saw into the file RESULT as one JSON document, at the very end, or what kept the agent from
being loaded. No skill of the agent runs
and no model is asked: what they would do to the world is not wanted here.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import math
import sys
import time
import traceback
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from waooaw.consistency import example_event
from waooaw.models import Answer, Question
from waooaw.specfile import read_spec
from waooaw.store import SqliteStore
from waooaw.testing.foreign import specified_agent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from waooaw.agent import Agent
    from waooaw.events import Event
    from waooaw.spec import AgentSpec

__all__ = ["Measured", "NotLoaded", "agent_class", "measure", "not_loaded", "p95"]

#: How long to sample, and how many decisions are enough.
_QUICK = (timedelta(seconds=0.4), 2_000)
_THOROUGH = (timedelta(seconds=3), 1_000_000)


class Measured(TypedDict):
    """Hold what is written; see `waooaw_cli.gates.ports.Profile`."""

    p95_ms: float
    peak_memory_mb: float
    decisions: int
    examples: int
    asked_model: int
    cost_usd: float


class NotLoaded(TypedDict):
    """Hold what is written where the package's own code can't be imported.

    Attributes:
        not_loaded: The type and the text of the exception.
        path: The file of the package that raised it, relative to its root; None where none did.
        line: 1-based.
    """

    not_loaded: str
    path: str | None
    line: int | None


@dataclass
class _Counted:
    """Stand in for a model: answer at once, and count who asked."""

    name: str = "stand-in"
    asked: set[str] = field(default_factory=set)

    def worst_cost_usd(self, question: Question) -> Decimal:  # noqa: ARG002 - the protocol's
        """Return nothing: no money is spent here."""
        return Decimal(0)

    async def decide(self, question: Question) -> Answer:
        """Escalate, which every agent may."""
        self.asked.add(question.event_id)
        return Answer("escalate", 1.0, "Nobody is asked while decisions are timed.")


class _NoSkills:
    """Stand in for an agent's skills: none is written, so none is run."""


def agent_class(root: Path, spec: AgentSpec) -> type[Agent]:
    """Import the class of the agent whose package is *root*.

    Raises:
        ImportError: There is no such module; AttributeError: or no such class in it.
    """
    sys.path.insert(0, str(root / "src"))
    if (specified := specified_agent(root, spec)) is not None:
        return specified
    module = importlib.import_module(f"{spec.package}.agent")
    found: type[Agent] = getattr(module, spec.class_name)
    return found


def not_loaded(error: BaseException, root: Path) -> NotLoaded:
    """Say that *error* kept the agent of the package *root* from being imported, and where."""
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    text = str(error)
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
        text = error.msg
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    for name, line in reversed(places):
        path = Path(name)
        if path.is_relative_to(root):
            return {
                "not_loaded": said,
                "path": path.relative_to(root).as_posix(),
                "line": line or None,
            }
    return {"not_loaded": said, "path": None, "line": None}


def p95(samples: Sequence[float]) -> float:
    """Return the nearest-rank 95th percentile of *samples*, of which there is at least one."""
    return sorted(samples)[math.ceil(0.95 * len(samples)) - 1]


async def measure(
    agent_type: type[Agent], spec: AgentSpec, *, budget: timedelta, enough: int = _QUICK[1]
) -> Measured:
    """Time the decisions over the examples of *spec*, then run each through the whole cycle.

    Args:
        agent_type: The agent's class.
        spec: Its specification.
        budget: How long to sample; every example is decided at least once, whatever it takes.
        enough: After how many decisions to stop before that.
    """
    model = _Counted()
    with closing(SqliteStore(":memory:")) as store:
        agent = agent_type(spec, skills=_NoSkills(), store=store, model=model)
        events = [example_event(example, index) for index, example in enumerate(spec.examples)]
        woken = [event for event in events if agent.should_wake(event)]
        cost = await _cost(agent, woken)
        samples = await _samples(agent, woken, budget, enough)
        for event in events:
            await agent.handle(event)
    return {
        "p95_ms": p95(samples) * 1_000 if samples else 0.0,
        "peak_memory_mb": peak_memory_mb(),
        "decisions": len(samples),
        "examples": len(woken),
        "asked_model": len(model.asked),
        "cost_usd": float(cost),
    }


async def _cost(agent: Agent, events: Sequence[Event]) -> Decimal:
    """Decide each event once: what that costs, and the caches are warm."""
    cost = Decimal(0)
    for event in events:
        cost += (await agent.make_decision(event)).cost_usd
    return cost


async def _samples(
    agent: Agent, events: Sequence[Event], budget: timedelta, enough: int
) -> list[float]:
    """Return the seconds that single decisions took, in the order they were made."""
    samples: list[float] = []
    end = time.perf_counter() + budget.total_seconds()
    while events:
        for event in events:
            began = time.perf_counter()
            await agent.make_decision(event)
            samples.append(time.perf_counter() - began)
        if time.perf_counter() >= end or len(samples) >= enough:
            break
    return samples


def peak_memory_mb() -> float:
    """Return the most memory that this process ever held, in MiB."""
    return _peak_by_proc(Path("/proc/self/status")) or _peak_by_usage()


def _peak_by_proc(status: Path) -> float | None:
    """Return `VmHWM` in MiB, or None where there is no such file or no such line in it."""
    try:
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    # Preferred: a process that was forked starts with its parent's peak in `ru_maxrss`.
    peaks = [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")]
    return peaks[0] if peaks else None


def _peak_by_usage() -> float:
    if sys.platform == "win32":  # pragma: no cover - Windows only
        size_bytes = _peak_on_windows()
    else:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Bytes on macOS, KiB elsewhere.
        size_bytes = peak if sys.platform == "darwin" else peak * 1024
    return size_bytes / 1024**2


def _peak_on_windows() -> int:  # pragma: no cover - Windows only
    """Return PeakWorkingSetSize in bytes (Source: Windows API, GetProcessMemoryInfo)."""
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", ctypes.c_ulong),
            ("PageFaultCount", ctypes.c_ulong),
            *(
                (name, ctypes.c_size_t)
                for name in (
                    "PeakWorkingSetSize",
                    "WorkingSetSize",
                    "QuotaPeakPagedPoolUsage",
                    "QuotaPagedPoolUsage",
                    "QuotaPeakNonPagedPoolUsage",
                    "QuotaNonPagedPoolUsage",
                    "PagefileUsage",
                    "PeakPagefileUsage",
                )
            ),
        )

    counters = Counters(cb=ctypes.sizeof(Counters))
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]  # Windows
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
    if not kernel.K32GetProcessMemoryInfo(
        kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb
    ):
        raise OSError("GetProcessMemoryInfo failed")
    return int(counters.PeakWorkingSetSize)


def main(arguments: Sequence[str]) -> None:
    """Measure the agent of one package and write the result."""
    place, result, *rest = arguments
    root = Path(place)
    spec = read_spec(root / "agent.yaml")
    budget, enough = _THOROUGH if "--thorough" in rest else _QUICK
    said: Measured | NotLoaded
    try:
        agent_type = agent_class(root, spec)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the package's own code, whatever it does
        said = not_loaded(error, root)
    else:
        said = asyncio.run(measure(agent_type, spec, budget=budget, enough=enough))
    Path(result).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":  # pragma: no cover - run by the tests of its adapter, unmeasured
    main(sys.argv[1:])
