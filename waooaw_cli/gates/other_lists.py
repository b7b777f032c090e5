"""Dependencies that stand elsewhere than PEP 621 has them: poetry, Pipfile, setup.cfg, setup.py."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeAlias

from waooaw_cli.gates.needs import (
    Dependency,
    Scope,
    Unjudged,
    line_of,
    normal_name,
    table_in,
    toml_in,
)

__all__ = ["otherwise_listed"]

_PROJECT = PurePosixPath("pyproject.toml")
_PIPFILE = PurePosixPath("Pipfile")
_SETUP_CFG = PurePosixPath("setup.cfg")
_SETUP_PY = PurePosixPath("setup.py")
_EXACT = re.compile(r"(?:={2,3})?\s*(?P<version>\d[\w.!+-]*)")

#: Reads one requirement as PEP 508 has it.
Required: TypeAlias = Callable[
    [str, PurePosixPath, int | None, Scope | None], Dependency | Unjudged
]


def otherwise_listed(
    texts: Mapping[PurePosixPath, str], required: Required
) -> Iterator[Dependency | Unjudged]:
    """Yield what the older files at the root of a package say that it depends on.

    Bounds in poetry's own notation are not read: such a dependency has no bounds here, and is
    looked up where a lock file settles it or where it is installed.

    Args:
        texts: The package's text files by path.
        required: Reads one requirement as PEP 508 has it.
    """
    project = texts.get(_PROJECT, "")
    poetry = table_in(toml_in(project), "tool", "poetry")
    groups = [(Scope.RUNTIME, table_in(poetry, "dependencies"))]
    groups += [
        (Scope.DEVELOPMENT, table_in(group, "dependencies"))
        for group in table_in(poetry, "group").values()
    ]
    groups.append((Scope.DEVELOPMENT, table_in(poetry, "dev-dependencies")))
    for scope, group in groups:
        yield from _named(group, _PROJECT, project, scope)
    text = texts.get(_PIPFILE, "")
    pipfile = toml_in(text)
    yield from _named(table_in(pipfile, "packages"), _PIPFILE, text, Scope.RUNTIME)
    yield from _named(table_in(pipfile, "dev-packages"), _PIPFILE, text, Scope.DEVELOPMENT)
    yield from _of_setup_cfg(texts.get(_SETUP_CFG, ""), required)
    if re.search(r"\b(?:install_requires|extras_require)\b", texts.get(_SETUP_PY, "")):
        line = line_of(texts[_SETUP_PY], "_require")
        yield Unjudged(_SETUP_PY, line, "setup.py lists dependencies in code, which is not run")


def _named(
    group: Mapping[str, object], path: PurePosixPath, text: str, scope: Scope
) -> Iterator[Dependency | Unjudged]:
    for name, said in group.items():
        if name == "python":  # poetry's word for the interpreter
            continue
        found = re.search(rf"(?m)^\s*[\"']?{re.escape(name)}[\"']?\s*=", text)
        line = text.count("\n", 0, found.end()) + 1 if found else None
        bounds = said.get("version") if isinstance(said, Mapping) else said
        if not isinstance(bounds, str):
            yield Unjudged(path, line, f"{name} comes from a URL, a path or a repository")
            continue
        exact = _EXACT.fullmatch(bounds)
        version = exact["version"] if exact else None
        yield Dependency(
            normal_name(name),
            f"{name} {bounds}",
            f"=={version}" if version else "",
            version,
            path,
            line,
            scope,
        )


def _of_setup_cfg(text: str, required: Required) -> Iterator[Dependency | Unjudged]:
    """Read the lists of setuptools' declarative file."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        yield Unjudged(_SETUP_CFG, None, "setup.cfg can't be read")
        return
    lists = [(Scope.RUNTIME, parser.get("options", "install_requires", fallback=""))]
    if parser.has_section("options.extras_require"):
        lists += [(Scope.OPTIONAL, one) for _, one in parser.items("options.extras_require")]
    for scope, entries in lists:
        for entry in entries.splitlines():
            one = entry.partition("#")[0].strip()
            if one:
                yield required(one, _SETUP_CFG, line_of(text, one), scope)
