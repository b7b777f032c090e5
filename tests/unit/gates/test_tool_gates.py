from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from fakes.agent_package import agent_package

from waooaw.errors import InputError
from waooaw_cli.gates import Tools, all_gates, rule_docs
from waooaw_cli.gates.format import FormatGate
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.lint import LintGate
from waooaw_cli.gates.ports import Coverage, Failure, PassedOver, Profile, Remark, SuiteRun
from waooaw_cli.gates.report import GateId, Severity
from waooaw_cli.gates.tests import TestsGate, ranges
from waooaw_cli.gates.types import TypesGate

_CODE = PurePosixPath("src/wow_heartbeat/agent.py")
_PYTHON = Path("python-of-the-package")
_UNUSED = Remark("F401", "unused", _CODE, 1, 8, Severity.ERROR, "Remove it")
_ALL_RUN = Coverage(100.0)
_FILE = "tests/test_wow_heartbeat.py"
_OWN_TESTS = frozenset({f"{_FILE}::test_a_tick_is_approved", f"{_FILE}::test_beats"})


@dataclass
class Told:
    """Every tool at once: it says what the test wants, and remembers whom it was asked about."""

    remarks: tuple[Remark, ...] = ()
    suite: SuiteRun = field(default_factory=lambda: SuiteRun(2, (), _ALL_RUN, _OWN_TESTS))
    profiles: list[Profile | Remark] = field(default_factory=list)
    pythons: list[Path] = field(default_factory=list)
    thorough: bool | None = None

    def python(self, root: Path) -> Path:
        return _PYTHON

    def unformatted(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        return self.remarks

    def lint(self, root: Path, *, limit: timedelta) -> tuple[Remark, ...]:
        return self.remarks

    def check(self, root: Path, *, python: Path, limit: timedelta) -> tuple[Remark, ...]:
        self.pythons.append(python)
        return self.remarks

    def run(self, root: Path, *, python: Path, limit: timedelta) -> SuiteRun:
        self.pythons.append(python)
        return self.suite

    def measure(
        self, root: Path, *, python: Path, thorough: bool, limit: timedelta
    ) -> Profile | Remark:
        self.pythons.append(python)
        self.thorough = thorough
        return self.profiles.pop(0)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return Package(agent_package(tmp_path / "wow-heartbeat"), "wow-heartbeat")


def test_layout(package: Package) -> None:
    """Another layout and a file that does not parse are two rules."""
    told = Told(
        (
            Remark("unformatted", "would be reformatted", _CODE, 3, 1),
            Remark("invalid-syntax", "unexpected EOF", _CODE, 9, 1),
        )
    )

    findings = FormatGate(told).check(package).findings

    assert [(one.rule, one.line) for one in findings] == [("FMT-001", 3), ("FMT-002", 9)]
    assert "unexpected EOF" in findings[1].message


def test_lint(package: Package) -> None:
    """A remark keeps the tool's code, place, weight and way out."""
    [finding] = LintGate(Told((_UNUSED,))).check(package).findings

    assert (finding.rule, finding.path, finding.line, finding.column, finding.fix) == (
        "LINT-F401",
        _CODE,
        1,
        8,
        "Remove it",
    )


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# noqa", ["LINT-901"]),
        ("# NOQA : because", ["LINT-901"]),
        ("#noqa:F401", ["LINT-901"]),
        ("# noqa: F401, E501 S101", ["LINT-901"]),
        ("# noqa: F401 - registers itself", []),
        ("# noqa: F401,E501 # registers itself", []),
        ("# type: ignore[misc]  # noqa", ["LINT-901"]),
        ("# ruff: noqa", ["LINT-900"]),
        ("# ruff: noqa - generated", ["LINT-900"]),
        ("# ruff: noqa: E501", ["LINT-900"]),
        ("# ruff: noqa: E501 - generated", []),
        ("# flake8: noqa", ["LINT-900"]),
        ("# ruff: disable[F401]", ["LINT-900"]),
        ("# isort: skip_file", ["LINT-900"]),
        ("# a word on noqas", []),
    ],
)
def test_silenced_lint(package: Package, comment: str, rules: list[str]) -> None:
    """A comment that silences the linter names its rules, and its reason behind them."""
    (package.root / "src/wow_heartbeat/extra.py").write_text(f"x = 1\ny = 2  {comment}\n")

    findings = LintGate(Told()).check(package).findings

    assert [(one.rule, one.line) for one in findings] == [(rule, 2) for rule in rules]


