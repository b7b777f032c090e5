"""What the templates are filled with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from packaging.version import Version
from recipes.spec_strategy import SKILL_NAMES, specs

from waooaw import documents
from waooaw.documents import Document
from waooaw.errors import InputError, InvalidDocument
from waooaw.spec import SCHEMA_URL, AgentSpec
from waooaw.specfile import check_spec, read_spec
from waooaw_cli.factory.package_files import agent_yaml, python_version, render_context
from waooaw_cli.factory.skill_stubs import skill_stubs

#: Drawing a whole specification takes a while.
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("semantic", "python"),
    [
        ("0.1.0", "0.1.0"),
        ("0.1.0-rc.1", "0.1.0rc1"),
        ("1.0.0-alpha", "1.0.0a0"),
        ("1.0.0-BETA.2", "1.0.0b2"),
        ("1.0.0-rc1", "1.0.0rc1"),
        # Two alphabets for "before": PEP 440 reads `1.0.0-5` as a release after 1.0.0.
        ("1.0.0-5", "1.0.0.dev0+5"),
        ("1.0.0-foo.7", "1.0.0.dev0+foo.7"),
        ("1.0.0-foo+build.001", "1.0.0.dev0+foo.build.1"),
        ("1.0.0+sha-abc", "1.0.0+sha.abc"),
        ("1.0.0--", "1.0.0.dev0"),
        ("1.0.0-x-y-z.--", "1.0.0.dev0+x.y.z"),
        ("1.0.0-rc.1.2", "1.0.0.dev0+rc.1.2"),
    ],
)
def test_versions_are_python_s(semantic: str, python: str) -> None:
    """Every semantic version has a PEP 440 spelling, and one before a release stays before it."""
    assert python_version(semantic) == python
    assert Version(python) >= Version("1.0.0") or "-" in semantic or semantic == "0.1.0"


def test_other_versions_are_a_defect() -> None:
    """A spec has no version that is not semantic, so anything else is loud."""
    with pytest.raises(ValueError, match="no semantic version"):
        python_version("1.0")


@given(specs())
@SLOW
def test_agent_yaml_says_the_whole_specification(spec: AgentSpec) -> None:
    """Reading agent.yaml gives the specification that it was made from, defaults included."""
    lines = agent_yaml(spec)
    read = check_spec(documents.parse("\n".join(lines).encode(), source="agent.yaml"))

    assert lines[0] == f"# yaml-language-server: $schema={SCHEMA_URL}"
    assert read == spec


@given(specs())
@SLOW
def test_context_is_plain_and_stable(spec: AgentSpec) -> None:
    """The context is JSON, and the same twice."""
    context = render_context(spec)

    assert json.loads(json.dumps(context)) == context == render_context(spec)


def test_too_large_once_written_out(cases: Path) -> None:
    """A specification that outgrows agent.yaml is refused before anything is made."""
    plain = read_spec(cases / "valid" / "wow-heartbeat.yaml").plain()
    plain["examples"][0]["event"]["data"] = {"numbers": list(range(10_000))}

    with pytest.raises(InputError, match=r"does not fit into one agent\.yaml"):
        agent_yaml(check_spec(Document("answers", plain)))


def _with_skills(names: list[str]) -> AgentSpec:
    plain = {
        "name": "wow-x",
        "purpose": "Do.",
        "domain": "d",
        "owner": "o",
        "wake": [{"topic": "a"}],
        "rules": [{"id": "r", "when": "true", "then": "approve", "because": "b"}],
        "collaborators": {"escalates_to": "e"},
        "examples": [{"event": {"type": "a"}, "expect": {}}],
        "skills": [{"name": name, "description": "Do it."} for name in names],
    }
    return check_spec(Document("answers", plain))


def test_type_names_are_no_skill_s_and_no_other_s() -> None:
    """No type is called like a skill or like another type, whatever the skills are called."""
    stubs = skill_stubs(_with_skills(list(SKILL_NAMES)))
    types = [line.split("(")[0].split()[1] for line in stubs.types if line.startswith("class ")]

    assert len(set(types)) == len(types) == 2 * len(SKILL_NAMES)
    assert not set(types) & {*SKILL_NAMES, "Task", "NotWritten", "Skills", "TypedDict"}
    assert "from waooaw import Task as SkillTask2" in stubs.imports


def test_agent_without_skills_imports_nothing() -> None:
    """Where there is nothing to do, there is nothing to import."""
    stubs = skill_stubs(_with_skills([]))

    assert (stubs.imports, stubs.types, stubs.names, stubs.methods) == ((), (), (), ())
    assert not stubs.wide


def test_skill_that_python_would_rename_is_refused() -> None:
    """A name with two leading underscores means another one inside a class, so no stub has it."""
    with pytest.raises(InvalidDocument, match="would rename it inside a class"):
        _with_skills(["__secret"])
