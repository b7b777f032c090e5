"""Measure what an agent's decisions take, in a process of its own.

``python -P -m waooaw.testing.measure ROOT RESULT [--thorough]`` looks at the agent whose package is
ROOT, and writes what it saw into the file RESULT as one JSON document, at the very end, or what
kept the agent from being loaded. Without `--thorough` that is a short look: decisions and whole
cycles over the examples, and the memory that they took. With it, looks are repeated until they
agree, memory is watched over thousands of cycles, and every scenario of the fault matrix is played.

No skill of the agent runs and no model is paid: what they would do to the world is not wanted here.
`main` may as well be called in a process that was forked for it. It keeps nothing and reads nothing
of what was there before; the folder that it puts first on `sys.path` stays there.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from waooaw.specfile import read_spec
from waooaw.testing import memory
from waooaw.testing.bytecode import ignore_bytecode
from waooaw.testing.foreign import specified_agent
from waooaw.testing.percentiles import figures
from waooaw.testing.sampling import Sampler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from waooaw.agent import Agent
    from waooaw.spec import AgentSpec
    from waooaw.testing.sampling import Look, Rounds

__all__ = [
    "Measured",
    "NotLoaded",
    "Pace",
    "Played",
    "Thorough",
    "agent_class",
    "main",
    "measure",
    "not_loaded",
]


class Played(TypedDict):
    """Hold how one scenario of the fault matrix ended.

    Attributes:
        name: Such as `store-locks`.
        area: What was disturbed.
        does: What was done to the agent, in a sentence.
        problem: What did not hold; None where all did.
        tried: Whether what was to go wrong did.
    """

    name: str
    area: str
    does: str
    problem: str | None
    tried: bool


class Thorough(TypedDict):
    """Hold what only a thorough look sees.

    Attributes:
        settled: Whether the last rounds agree with each other and about the limit.
        rounds: The 95th percentile of each round in milliseconds, of the slower of its two series.
        low_ms: The 95th percentile of the last rounds together is at least this, with 95 %
            confidence.
        high_ms: It is at most this; None where there are too few samples to say so.
        load: How many processes wanted to run, over the last minute; None where nobody counts.
        endured: How many cycles the memory was watched for.
        bytes_per_event: By how much it grew for each.
        leaks: Whether it never ceased to grow.
        crowd: How many events came at once.
        scenarios: The fault matrix, as far as it was played.
        left_out: The scenarios for which no time was left.
        path: The file of the agent's class, relative to the package; None where it is elsewhere.
        line: Where the class begins, 1-based.
    """

    settled: bool
    rounds: list[float]
    low_ms: float
    high_ms: float | None
    load: float | None
    endured: int
    bytes_per_event: float
    leaks: bool
    crowd: int
    scenarios: list[Played]
    left_out: list[str]
    path: str | None
    line: int | None


class Measured(TypedDict):
    """Hold what is written; see `waooaw_cli.gates.ports.Profile`."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    cycle_p95_ms: float
    looks: int
    decisions: int
    examples: int
    asked_model: int
    cost_usd: float
    peak_memory_mb: float
    memory_by: str
    thorough: Thorough | None


class NotLoaded(TypedDict):
    """Hold what is written where the package's own code can't be imported, or can't decide.

    Attributes:
        not_loaded: The type and the text of the exception.
        loaded: Whether it was imported, and raised when it decided an example.
        path: The file of the package that raised it, relative to its root; None where none did.
        line: 1-based.
    """

    not_loaded: str
    loaded: bool
    path: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Pace:
    """Say how long a thorough look may take.

    Attributes:
        look: How long one round takes decisions, and cycles for as long again.
        most_looks: After how many rounds to give up on agreement.
        rounds: After what time to give up on it.
        leg: How long each of the four legs takes at most that the memory is watched for.
        whole: When no further scenario is begun.
        crowd: How long a hundred events may take; fewer come where one takes long.
    """

    look: timedelta = timedelta(seconds=0.25)
    most_looks: int = 16
    rounds: timedelta = timedelta(seconds=14)
    leg: timedelta = timedelta(seconds=0.5)
    whole: timedelta = timedelta(seconds=45)
    crowd: timedelta = timedelta(seconds=2)


_PACE = Pace()
_SMALLEST_CROWD = 10


def agent_class(root: Path, spec: AgentSpec) -> type[Agent]:
    """Import the class of the agent whose package is *root*.

    Raises:
        ImportError: There is no such module; AttributeError: or no such class in it.
    """
    sys.path.insert(0, str(root / "src"))
    ignore_bytecode(root)
    if (specified := specified_agent(root, spec)) is not None:
        return specified
    module = importlib.import_module(f"{spec.package}.agent")
    found: type[Agent] = getattr(module, spec.class_name)
    return found


def not_loaded(error: BaseException, root: Path, *, loaded: bool = False) -> NotLoaded:
    """Say that *error* kept the agent of the package *root* from being imported, and where.

    Args:
        error: What its code raised.
        root: The package's folder.
        loaded: Whether it was imported, and the error kept it from deciding.
    """
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
                "loaded": loaded,
                "path": path.relative_to(root).as_posix(),
                "line": line or None,
            }
    return {"not_loaded": said, "loaded": loaded, "path": None, "line": None}


