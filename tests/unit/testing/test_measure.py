from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.agent_package import agent_package

from waooaw.agent import Agent
from waooaw.decisions import Decision
from waooaw.events import Event
from waooaw.spec import AgentSpec
from waooaw.specfile import read_spec
from waooaw.tasks import Task
from waooaw.testing.measure import (
    _peak_by_proc,
    _peak_by_usage,
    agent_class,
    main,
    measure,
    p95,
    peak_memory_mb,
)

_AT_ONCE = timedelta(0)
_SPEC = """\
name: wow-measured
purpose: Be measured.
domain: operations
owner: ops@example.com
wake: [{topic: clock.*}]
skills:
  - {name: ring, description: Ring the bell., effect: internal}
rules:
  - {id: ring, when: 'event.type == "clock.ticked"', then: ring, because: Fine.}
otherwise: model
collaborators: {escalates_to: ops@example.com}
examples:
  - event: {type: clock.ticked, data: {}}
    expect: {wakes: true, outcome: ring, rule: ring}
  - event: {type: clock.stopped, data: {}}
    expect: {wakes: true}
  - event: {type: other.topic, data: {}}
    expect: {wakes: false}
"""


@pytest.fixture
def spec(tmp_path: Path) -> AgentSpec:
    file = tmp_path / "agent.yaml"
    file.write_text(_SPEC, encoding="utf-8")
    return read_spec(file)


@pytest.fixture
def _clean_imports() -> Iterator[None]:
    path = sys.path.copy()
    yield
    sys.path[:] = path
    for name in [name for name in sys.modules if name.startswith("wow_heartbeat")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("samples", "expected"),
    [([7.0], 7.0), ([2.0, 1.0], 2.0), ([float(n) for n in range(1, 101)], 95.0)],
)
def test_p95_is_the_nearest_rank(samples: list[float], expected: float) -> None:
    """The 95th percentile is a sample that was seen, never one in between."""
    assert p95(samples) == expected


def test_every_example_is_decided_once_at_least(spec: AgentSpec) -> None:
    """With no time to spend, each example that wakes the agent is still timed."""
    measured = asyncio.run(measure(Agent, spec, budget=_AT_ONCE))

    assert (measured["decisions"], measured["examples"]) == (2, 2)
    assert measured["p95_ms"] > 0


def test_who_asks_the_model_is_counted_once(spec: AgentSpec) -> None:
    """Only the example that no rule fits asks, and however often it is decided it counts once."""
    measured = asyncio.run(measure(Agent, spec, budget=timedelta(seconds=0.05)))

    assert (measured["asked_model"], measured["cost_usd"]) == (1, 0.0)
    assert measured["decisions"] > 2


def test_no_skill_is_run(spec: AgentSpec) -> None:
    """Whatever an agent's skills would do to the world, they do not do while it is measured."""
    rung: list[str] = []

    class Bell:
        async def ring(self, task: Task[Any]) -> dict[str, Any]:
            rung.append(task.key)
            return {}

    class Ringing(Agent):
        skillset = Bell

    asyncio.run(measure(Ringing, spec, budget=_AT_ONCE))

    assert rung == []


def test_an_agent_that_never_wakes(spec: AgentSpec) -> None:
    """Without a decision there is nothing to time and nothing to pay."""

    class Asleep(Agent):
        def should_wake(self, event: Event) -> bool:
            return False

    measured = asyncio.run(measure(Asleep, spec, budget=_AT_ONCE))

    assert (measured["p95_ms"], measured["decisions"], measured["examples"]) == (0, 0, 0)


def test_the_agents_own_cost_counts(spec: AgentSpec) -> None:
    """What decisions say that they cost is summed, each example once."""
    from dataclasses import replace
    from decimal import Decimal

    class Costly(Agent):
        async def make_decision(self, event: Event, context: Any = None) -> Decision:
            return replace(await super().make_decision(event, context), cost_usd=Decimal("0.01"))

    measured = asyncio.run(measure(Costly, spec, budget=_AT_ONCE))

    assert measured["cost_usd"] == pytest.approx(0.02)


def test_memory_is_that_of_a_process() -> None:
    """A running Python holds some ten MiB, and not a thousand times that."""
    assert 5 < peak_memory_mb() < 20_000


def test_memory_where_there_is_no_proc(tmp_path: Path) -> None:
    """Without /proc, or without the line in it, the process's own usage is asked."""
    (tmp_path / "status").write_text("Name: python\n")

    assert _peak_by_proc(tmp_path / "none") is None
    assert _peak_by_proc(tmp_path / "status") is None
    assert sys.platform == "win32" or 5 < _peak_by_usage() < 20_000


@pytest.mark.usefixtures("_clean_imports")
def test_the_result_is_written_at_the_end(tmp_path: Path) -> None:
    """A package is imported from its sources, and its numbers are one JSON document."""
    package = agent_package(tmp_path / "wow-heartbeat")

    main([str(package), str(tmp_path / "result.json")])

    measured = json.loads((tmp_path / "result.json").read_text())
    assert (measured["examples"], measured["asked_model"]) == (1, 0)
    assert measured["decisions"] > 100


@pytest.mark.usefixtures("_clean_imports")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "import json\njson.loads('{')\n",
            ("JSONDecodeError: Expecting property name", "src/wow_heartbeat/agent.py", 2),
        ),
        ("\n)\n", ("SyntaxError: unmatched ')'", "src/wow_heartbeat/agent.py", 2)),
        ("x = 1\n", ("AttributeError: module", None, None)),
    ],
    ids=["raised", "syntax", "no-class"],
)
def test_an_agent_that_is_not_loaded_is_told(
    tmp_path: Path, code: str, said: tuple[str, str | None, int | None]
) -> None:
    """What keeps the agent from being imported is the result, with the package's own line."""
    package = agent_package(tmp_path / "wow-heartbeat", {"src/wow_heartbeat/agent.py": code})

    main([str(package), str(tmp_path / "result.json")])

    result = json.loads((tmp_path / "result.json").read_text())
    assert result["not_loaded"].startswith(said[0])
    assert (result["path"], result["line"]) == said[1:]


@pytest.mark.usefixtures("_clean_imports")
def test_a_thorough_look_takes_more_samples(tmp_path: Path) -> None:
    """What quick and thorough looks differ in is how many decisions they time."""
    package = agent_package(tmp_path / "wow-heartbeat")

    main([str(package), str(tmp_path / "quick.json")])
    main([str(package), str(tmp_path / "thorough.json"), "--thorough"])

    quick, thorough = (
        json.loads((tmp_path / f"{name}.json").read_text())["decisions"]
        for name in ("quick", "thorough")
    )
    assert thorough > quick


@pytest.mark.usefixtures("_clean_imports")
def test_a_package_without_its_class(tmp_path: Path) -> None:
    """A module without the class that the specification names can't be measured."""
    package = agent_package(tmp_path / "wow-heartbeat", {"src/wow_heartbeat/agent.py": "x = 1\n"})

    with pytest.raises(AttributeError, match="WowHeartbeat"):
        agent_class(package, read_spec(package / "agent.yaml"))
