from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from fakes.agent_package import agent_package

from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.report import Finding
from waooaw_cli.gates.spec import SpecGate

_FILE = PurePosixPath("agent.yaml")
_WITH_MODEL = "{old}otherwise: model\n"


def _findings(folder: Path, files: dict[str, str | None] | None = None) -> tuple[Finding, ...]:
    root = agent_package(folder / "wow-heartbeat", files)
    return SpecGate().check(Package(root, "wow-heartbeat")).findings


def test_a_good_package(tmp_path: Path) -> None:
    """A specification that holds, beside the code that it names, is not objected to."""
    root = agent_package(tmp_path / "any-name")

    checked = SpecGate().check(Package(root, "any-name"))

    assert checked.findings == ()
    assert checked.measures == {"rules": 1, "examples": 1}


def test_every_problem_is_found_at_its_place(tmp_path: Path) -> None:
    """Several mistakes are several findings, each with line and column and what was expected."""
    spec = "{old}limits: {monthly_usd: -5}\npurpos: typo\n"

    findings = _findings(tmp_path, {"agent.yaml": spec})

    assert [(one.rule, one.path, one.line) for one in findings] == [
        ("SPEC-001", _FILE, 14),
        ("SPEC-001", _FILE, 15),
    ]
    assert findings[0].message.startswith("limits.monthly_usd: -5")
    assert all(one.fix and one.column for one in findings)


@pytest.mark.parametrize(
    "text",
    [None, "", "- a", "a: [", "a: &x [*x]", "\0"],
    ids=["none", "empty", "list", "cut", "alias", "nul"],
)
def test_a_file_that_is_no_specification(tmp_path: Path, text: str | None) -> None:
    """A missing file, and one that holds something else, are findings and never a crash."""
    findings = _findings(tmp_path, {"agent.yaml": text})

    assert findings
    assert {one.rule for one in findings} == {"SPEC-001"}


def test_code_of_another_name(tmp_path: Path) -> None:
    """An agent without the package that its name wants is found."""
    [finding] = _findings(tmp_path, {"src/wow_heartbeat/__init__.py": None})

    assert finding.rule == "SPEC-002"
    assert "src/wow_heartbeat" in finding.message


@pytest.mark.parametrize(
    ("project", "rules"),
    [
        ('name = "wow-heartbeat"\nversion = "0.1.0"', []),
        ('name = "Wow_Heartbeat"\ndynamic = ["version"]', []),
        ('name = "wow-heartbeat"\nversion = "0.1.0.dev0+x"', []),
        ('name = "wow-other"\nversion = "0.1.0"', ["SPEC-003"]),
        ('name = "wow-other"\nversion = "0.2.0"', ["SPEC-003", "SPEC-003"]),
        ("name = ", ["SPEC-003"]),
    ],
    ids=["same", "spelling", "prerelease", "name", "both", "broken"],
)
def test_another_project(tmp_path: Path, project: str, rules: list[str]) -> None:
    """What is installed and what is specified must be the same agent in the same version."""
    findings = _findings(tmp_path, {"pyproject.toml": f"[project]\n{project}\n"})

    assert [one.rule for one in findings] == rules


def test_a_missing_prompt(tmp_path: Path) -> None:
    """A model without the prompt that it is to be told is found before the first event."""
    [finding] = _findings(tmp_path, {"agent.yaml": _WITH_MODEL})

    assert finding.rule == "SPEC-004"
    assert "src/wow_heartbeat/prompts/decide.md" in finding.message


def test_a_prompt_that_is_there(tmp_path: Path) -> None:
    """A prompt at its place is not objected to."""
    prompt = "src/wow_heartbeat/prompts/decide.md"

    assert _findings(tmp_path, {"agent.yaml": _WITH_MODEL, prompt: "Decide.\n"}) == ()


def test_a_package_without_a_project_file(tmp_path: Path) -> None:
    """An agent that nobody can install is found."""
    [finding] = _findings(tmp_path, {"pyproject.toml": None})

    assert (finding.rule, finding.path) == ("SPEC-003", _FILE)
    assert "no pyproject.toml" in finding.message
