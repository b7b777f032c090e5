"""Every rule of every gate is proved: its bad example is found, its good one is not.

The examples are what `waooaw explain` shows. Here each is planted in a real package and judged by
the real gate with its real tool. The rules on code and on specifications, and those that are
measured, are proved the same way beside what judges them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from fakes.agent_package import _PYPROJECT, _SPEC, agent_package
from places import ROOT

from waooaw.vision import Subject, all_rules
from waooaw_cli.adapters.process import Processes
from waooaw_cli.adapters.ruff import Ruff
from waooaw_cli.commands.gating import wired_gates
from waooaw_cli.factory.check import check
from waooaw_cli.gates import rule_docs
from waooaw_cli.gates.format import FormatGate
from waooaw_cli.gates.gate import Checked, Gate, Package
from waooaw_cli.gates.report import Finding, GateId, GateResult, Severity
from waooaw_cli.settings import read_settings

Files = Mapping[str, str | None]
TODAY = datetime.now(UTC).date()
EXTRA = "src/wow_heartbeat/extra.py"
TEST = "tests/test_extra.py"
CONFTEST = "tests/conftest.py"
PROJECT = '[project]\nname = "wow-heartbeat"\nversion = "0.1.0"\ndependencies = []\n'
_EXAMPLES = '''\
"""What the agent decides by itself."""

import waooaw.testing

from wow_heartbeat.agent import WowHeartbeat


@waooaw.testing.examples(WowHeartbeat)
def test_decides(case: waooaw.testing.Case) -> None:
    """Each example ends in the outcome that it names."""
    assert case.decided() == case.expected
'''
#: What proves the rules that are not proved here.
ELSEWHERE = {
    "PERF-": "tests/unit/gates/test_performance_rules.py",
    "SEC-034": "tests/unit/gates/test_dependency_check.py",
    "SEC-035": "tests/unit/gates/test_dependency_check.py",
    "SEC-036": "tests/unit/gates/test_dependency_check.py",
    "SEC-037": "tests/unit/gates/test_dependency_check.py",
    "SEC-038": "tests/unit/gates/test_dependency_check.py",
    "SEC-039": "tests/unit/gates/test_dependency_check.py",
    "VIS-00": "tests/unit/gates/test_policy_files.py",
    "VIS-A": "tests/unit/vision/test_actions.py",
    "VIS-R": "tests/unit/vision/test_change_rules.py",
}


class Unwatched:
    """A progress that nobody looks at."""

    def begin(self, target: str, gate: GateId) -> None: ...

    def end(self, target: str, result: GateResult) -> None: ...


@dataclass(frozen=True)
class Proof:
    """How an example is planted, and who judges it.

    Attributes:
        gates: The gates that run.
        bad: Files of the package for the bad example.
        good: The same for the good one; by default as for the bad one.
        rule: What findings begin with; by default the rule's own id.
    """

    gates: tuple[GateId, ...]
    bad: Callable[[str], Files]
    good: Callable[[str], Files] | None = None
    rule: str | None = None


def objections(
    root: Path, chosen: tuple[GateId, ...], *gates: Gate, warnings: bool = False
) -> set[str]:
    """Return the rules that the chosen gates object by, or also warn by."""
    with Processes(os.environ) as processes:
        settings = read_settings(root.parent, os.environ)
        wired = gates or wired_gates(processes, root.parent / "cache", settings)
        report = check(
            [Package(root, root.name)],
            wired,
            chosen=frozenset(chosen),
            jobs=2,
            progress=Unwatched(),
            now=lambda: datetime.now(UTC),
        )
    [target] = report.targets
    return {
        one.rule
        for gate in target.gates
        for one in gate.findings
        if one.objects or (warnings and one.severity is Severity.WARNING)
    }


def spec(text: str) -> Files:
    """Lay the fields of an example over a specification that holds."""
    return {"agent.yaml": yaml.safe_dump(yaml.safe_load(_SPEC) | yaml.safe_load(text))}


def source(text: str) -> Files:
    return {EXTRA: f"{text}\n"}


def project(text: str) -> Files:
    return {"pyproject.toml": text if text.startswith("[project") else f"{PROJECT}\n{text}\n"}


def named_file(text: str) -> Files:
    return {text.split(maxsplit=1)[0]: ""}


def in_tests(text: str) -> Files:
    body = "" if "\n" in text else "\ndef test_a() -> None:\n    assert True\n"
    return {TEST: f"import sys\n\nimport pytest\n\n\n{text}{body}\n"}


def waived(text: str) -> Files:
    """Plant a waiver; the good examples end on a day that stays ahead of us."""
    soon = (TODAY + timedelta(days=90)).isoformat()
    return source(text.replace("2027-01-31", soon))


def named_agent(text: str) -> Files:
    place = re.search(r"src/\S+", text)
    assert place is not None
    return {**spec(text.partition("#")[0]), place[0]: ""}


def with_prompt(text: str) -> Files:
    place = re.search(r"src/\S+", text)
    files = {**spec(f"otherwise: model\n{text.partition('#')[0]}")}
    return {**files, place[0].replace("wow_x", "wow_heartbeat"): "Decide."} if place else files


def expecting(text: str) -> Files:
    """Let the agent reject; the example says what was expected."""
    event = {"event": {"type": "clock.ticked", "data": {}}} | yaml.safe_load(text)
    rule = {"id": "tick", "when": "true", "then": "reject", "because": "A tick needs no thought."}
    fields = spec(yaml.safe_dump({"rules": [rule], "examples": [event]}))
    return {**fields, "tests/test_wow_heartbeat.py": _EXAMPLES}


def left_out(text: str) -> Files:
    return {CONFTEST: f"{text}\n", "tests/test_refunds.py": "def test_a() -> None:\n    assert 1\n"}


def covered(text: str) -> Files:
    """Plant the bad example's code, and the good one's test with a body."""
    bad = rule_docs()["TEST-002"].bad
    body = "\n    with pytest.raises(ValueError):\n        refund(-1)\n    assert refund(1) is None"
    test = (
        f"import pytest\nfrom wow_heartbeat.extra import refund\n\n\n{text.replace('...', body)}\n"
    )
    return {EXTRA: f"{bad}\n", TEST: test.replace(" ...", "")}


def pytest_settings(text: str) -> Files:
    # The package turns warnings into errors, so that a setting that pytest does not know is one.
    return {"pyproject.toml": _PYPROJECT.replace('testpaths = ["tests"]', text)}


def function(text: str) -> Files:
    return source(f"{text}\n    return 1")


def surviving(text: str) -> Files:
    fault = text.partition("#")[0].replace("...", "raise StoreBusy('the test survives')")
    head = "import pytest\n\nfrom waooaw.errors import StoreBusy\n\n\n"
    return {TEST: f"{head}def test_a() -> None:\n    {fault}\n"}


PROOFS: dict[str, Proof] = {
    "SPEC-001": Proof((GateId.SPEC,), spec),
    "SPEC-002": Proof((GateId.SPEC,), named_agent),
    "SPEC-003": Proof(
        (GateId.SPEC,),
        lambda text: {"pyproject.toml": f'[project]\nname = "wow-heartbeat"\n{text}\n'},
    ),
    "SPEC-004": Proof((GateId.SPEC,), with_prompt),
    "SPEC-005": Proof((GateId.SPEC,), named_file),
    "VIS-C000": Proof((GateId.VISION,), lambda text: {"agent.yaml": text}, spec),
    "FMT-001": Proof((GateId.FORMAT,), source),
    "FMT-002": Proof((GateId.FORMAT,), source),
    "FMT-003": Proof((GateId.FORMAT,), source),
    "FMT-004": Proof((GateId.FORMAT,), project),
    "LINT": Proof((GateId.LINT,), source, rule="LINT-F401"),
    "LINT-900": Proof((GateId.LINT,), source),
    "LINT-901": Proof((GateId.LINT,), source),
    "LINT-902": Proof((GateId.LINT,), named_file, project),
    "LINT-903": Proof((GateId.LINT,), project),
    "LINT-904": Proof((GateId.LINT,), project),
    "TYPE": Proof((GateId.TYPES,), source, rule="TYPE-assignment"),
    "TYPE-900": Proof((GateId.TYPES,), source),
    "TYPE-901": Proof((GateId.TYPES,), source),
    "TYPE-902": Proof(
        (GateId.TYPES,), lambda text: source(f"from typing import no_type_check\n\n\n{text}")
    ),
    "TEST-001": Proof((GateId.TESTS,), expecting),
    "TEST-002": Proof((GateId.TESTS,), source, covered),
    "TEST-003": Proof(
        (GateId.TESTS,),
        lambda _: {"tests/test_wow_heartbeat.py": None},
        lambda text: {text: "def test_a() -> None:\n    assert 1\n"},
    ),
    "TEST-004": Proof((GateId.TESTS,), left_out, in_tests),
    "TEST-005": Proof((GateId.TESTS,), in_tests),
    "TEST-006": Proof((GateId.TESTS,), function),
    "TEST-007": Proof((GateId.TESTS,), source),
    "TEST-008": Proof((GateId.TESTS,), pytest_settings),
    "TEST-009": Proof((GateId.TESTS,), in_tests),
    "SEC": Proof((GateId.SECURITY,), source, rule="SEC-S324"),
    "SEC-020": Proof((GateId.SECURITY,), source),
    "SEC-030": Proof((GateId.SECURITY,), project),
    "SEC-031": Proof((GateId.SECURITY,), project),
    "SEC-032": Proof((GateId.SECURITY,), project),
    "SEC-033": Proof((GateId.SECURITY,), project),
    **{
        rule: Proof((GateId.SECURITY,), lambda text: {"Dockerfile": f"{text}\n"})
        for rule in rule_docs()
        if rule.startswith("SEC-05")
    },
    "GATE-E001": Proof(
        (GateId.TESTS,),
        lambda text: {TEST: f"import os\nimport signal\n\n\ndef test_a() -> None:\n    {text}\n"},
        surviving,
    ),
    "GATE-N001": Proof((GateId.SPEC, GateId.TESTS), spec),
    "GATE-N003": Proof((GateId.LINT,), project),
    "GATE-W001": Proof((GateId.LINT,), waived),
    "GATE-W002": Proof((GateId.LINT,), waived),
    "GATE-W003": Proof((GateId.VISION,), waived),
    "GATE-W004": Proof((GateId.SPEC, GateId.LINT), waived),
}
#: Examples that are commands for a shell, run in the package.
COMMANDS = {
    "SEC-021": (GateId.SECURITY,),
    "SEC-022": (GateId.SECURITY,),
    "GATE-N002": (GateId.LINT,),
}
#: How a tool dies, or a gate has too much to say: judged by the tests at the end.
DYING = {"GATE-E002", "GATE-E003", "GATE-E004", "GATE-E005", "GATE-N004"}
#: Examples that are a look at a repository's history.
COMMITS = {"SEC-023"}


def test_every_rule_is_proved() -> None:
    """A rule that is added without a proof is noticed here; a proof of no rule is too."""
    in_vision = {rule.id for rule in all_rules() if rule.applies_to is not Subject.PACKAGE}
    elsewhere = {rule for rule in rule_docs() for start in ELSEWHERE if rule.startswith(start)}
    here = {*PROOFS, *COMMANDS, *DYING, *COMMITS}

    assert set(rule_docs()) - here - in_vision - elsewhere == set()
    assert here - set(rule_docs()) == set()
    for place in ELSEWHERE.values():
        assert (ROOT / place).is_file()


@pytest.mark.parametrize("rule", PROOFS)
def test_the_bad_example_is_found(tmp_path: Path, rule: str) -> None:
    """What explain shows as bad, in a package that is fine otherwise, is found by the rule."""
    proof = PROOFS[rule]
    root = agent_package(tmp_path / "wow-heartbeat", proof.bad(rule_docs()[rule].bad))

    assert (proof.rule or rule) in objections(root, proof.gates, warnings=True)


@pytest.mark.parametrize("rule", PROOFS)
def test_the_good_example_is_left_alone(tmp_path: Path, rule: str) -> None:
    """What explain shows as good is not objected to by the rule."""
    proof = PROOFS[rule]
    plant = proof.good or proof.bad
    root = agent_package(tmp_path / "wow-heartbeat", plant(rule_docs()[rule].good))

    assert (proof.rule or rule) not in objections(root, proof.gates)


@pytest.mark.skipif(sys.platform == "win32", reason="the examples are for a POSIX shell")
@pytest.mark.parametrize("rule", COMMANDS)
def test_examples_that_are_commands(tmp_path: Path, rule: str) -> None:
    """What they make of a package is found, or left alone."""
    for example, found in ((rule_docs()[rule].bad, True), (rule_docs()[rule].good, False)):
        files = {"README.md": "# Heartbeat\n", "src/wow_desk/__init__.py": ""}
        root = agent_package(tmp_path / str(found) / "wow-heartbeat", files)
        subprocess.run(example, shell=True, cwd=root, check=True)
        assert (rule in objections(root, COMMANDS[rule])) is found


def test_what_commits_added(tmp_path: Path) -> None:
    """The secret of the bad example, added and removed again since the base, is found."""
    doc = rule_docs()["SEC-023"]
    for example, found in ((doc.bad, True), (doc.good, False)):
        quoted = re.search(r"'\^\+(.*)'", example)
        assert quoted is not None
        line = quoted[1].replace('"AKIA', '"AKIA' + "IOSFODNN7" + 'EXAMPLE"')
        root = agent_package(tmp_path / str(found) / "wow-heartbeat")
        git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(root))
        subprocess.run((*git, "init", "-q", "-b", "main"), check=True)
        for name, text in (("base", None), ("added", line), ("removed", None)):
            (root / EXTRA).unlink(missing_ok=True)
            if text is not None:
                (root / EXTRA).write_text(f"import os\n\n{text}\n")
            subprocess.run((*git, "add", "-A"), check=True)
            subprocess.run((*git, "commit", "-q", "-m", name), check=True)
        with Processes(os.environ) as processes:
            settings = read_settings(tmp_path, os.environ)
            wired = wired_gates(processes, tmp_path / "cache", settings, base="main~2")
            assert ("SEC-023" in objections(root, (GateId.SECURITY,), *wired)) is found


@dataclass(frozen=True)
class Started:
    """A gate whose tool is a program of the test's own."""

    code: str
    limit: timedelta = timedelta(seconds=60)
    tool: timedelta = timedelta(seconds=30)
    id: GateId = GateId.LINT
    needs: frozenset[GateId] = frozenset()
    alone: bool = False

    def check(self, package: Package) -> Checked:
        with Processes(os.environ) as processes:
            processes.run(
                "tool", (sys.executable, "-c", self.code), cwd=package.root, limit=self.tool
            )
        return Checked()


