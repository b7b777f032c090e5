"""The factory's speed, memory and size: ratios and medians in one run, each against its bar.

Run it with `nox -s bench`: it wants an installed waooaw whose bytecode is compiled. Exit code 1
when a figure misses its bar; the figure is printed either way.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from waooaw import Event
from waooaw.agent import Agent
from waooaw.rulebook import Verdict
from waooaw.spec import AgentSpec
from waooaw.specfile import read_spec
from waooaw.store import SqliteStore
from waooaw.vision import Subject, all_rules, judge_code, judge_spec, layers_of, rules_on
from waooaw.vision.actions import Action
from waooaw.vision.guardian import Guardian
from waooaw.vision.rules import Rule

ANSWERS = Path(__file__).parent.parent / "cases" / "answers" / "valid" / "wow-refund-desk.yaml"
SCRIPTS = Path(sysconfig.get_path("scripts"))
RUNS = 11


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one measured figure and the bar that it is held to.

    Attributes:
        at_least: Whether more is better.
    """

    name: str
    value: float
    bar: float
    unit: str
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the bar is met."""
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    def line(self) -> str:
        """Return one line for a person."""
        sign = "≥" if self.at_least else "≤"
        state = "ok  " if self.holds else "MISS"
        return f"{state} {self.name}: {self.value:.3g} {self.unit} (bar {sign} {self.bar:g})"


def program(name: str) -> str:
    """Return the path of an installed program."""
    return str(SCRIPTS / (f"{name}.exe" if os.name == "nt" else name))


def seconds(command: Sequence[str], cwd: Path) -> float:
    """Run one command and return how long it took."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    took = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{command}: exit {done.returncode}\n{done.stderr}")
    return took


def in_turn(first: Callable[[int], float], second: Callable[[int], float], runs: int) -> float:
    """Return the median ratio of two measurements, taken in turn after a warm-up."""
    first(-1)
    second(-1)
    return statistics.median(first(run) / second(run) for run in range(runs))


def start_up(folder: Path) -> list[Figure]:
    """Compare `--version` and `--help` with an interpreter that does nothing."""
    bare = [sys.executable, "-c", "pass"]
    waooaw = program("waooaw")

    def ratio(option: str) -> float:
        return in_turn(
            lambda _: seconds([waooaw, option], folder), lambda _: seconds(bare, folder), RUNS
        )

    return [
        Figure("waooaw --version / python -c pass", ratio("--version"), 2, "×"),
        Figure("waooaw --help / python -c pass", ratio("--help"), 8, "×"),
    ]


def rendering(folder: Path) -> list[Figure]:
    """Compare `new-agent --no-gate` with the same render by `copier copy`."""
    waooaw = program("waooaw")
    render = [waooaw, "new-agent", "--answers", str(ANSWERS), "--no-gate", "--quiet", "--output"]
    seconds([*render, str(folder / "first")], folder)
    data = copier_data(folder / "first" / "wow-refund-desk")
    answers = folder / "data.json"
    answers.write_text(json.dumps(data), encoding="utf-8")
    template = str(Path(__file__).parents[2] / "recipes" / "coe-agent")

    def ours(run: int) -> float:
        return seconds([*render, str(folder / f"ours{run}")], folder)

    def theirs(run: int) -> float:
        target = str(folder / f"theirs{run}")
        copy = [program("copier"), "copy", "--quiet", "--defaults", "--data-file", str(answers)]
        return seconds([*copy, template, target], folder)

    return [Figure("new-agent --no-gate / copier copy", in_turn(ours, theirs, 7), 1.1, "×")]


def copier_data(package: Path) -> dict[str, object]:
    """Return what the recipe was given for this package."""
    from waooaw.specfile import read_spec
    from waooaw_cli.factory.package_files import render_context

    return dict(render_context(read_spec(package / "agent.yaml")))


def gated(folder: Path) -> list[Figure]:
    """Time `new-agent` with all gates, and the fresh package's own tests."""
    make = [program("waooaw"), "new-agent", "--answers", str(ANSWERS), "--quiet", "--output"]
    seconds([*make, str(folder / "warm")], folder)
    whole = statistics.median(seconds([*make, str(folder / f"g{n}")], folder) for n in range(3))
    package = folder / "warm" / "wow-refund-desk"
    run = [sys.executable, "-m", "coverage", "run", "--branch", "--source", "src", "-m", "pytest"]
    own = seconds([*run, "-q", "-p", "no:cacheprovider"], package)
    total = subprocess.run(
        [sys.executable, "-m", "coverage", "report", "--format", "total"],
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
    )
    return [
        Figure("new-agent with all gates", whole, 5, "s"),
        Figure("a fresh package's own tests", own, 10, "s"),
        Figure("a fresh package's coverage", float(total.stdout or 0), 90, "%", at_least=True),
    ]


_OWN_PIP = re.compile(r"site-packages/(pip|setuptools|pkg_resources|_distutils_hack)")


