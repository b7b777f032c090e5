"""What lock files settled: `pylock.toml` (PEP 751), `uv.lock`, `poetry.lock`, `Pipfile.lock`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from waooaw_cli.gates.needs import (
    Artifact,
    Dependency,
    Scope,
    Unjudged,
    normal_name,
    strings_in,
    table_in,
    toml_in,
)

__all__ = ["is_lock", "locked_in"]

_PYLOCK = re.compile(r"pylock(?:\.[^.]+)?\.toml")
_HEADER = re.compile(r"^\s*\[\[\s*packages?\s*\]\]\s*(?:#.*)?$")
_ELSEWHERE = frozenset({"git", "vcs", "url", "archive", "path", "directory", "file"})


def is_lock(path: PurePosixPath) -> bool:
    """Say whether *path* has the name of a lock file."""
    named = path.name in {"uv.lock", "poetry.lock", "Pipfile.lock"}
    return named or _PYLOCK.fullmatch(path.name) is not None


def locked_in(path: PurePosixPath, text: str, project: str) -> Iterator[Dependency | Unjudged]:
    """Yield what a lock file settled, in its order.

    Args:
        path: The file, relative to the package; its name tells the format.
        text: What stands in it.
        project: The package's own name, normalised.
    """
    if path.name == "Pipfile.lock":
        yield from _of_pipfile(path, text)
    else:
        yield from _of_lock(path, text, project)


def _of_lock(path: PurePosixPath, text: str, project: str) -> Iterator[Dependency | Unjudged]:
    data = toml_in(text)
    if isinstance(data, str):
        yield Unjudged(path, None, f"{path} can't be read: {data}", broken=True)
        return
    packages = data.get("packages" if _PYLOCK.fullmatch(path.name) else "package", [])
    if not isinstance(packages, list) or not all(isinstance(one, Mapping) for one in packages):
        yield Unjudged(path, None, f"{path} can't be read: it lists no packages", broken=True)
        return
    places = _places(text, len(packages))
    for package, line in zip(packages, places, strict=True):
        name, version = package.get("name"), package.get("version")
        if not isinstance(name, str):
            yield Unjudged(path, line, f"{path} can't be read: a package has no name", broken=True)
            continue
        source = _source(package)
        if source in {"editable", "virtual"} or normal_name(name) == project:
            continue  # the package itself, or another of the same workspace
        if not isinstance(version, str):
            yield Unjudged(path, line, f"{name} comes from elsewhere and has no version")
            continue
        if source in _ELSEWHERE:
            yield Unjudged(path, line, f"{name} {version} comes from a URL, a path or a repository")
        yield Dependency(
            normal_name(name),
            f"{name} {version}",
            f"=={version}",
            version,
            path,
            line,
            None,
            locked=True,
            needs=tuple(sorted(set(_lock_needs(package.get("dependencies"))))),
            artifacts=tuple(_lock_artifacts(package)),
        )


def _places(text: str, count: int) -> list[int | None]:
    """Return the line of each package's name: the line itself says which one it is."""
    lines = text.splitlines()
    headers = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    if len(headers) != count:  # inline tables, or a header inside a text
        return [None] * count
    places: list[int | None] = []
    for header in headers:
        named = (
            number
            for number in range(header + 1, min(header + 20, len(lines)))
            if re.match(r"\s*name\s*=", lines[number])
        )
        places.append(next(named, header) + 1)
    return places


def _source(package: Mapping[str, Any]) -> str:  # `Any`: as above
    """Return what kind of place a locked package comes from; `registry` for an index."""
    source = package.get("source")
    if isinstance(source, Mapping):
        kind = source.get("type")
        if isinstance(kind, str):  # poetry; `legacy` is an index of the house
            return kind
        return next((key for key in source if key != "subdirectory"), "registry")
    kinds = ("vcs", "directory", "archive")
    return next((kind for kind in kinds if kind in package), "registry")


def _lock_needs(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):  # poetry: name to bounds
        yield from (normal_name(name) for name in value if isinstance(name, str))
    elif isinstance(value, list):  # uv and pylock: tables with a name
        for one in value:
            name = one.get("name") if isinstance(one, Mapping) else None
            if isinstance(name, str):
                yield normal_name(name)


def _lock_artifacts(package: Mapping[str, Any]) -> Iterator[Artifact]:  # `Any`: as above
    for key in ("sdist", "wheels", "files", "archive"):
        value = package.get(key)
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, Mapping):
                continue
            names = (one.get("url"), one.get("file"), one.get("name"), one.get("path"))
            name = next((name for name in names if isinstance(name, str)), "")
            digests = dict(_digests(one))
            if digests:
                yield Artifact(name, tuple(sorted(digests.items())))


def _digests(artifact: Mapping[str, Any]) -> Iterator[tuple[str, str]]:  # `Any`: as above
    hashes = artifact.get("hashes")
    if isinstance(hashes, Mapping):
        for kind, digest in hashes.items():
            if isinstance(digest, str):
                yield kind.lower(), digest.lower()
    single = artifact.get("hash")
    if isinstance(single, str) and ":" in single:
        kind, digest = single.lower().split(":", 1)
        yield kind, digest


def _of_pipfile(path: PurePosixPath, text: str) -> Iterator[Dependency | Unjudged]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield Unjudged(path, None, f"{path} can't be read: {error}", broken=True)
        return
    if not isinstance(data, Mapping):
        yield Unjudged(path, None, f"{path} can't be read: it is no mapping", broken=True)
        return
    for section, scope in (("default", Scope.RUNTIME), ("develop", Scope.DEVELOPMENT)):
        begin = max(text.find(f'"{section}"'), 0)
        for name, entry in table_in(data, section).items():
            position = text.find(f'"{name}"', begin)
            line = text.count("\n", 0, position) + 1 if position >= 0 else None
            version = entry.get("version") if isinstance(entry, Mapping) else None
            if not (isinstance(version, str) and version.startswith("==")):
                yield Unjudged(path, line, f"{name} comes from elsewhere and has no version")
                continue
            hashes = (one for one in strings_in(entry.get("hashes")) if ":" in one)
            yield Dependency(
                normal_name(name),
                f"{name}{version}",
                version,
                version.lstrip("="),
                path,
                line,
                scope,
                locked=True,
                artifacts=tuple(
                    Artifact("", ((one.split(":", 1)[0], one.split(":", 1)[1].lower()),))
                    for one in hashes
                ),
            )
