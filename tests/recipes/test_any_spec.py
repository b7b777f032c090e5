"""Whatever a valid specification says, its package is valid, formatted and clean."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from recipes.rendering import render, said
from recipes.spec_strategy import specs

from waooaw import documents
from waooaw.spec import AgentSpec
from waooaw_cli.factory.package_files import render_context

#: One call of ruff judges the packages of many specifications. Without shrinking: that would render
#: thousands of packages, and a finding names the line anyway.
BATCHES = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
FEW = settings(BATCHES, max_examples=3)


@given(st.lists(specs(), min_size=5, max_size=5))
@BATCHES
def test_package_is_clean(batch: list[AgentSpec]) -> None:
    """It compiles, the formatter would change nothing, and the strict set finds nothing."""
    with tempfile.TemporaryDirectory() as folder:
        for number, spec in enumerate(batch):
            package = render(spec, Path(folder) / str(number))
            for path in package.rglob("*.py"):
                compile(path.read_text(encoding="utf-8"), str(path), "exec")

        assert said(Path(folder), "ruff", "format", "--no-cache", "--diff", ".") == ""
        assert said(Path(folder), "ruff", "check", "--no-cache", "--ignore-noqa", ".") == ""


@given(st.lists(specs(), min_size=5, max_size=5))
@BATCHES
def test_data_files_say_what_they_should(batch: list[AgentSpec]) -> None:
    """agent.yaml, pyproject.toml and the answers file hold the specification to the letter."""
    with tempfile.TemporaryDirectory() as folder:
        for number, spec in enumerate(batch):
            package = render(spec, Path(folder) / str(number))
            agent = documents.parse((package / "agent.yaml").read_bytes(), source="agent.yaml")
            answers = yaml.safe_load((package / ".copier-answers.yml").read_bytes())
            project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))

            assert agent.data == spec.plain()
            assert {name: answers[name] for name in render_context(spec)} == render_context(spec)
            assert project["project"]["name"] == spec.name


@given(specs())
@FEW
def test_package_passes_its_own_gates(spec: AgentSpec) -> None:
    """mypy --strict is content with sources and tests, and all tests pass."""
    with tempfile.TemporaryDirectory() as folder:
        package = render(spec, Path(folder) / spec.name)

        assert said(package, "mypy", "--strict", "src", "tests") == ""
        assert said(package, "coverage", "run", "-m", "pytest", "-q") == ""
        assert said(package, "coverage", "report", "--fail-under=100") == ""
