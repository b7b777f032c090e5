"""Whether the dependencies of a package are bounded, by its own `pyproject.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from waooaw_cli.gates.needs import line_of

__all__ = ["Objection", "objections"]

_LOWER = frozenset({">", ">=", "==", "===", "~="})
_UPPER = frozenset({"<", "<=", "==", "===", "~="})


@dataclass(frozen=True, slots=True)
class Objection:
    """Hold what is wrong with one requirement, or with the file.

    Attributes:
        rule: The rule that it violates.
        subject: The requirement, or why the file can't be read.
        line: 1-based; None where the place is not known.
    """

    rule: str
    subject: str
    line: int | None = None


def objections(text: str) -> Iterator[Objection]:
    """Yield what is wrong with the dependencies that a `pyproject.toml` names.

    Looked at are `project.dependencies`, `project.optional-dependencies`, `dependency-groups`
    (PEP 735) and the sources that `tool.uv` gives them.
    """
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        yield Objection("SEC-033", str(error).split("\n", 1)[0] or "it is nested too deeply")
        return
    for requirement in _requirements(data):
        match requirement:
            case Objection():
                yield requirement
            case str():
                yield from _of_requirement(requirement, line_of(text, requirement))
    for name, source in _sources(data):
        yield Objection("SEC-032", f"{name} (tool.uv.sources: {source})", line_of(text, name))


def _requirements(data: Mapping[str, Any]) -> Iterator[str | Objection]:
    project = data.get("project", {})
    if not isinstance(project, Mapping):
        yield Objection("SEC-033", "project is no table")
        return
    dynamic = project.get("dynamic", [])
    if isinstance(dynamic, list):
        for field in ("dependencies", "optional-dependencies"):
            if field in dynamic:
                yield Objection("SEC-033", f"project.{field} is dynamic, so known to nobody")
    yield from _list(project.get("dependencies", []), "project.dependencies")
    for place, table in (
        ("project.optional-dependencies", project.get("optional-dependencies", {})),
        ("dependency-groups", data.get("dependency-groups", {})),
    ):
        if not isinstance(table, Mapping):
            yield Objection("SEC-033", f"{place} is no table")
            continue
        for name, group in table.items():
            yield from _list(group, f"{place}.{name}")


def _list(group: object, place: str) -> Iterator[str | Objection]:
    if not isinstance(group, list):
        yield Objection("SEC-033", f"{place} is no list")
        return
    for one in group:
        if isinstance(one, str):
            yield one
        elif not (isinstance(one, Mapping) and set(one) == {"include-group"}):
            yield Objection("SEC-033", f"{place} holds something that is no requirement")


def _of_requirement(text: str, line: int | None) -> Iterator[Objection]:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        yield Objection("SEC-033", f"{text!r} is no requirement", line)
        return
    if requirement.url is not None:
        yield Objection("SEC-032", text, line)
        return
    # `==1.*` bounds both sides, and so does `~=`; `!=` bounds none.
    operators = {specifier.operator for specifier in requirement.specifier}
    if not operators & _LOWER:
        yield Objection("SEC-030", text, line)
    if not operators & _UPPER:
        yield Objection("SEC-031", text, line)


def _sources(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what uv would take from elsewhere, whatever the requirement says."""
    found: Any = data  # TOML is what a person wrote
    for name in ("tool", "uv", "sources"):
        found = found.get(name, {}) if isinstance(found, Mapping) else {}
    if not isinstance(found, Mapping):
        return
    for name, source in found.items():
        kinds = source if isinstance(source, list) else [source]
        for kind in kinds:
            for way in ("git", "url", "path"):
                if isinstance(kind, Mapping) and way in kind:
                    yield name, way
