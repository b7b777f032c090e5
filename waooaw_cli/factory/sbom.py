"""List what a package is made of: what its files settle, then what is installed for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from waooaw.errors import InputError
from waooaw_cli.gates.closure import Closure, Root, closure
from waooaw_cli.gates.dependency_ports import Distribution
from waooaw_cli.gates.licences import Licence, licence_of, own_licence
from waooaw_cli.gates.needs import Artifact, Dependency, Needs, Scope, table_in, toml_in
from waooaw_cli.gates.requirements import needs_of

__all__ = ["Bill", "Component", "bill_of"]

_PROJECT = PurePosixPath("pyproject.toml")
_SCOPES = (Scope.RUNTIME, Scope.OPTIONAL, Scope.DEVELOPMENT)


@dataclass(frozen=True, slots=True)
class Component:
    """Hold one thing that a package is made of.

    Attributes:
        name: Normalised (PEP 503).
        version: None where no file and no installation tells it.
        scope: Who needs it; None where that is not known.
        licence: What its metadata says; None where it is not installed in this version.
        artifacts: The files that a lock file allows it to come from.
        needs: The names that it needs itself, sorted.
    """

    name: str
    version: str | None
    scope: Scope | None = None
    licence: Licence | None = None
    artifacts: tuple[Artifact, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """Hold the whole list.

    Attributes:
        name: The package's.
        version: The package's; None where its files do not say.
        licence: The package's own.
        needs: The names that the package asks for itself, sorted.
        components: By name and version.
        unknown: What is needed and has no version, or could not be read, each in one sentence.
    """

    name: str
    version: str | None
    licence: Licence | None
    needs: tuple[str, ...]
    components: tuple[Component, ...]
    unknown: tuple[str, ...] = ()


def bill_of(
    texts: Mapping[PurePosixPath, str], find: Callable[[str], Distribution | None], *, name: str
) -> Bill:
    """Return what the package is made of whose files are *texts*.

    Args:
        texts: Its text files by path.
        find: Returns what is installed for it under a normalised name.
        name: What to call it where `pyproject.toml` does not say.

    Raises:
        InputError: `pyproject.toml` or a lock file can't be read.
    """
    data = toml_in(texts.get(_PROJECT, ""))
    if isinstance(data, str):
        raise InputError(f"pyproject.toml can't be read: {data}", hint="see https://toml.io")
    needs = needs_of(texts)
    for one in needs.unjudged:
        if one.broken:
            raise InputError(one.reason, hint="make the lock file again with its own tool")
    project = table_in(data, "project")
    own, version = project.get("name"), project.get("version")
    found = closure(_roots(needs, _SCOPES), find, stop=frozenset({needs.project}))
    components = _components(needs, found, find, _scopes(needs, find))
    unknown = [one.reason for one in needs.unjudged]
    unknown += [f"{one.name} has no known version" for one in components if one.version is None]
    return Bill(
        own if isinstance(own, str) else name,
        version if isinstance(version, str) else None,
        own_licence(project),
        tuple(sorted({one.name for one in needs.dependencies if not one.locked})),
        components,
        tuple(sorted(unknown)),
    )


def _roots(needs: Needs, scopes: Iterable[Scope]) -> list[Root]:
    wanted = set(scopes)
    return [
        Root(one.name, one.extras)
        for one in needs.dependencies
        if one.applies and not one.locked and one.scope in wanted
    ]


def _scopes(needs: Needs, find: Callable[[str], Distribution | None]) -> dict[str, Scope]:
    """Return for each name who needs it: at run time, if anything does."""
    locked = {one.name: one.needs for one in needs.dependencies if one.locked}
    found: dict[str, Scope] = {}
    for scope in _SCOPES:
        installed = closure(_roots(needs, (scope,)), find, stop=frozenset({needs.project}))
        names = [root.name for root in _roots(needs, (scope,))]
        names += [*installed.reached, *(one.name for one in installed.missing)]
        while names:  # and what a lock file says besides
            name = names.pop()
            if name not in found:
                found[name] = scope
                names += locked.get(name, ())
    for one in needs.dependencies:
        if one.scope is not None:
            found.setdefault(one.name, one.scope)
    return found


def _components(
    needs: Needs,
    found: Closure,
    find: Callable[[str], Distribution | None],
    scopes: Mapping[str, Scope],
) -> tuple[Component, ...]:
    components: dict[tuple[str, str], Component] = {}
    for one in sorted(needs.dependencies, key=lambda one: not one.locked):
        if one.version is not None:
            _add(components, _settled(one, found, find(one.name), scopes.get(one.name)))
    settled = {name for name, _ in components}
    for name, reached in found.reached.items():
        if name not in settled:
            installed = reached.distribution
            licence = licence_of(installed.expression, installed.licence, installed.classifiers)
            scope = scopes.get(name)
            _add(
                components,
                Component(name, installed.version, scope, licence, needs=reached.needs),
            )
    known = {name for name, _ in components}
    nameless = {one.name for one in needs.dependencies if one.applies}
    for name in sorted((nameless | {one.name for one in found.missing}) - known):
        _add(components, Component(name, None, scopes.get(name)))
    return tuple(components[key] for key in sorted(components))


def _add(components: dict[tuple[str, str], Component], one: Component) -> None:
    key = (one.name, one.version or "")
    before = components.get(key)
    if before is None:
        components[key] = one
        return
    artifacts = dict.fromkeys((*before.artifacts, *one.artifacts))
    needs = tuple(sorted({*before.needs, *one.needs}))
    components[key] = replace(before, artifacts=tuple(artifacts), needs=needs)


def _settled(
    one: Dependency, found: Closure, installed: Distribution | None, scope: Scope | None
) -> Component:
    """Return what a file settles; its licence, where this very version is installed."""
    if installed is None or installed.version != one.version:
        return Component(one.name, one.version, scope, None, one.artifacts, one.needs)
    licence = licence_of(installed.expression, installed.licence, installed.classifiers)
    reached = found.reached.get(one.name)
    # A lock file knows the needs on every platform, the installation those of this one.
    needs = one.needs if one.needs or reached is None else reached.needs
    return Component(one.name, one.version, scope, licence, one.artifacts, needs)