def test_a_tool_that_never_ends(tmp_path: Path) -> None:
    """The bad example is ended and told; the good one ends by itself."""
    doc = rule_docs()["GATE-E002"]
    root = agent_package(tmp_path / "wow-heartbeat")
    good = doc.good.replace("...", "await asyncio.sleep(0)")
    asynchronous = (
        f"import asyncio\nasync def main():\n    {good.replace(': ', ':' + chr(10) + '        ')}\n"
    )

    never = Started(doc.bad, tool=timedelta(seconds=1))
    ends = Started(f"{asynchronous}\nasyncio.run(main())")

    assert objections(root, (GateId.LINT,), never) == {"GATE-E002"}
    assert objections(root, (GateId.LINT,), ends) == set()


def test_a_tool_that_is_not_there(tmp_path: Path) -> None:
    """Installed without its dependencies waooaw has no ruff; with them it has."""
    root = agent_package(tmp_path / "wow-heartbeat")
    with Processes(os.environ) as processes:
        missing = FormatGate(Ruff(processes, (str(tmp_path / "no-such-ruff"),)))
        there = FormatGate(Ruff(processes))
        assert objections(root, (GateId.FORMAT,), missing) == {"GATE-E003"}
        assert objections(root, (GateId.FORMAT,), there) == set()