@pytest.mark.parametrize("name", ["ruff.toml", "src/ruff.toml", "tests/.ruff.toml"])
def test_settings_elsewhere(package: Package, name: str) -> None:
    """A file of settings that does not count is named, so that nobody trusts it."""
    (package.root / name).write_text("")

    [finding] = LintGate(Told()).check(package).findings

    assert (finding.rule, str(finding.path)) == ("LINT-902", name)


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# fmt: off", ["FMT-003"]),
        ("# fmt:skip", ["FMT-003"]),
        ("# yapf: disable", ["FMT-003"]),
        ("# fmt: skip  # a matrix", []),
        ("# fmt: on", []),
    ],
)
def test_layout_left_alone(package: Package, comment: str, rules: list[str]) -> None:
    """Code that is not laid out says why."""
    (package.root / "src/wow_heartbeat/extra.py").write_text(f"x = 1\ny = 2  {comment}\n")

    findings = FormatGate(Told()).check(package).findings

    assert [(one.rule, one.line) for one in findings] == [(rule, 2) for rule in rules]


def test_types(package: Package) -> None:
    """A remark keeps the tool's code, and the package's own interpreter was asked."""
    told = Told((Remark("arg-type", "wrong", _CODE, 4, 2, Severity.NOTE),))

    [finding] = TypesGate(told, told).check(package).findings

    assert (finding.rule, finding.severity) == ("TYPE-arg-type", Severity.NOTE)
    assert told.pythons == [_PYTHON]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("x = 1  # type: ignore\n", ["TYPE-901"]),
        ("x = 1  # type: ignore[misc]\n", ["TYPE-901"]),
        ("x = 1  #type:ignore [misc]  # noqa: E501\n", ["TYPE-901"]),
        ("x = 1  # type: ignore[misc] - bank ships no types\n", []),
        ("x = 1  # type: ignore[misc]  # noqa: E501 - bank ships no types\n", []),
        ("# mypy: ignore-errors\nx = 1\n", ["TYPE-900"]),
        ("# mypy: disable-error-code=misc because\nx = 1\n", ["TYPE-900"]),
        ("# type: ignore\nx = 1\n", ["TYPE-900"]),
        ("x = '# type: ignore'\n", []),
        ("x = (\n", []),
    ],
)
@pytest.mark.parametrize("folder", ["src/wow_heartbeat", "tests"])
def test_silenced_types(package: Package, folder: str, text: str, rules: list[str]) -> None:
    """What is not checked is limited to a code and has a reason; a whole file is never left out."""
    (package.root / folder / "extra.py").write_text(text)
    told = Told()

    findings = TypesGate(told, told).check(package).findings

    assert [one.rule for one in findings] == rules
    assert all(one.severity is Severity.ERROR and one.line == 1 for one in findings)


def test_tests_pass(package: Package) -> None:
    """Nothing is said of tests that pass and cover enough; the numbers are kept."""
    told = Told()

    checked = TestsGate(told, told).check(package)

    assert checked.findings == ()
    assert checked.measures == {"tests": 2, "failed": 0, "coverage": 100.0}


def test_a_failing_test(package: Package) -> None:
    """Every failing test is a finding at its place."""
    failure = Failure(
        "tests/test_a.py::test_x", "assert False", PurePosixPath("tests/test_a.py"), 7
    )
    told = Told(suite=SuiteRun(2, (failure,), _ALL_RUN, _OWN_TESTS))

    [finding] = TestsGate(told, told).check(package).findings

    assert (finding.rule, finding.path, finding.line) == ("TEST-001", failure.path, 7)
    assert finding.message == "tests/test_a.py::test_x: assert False"


def test_too_little_is_covered(package: Package) -> None:
    """Below the bar the gate fails, and notes list what no test runs."""
    covered = Coverage(79.999, ((_CODE, (3, 4, 5, 9)),))
    told = Told(suite=SuiteRun(2, (), covered, _OWN_TESTS))

    failing, note = TestsGate(told, told).check(package).findings

    assert (failing.rule, failing.severity) == ("TEST-002", Severity.ERROR)
    assert "79.99 %" in failing.message
    assert (note.severity, note.path, note.line) == (Severity.NOTE, _CODE, 3)
    assert note.message.endswith("3-5, 9")


def test_the_packages_own_bar_counts(package: Package) -> None:
    """What is enough for others is too little for a package that asks more of itself."""
    told = Told(suite=SuiteRun(2, (), Coverage(85.0), _OWN_TESTS))
    assert TestsGate(told, told).check(package).findings == ()

    with (package.root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n[tool.waooaw]\ncoverage = 90\n")

    assert [one.rule for one in TestsGate(told, told).check(package).findings] == ["TEST-002"]


def test_no_tests(package: Package) -> None:
    """A package without tests fails for that, and is not lectured on coverage besides."""
    (package.root / _FILE).unlink()
    told = Told(suite=SuiteRun(0, (), Coverage(0.0)))

    assert [one.rule for one in TestsGate(told, told).check(package).findings] == ["TEST-003"]


def test_a_test_that_never_ran(package: Package) -> None:
    """A test that stands in a file and did not come to an end is named with its line."""
    (package.root / "tests/unit").mkdir()
    (package.root / "tests/unit/extra_test.py").write_text(
        "class TestBeats:\n    class TestDeep:\n"
        "        async def test_a(self):\n            assert self\n"
    )
    told = Told()

    [finding] = TestsGate(told, told).check(package).findings

    assert (finding.rule, str(finding.path), finding.line) == (
        "TEST-004",
        "tests/unit/extra_test.py",
        3,
    )
    assert "TestBeats::TestDeep::test_a never ran" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "import pytest\n\n@pytest.fixture(scope='module')\ndef test_data(): ...\n",
        "class TestKit:\n    def __init__(self): ...\n    def test_a(self): ...\n",
        "def helper(): ...\n\nclass Kit:\n    def test_a(self): ...\n",
        "x = [1,\n",
    ],
    ids=["fixture", "constructor", "others", "broken"],
)
def test_what_is_no_test(package: Package, text: str) -> None:
    """What pytest does not take for a test need not run."""
    (package.root / "tests/test_extra.py").write_text(text)
    told = Told()

    assert TestsGate(told, told).check(package).findings == ()


