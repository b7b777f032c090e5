"""One version of an agent, wherever it comes from, judged by the vision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from waooaw.documents import Document, parse
from waooaw.errors import InputError
from waooaw.spec import AgentSpec
from waooaw_cli.gates.contents import Unseen
from waooaw_cli.gates.report import Finding

if TYPE_CHECKING:
    from waooaw.vision import Layers, Rule, Subject, Violation

__all__ = ["SPECIFICATION", "Version", "is_compiled", "is_judged", "judged"]

SPECIFICATION = PurePosixPath("agent.yaml")
_SOURCES = "src"
_COMPILED = frozenset({".pyc", ".so", ".pyd"})


@dataclass(frozen=True, slots=True)
class Version:
    """Hold what of an agent is judged.

    Attributes:
        specification: The bytes of `agent.yaml`.
        sources: The Python below `src/`, by path relative to the package.
        unseen: What could not be looked at.
    """

    specification: bytes
    sources: Mapping[PurePosixPath, str] = field(default_factory=dict)
    unseen: tuple[Unseen, ...] = ()

    def text(self, path: PurePosixPath) -> str:
        """Return the text of a file; empty where this version has none of that name."""
        if path == SPECIFICATION:
            return self.specification.decode("utf-8-sig", "replace")
        return self.sources.get(path, "")

    def read(self) -> tuple[Document, AgentSpec] | None:
        """Return the specification; None where it can't be read."""
        from waooaw.specfile import check_spec

        try:
            document = parse(self.specification, source=str(SPECIFICATION))
            return document, check_spec(document)
        except InputError:
            return None


def is_judged(path: PurePosixPath) -> bool:
    """Whether the vision looks at a file of a package."""
    source = path.parts[:1] == (_SOURCES,) and (path.suffix == ".py" or is_compiled(path))
    return source or path == SPECIFICATION


def is_compiled(path: PurePosixPath) -> bool:
    """Whether Python imports a file that nobody can read."""
    return path.suffix in _COMPILED


def judged(version: Version, layers: Sequence[Layers] = ()) -> tuple[Finding, ...]:
    """Return what the vision objects to; what could not be judged is a finding too.

    Args:
        version: What is judged.
        layers: Whose policies are added to the core; where a rule is in several, each form of it
            judges, and a place is blamed for it once.
    """
    found: dict[tuple[object, ...], Finding] = {}
    for one in (*_of_specification(version, layers), *_of_code(version, layers)):
        found.setdefault((one.rule, one.path, one.line, one.column), one)
    return tuple(found.values())


def _added(layers: Sequence[Layers], subject: Subject) -> tuple[Rule, ...]:
    return tuple(rule for one in layers for rule in one.added(subject))


def _cited(found: Violation, layers: Sequence[Layers]) -> Violation:
    for one in layers:
        if (policy := one.policy_of(found.rule)) is not None:
            return replace(found, message=f"{found.message} (policy {policy.citation})")
    return found


def _of_specification(version: Version, layers: Sequence[Layers]) -> Iterator[Finding]:
    from waooaw.specfile import check_spec
    from waooaw.vision import Subject, judge_spec
    from waooaw_cli.gates.judged import finding, unread

    try:
        spec = check_spec(parse(version.specification, source=str(SPECIFICATION)))
    except InputError as error:
        yield unread(error, path=SPECIFICATION)
        return
    more = _added(layers, Subject.SPEC)
    for found in judge_spec(spec, text=version.text(SPECIFICATION), more=more):
        yield finding(_cited(found, layers), path=SPECIFICATION)


def _of_code(version: Version, layers: Sequence[Layers]) -> Iterator[Finding]:
    from waooaw.vision import Subject, core_rules, judge_code, rules_on, violation
    from waooaw_cli.gates.judged import finding

    blind = next(rule for rule in core_rules() if rule.id == "VIS-C100")
    for one in version.unseen:
        yield finding(violation(blind, {"name": one.reason}, path=one.path))
    rules = rules_on(Subject.CODE) + _added(layers, Subject.CODE)
    read = version.read()
    for each in judge_code(version.sources, rules, None if read is None else read[1]):
        yield finding(_cited(each, layers))