def test_a_tool_that_prints_something_else(tmp_path: Path) -> None:
    """A greeting on standard output spoils the report; a logger does not."""
    doc = rule_docs()["GATE-E004"]
    root = agent_package(tmp_path / "wow-heartbeat")
    with Processes(os.environ) as processes:
        for line, found in ((doc.bad.partition("#")[0], True), (doc.good, False)):
            command = (sys.executable, "-c", f"import logging\n{line}\nprint('[]')")
            gate = FormatGate(Ruff(processes, command))
            assert ("GATE-E004" in objections(root, (GateId.FORMAT,), gate)) is found


@dataclass(frozen=True)
class Talkative:
    """A gate that finds as much as it is told to."""

    findings: int
    id: GateId = GateId.LINT
    needs: frozenset[GateId] = frozenset()
    limit: timedelta = timedelta(seconds=60)
    alone: bool = False

    def check(self, package: Package) -> Checked:
        return Checked((Finding("LINT-E501", Severity.ERROR, "too long"),) * self.findings)


def test_a_gate_that_finds_too_much(tmp_path: Path) -> None:
    """30 000 findings are more than can be listed; 20 000 are not."""
    root = agent_package(tmp_path / "wow-heartbeat")

    assert "GATE-N004" in objections(root, (GateId.LINT,), Talkative(30_000))
    assert "GATE-N004" not in objections(root, (GateId.LINT,), Talkative(20_000))


@dataclass(frozen=True)
class Scribbling(Talkative):
    """A gate that runs a line of Python in the package, as tests do."""

    line: str = ""

    def check(self, package: Package) -> Checked:
        line = self.line.replace("src/wow_desk", f"{package.root}/src/wow_heartbeat")
        exec(line, {"Path": Path, "tmp_path": package.root.parent})
        return super().check(package)


def test_a_gate_that_writes_into_the_package(tmp_path: Path) -> None:
    """What it overwrites is judged as neither; a temporary folder is there for that."""
    doc = rule_docs()["GATE-E005"]
    module = {"src/wow_heartbeat/codes.py": "CODES = (1,)\n"}
    for line, found in ((doc.bad.partition("#")[0], True), (doc.good, False)):
        root = agent_package(tmp_path / str(found) / "wow-heartbeat", dict(module))
        gate = Scribbling(0, line=line)
        assert ("GATE-E005" in objections(root, (GateId.LINT,), gate)) is found
