"""What a package's files say that it depends on: requirements, and what lock files settled.

Read are `pyproject.toml` (PEP 621, PEP 735), `requirements*.txt` as pip reads them, `pylock.toml`
(PEP 751), `uv.lock`, `poetry.lock` and `Pipfile.lock`, and what older tools wrote. Nothing that
they name is opened unless it is a file of the package.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from waooaw_cli.gates.lockfiles import is_lock, locked_in
from waooaw_cli.gates.needs import (
    Artifact,
    Dependency,
    Needs,
    Scope,
    Unjudged,
    line_of,
    normal_name,
    strings_in,
    table_in,
    toml_in,
)
from waooaw_cli.gates.other_lists import otherwise_listed

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["needs_of"]

_PROJECT = PurePosixPath("pyproject.toml")
_LISTS = re.compile(r"(?:[\w.-]*requirements|constraints)[\w.-]*\.(?:txt|in)")
_DEVELOPERS = re.compile(
    r"(?:^|[-_./])(?:dev|develop|test|tests|lint|docs?|typing|types)(?:[-_./]|$)"
)
_HASH = re.compile(r"--hash[= ](?P<kind>[a-z0-9]+):(?P<digest>[0-9a-fA-F]+)")
_INCLUDE = re.compile(r"(?:-r|-c|--requirement|--constraint)[= ]?\s*(?P<path>\S+)")
_OURSELVES = re.compile(r"(?:-e|--editable)?\s*(?:\.|file:\.)(?:\[[^\]]*\])?")
_EXACT = frozenset({"==", "==="})


def needs_of(texts: Mapping[PurePosixPath, str]) -> Needs:
    """Return what the files of a package say that it depends on.

    What can't be read in `pyproject.toml` is the concern of the rules on bounds.

    Args:
        texts: The package's text files by path.
    """
    project = _project_name(texts.get(_PROJECT, ""))
    found: list[Dependency | Unjudged] = [
        *_of_project(texts.get(_PROJECT, "")),
        *otherwise_listed(texts, _required),
    ]
    seen: set[PurePosixPath] = set()
    for path in sorted(texts):
        if is_lock(path):
            found += locked_in(path, texts[path], project)
        elif _LISTS.fullmatch(path.name) or (
            path.parent.name == "requirements" and path.suffix in {".txt", ".in"}
        ):
            found += _of_list(path, texts, seen)
    return Needs(
        project,
        tuple(one for one in found if isinstance(one, Dependency) and one.name != project),
        tuple(one for one in found if isinstance(one, Unjudged)),
    )


def _project_name(text: str) -> str:
    data = toml_in(text)
    name = table_in(data, "project").get("name") if isinstance(data, Mapping) else None
    return normal_name(name) if isinstance(name, str) else ""


def _of_project(text: str) -> Iterator[Dependency]:
    data = toml_in(text)
    if isinstance(data, str):
        return
    project = table_in(data, "project")
    lists = [(Scope.RUNTIME, project.get("dependencies"))]
    lists += [(Scope.OPTIONAL, one) for one in table_in(project, "optional-dependencies").values()]
    lists += [(Scope.DEVELOPMENT, one) for one in table_in(data, "dependency-groups").values()]
    elsewhere = {normal_name(name) for name in table_in(data, "tool", "uv", "sources")}
    for scope, group in lists:
        for one in strings_in(group):
            found = _required(one, _PROJECT, line_of(text, one), scope)
            if isinstance(found, Dependency) and not (
                found.elsewhere or found.name in elsewhere
            ):  # what comes from elsewhere, and what is no requirement, has a rule of its own
                yield found


def _required(
    text: str, path: PurePosixPath, line: int | None, scope: Scope | None
) -> Dependency | Unjudged:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return Unjudged(path, line, f"{text!r} is no requirement")
    return Dependency(
        normal_name(requirement.name),
        text,
        str(requirement.specifier),
        _pinned(requirement),
        path,
        line,
        scope,
        extras=frozenset(requirement.extras),
        applies=_applies(requirement),
        elsewhere=requirement.url is not None,
    )


def _applies(requirement: Requirement) -> bool:
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName

    if requirement.marker is None:
        return True
    try:
        return requirement.marker.evaluate({"extra": ""})
    except (UndefinedComparison, UndefinedEnvironmentName):
        return True  # in doubt it is looked at


def _pinned(requirement: Requirement) -> str | None:
    for one in requirement.specifier:
        if one.operator in _EXACT and not one.version.endswith(".*"):
            return one.version
    return None


def _of_list(
    path: PurePosixPath, texts: Mapping[PurePosixPath, str], seen: set[PurePosixPath]
) -> Iterator[Dependency | Unjudged]:
    """Read a list of requirements as pip does, and the ones that it includes.

    Source: pip's documentation, "Requirements File Format".
    """
    if path in seen:
        return
    seen.add(path)
    scope = Scope.DEVELOPMENT if _DEVELOPERS.search(str(path)) else Scope.RUNTIME
    for line, text in _logical_lines(texts[path]):
        if included := _INCLUDE.fullmatch(text):
            target = PurePosixPath(posixpath.normpath((path.parent / included["path"]).as_posix()))
            if target in texts:
                yield from _of_list(target, texts, seen)
            else:
                yield Unjudged(path, line, f"{included['path']} is no file of the package")
        elif _OURSELVES.fullmatch(text):
            continue
        elif text.startswith("-") and not text.startswith(("-e", "--editable")):
            continue  # an option of pip's: where it looks, not what for
        elif text.startswith("-") or "://" in text.partition("@")[0]:
            yield Unjudged(path, line, f"{text} comes from a URL, a path or a repository")
        else:
            found = _required(text.partition(" --")[0].strip(), path, line, scope)
            if isinstance(found, Dependency) and found.elsewhere:
                yield Unjudged(path, line, f"{text} comes from a URL, a path or a repository")
            elif isinstance(found, Dependency):
                yield _with_hashes(found, text)
            else:
                yield found


def _with_hashes(found: Dependency, text: str) -> Dependency:
    from dataclasses import replace

    artifacts = tuple(
        Artifact("", ((one["kind"], one["digest"].lower()),)) for one in _HASH.finditer(text)
    )
    return replace(found, artifacts=artifacts)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each line, continued ones joined, without comments."""
    begun, joined = 0, ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.sub(r"(^|\s)#.*$", "", raw)
        begun = begun or number
        if line.endswith("\\"):
            joined += line[:-1] + " "
            continue
        whole = " ".join((joined + line).split())
        if whole:
            yield begun, whole
        begun, joined = 0, ""
    if joined.strip():
        yield begun, " ".join(joined.split())
