from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from fakes.agent_package import agent_package, snapshot

from waooaw_cli.adapters.locks import taken
from waooaw_cli.adapters.process import Processes
from waooaw_cli.adapters.profiler import Stopwatch
from waooaw_cli.gates.ports import (
    Profile,
    Remark,
    ToolCrashed,
    ToolFault,
    ToolGarbled,
    ToolTimedOut,
)

_LIMIT = timedelta(seconds=60)
_AGENT = "src/wow_heartbeat/agent.py"
_SLOW = """\
import time
from pathlib import Path

import waooaw


class WowHeartbeat(waooaw.Agent):
    home = Path(__file__).parent

    async def make_decision(self, event, context=None):
        time.sleep(0.2)
        return await super().make_decision(event, context)
"""


def _told(processes: Processes, package: Path, *, limit: timedelta = _LIMIT) -> Profile | Remark:
    python = Path(sys.executable)
    return Stopwatch(processes).measure(package, python=python, thorough=False, limit=limit)


def _measure(processes: Processes, package: Path, *, limit: timedelta = _LIMIT) -> Profile:
    told = _told(processes, package, limit=limit)
    assert isinstance(told, Profile)
    return told


def test_a_good_package(processes: Processes, package: Path) -> None:
    """Decisions by rules are counted in hundreds, cost nothing, and leave the package as it is."""
    before = snapshot(package)

    profile = _measure(processes, package)

    assert (profile.examples, profile.asked_model, profile.cost_usd) == (1, 0, 0)
    assert profile.decisions > 100
    assert 0 < profile.p95_ms < 100
    assert 10 < profile.peak_memory_mb < 500
    assert snapshot(package) == before


def test_a_slow_decision_is_seen_at_once(processes: Processes, tmp_path: Path) -> None:
    """A decision that takes 200 ms is timed a few times, not thousands."""
    package = agent_package(tmp_path / "wow-heartbeat", {_AGENT: _SLOW})

    profile = _measure(processes, package)

    assert profile.p95_ms > 190
    assert profile.decisions < 10
    assert profile.looks >= 1


def test_a_thorough_look_is_read_whole(processes: Processes, package: Path) -> None:
    """What only a thorough look sees arrives with it, and where the agent's class stands."""
    python = Path(sys.executable)

    told = Stopwatch(processes).measure(package, python=python, thorough=True, limit=_LIMIT)

    assert isinstance(told, Profile)
    assert told.thorough is not None
    assert (told.thorough.path, told.thorough.line) == (PurePosixPath(_AGENT), 8)
    assert (told.thorough.crowd, told.thorough.left_out) == (100, ())
    assert {one.name for one in told.thorough.scenarios if one.tried} >= {"store-corrupts"}
    assert [one.problem for one in told.thorough.scenarios if one.problem] == []


def test_thorough_looks_wait_for_each_other(
    processes: Processes, package: Path, tmp_path: Path
) -> None:
    """A thorough look that never has the machine to itself is no verdict; a quick one needs not."""
    lock = tmp_path / "measuring.lock"
    stopwatch = Stopwatch(processes, lock, patience=timedelta(seconds=0.1))
    python = Path(sys.executable)

    with taken(lock) as ours:
        quick = stopwatch.measure(package, python=python, thorough=False, limit=_LIMIT)
        with pytest.raises(ToolTimedOut, match="another one measures"):
            stopwatch.measure(package, python=python, thorough=True, limit=_LIMIT)

    assert ours
    assert isinstance(quick, Profile)


def test_a_thorough_look_takes_the_machine(processes: Processes, tmp_path: Path) -> None:
    """While a thorough look lasts, nobody else has the lock; afterwards it is free."""
    lock = tmp_path / "measuring.lock"
    code = f"""\
from pathlib import Path

from waooaw_cli.adapters.locks import taken

with taken(Path({str(lock)!r})) as ours:
    raise RuntimeError(ours)
"""
    package = agent_package(tmp_path / "wow-heartbeat", {_AGENT: code})

    told = Stopwatch(processes, lock).measure(
        package, python=Path(sys.executable), thorough=True, limit=_LIMIT
    )

    assert isinstance(told, Remark)
    assert told.message == "RuntimeError: False"
    with taken(lock) as ours:
        assert ours


