"""The use case behind `waooaw vision judge`: a specification in, a decision with its patch out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from waooaw import documents
from waooaw.errors import InputError
from waooaw.spec import AgentSpec
from waooaw.specfile import check_spec
from waooaw.vision import Citation, Layers, Modification, Ruling, Severity, citations, modifications
from waooaw_cli.factory.fixing import Change
from waooaw_cli.factory.spec_edits import CannotEdit, Edit, edited
from waooaw_cli.gates.gate import Package

__all__ = ["Decided", "decided"]

#: One change may call for another: a second policy asks for less than the first.
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Decided:
    """Hold the decision on one specification.

    Attributes:
        ruling: Whether it is approved as it is, as the change makes it, or not at all.
        citations: Every rule that objects; warnings too.
        change: For `MODIFY`: what the file would become.
        modifications: For `MODIFY`: the same, field by field.
        conflicts: How many conflicts there are among the layers; with any nothing is approved.
    """

    agent: str
    ruling: Ruling
    citations: tuple[Citation, ...]
    change: Change | None = None
    modifications: tuple[Modification, ...] = ()
    conflicts: int = 0


def decided(file: Path, shown: str, layers: Layers) -> Decided:
    """Judge a specification by all layers.

    Args:
        file: The specification.
        shown: Its folder, as the user named it.
        layers: The layers; while they contradict each other nothing is approved.

    Raises:
        InputError: It can't be read.
        InvalidDocument: It is none; every problem with its place.
    """
    before = documents.content_of(file, source=file.name)
    spec = _spec(before, file.name)
    cited = citations(spec, layers, text=before.decode("utf-8-sig"))
    errors = [one for one in cited if one.violation.severity is Severity.ERROR]
    hard = sum(one.severity is Severity.ERROR for one in layers.conflicts)
    if hard:
        return Decided(spec.name, Ruling.REJECT, cited, conflicts=hard)
    if not errors:
        return Decided(spec.name, Ruling.APPROVE, cited)
    mended = _mended(before, spec, layers)
    if mended is None:
        return Decided(spec.name, Ruling.REJECT, cited)
    after, changes = mended
    rules = tuple(sorted({one.rule for one in changes}))
    package = Package(file.parent, shown)
    change = Change(package, PurePosixPath(file.name), before, after, rules)
    return Decided(spec.name, Ruling.MODIFY, cited, change, changes)


def _spec(content: bytes, name: str) -> AgentSpec:
    return check_spec(documents.parse(content, source=name))


def _mended(
    content: bytes, spec: AgentSpec, layers: Layers
) -> tuple[bytes, tuple[Modification, ...]] | None:
    """Return the file as it would pass, and what was changed; None where no change makes it so."""
    made: list[Modification] = []
    for _ in range(_ROUNDS):
        changes = modifications(spec, layers)
        if not changes:
            break
        try:
            content = edited(content, [Edit(one.path, one.do, one.value) for one in changes])
            spec = _spec(content, "agent.yaml")
        except (CannotEdit, InputError, LookupError, TypeError):
            return None
        made += changes
    text = content.decode("utf-8-sig")
    left = [
        one
        for one in citations(spec, layers, text=text)
        if one.violation.severity is Severity.ERROR
    ]
    return None if left or not made else (content, tuple(made))