def measure(
    agent_type: type[Agent],
    spec: AgentSpec,
    *,
    pace: Pace | None = None,
    folder: Path | None = None,
) -> Measured:
    """Look at an agent.

    Args:
        agent_type: The agent's class.
        spec: Its specification; examples are what it decides, limits say when to look again.
        pace: How long a thorough look may take; None for a quick one.
        folder: Where journals may stand for a while; the system's own for such things by default.
    """
    began = time.monotonic()
    limit_ms = spec.limits.p95_ms
    sampler = Sampler(agent_type, spec)
    sampler.warm_up()
    if pace is None:
        look, looks = sampler.quick(limit_ms)
        return _measured(sampler, look, looks, memory.peak(), None)
    rounds = sampler.until_settled(
        limit_ms,
        budget=pace.look,
        most=pace.most_looks,
        until=began + pace.rounds.total_seconds(),
    )
    thorough, most = _endured(sampler, rounds, pace, began, folder)
    return _measured(sampler, rounds.last, len(rounds.looks), most, thorough)


def _endured(
    sampler: Sampler, rounds: Rounds, pace: Pace, began: float, folder: Path | None
) -> tuple[Thorough, memory.Peak]:
    """Watch the memory, then play the fault matrix; return what was seen, and the peak between."""
    # Late: a quick look does without the SDK's stand-in and its server.
    from waooaw.testing.endurance import growth
    from waooaw.testing.matrix import CROWD, MATRIX

    agent_type, spec = sampler.agent_type, sampler.spec
    with tempfile.TemporaryDirectory(prefix="waooaw-endurance-", dir=folder) as place:
        grown = growth(agent_type, spec, Path(place), leg=pace.leg)
    # Before the matrix: the model's server and client are not the agent's.
    most = memory.peak()
    cycle_ms = max(figures(rounds.last.cycles).p50_ms, 0.001)
    crowd = min(CROWD, max(_SMALLEST_CROWD, int(pace.crowd.total_seconds() * 1_000 / cycle_ms)))
    played: list[Played] = []
    left_out: list[str] = []
    for scenario in MATRIX:
        if time.monotonic() - began > pace.whole.total_seconds():
            left_out.append(scenario.name)
            continue
        outcome = scenario.outcome(agent_type, spec, crowd=crowd, folder=folder)
        played.append(
            {
                "name": scenario.name,
                "area": scenario.area.value,
                "does": scenario.does,
                "problem": outcome.problem,
                "tried": outcome.tried,
            }
        )
    slower = max(
        figures(rounds.last.decisions), figures(rounds.last.cycles), key=lambda one: one.p95_ms
    )
    thorough: Thorough = {
        "settled": rounds.settled,
        "rounds": [look.p95_ms for look in rounds.looks],
        "low_ms": slower.low_ms,
        "high_ms": slower.high_ms,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "endured": grown.cycles,
        "bytes_per_event": grown.bytes_per_event,
        "leaks": grown.steady,
        "crowd": crowd,
        "scenarios": played,
        "left_out": left_out,
        "path": None,
        "line": None,
    }
    return thorough, most


def _measured(
    sampler: Sampler, look: Look, looks: int, most: memory.Peak, thorough: Thorough | None
) -> Measured:
    decisions = figures(look.decisions)
    return {
        "p50_ms": decisions.p50_ms,
        "p95_ms": decisions.p95_ms,
        "p99_ms": decisions.p99_ms,
        "cycle_p95_ms": figures(look.cycles).p95_ms,
        "looks": looks,
        "decisions": decisions.count,
        "examples": sampler.woken,
        "asked_model": sampler.asked_model,
        "cost_usd": float(sampler.cost_usd),
        "peak_memory_mb": most.mb,
        "memory_by": most.by,
        "thorough": thorough,
    }


def _place(agent_type: type[Agent], root: Path) -> tuple[str | None, int | None]:
    """Return where the class begins, relative to *root*; nothing where it is made elsewhere."""
    try:
        path = Path(inspect.getsourcefile(agent_type) or "")
        line = inspect.getsourcelines(agent_type)[1]
    except (OSError, TypeError):
        return None, None
    return (path.relative_to(root).as_posix(), line) if path.is_relative_to(root) else (None, None)


def _seen(
    agent_type: type[Agent], spec: AgentSpec, root: Path, pace: Pace | None, folder: Path
) -> Measured | NotLoaded:
    """Measure, or say where the package's own code raised; what others raise is not its fault."""
    try:
        said = measure(agent_type, spec, pace=pace, folder=folder)
    except (Exception, SystemExit) as error:
        raised = not_loaded(error, root, loaded=True)
        if raised["path"] is None:
            raise
        return raised
    if said["thorough"] is not None:
        said["thorough"]["path"], said["thorough"]["line"] = _place(agent_type, root)
    return said


def main(arguments: Sequence[str], *, pace: Pace = _PACE) -> None:
    """Measure the agent of one package and write the result.

    Args:
        arguments: The package's folder, the file of the result, and perhaps `--thorough`.
        pace: How long a thorough look may take.
    """
    place, result, *rest = arguments
    root = Path(place)
    memory.forget_peak()
    spec = read_spec(root / "agent.yaml")
    said: Measured | NotLoaded
    try:
        agent_type = agent_class(root, spec)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the package's own code, whatever it does
        said = not_loaded(error, root)
    else:
        # Beside the result: whoever wants that clears what is left where this process is killed.
        folder = Path(result).parent
        said = _seen(agent_type, spec, root, pace if "--thorough" in rest else None, folder)
    # At the very end: a process that dies before has no result.
    Path(result).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":  # pragma: no cover - run by the tests of its adapter, unmeasured
    main(sys.argv[1:])