def test_memory_is_that_of_the_agent(processes: Processes, tmp_path: Path) -> None:
    """What the agent's modules load counts."""
    hungry = "{old}\n\n_TABLE = bytearray(300_000_000)\n"
    package = agent_package(tmp_path / "wow-heartbeat", {_AGENT: hungry})

    assert _measure(processes, package).peak_memory_mb > 280


def test_who_asks_the_model_is_counted(processes: Processes, tmp_path: Path) -> None:
    """An example that no rule fits asks the model, for which a stand-in answers."""
    spec = """\
name: wow-heartbeat
purpose: Say that the platform is alive.
domain: operations
owner: ops@example.com
wake: [{topic: clock.*}]
rules:
  - {id: tick, when: 'event.type == "clock.ticked"', then: approve, because: Fine.}
otherwise: model
collaborators: {escalates_to: ops@example.com}
examples:
  - event: {type: clock.ticked, data: {}}
    expect: {wakes: true, outcome: approve, rule: tick}
  - event: {type: clock.stopped, data: {}}
    expect: {wakes: true}
  - event: {type: other.topic, data: {}}
    expect: {wakes: false}
"""
    prompt = "src/wow_heartbeat/prompts/decide.md"
    package = agent_package(
        tmp_path / "wow-heartbeat", {"agent.yaml": spec, prompt: "Decide well.\n"}
    )

    profile = _measure(processes, package)

    assert (profile.examples, profile.asked_model) == (2, 1)


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos._exit(0)\n",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
    ],
    ids=["exit-0", "killed"],
)
def test_an_agent_that_cannot_be_measured_is_no_verdict(
    processes: Processes, tmp_path: Path, code: str
) -> None:
    """An agent that ends the process is not fast."""
    package = agent_package(tmp_path / "wow-heartbeat", {_AGENT: code})

    with pytest.raises(ToolCrashed):
        _measure(processes, package)


@pytest.mark.parametrize(
    ("code", "said", "line"),
    [
        ("\nimport nothing_of_that_name\n", "ModuleNotFoundError: No module named", 2),
        ("x = 1\ndef f(:\n", "SyntaxError: invalid syntax", 2),
        ("import json\njson.loads('{')\n", "JSONDecodeError: Expecting", 2),
        ("raise SystemExit(0)\n", "SystemExit: 0", 1),
        ("assert 1 == 2\n", "AssertionError", 1),
    ],
    ids=["import", "syntax", "elsewhere", "system-exit", "no-text"],
)
def test_an_agent_that_cannot_be_loaded(
    processes: Processes, tmp_path: Path, code: str, said: str, line: int
) -> None:
    """What a module raises when it is imported is told, with the line of the package."""
    package = agent_package(tmp_path / "wow-heartbeat", {_AGENT: code})

    remark = _told(processes, package)

    assert isinstance(remark, Remark)
    assert remark.message.startswith(said)
    assert (remark.path, remark.line) == (PurePosixPath(_AGENT), line)


def test_an_agent_without_its_class(processes: Processes, tmp_path: Path) -> None:
    """A module that lacks the agent's class can't be loaded either; no line is to blame."""
    package = agent_package(tmp_path / "wow-heartbeat", {_AGENT: "x = 1\n"})

    remark = _told(processes, package)

    assert isinstance(remark, Remark)
    assert "WowHeartbeat" in remark.message
    assert (remark.path, remark.line) == (None, None)


def test_a_decision_that_hangs(processes: Processes, tmp_path: Path) -> None:
    """A decision that never comes is a time-out."""
    hanging = _SLOW.replace("0.2", "60")
    package = agent_package(tmp_path / "wow-heartbeat", {_AGENT: hanging})

    with pytest.raises(ToolTimedOut):
        _measure(processes, package, limit=timedelta(seconds=3))


@pytest.mark.parametrize("said", ["", "[]", '{"p95_ms": 1}', '{"not_loaded": "x"}', "1"])
def test_a_result_that_makes_no_sense_is_no_verdict(
    processes: Processes, tmp_path: Path, said: str
) -> None:
    """A result that is cut or of another shape never passes."""
    # It writes into the file of the result and ends before the measurement does.
    code = f"import os, sys\nopen(sys.argv[2], 'w').write({said!r})\nos._exit(0)\n"
    package = agent_package(tmp_path / "wow-heartbeat", {_AGENT: code})

    fault: type[ToolFault] = ToolGarbled
    with pytest.raises(fault):
        _measure(processes, package)
