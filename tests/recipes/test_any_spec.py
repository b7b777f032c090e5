"""Whatever a valid specification says, its package is valid, formatted and clean."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from recipes.rendering import render, said, spec_of
from recipes.spec_strategy import specs

from waooaw import documents
from waooaw.documents import Document
from waooaw.spec import AgentSpec
from waooaw.specfile import check_spec
from waooaw_cli.factory.package_files import render_context

#: Without shrinking: that would render thousands of packages, and a finding names the line anyway.
MANY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def test_package_is_clean(tmp_path: Path) -> None:
    """It compiles, its data files hold the specification, and neither formatter nor linter objects.

    One call of ruff judges all packages.
    """

    @given(specs())
    @MANY
    def rendered(spec: AgentSpec) -> None:
        package = render(spec, tmp_path / str(len(list(tmp_path.iterdir()))))
        agent = documents.parse((package / "agent.yaml").read_bytes(), source="agent.yaml")
        # As Copier reads it when it updates the package.
        answers = yaml.safe_load((package / ".copier-answers.yml").read_bytes())
        project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))

        assert agent.data == spec.plain()
        assert {name: answers[name] for name in render_context(spec)} == render_context(spec)
        assert project["project"]["name"] == spec.name
        for path in package.rglob("*.py"):
            compile(path.read_text(encoding="utf-8"), str(path), "exec")

    rendered()

    assert said(tmp_path, "ruff", "format", "--no-cache", "--diff", ".") == ""
    assert said(tmp_path, "ruff", "check", "--no-cache", "--ignore-noqa", ".") == ""


@given(specs())
@settings(MANY, max_examples=2)
def test_package_passes_its_own_gates(spec: AgentSpec) -> None:
    """The strict type checker is content with sources and tests, and all tests pass."""
    with tempfile.TemporaryDirectory() as folder:
        package = render(spec, Path(folder) / spec.name)

        assert said(package, "mypy", "--strict", "src", "tests") == ""
        assert said(package, "coverage", "run", "-m", "pytest", "-q") == ""
        assert said(package, "coverage", "report", "--fail-under=100") == ""


@pytest.mark.parametrize("text", ["\u200b", "\\" * 400, '"' * 400, "\u0301" * 400, "漢" * 400])
def test_strange_texts_stay_clean(text: str, cases: Path, tmp_path: Path) -> None:
    """Texts that nobody can see, or that double when they are escaped, break no line either."""
    plain = spec_of(cases / "valid" / "wow-refund-desk.yaml").plain()
    for field in ("title", "purpose", "domain", "owner"):
        plain[field] = text
    plain["skills"][0]["description"] = text
    render(check_spec(Document("answers", plain)), tmp_path / "package")

    assert said(tmp_path, "ruff", "format", "--no-cache", "--diff", ".") == ""
    assert said(tmp_path, "ruff", "check", "--no-cache", "--ignore-noqa", ".") == ""
    for path in tmp_path.rglob("*.py"):
        compile(path.read_text(encoding="utf-8"), str(path), "exec")