def installed(_: Path) -> list[Figure]:
    """Add up what an installation with all gate tools takes, the environment's own pip left out."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(__file__).parents[2]
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        place = "Scripts" if os.name == "nt" else "bin"
        python = str(Path(folder) / place / "python")
        pip = [python, "-m", "pip", "install", "--quiet", str(root)]
        subprocess.run(pip, check=True, capture_output=True)
        sizes = sum(
            path.stat().st_size
            for path in Path(folder).rglob("*")
            if path.is_file()
            and not path.is_symlink()
            and not re.search(
                r"site-packages/(pip|setuptools|pkg_resources|_distutils_hack)", path.as_posix()
            )
        )
    return [Figure("installation with all gate tools", sizes / 1e6, 220, "MB")]


TEN_RULES = {
    "name": "wow-bench",
    "purpose": "Be measured.",
    "domain": "testing",
    "owner": "qa@example.com",
    "wake": [{"topic": "bench.*"}],
    "rules": [
        {
            "id": f"rule-{n}",
            "when": f'event.data.amount > {1000 * (10 - n)} && event.data.channel == "card"',
            "then": "approve",
            "because": "It is measured.",
        }
        for n in range(10)
    ],
    "collaborators": {"escalates_to": "qa@example.com"},
    "examples": [{"event": {"type": "bench.run", "data": {}}, "expect": {"wakes": True}}],
}


def event(number: int) -> Event:
    """Return an event that only the last of ten rules matches."""
    data = {"amount": 500, "channel": "card", "customer": {"id": number}, "lines": [1, 2, 3]}
    return Event.from_mapping({"type": "bench.run", "data": data}, default_id=f"e-{number}")


def decisions(_: Path) -> list[Figure]:
    """Time one decision by the last of ten rules, in process."""
    agent = Agent(AgentSpec.model_validate(TEN_RULES), store=SqliteStore(":memory:"))

    async def measure() -> float:
        took = []
        for number in range(2_000):
            one = event(number)
            start = time.perf_counter_ns()
            await agent.make_decision(one)
            took.append(time.perf_counter_ns() - start)
        return statistics.median(took) / 1e3

    return [Figure("a decision by the last of ten rules", asyncio.run(measure()), 100, "µs")]


def cycles(folder: Path) -> list[Figure]:
    """Count events per second through the whole cycle with a journal on disk."""
    agent = Agent(AgentSpec.model_validate(TEN_RULES), store=SqliteStore(folder / "journal.db"))

    async def measure(events: list[Event]) -> float:
        start = time.perf_counter()
        for one in events:
            await agent.handle(one)
        return len(events) / (time.perf_counter() - start)

    rates = [
        asyncio.run(measure([event(10_000 * run + n) for n in range(2_000)])) for run in range(3)
    ]
    rate = statistics.median(rates)
    return [Figure("events through the cycle, journal on disk", rate, 2_000, "/s", at_least=True)]


def lost(folder: Path) -> list[Figure]:
    """Kill a running agent with SIGKILL and count decisions that it printed and then forgot."""
    if os.name == "nt":
        return []
    package = folder / "killed"
    package.mkdir()
    (package / "agent.yaml").write_text(json.dumps(TEN_RULES), encoding="utf-8")
    feed = package / "events.jsonl"
    feed.write_text("".join(event(n).to_json() + "\n" for n in range(5_000)), encoding="utf-8")
    run = [program("waooaw"), "run", str(package), "--events", str(feed), "--json"]
    run += ["--journal", str(package / "journal.db")]
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        printed = [running.stdout.readline() for _ in range(1_000)]
        running.send_signal(signal.SIGKILL)
        printed += running.stdout.readlines()
    again = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    whole = [line.rstrip("\n") for line in printed if line.endswith("\n")]
    forgotten = sum(one != other for one, other in zip(whole, again, strict=False))
    return [Figure(f"journal entries lost by kill -9 after {len(whole)}", forgotten, 0, "")]


_POLICY_HEAD = """\
schema: waooaw.policy/1
name: measured
version: 1.0.0
owner: finance@example.com
rationale: To be measured.
effective: 2020-01-01
expires: 2999-12-31
rules:
"""
_POLICY_RULE = """\
  - id: PAY-{number:03}
    title: A month has a bound
    severity: error
    applies_to: spec
    require: spec.limits.monthly_usd <= {bound}.0 && spec.rules.all(rule, rule.because != "")
    field: limits.monthly_usd
    message: the month may cost {{spec.limits.monthly_usd}} USD
    why: Somebody pays for it.
    fix: lower it at once
    bad: |
      limits: {{monthly_usd: 5000}}
    good: |
      limits: {{monthly_usd: 50}}
