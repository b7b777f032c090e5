"""The examples of the performance rules, tried: the bad one is found, the good one is not."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from fakes.agent_package import agent_package

from waooaw.testing import matrix
from waooaw_cli.adapters.process import Processes
from waooaw_cli.adapters.profiler import Stopwatch, read_profile
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.performance import RULES, PerformanceGate
from waooaw_cli.gates.performance_rules import RULES as DOCS
from waooaw_cli.gates.ports import Profile, Remark

_AGENT = "src/wow_heartbeat/agent.py"
_PROMPT = "src/wow_heartbeat/prompts/decide.md"
_HOME = "\nfrom pathlib import Path\n\nWowHeartbeat.home = Path(__file__).parent\n"
_ASKING = """\
rules:
  - {id: known, when: event.data.known, then: approve, because: It was seen before.}
otherwise: model
model: {name: claude-sonnet-4-5}
limits: {monthly_usd: 1000}
examples:
  - {event: {type: clock.ticked, data: {known: false}}, expect: {outcome: escalate}}
"""
#: At a pace for tests, with those scenarios of the matrix alone whose area is the first argument.
_PLAY = """\
import sys
from datetime import timedelta
from waooaw.testing import matrix, measure

area, *rest = sys.argv[1:]
matrix.MATRIX = tuple(one for one in matrix.MATRIX if one.area.value == area)
short, long = timedelta(milliseconds=60), timedelta(milliseconds=100)
measure.main(rest, pace=measure.Pace(look=short, leg=long if area else short, crowd=long))
"""
_QUICK = ("PERF-001", "PERF-002", "PERF-003", "PERF-004")
#: What of the matrix has to be played for a rule; the whole takes seconds.
_AREAS = {"PERF-006": "load", "PERF-007": "bus", "PERF-008": "store"}
_BY_ID = {doc.id: doc for doc in DOCS}


class InAFreshOne:
    """Measure where no other test has left memory behind; what is written is read as ever.

    Args:
        area: What of the matrix is played; nothing where it is empty.
    """

    def __init__(self, area: str = "") -> None:
        self._area = area

    def python(self, root: Path) -> Path:
        return Path(sys.executable)

    def measure(
        self, root: Path, *, python: Path, thorough: bool, limit: timedelta
    ) -> Profile | Remark:
        result = root.parent / "result.json"
        command = [sys.executable, "-P", "-c", _PLAY, self._area, str(root), str(result)]
        subprocess.run([*command, "--thorough"], check=True)
        return read_profile(result.read_text(encoding="utf-8"))


class InItsOwn(InAFreshOne):
    """Measure in a process of its own, as the gate does."""

    def measure(
        self, root: Path, *, python: Path, thorough: bool, limit: timedelta
    ) -> Profile | Remark:
        with Processes(os.environ) as processes:
            return Stopwatch(processes).measure(root, python=python, thorough=thorough, limit=limit)


def _package(folder: Path, example: str, *, asking: bool = False, thorough: bool = True) -> Package:
    """Write the package that an example is a part of."""
    files: dict[str, str | None] = {_PROMPT: "Decide well.\n"}
    root = agent_package(folder / "wow-heartbeat")
    fields = yaml.safe_load((root / "agent.yaml").read_text(encoding="utf-8"))
    if example.startswith("import"):
        files[_AGENT] = example + _HOME
        fields |= yaml.safe_load(_ASKING) if asking else {}
        if thorough:
            # The machine may be busy, and then no figure near a limit settles.
            fields["limits"] = fields.get("limits", {}) | {"p95_ms": 5_000}
    else:
        fields |= yaml.safe_load(example)
    files["agent.yaml"] = yaml.safe_dump(fields)
    return Package(agent_package(root, files), "wow-heartbeat")


def _found(package: Package, area: str | None = None) -> list[str]:
    """Return the rules that a quick look finds, or a thorough one at an area of the matrix."""
    tool = InItsOwn() if area is None else InAFreshOne(area)
    checked = PerformanceGate(tool, tool, thorough=area is not None).check(package)
    return sorted({finding.rule for finding in checked.findings})


@pytest.mark.parametrize("rule", _QUICK)
def test_a_quick_look_finds_the_bad_example(tmp_path: Path, rule: str) -> None:
    """What `explain` shows as bad is found by a quick look, and by that rule alone."""
    doc = _BY_ID[rule]

    assert _found(_package(tmp_path / "bad", doc.bad, thorough=False)) == [rule]
    assert _found(_package(tmp_path / "good", doc.good, thorough=False)) == []


def test_a_thorough_look_finds_a_leak(tmp_path: Path) -> None:
    """What `explain` shows as a leak is one; what has a bound is none."""
    doc = _BY_ID["PERF-005"]
    tool = InAFreshOne()
    gate = PerformanceGate(tool, tool, thorough=True)

    bad, good = (
        gate.check(_package(tmp_path / name, example)).findings
        for name, example in (("bad", doc.bad), ("good", doc.good))
    )

    assert ([finding.rule for finding in bad], good) == (["PERF-005"], ())


@pytest.mark.parametrize("rule", _AREAS)
def test_a_thorough_look_finds_the_bad_example(tmp_path: Path, rule: str) -> None:
    """What `explain` shows as bad is found by the scenarios of its area."""
    doc, area = _BY_ID[rule], _AREAS[rule]

    assert _found(_package(tmp_path / "bad", doc.bad), area) == [rule]
    assert _found(_package(tmp_path / "good", doc.good), area) == []


def test_a_hopeful_model_is_found(tmp_path: Path) -> None:
    """An agent that makes a decision of a model's failure is found by the model's scenarios."""
    doc, area = _BY_ID["PERF-009"], matrix.Area.MODEL.value

    assert _found(_package(tmp_path / "bad", doc.bad, asking=True), area) == ["PERF-009"]
    assert _found(_package(tmp_path / "good", doc.good, asking=True), area) == []


def test_every_rule_is_tried() -> None:
    """No rule has an example that nobody tried; PERF-010 is no agent's fault and has words."""
    assert {*_QUICK, *_AREAS, "PERF-005", "PERF-009", "PERF-010"} == {doc.id for doc in RULES}
