"""The use case behind `waooaw vision adopt`: a pack becomes a policy of the user's own.

All that may refuse it is asked before anything is written; the file appears whole or not at all.
"""

from __future__ import annotations

import calendar
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath

from waooaw.errors import EnvironmentFault, InputError, InvalidDocument
from waooaw.vision import (
    Layers,
    Policy,
    Severity,
    Subject,
    Violation,
    judge_code,
    layers_of,
    parse_policy,
)
from waooaw.vision.packs import Pack
from waooaw.vision.policy_folder import FOLDER, read_policy
from waooaw.vision.specs import judge_by
from waooaw_cli.factory.targets import packages_at
from waooaw_cli.factory.yaml_text import yaml_lines
from waooaw_cli.gates.contents import contents, read_text
from waooaw_cli.gates.gate import Package
from waooaw_cli.gates.policies import policy_files

__all__ = ["Adoption", "Objection", "adopt", "adopted"]

#: Stands beside the policy while it is written; no policy has such an end.
_BESIDE = ".waooaw-adopt"
_SOURCES = "src"


@dataclass(frozen=True, slots=True)
class Objection:
    """Say what an adopted pack has against one agent.

    Attributes:
        agent: Its folder, as the user would name it.
        errors: The rules that refuse it, each once.
        warnings: Those that advise.
        unread: Why it can't be judged; None where it was.
    """

    agent: str
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    unread: str | None = None


@dataclass(frozen=True, slots=True)
class Adoption:
    """Hold what came of adopting a pack.

    Attributes:
        policy: What was written.
        layers: The layers as they stand with it.
        judges: Whether anything judges by it there: policies stand in a folder `vision`.
        agents: How many agents it judges.
        objections: Those of them that it has something against.
    """

    policy: Policy
    layers: Layers
    judges: bool
    agents: int = 0
    objections: tuple[Objection, ...] = field(default=())


def adopt(
    pack: Pack, *, owner: str, output: Path, folder: Path, today: date, force: bool = False
) -> Adoption:
    """Write a pack as a policy, and say what the layers and the agents are with it.

    Args:
        pack: The pack.
        owner: Who answers for the policy from now on.
        output: The folder of policies, relative to *folder* or absolute; made where there is none.
        folder: The current folder; absolute.
        today: The first day on which it judges; the last is one year later.
        force: Whether a file of its name is replaced.

    Raises:
        InputError: The owner is nobody, a file of that name is there, or another policy can't be
            read.
        InvalidDocument: Another policy is none.
        EnvironmentFault: It can't be written.
    """
    content = adopted(pack, owner=owner, today=today)
    target = (folder / output).resolve() / f"{pack.name}.yaml"
    named = _named(target, folder)
    if os.path.lexists(target) and not force:
        raise InputError(f"{named} exists already", hint="keep it, or replace it: --force")
    home = _home(target)
    files = [path for path in (policy_files(home, folder) if home else ()) if path != target]
    known = [(_named(path, folder), read_policy(path)) for path in files]
    layers = layers_of([*known, (named, content)], today)
    policy = layers.policies[-1]
    _write(target, content)
    if home is None:
        return Adoption(policy, layers, judges=False)
    packages = [one for one in _packages(home, folder) if target in policy_files(one.root, folder)]
    found = (_objection(one, policy) for one in packages)
    objections = tuple(one for one in found if one.errors or one.warnings or one.unread)
    return Adoption(policy, layers, judges=True, agents=len(packages), objections=objections)


def adopted(pack: Pack, *, owner: str, today: date) -> bytes:
    """Return the file of the policy that a pack becomes: comments, order and rules are its own.

    Raises:
        InputError: The owner is nobody who could answer for it.
    """
    days = {"effective": today.isoformat(), "expires": _in_a_year(today).isoformat()}
    fields = {"owner": yaml_lines(owner)[0], **days}  # the owner's text may hold anything
    text = pack.content.decode("utf-8")
    for name, value in fields.items():
        before, after = re.split(rf"(?m)^{name}: .*$", text, maxsplit=1)
        text = f"{before}{name}: {value}{after}"
    content = text.encode("utf-8", "surrogateescape")
    try:
        parse_policy(content, source=pack.name)
    except InvalidDocument as error:
        says = error.problems[0]
        raise InputError(
            f"--owner: {says.message}", hint="name who answers for it, as an address"
        ) from error
    return content


def _in_a_year(today: date) -> date:
    last = calendar.monthrange(today.year + 1, today.month)[1]
    return today.replace(year=today.year + 1, day=min(today.day, last))


def _home(target: Path) -> Path | None:
    """Return the folder whose agents a policy at *target* judges; None where none are judged."""
    return next((place.parent for place in target.parents if place.name == FOLDER), None)


def _named(path: Path, folder: Path) -> str:
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _write(target: Path, content: bytes) -> None:
    """Write beside and rename, so that whoever is interrupted leaves the one or the other."""
    beside = target.with_name(f".{target.name}{_BESIDE}")
    made: list[Path] = []
    try:
        for folder in reversed([target.parent, *target.parent.parents]):
            if not os.path.lexists(folder):
                folder.mkdir()
                made.append(folder)
            elif not folder.is_dir():
                raise InputError(f"{folder} is not a folder", hint="choose another --output")
        beside.write_bytes(content)
        beside.replace(target)
        made.clear()
    except OSError as error:
        raise EnvironmentFault(
            f"{target} could not be written: {error.strerror}", hint="choose another --output"
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()


def _packages(home: Path, folder: Path) -> tuple[Package, ...]:
    try:
        shown = home.relative_to(folder) if home.is_relative_to(folder) else home
        return packages_at([shown], folder=folder, output="")
    except InputError:  # there is none yet
        return ()


def _objection(package: Package, policy: Policy) -> Objection:
    try:
        found = tuple(_judged(package, policy))
    except InputError as error:
        return Objection(package.shown, unread=error.message)
    by_weight = {
        weight: tuple(sorted({one.rule for one in found if one.severity is weight}))
        for weight in Severity
    }
    return Objection(package.shown, by_weight[Severity.ERROR], by_weight[Severity.WARNING])


def _judged(package: Package, policy: Policy) -> Iterator[Violation]:
    from waooaw import documents
    from waooaw.specfile import check_spec

    spec = check_spec(documents.read(package.specification, source="agent.yaml"))
    rules = {
        subject: tuple(one for one in policy.rules if one.applies_to is subject)
        for subject in (Subject.SPEC, Subject.CODE)
    }
    yield from judge_by(rules[Subject.SPEC], spec)
    sources: dict[PurePosixPath, str] = {}
    for path in contents(package.root).files:
        if path.parts[0] == _SOURCES and path.suffix == ".py":
            text = read_text(package.root, path)
            if isinstance(text, str):  # what can't be read the gate reports
                sources[path] = text
    yield from judge_code(sources, rules[Subject.CODE], spec)
