"""What a change takes away from a specification: the rules `VIS-R…` on two versions of an agent.

Neither version need violate anything: 300 USD a month is a good limit, and so was 30. That somebody
made it ten times as much is for a person to see. Examples are written as a diff.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from waooaw.documents import FieldPath, parse
from waooaw.spec import AgentSpec, Boundary, DataClass, Effect, Otherwise, Rule
from waooaw_cli.gates.report import Severity
from waooaw_cli.gates.rule import RuleDoc

if TYPE_CHECKING:
    RULES: tuple[RuleDoc, ...]

__all__ = ["RULES", "Worsening", "is_of_change", "worsened"]

_FILE = "worsening.yaml"
_PREFIX = "VIS-R"
_APPROVED = "or let a person approve the change (docs/vision-review.md)"
_ESCALATE = "escalate"


def __getattr__(name: str) -> object:
    if name == "RULES":  # they are read from a file, for which a gate has no use
        return tuple(one.doc for one in _change_rules())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@dataclass(frozen=True, slots=True)
class Worsening:
    """Name one thing that a change takes away.

    Attributes:
        rule: The rule's id, such as `VIS-R001`.
        severity: Whether it objects or advises.
        message: What is worse, in one sentence.
        before: The field as it was; where it stood.
        after: The field as it is, or what it was taken from.
        subject: What sets it apart from others of its rule, without figures: a skill, a limit.
        fix: What to do about it.
    """

    rule: str
    severity: Severity
    message: str
    before: FieldPath
    after: FieldPath
    subject: str
    fix: str


_Found: TypeAlias = tuple[str, FieldPath, FieldPath, str]


@dataclass(frozen=True, slots=True)
class _ChangeRule:
    doc: RuleDoc
    severity: Severity
    look: Callable[[AgentSpec, AgentSpec], Iterator[_Found]]


def is_of_change(rule: str) -> bool:
    """Whether *rule* judges a change, which a person may approve, unlike the core."""
    return rule.startswith(_PREFIX)


def worsened(before: AgentSpec, after: AgentSpec) -> tuple[Worsening, ...]:
    """Return what *after* has less of than *before*, in the order of the rules."""
    return tuple(
        Worsening(one.doc.id, one.severity, message, was, now, subject, one.doc.fix)
        for one in _change_rules()
        for message, was, now, subject in one.look(before, after)
    )


def _raised(
    before: AgentSpec, after: AgentSpec, names: Sequence[str], unit: str = ""
) -> Iterator[_Found]:
    was, now = before.limits.model_dump(), after.limits.model_dump()
    for name in names:
        if now[name] > was[name]:
            path: FieldPath = ("limits", name)
            yield f"{name} goes from {was[name]:g} to {now[name]:g}{unit}", path, path, name


def _money(before: AgentSpec, after: AgentSpec) -> Iterator[_Found]:
    return _raised(before, after, ("monthly_usd", "decision_usd"), " USD")


def _service(before: AgentSpec, after: AgentSpec) -> Iterator[_Found]:
    return _raised(before, after, ("p95_ms", "error_rate", "memory_mb"))


def _boundaries(before: AgentSpec, after: AgentSpec) -> Iterator[_Found]:
    kept: set[str] = {one.id for one in after.boundaries.never}
    conditions = {_plain(one) for one in after.boundaries.never}
    for index, one in enumerate(before.boundaries.never):
        if one.id not in kept and _plain(one) not in conditions:  # under another name it still is
            was: FieldPath = ("boundaries", "never", index)
            yield f"the boundary {one.id} is gone", was, ("boundaries", "never"), one.id


def _conditions(before: AgentSpec, after: AgentSpec) -> Iterator[_Found]:
    former = {one.id: (index, one) for index, one in enumerate(before.boundaries.never)}
    every = {_plain(one) for one in after.boundaries.never}
    for index, one in enumerate(after.boundaries.never):
        place, was = former.get(one.id, (0, one))
        if _plain(was) not in every:
            yield (
                f"the boundary {one.id} refuses on another condition",
                ("boundaries", "never", place, "when"),
                ("boundaries", "never", index, "when"),
                one.id,
            )


def _plain(boundary: Boundary) -> str:
    return " ".join(boundary.when.split())


def _approvals(before: AgentSpec, after: AgentSpec) -> Iterator[_Found]:
    for index, name in enumerate(before.boundaries.approval):
        skill = after.skill(name)
        if skill is not None and name not in after.boundaries.approval:
            was: FieldPath = ("boundaries", "approval", index)
            yield f"{name} waits for nobody any more", was, ("boundaries", "approval"), name


def _escalations(before: AgentSpec, after: AgentSpec) -> Iterator[_Found]:
    if before.otherwise is not after.otherwise and before.otherwise is Otherwise.ESCALATE:
        path: FieldPath = ("otherwise",)
        yield (
            f"what no rule decides goes to {after.otherwise}, no longer to a person",
            path,
            path,
            "",
        )
    now = {one.id: (index, one) for index, one in enumerate(after.rules)}
    conditions = {" ".join(one.when.split()) for one in after.rules if one.then == _ESCALATE}
    for index, one in enumerate(before.rules):
        if one.then != _ESCALATE or " ".join(one.when.split()) in conditions:
            continue
        was: FieldPath = ("rules", index)
        yield from _of_rule(one, (*was, "then"), now.get(one.id))


def _of_rule(rule: Rule, was: FieldPath, found: tuple[int, Rule] | None) -> Iterator[_Found]:
    if found is None:
        yield f"the rule {rule.id}, which escalates, is gone", was[:-1], ("rules",), rule.id
    elif found[1].then != _ESCALATE:
        said = f"the rule {rule.id} no longer escalates: {found[1].then}"
        yield said, was, ("rules", found[0], "then"), rule.id


def _data(before: AgentSpec, after: AgentSpec) -> Iterator[_Found]:
    order = tuple(DataClass)
    was, now = before.boundaries.data, after.boundaries.data
    if order.index(now) > order.index(was):
        path: FieldPath = ("boundaries", "data")
        yield f"the data that it may see goes from {was} to {now}", path, path, ""


def _effects(before: AgentSpec, after: AgentSpec) -> Iterator[_Found]:
    order = tuple(Effect)
    former = {one.name: (index, one) for index, one in enumerate(before.skills)}
    for index, one in enumerate(after.skills):
        place, was = former.get(one.name, (0, one))
        if order.index(one.effect) > order.index(was.effect):
            yield (
                f"the effect of {one.name} goes from {was.effect} to {one.effect}",
                ("skills", place, "effect"),
                ("skills", index, "effect"),
                one.name,
            )


def _share(before: AgentSpec, after: AgentSpec) -> Iterator[_Found]:
    # Where no model decided its share was none; that one decides now is VIS-R006's to say.
    both = before.otherwise is after.otherwise is Otherwise.MODEL
    if both and before.model is not None and after.model is not None:
        was, now = before.model.max_share, after.model.max_share
        if now > was:
            path: FieldPath = ("model", "max_share")
            yield f"the model may decide {now:g} of all events, it was {was:g}", path, path, ""


_LOOKS: Mapping[str, Callable[[AgentSpec, AgentSpec], Iterator[_Found]]] = MappingProxyType(
    {
        "VIS-R001": _money,
        "VIS-R002": _service,
        "VIS-R003": _boundaries,
        "VIS-R004": _conditions,
        "VIS-R005": _approvals,
        "VIS-R006": _escalations,
        "VIS-R007": _data,
        "VIS-R008": _effects,
        "VIS-R009": _share,
    }
)


@functools.cache
def _change_rules() -> tuple[_ChangeRule, ...]:
    content = resources.files("waooaw_cli.gates").joinpath(_FILE).read_bytes()
    return tuple(
        _ChangeRule(
            RuleDoc(
                id=one["id"],
                title=f"{one['title']}.",
                why=one["why"],
                fix=f"{one['fix'][0].upper()}{one['fix'][1:]}, {_APPROVED}.",
                bad=one["bad"].rstrip("\n"),
                good=one["good"].rstrip("\n"),
                waivable=False,
            ),
            Severity(one["severity"]),
            _LOOKS[one["id"]],
        )
        for one in parse(content, source=_FILE).data["rules"]
    )
