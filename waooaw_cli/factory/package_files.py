"""Prepare what a recipe's templates are filled with, so that the templates decide nothing.

Whatever has to be escaped, wrapped, named or turned into a version is worked out here, in Python;
a template only places it. All of it travels in the package's answers file: rendering version 1.0.0
of a recipe again, which a three-way merge has to do, then needs no Python of that day. The whole
specification is in it as the lines of `agent.yaml`: PyYAML, which writes that file, spoils strings
with unusual line breaks, and those lines have them escaped.
"""

from __future__ import annotations

import re

from packaging.version import Version

from waooaw import documents
from waooaw.documents import Json
from waooaw.errors import InputError, InvalidDocument
from waooaw.spec import SCHEMA_URL, AgentSpec
from waooaw_cli.factory.escapes import (
    docstring_lines,
    markdown_text,
    one_line,
    shortened,
    toml_string,
)
from waooaw_cli.factory.skill_stubs import LINE_WIDTH, skill_stubs
from waooaw_cli.factory.yaml_text import yaml_lines

__all__ = ["agent_yaml", "python_version", "render_context"]

_SEMVER = re.compile(r"(\d+\.\d+\.\d+)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?", re.ASCII)
_PRERELEASE = re.compile(r"(alpha|beta|rc|a|b|c|pre|preview)(?:[.-]?(\d+))?", re.IGNORECASE)
_SEPARATORS = re.compile(r"[.-]+")

#: Core metadata allows 512 characters in `Summary`.
_SUMMARY_WIDTH = 300
_TITLE_WIDTH = 50


def python_version(version: str) -> str:
    """Return the PEP 440 spelling of a semantic version: `0.1.0-rc.1`, `0.1.0rc1`.

    A pre-release that PEP 440 has no word for becomes a development release whose local part names
    it, so it still sorts before the release; build metadata becomes a local part.
    """
    match = _SEMVER.fullmatch(version)
    if match is None:  # a spec has no other version
        raise ValueError(f"{version!r} is no semantic version")
    release, before, build = match[1], match[2] or "", match[3] or ""
    local = [build]
    if known := _PRERELEASE.fullmatch(before):
        release += f"{known[1]}{known[2] or 0}"
    elif before:
        release += ".dev0"
        local = [before, build]
    label = _SEPARATORS.sub(".", ".".join(local)).strip(".")
    return str(Version(f"{release}+{label}" if label else release))


def agent_yaml(spec: AgentSpec) -> list[str]:
    """Return the lines of `agent.yaml` in its one canonical form.

    Raises:
        InputError: With every default written out it would be larger than an `agent.yaml` may be.
    """
    plain = spec.plain()
    lines = [f"# yaml-language-server: $schema={SCHEMA_URL}", *yaml_lines(plain)]
    try:
        read = documents.parse(("\n".join(lines) + "\n").encode(), source="agent.yaml")
    except InvalidDocument as error:
        raise InputError(
            f"the specification of {spec.name!r} does not fit into one agent.yaml once every "
            f"default is written out: {error.problems[0].message}",
            hint="shorten its examples",
        ) from error
    if read.data != plain:
        raise AssertionError("agent.yaml does not say what the specification says")
    return lines


def render_context(spec: AgentSpec) -> dict[str, Json]:
    """Return plain data for the templates of a recipe; no part of it is shared with another."""
    stubs = skill_stubs(spec)
    return {
        "name": spec.name,
        "package": spec.package,
        "class_name": spec.class_name,
        "prompt": spec.model.prompt if spec.model else "",
        "text": {
            "agent_yaml": agent_yaml(spec),
            "summary": toml_string(shortened(spec.purpose, _SUMMARY_WIDTH)),
            "topic": spec.wake[0].topic,
            "version": python_version(spec.version),
            "title": docstring_lines(shortened(spec.title, _TITLE_WIDTH), _TITLE_WIDTH)[0],
            "purpose": docstring_lines(spec.purpose, LINE_WIDTH - 10),
            "import_class": _import(f"{spec.package}.agent", spec.class_name),
            "skills": {
                "imports": list(stubs.imports),
                "types": list(stubs.types),
                "names": list(stubs.names),
                "wide": stubs.wide,
                "methods": list(stubs.methods),
            },
            "markdown": _markdown(spec),
            "prompt": [one_line(line) for line in spec.purpose.split("\n") if one_line(line)],
        },
    }


def _import(module: str, name: str) -> list[str]:
    line = f"from {module} import {name}"
    return [line] if len(line) <= LINE_WIDTH else [f"from {module} import (", f"    {name},", ")"]


def _markdown(spec: AgentSpec) -> dict[str, Json]:
    return {
        "title": markdown_text(spec.title),
        "purpose": markdown_text(spec.purpose),
        "domain": markdown_text(spec.domain),
        "owner": markdown_text(spec.owner),
        "escalates_to": markdown_text(spec.collaborators.escalates_to),
        "responsibilities": [markdown_text(duty) for duty in spec.responsibilities],
        "skills": [
            {
                "name": markdown_text(skill.name),
                "effect": skill.effect.value,
                "description": markdown_text(skill.description),
            }
            for skill in spec.skills
        ],
    }
