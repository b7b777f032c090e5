"""What a change takes away from a specification, where a condition can't say it for itself.

Neither version need violate anything: 300 USD a month is a good limit, and so was 30. That somebody
made it ten times as much is for a person to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from waooaw.documents import FieldPath
from waooaw.spec import AgentSpec, Boundary, DataClass, Effect, Otherwise, Rule

__all__ = ["DETECTORS", "Taken"]

_ESCALATE = "escalate"


class Taken(NamedTuple):
    """Name one thing that is less than it was.

    Attributes:
        says: What is worse, in one sentence.
        before: The field as it was; where it stood.
        after: The field as it is, or what it was taken from.
        subject: What sets it apart from others of its rule, without figures: a skill, a limit.
    """

    says: str
    before: FieldPath
    after: FieldPath
    subject: str


def _raised(
    before: AgentSpec, after: AgentSpec, names: Sequence[str], unit: str = ""
) -> Iterator[Taken]:
    was, now = before.limits.model_dump(), after.limits.model_dump()
    for name in names:
        if now[name] > was[name]:
            path: FieldPath = ("limits", name)
            says = f"{name} goes from {was[name]:g} to {now[name]:g}{unit}"
            yield Taken(says, path, path, name)


def _money(before: AgentSpec, after: AgentSpec) -> Iterator[Taken]:
    return _raised(before, after, ("monthly_usd", "decision_usd"), " USD")


def _service(before: AgentSpec, after: AgentSpec) -> Iterator[Taken]:
    return _raised(before, after, ("p95_ms", "error_rate", "memory_mb"))


def _boundaries(before: AgentSpec, after: AgentSpec) -> Iterator[Taken]:
    kept: set[str] = {one.id for one in after.boundaries.never}
    conditions = {_plain(one) for one in after.boundaries.never}
    for index, one in enumerate(before.boundaries.never):
        if one.id not in kept and _plain(one) not in conditions:  # under another name it still is
            was: FieldPath = ("boundaries", "never", index)
            yield Taken(f"the boundary {one.id} is gone", was, ("boundaries", "never"), one.id)


def _conditions(before: AgentSpec, after: AgentSpec) -> Iterator[Taken]:
    former = {one.id: (index, one) for index, one in enumerate(before.boundaries.never)}
    every = {_plain(one) for one in after.boundaries.never}
    for index, one in enumerate(after.boundaries.never):
        place, was = former.get(one.id, (0, one))
        if _plain(was) not in every:
            yield Taken(
                f"the boundary {one.id} refuses on another condition",
                ("boundaries", "never", place, "when"),
                ("boundaries", "never", index, "when"),
                one.id,
            )


def _plain(boundary: Boundary) -> str:
    return " ".join(boundary.when.split())


def _approvals(before: AgentSpec, after: AgentSpec) -> Iterator[Taken]:
    for index, name in enumerate(before.boundaries.approval):
        skill = after.skill(name)
        if skill is not None and name not in after.boundaries.approval:
            was: FieldPath = ("boundaries", "approval", index)
            says = f"{name} waits for nobody any more"
            yield Taken(says, was, ("boundaries", "approval"), name)


def _escalations(before: AgentSpec, after: AgentSpec) -> Iterator[Taken]:
    if before.otherwise is not after.otherwise and before.otherwise is Otherwise.ESCALATE:
        path: FieldPath = ("otherwise",)
        yield Taken(
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


def _of_rule(rule: Rule, was: FieldPath, found: tuple[int, Rule] | None) -> Iterator[Taken]:
    if found is None:
        says = f"the rule {rule.id}, which escalates, is gone"
        yield Taken(says, was[:-1], ("rules",), rule.id)
    elif found[1].then != _ESCALATE:
        said = f"the rule {rule.id} no longer escalates: {found[1].then}"
        yield Taken(said, was, ("rules", found[0], "then"), rule.id)


def _data(before: AgentSpec, after: AgentSpec) -> Iterator[Taken]:
    order = tuple(DataClass)
    was, now = before.boundaries.data, after.boundaries.data
    if order.index(now) > order.index(was):
        path: FieldPath = ("boundaries", "data")
        yield Taken(f"the data that it may see goes from {was} to {now}", path, path, "")


def _effects(before: AgentSpec, after: AgentSpec) -> Iterator[Taken]:
    order = tuple(Effect)
    former = {one.name: (index, one) for index, one in enumerate(before.skills)}
    for index, one in enumerate(after.skills):
        place, was = former.get(one.name, (0, one))
        if order.index(one.effect) > order.index(was.effect):
            yield Taken(
                f"the effect of {one.name} goes from {was.effect} to {one.effect}",
                ("skills", place, "effect"),
                ("skills", index, "effect"),
                one.name,
            )


def _share(before: AgentSpec, after: AgentSpec) -> Iterator[Taken]:
    # Where no model decided its share was none; that one decides now is VIS-R006's to say.
    both = before.otherwise is after.otherwise is Otherwise.MODEL
    if both and before.model is not None and after.model is not None:
        was, now = before.model.max_share, after.model.max_share
        if now > was:
            path: FieldPath = ("model", "max_share")
            says = f"the model may decide {now:g} of all events, it was {was:g}"
            yield Taken(says, path, path, "")


#: What `detect` of a rule on changes names.
DETECTORS: Mapping[str, Callable[[AgentSpec, AgentSpec], Iterator[Taken]]] = MappingProxyType(
    {
        "raised-money": _money,
        "raised-limits": _service,
        "removed-boundaries": _boundaries,
        "changed-boundaries": _conditions,
        "removed-approvals": _approvals,
        "removed-escalations": _escalations,
        "wider-data": _data,
        "wider-effects": _effects,
        "larger-share": _share,
    }
)
