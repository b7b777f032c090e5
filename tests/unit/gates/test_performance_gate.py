from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from fakes.agent_package import agent_package

from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.performance import PerformanceGate, Unsettled
from waooaw_cli.gates.ports import Endured, Played, Profile, Remark
from waooaw_cli.gates.report import Finding

_CODE = PurePosixPath("src/wow_heartbeat/agent.py")
_SPEC = PurePosixPath("agent.yaml")
_PYTHON = Path("the-agents-own-python")
_PROFILE = Profile(
    1.0, 50.0, decisions=100, examples=1, asked_model=0, cost_usd=0.0, p50_ms=0.5, p99_ms=2.0
)
_SEEN = Endured(
    settled=True,
    rounds=(1.0, 1.25, 1.0),
    low_ms=0.9,
    high_ms=1.3,
    load=0.5,
    endured=4_000,
    bytes_per_event=12.0,
    leaks=False,
    crowd=100,
    scenarios=(
        Played("store-locks", "store", "the journal is locked"),
        Played("model-refuses", "model", "the model refuses", tried=False),
    ),
    left_out=(),
    path=_CODE,
    line=8,
)


_UNSTABLE = "saw no stable figures: over"
_ALLOWED = " limits.p95_ms allows 100"
_LOAD = "the machine's load is 0.5"


@dataclass
class Told:
    """A stopwatch that says what the test wants, and remembers what it was asked for."""

    profile: Profile | Remark
    asked: list[tuple[Path, bool, timedelta]] = field(default_factory=list)

    def python(self, root: Path) -> Path:
        return _PYTHON

    def measure(
        self, root: Path, *, python: Path, thorough: bool, limit: timedelta
    ) -> Profile | Remark:
        self.asked.append((python, thorough, limit))
        return self.profile


@pytest.fixture
def package(tmp_path: Path) -> Package:
    limits = "limits:\n  memory_mb: 512\n  monthly_usd: 30\n  p95_ms: 100\n"
    root = agent_package(tmp_path / "wow-heartbeat", {"agent.yaml": "{old}" + limits})
    return Package(root, "wow-heartbeat")


def _found(package: Package, profile: Profile | Remark) -> tuple[Finding, ...]:
    told = Told(profile)
    thorough = isinstance(profile, Profile) and profile.thorough is not None
    return PerformanceGate(told, told, thorough=thorough).check(package).findings


def test_within_the_limits(package: Package) -> None:
    """A quick agent passes, and its numbers are kept."""
    told = Told(_PROFILE)

    checked = PerformanceGate(told, told).check(package)

    assert checked.findings == ()
    assert checked.measures == {
        "p50_ms": 0.5,
        "p95_ms": 1.0,
        "p99_ms": 2.0,
        "cycle_p95_ms": 0.0,
        "decisions": 100,
        "peak_memory_mb": 50.0,
        "monthly_usd": 0.0,
        "events_per_month": 10_000,
    }
    assert told.asked == [(_PYTHON, False, timedelta(seconds=60))]


def test_a_thorough_look_says_more(package: Package) -> None:
    """How many rounds there were, how far they lay apart, and what was played, is kept, too."""
    told = Told(replace(_PROFILE, thorough=_SEEN))

    gate = PerformanceGate(told, told, thorough=True)
    checked = gate.check(package)

    assert checked.findings == ()
    assert checked.measures.items() >= {
        ("rounds", 3),
        ("round_p95_low_ms", 1.0),
        ("round_p95_high_ms", 1.25),
        ("cycles_watched", 4_000),
        ("bytes_per_event", 12.0),
        ("events_at_once", 100),
        ("scenarios", 1),
        ("scenarios_without_occasion", 1),
    }
    assert gate.alone
    assert gate.limit > PerformanceGate(told, told).limit > timedelta(0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"p95_ms": 210.04}, "95 of 100 decisions took up to 210.0 ms"),
        ({"cycle_p95_ms": 120.0}, "95 of 100 cycles took up to 120.0 ms"),
        ({"p95_ms": 110.0, "cycle_p95_ms": 120.0}, "95 of 100 decisions took up to 110.0 ms"),
    ],
    ids=["decision", "cycle", "both"],
)
def test_too_slow(package: Package, changes: dict[str, Any], said: str) -> None:
    """What takes longer than the limit is found once, at the limit's own line."""
    [finding] = _found(package, replace(_PROFILE, **changes))

    assert finding.rule == "PERF-001"
    assert finding.message == f"{said}, limits.p95_ms allows 100"
    assert (finding.path, finding.line, finding.column) == (_SPEC, 17, 3)


@pytest.mark.parametrize(
    ("code", "what"), [("not-loaded", "be loaded"), ("raised", "decide its examples")]
)
def test_an_agent_that_raises(package: Package, code: str, what: str) -> None:
    """What its import or its decision raises is a finding of one line, where it was raised."""
    [finding] = _found(package, Remark(code, "ImportError: no\nsuch thing", _CODE, 3))

    assert (finding.rule, finding.path, finding.line) == ("PERF-004", _CODE, 3)
    assert finding.message == f"the agent cannot {what}: ImportError: no such thing"
    assert finding.objects


def test_a_limit_that_is_not_written(tmp_path: Path) -> None:
    """A default that is exceeded has no line; the file is named all the same."""
    package = Package(agent_package(tmp_path / "wow-heartbeat"), "wow-heartbeat")

    [finding] = _found(package, replace(_PROFILE, p95_ms=101.0))

    assert (finding.path, finding.line, finding.column) == (_SPEC, None, None)