def test_a_file_that_stops_the_collection(package: Package) -> None:
    """Where a file could not be collected no test ran, and one finding says why."""
    failure = Failure("tests/test_b.py", "SyntaxError", PurePosixPath("tests/test_b.py"), 1)
    told = Told(suite=SuiteRun(0, (failure,), Coverage(0.0)))

    assert [one.rule for one in TestsGate(told, told).check(package).findings] == ["TEST-001"]


@pytest.mark.parametrize(("reason", "weight"), [("", Severity.ERROR), ("no", Severity.WARNING)])
def test_a_test_that_is_passed_over(package: Package, reason: str, weight: Severity) -> None:
    """Without a reason it fails the gate, with one it is a warning."""
    over = PassedOver("tests/test_a.py::test_x", reason, PurePosixPath(_FILE), 4)
    told = Told(suite=SuiteRun(2, (), _ALL_RUN, _OWN_TESTS, (over,)))

    [finding] = TestsGate(told, told).check(package).findings

    assert (finding.rule, finding.severity, finding.line) == ("TEST-005", weight, 4)


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# pragma: no cover", ["TEST-006"]),
        ("#PRAGMA:NO  COVER -", ["TEST-006"]),
        ("# pragma: no branch", ["TEST-006"]),
        ("# pragma: no cover - Windows only", []),
        ("# pragma: no cover  # noqa: S101", ["TEST-006"]),
        ("'# pragma: no cover'", []),
    ],
)
def test_what_coverage_leaves_out(package: Package, comment: str, rules: list[str]) -> None:
    """Code that is not measured needs a reason behind the comment."""
    (package.root / "src/wow_heartbeat/extra.py").write_text(f"x = 1\nif x: {comment}\n  y = 1\n")
    if comment.startswith("'"):
        (package.root / "src/wow_heartbeat/extra.py").write_text(f"x = {comment}\n")
    told = Told()

    findings = TestsGate(told, told).check(package).findings

    assert [one.rule for one in findings] == rules
    assert all(one.line == 2 for one in findings)


def test_sources_that_are_no_python(package: Package) -> None:
    """A NUL byte in a source is its author's fault: the gate fails, and runs nothing."""
    (package.root / "src/wow_heartbeat/extra.py").write_bytes(b"x = 1\0\n")
    told = Told()

    [finding] = TestsGate(told, told).check(package).findings

    assert (finding.rule, str(finding.path)) == ("TEST-007", "src/wow_heartbeat/extra.py")
    assert told.pythons == []


def test_settings_that_cannot_be_read(package: Package) -> None:
    """Without the bar there is no verdict."""
    (package.root / "pyproject.toml").write_text("x = ")
    told = Told()

    with pytest.raises(InputError):
        TestsGate(told, told).check(package)


@pytest.mark.parametrize(
    ("lines", "text"),
    [((3,), "3"), ((1, 2, 3), "1-3"), ((1, 3, 4, 9), "1, 3-4, 9")],
)
def test_ranges(lines: tuple[int, ...], text: str) -> None:
    """Lines are shown as people write them."""
    assert ranges(lines) == text


def test_every_gate_is_there_once() -> None:
    """The list of gates is complete, in the order of reports."""
    told = Told()
    gates = all_gates(Tools(told, told, told, told, told, told), thorough=True)

    assert [gate.id for gate in gates] == list(GateId)
    assert all(gate.limit > timedelta(0) for gate in gates)


def test_every_rule_is_explained() -> None:
    """A rule says what it demands, why, what to do, and shows it badly and well done."""
    docs = rule_docs()

    assert {"SPEC-001", "FMT-001", "LINT", "TYPE", "TEST-001", "PERF-001", "GATE-E001"} <= set(docs)
    for name, doc in docs.items():
        assert name == doc.id
        assert doc.title.endswith(".")
        assert all((doc.why, doc.fix, doc.good))