"""


def judging(_: Path) -> list[Figure]:
    """Time 200 specifications against 100 rules: the core's and a policy's."""
    shipped = len(rules_on(Subject.SPEC))
    rules = [_POLICY_RULE.format(number=n, bound=100 + n) for n in range(100 - shipped)]
    text = (_POLICY_HEAD + "".join(rules)).encode()
    started = time.perf_counter()
    layers = layers_of((("measured.yaml", text),), datetime.now(UTC).date())
    loading = time.perf_counter() - started
    plain = read_spec(ANSWERS).plain()
    specs = [AgentSpec.model_validate(plain | {"title": f"Desk {n}"}) for n in range(200)]
    added = layers.added(Subject.SPEC)
    took = []
    for _run in range(RUNS):
        started = time.perf_counter()
        for spec in specs:
            judge_spec(spec, more=added)
        took.append(time.perf_counter() - started)
    return [
        Figure(f"a policy of {len(rules)} rules loaded, conflicts sought", loading, 1, "s"),
        Figure("200 specifications by 100 rules", statistics.median(took), 0.5, "s"),
    ]


def code_rules() -> tuple[Rule, ...]:
    """Return a hundred rules on code: those that ship, some of them twice under other names."""
    shipped = tuple(rule for rule in all_rules() if rule.applies_to is Subject.CODE)
    more = (replace(shipped[n % len(shipped)], id=f"PAY-{n:03}") for n in range(100 - len(shipped)))
    return (*shipped, *more)


def lines_of_code(count: int) -> dict[PurePosixPath, str]:
    """Return a package of at least *count* lines: waooaw's own, as often as it takes."""
    root = Path(__file__).parents[2]
    texts = [
        path.read_text(encoding="utf-8")
        for name in ("waooaw", "waooaw_cli")
        for path in sorted((root / name).rglob("*.py"))
    ]
    files: dict[PurePosixPath, str] = {}
    total = 0
    while total < count:
        text = texts[len(files) % len(texts)]
        files[PurePosixPath(f"src/wow_bench/module_{len(files)}.py")] = text
        total += text.count("\n")
    return files


def judging_code(_: Path) -> list[Figure]:
    """Time a package against 100 rules on code, and hold the time a line to its size."""
    rules = code_rules()
    a_line: dict[int, float] = {}
    for count, runs in ((1_000, RUNS), (10_000, 5), (100_000, 1)):
        files = lines_of_code(count)
        lines = sum(text.count("\n") for text in files.values())
        took = []
        for _run in range(runs):
            started = time.perf_counter()
            judge_code(files, rules)
            took.append(time.perf_counter() - started)
        a_line[count] = statistics.median(took) / lines
    return [
        Figure("10 000 lines by 100 rules on code", a_line[10_000] * 10_000, 1.0, "s"),
        Figure("a line of 100 000 / a line of 1 000", a_line[100_000] / a_line[1_000], 1.5, "×"),
        Figure("a line of 10 000 / a line of 1 000", a_line[10_000] / a_line[1_000], 1.5, "×"),
    ]


_ACTION_RULE = """\
  - id: ACT-{number:03}
    title: A bound on what is done
    severity: error
    applies_to: action
    when: "{when}"
    require: "{require}"
    message: it does not hold
    why: Somebody pays for it.
    fix: lower it at once
    bad: |
      decision: {{outcome: reject}}
    good: |
      decision: {{outcome: approve}}
"""
_WHEN = (
    "action.effect == 'external'",
    "decision.tier == 'model'",
    "event.type == 'bench.run'",
    "decision.rule != ''",
)
_REQUIRE = (
    "action.waits || decision.confidence >= 0.{n}",
    "decision.cost_usd <= {n}.5",
    "!has(event.data.amount) || event.data.amount < {n}00000",
    "decision.because != 'no {n}'",
)


def guarding(_: Path) -> list[Figure]:
    """Time what the guardian says of one decision, by sixty rules on actions."""
    rules = [
        _ACTION_RULE.format(
            number=n, when=_WHEN[n % 4], require=_REQUIRE[n // 4 % 4].format(n=n + 1)
        )
        for n in range(60 - len(rules_on(Subject.ACTION)))
    ]
    day = datetime.now(UTC).date()
    layers = layers_of((("measured.yaml", (_POLICY_HEAD + "".join(rules)).encode()),), day)
    spec = AgentSpec.model_validate(TEN_RULES)
    guardian = Guardian(spec, replace(layers, conflicts=()))
    action = Action(Verdict("approve", rule="rule-9"), "It is measured.")
    one, took = event(1), []
    for _run in range(5_000):
        started = time.perf_counter_ns()
        judged = guardian.judged(action, one, {}, day)
        took.append(time.perf_counter_ns() - started)
        assert judged.stopped is None
    return [Figure("one decision by 60 rules on actions", statistics.median(took) / 1e3, 100, "µs")]


def main() -> int:
    """Measure everything, print it, and say by the exit code whether all bars are met."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["WAOOAW_CACHE_DIR"] = str(folder / "cache")
        os.environ["WAOOAW_STATE_DIR"] = str(folder / "state")
        parts: tuple[Callable[[Path], list[Figure]], ...] = (
            *(start_up, decisions, judging, judging_code, guarding, cycles, lost),
            *(rendering, gated, installed),
        )
        for part in parts:
            for figure in part(folder):
                sys.stdout.write(figure.line() + "\n")
                sys.stdout.flush()
                figures.append(figure)
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