def test_memory(package: Package) -> None:
    """An agent that holds more than its limit is found; who counted is said."""
    told = Told(replace(_PROFILE, peak_memory_mb=513, memory_by="ru_maxrss"))

    checked = PerformanceGate(told, told).check(package)

    [finding] = checked.findings
    assert (finding.rule, finding.line) == ("PERF-002", 15)
    assert "513 MiB (ru_maxrss)" in finding.message
    assert checked.measures["memory_by"] == "ru_maxrss"


@pytest.mark.parametrize(
    ("examples", "asked", "cost", "extra", "monthly"),
    [
        (0, 0, 0.0, "", 0.0),
        (2, 1, 0.0, "", 5.0),
        (50, 1, 0.0, "", 2.0),
        (2, 0, 0.004, "", 20.0),
        (2, 1, 0.0, "[tool.waooaw]\nevents_per_month = 100\n", 0.05),
    ],
    ids=["nothing-woken", "capped-by-max-share", "share", "own-cost", "own-rate"],
)
def test_the_projected_cost(
    package: Package, examples: int, asked: int, cost: float, extra: str, monthly: float
) -> None:
    """A month costs what the examples cost, at the stated rate, within the model's share."""
    with package.specification.open("a", encoding="utf-8") as file:
        file.write("otherwise: model\n")
    (package.root / "pyproject.toml").write_text(extra, encoding="utf-8")
    told = Told(replace(_PROFILE, examples=examples, asked_model=asked, cost_usd=cost))

    measures = PerformanceGate(told, told).check(package).measures

    assert measures["monthly_usd"] == pytest.approx(monthly)
    assert measures.get("model_share", 0) == pytest.approx(min(0.05, asked / (examples or 1)))


def test_too_costly(package: Package) -> None:
    """An agent whose month costs more than its limit is found, with both numbers."""
    [finding] = _found(package, replace(_PROFILE, cost_usd=0.0031))

    assert (finding.rule, finding.line) == ("PERF-003", 16)
    assert "10000 events a month would cost 31.00 USD" in finding.message


def test_a_leak(package: Package) -> None:
    """An agent that keeps something of every event is told how much, and when it is too much."""
    seen = replace(_SEEN, leaks=True, bytes_per_event=12 * 1024.0)

    [finding] = _found(package, replace(_PROFILE, thorough=seen))

    assert (finding.rule, finding.path, finding.line) == ("PERF-005", _CODE, 8)
    assert finding.message == (
        "every event leaves 12.0 KiB behind, seen over 4000 of them;"
        " limits.memory_mb is passed after about 39 424 more"
    )


@pytest.mark.parametrize(
    ("area", "rule"),
    [("load", "PERF-006"), ("bus", "PERF-007"), ("store", "PERF-008"), ("model", "PERF-009")],
)
def test_a_scenario_that_is_not_survived(package: Package, area: str, rule: str) -> None:
    """Which scenario, what was done, what happened and how to see it again stand in the finding."""
    lost = Played(f"{area}-x", area, "it rains", "1 of 24 events were lost (burst-3)")
    seen = replace(_SEEN, scenarios=(lost,), path=None, line=None)

    [finding] = _found(package, replace(_PROFILE, thorough=seen))

    assert (finding.rule, finding.path, finding.line) == (rule, _SPEC, None)
    assert finding.message == f"{area}-x (it rains): 1 of 24 events were lost (burst-3)"
    assert "waooaw gate --gate performance --thorough" in (finding.fix or "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"settled": False, "rounds": (20.3, 180.44, 90.0)},
            f"{_UNSTABLE} 3 rounds the 95th percentile was 20.3 to 180 ms,{_ALLOWED}, {_LOAD}",
        ),
        (
            {"settled": False, "rounds": (90.0, 180.0), "load": None},
            f"{_UNSTABLE} 2 rounds the 95th percentile was 90 to 180 ms,{_ALLOWED}",
        ),
        (
            {"left_out": ("store-locks", "store-fills")},
            "had no time left for 2 scenarios (store-locks, store-fills): a cycle takes 0 ms",
        ),
    ],
    ids=["spread", "no-load", "no-time"],
)
def test_what_cannot_be_judged_is_an_error(
    package: Package, changes: dict[str, Any], said: str
) -> None:
    """Figures that do not settle are no verdict, neither good nor bad; the spread is told."""
    seen = replace(_SEEN, **changes)

    with pytest.raises(Unsettled) as raised:
        _found(package, replace(_PROFILE, p95_ms=90.0 if seen.settled else 150.0, thorough=seen))

    assert raised.value.message == f"waooaw.testing.measure {said}"
    assert (raised.value.rule, bool(raised.value.hint)) == ("PERF-010", True)


def test_what_is_wrong_anyway_stands_beside_the_spread(package: Package) -> None:
    """An agent that fails for another reason fails; that its speed is unknown is said as well."""
    seen = replace(_SEEN, settled=False, leaks=True, bytes_per_event=4096.0)

    findings = _found(
        package, replace(_PROFILE, p95_ms=90.0 if seen.settled else 150.0, thorough=seen)
    )

    assert [finding.rule for finding in findings] == ["PERF-005", "PERF-010"]
    assert all(finding.objects for finding in findings)
