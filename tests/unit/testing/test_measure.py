from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fakes.agent_package import agent_package

from waooaw.agent import Agent
from waooaw.decisions import Decision
from waooaw.events import Event
from waooaw.spec import AgentSpec
from waooaw.specfile import read_spec
from waooaw.testing import matrix
from waooaw.testing.measure import Measured, Pace, agent_class, main, measure

_PACE = Pace(
    look=timedelta(milliseconds=60),
    leg=timedelta(milliseconds=40),
    crowd=timedelta(milliseconds=100),
)
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
limits: {p95_ms: 5000}
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


@pytest.fixture
def _few_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole matrix takes seconds; its own tests play it."""
    monkeypatch.setattr(matrix, "MATRIX", matrix.MATRIX[:2])


def test_a_quick_look(spec: AgentSpec) -> None:
    """Decisions and cycles are timed in hundreds; who asks the model counts once."""
    measured = measure(Agent, spec)

    assert 0 < measured["p50_ms"] <= measured["p95_ms"] <= measured["p99_ms"]
    assert measured["cycle_p95_ms"] > 0
    assert measured["decisions"] > 10
    assert (measured["examples"], measured["asked_model"]) == (2, 1)
    assert (measured["cost_usd"], measured["thorough"]) == (0.0, None)
    assert measured["peak_memory_mb"] > 5


def test_the_agents_own_cost_counts(spec: AgentSpec) -> None:
    """What decisions say that they cost is summed, each example once."""

    class Costly(Agent):
        async def make_decision(self, event: Event, context: Any = None) -> Decision:
            return replace(await super().make_decision(event, context), cost_usd=Decimal("0.01"))

    assert measure(Costly, spec)["cost_usd"] == pytest.approx(0.02)


@pytest.mark.usefixtures("_few_scenarios")
def test_a_thorough_look(spec: AgentSpec) -> None:
    """Rounds are taken until they agree, the memory is watched, and the matrix is played."""
    thorough = measure(Agent, spec, pace=_PACE)["thorough"]

    assert thorough is not None
    assert thorough["settled"]
    assert len(thorough["rounds"]) >= 3
    assert 0 < thorough["low_ms"] <= (thorough["high_ms"] or 0)
    assert (thorough["leaks"], thorough["left_out"]) == (False, [])
    assert thorough["endured"] >= 20
    assert 10 <= thorough["crowd"] <= 100
    assert [(one["name"], one["problem"], one["tried"]) for one in thorough["scenarios"]] == [
        ("load-at-once", None, True),
        ("load-in-order", None, True),
    ]


@pytest.mark.usefixtures("_few_scenarios")
def test_scenarios_that_no_time_is_left_for(spec: AgentSpec) -> None:
    """An agent that took all the time has scenarios that nobody played, and they are named."""
    thorough = measure(Agent, spec, pace=replace(_PACE, whole=timedelta(0)))["thorough"]

    assert thorough is not None
    assert (thorough["scenarios"], thorough["left_out"]) == ([], ["load-at-once", "load-in-order"])


def _result(package: Path, *options: str) -> Measured:
    result = package.parent / "result.json"
    main([str(package), str(result), *options], pace=_PACE)
    read: Measured = json.loads(result.read_text(encoding="utf-8"))
    return read


@pytest.mark.usefixtures("_clean_imports")
def test_the_result_is_written_at_the_end(tmp_path: Path) -> None:
    """A package is imported from its sources, and its numbers are one JSON document."""
    measured = _result(agent_package(tmp_path / "wow-heartbeat"))

    assert (measured["examples"], measured["asked_model"]) == (1, 0)
    assert measured["decisions"] > 10


@pytest.mark.usefixtures("_clean_imports", "_few_scenarios")
@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("{old}", ("src/wow_heartbeat/agent.py", 8)),
        (
            "import waooaw\n\nWowHeartbeat = type('WowHeartbeat', (waooaw.Agent,), {'x': 1})\n",
            (None, None),
        ),
        ("from waooaw import Agent as WowHeartbeat\n", (None, None)),
    ],
    ids=["written", "made", "elsewhere"],
)
def test_a_thorough_look_knows_where_the_agent_stands(
    tmp_path: Path, code: str, place: tuple[str | None, int | None]
) -> None:
    """What is found about the code is told where the agent's class begins, if it is written."""
    package = agent_package(tmp_path / "wow-heartbeat", {"src/wow_heartbeat/agent.py": code})

    thorough = _result(package, "--thorough")["thorough"]

    assert thorough is not None
    assert (thorough["path"], thorough["line"]) == place


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
    assert not result["loaded"]


_RAISING = """\
import waooaw


class WowHeartbeat(waooaw.Agent):
    def should_wake(self, event):
        raise {error}
"""


@pytest.mark.usefixtures("_clean_imports")
@pytest.mark.parametrize("error", ["KeyError('x')", "SystemExit(0)"])
def test_an_agent_that_raises_is_told(tmp_path: Path, error: str) -> None:
    """What the agent's own code raises at its examples is the result, with the line."""
    code = _RAISING.format(error=error)
    package = agent_package(tmp_path / "wow-heartbeat", {"src/wow_heartbeat/agent.py": code})

    main([str(package), str(tmp_path / "result.json")])

    result = json.loads((tmp_path / "result.json").read_text())
    assert result["not_loaded"].startswith(error.partition("(")[0])
    assert (result["path"], result["line"]) == ("src/wow_heartbeat/agent.py", 6)
    assert result["loaded"]


@pytest.mark.usefixtures("_clean_imports")
def test_what_is_not_the_packages_fault_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no line of the package raised, there is no result, and so no verdict."""

    def broken(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("waooaw.testing.sampling.Sampler.warm_up", broken)
    package = agent_package(tmp_path / "wow-heartbeat")

    with pytest.raises(OSError, match="no space left"):
        main([str(package), str(tmp_path / "result.json")])

    assert not (tmp_path / "result.json").exists()


@pytest.mark.usefixtures("_clean_imports")
def test_a_package_without_its_class(tmp_path: Path) -> None:
    """A module without the class that the specification names can't be measured."""
    package = agent_package(tmp_path / "wow-heartbeat", {"src/wow_heartbeat/agent.py": "x = 1\n"})

    with pytest.raises(AttributeError, match="WowHeartbeat"):
        agent_class(package, read_spec(package / "agent.yaml"))
