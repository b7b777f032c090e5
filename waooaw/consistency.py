"""What the fields of a specification have to mean together.

Each check yields objections with the path of the field to blame; none stops at the first.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from waooaw.documents import FieldPath
from waooaw.errors import InputError, shown
from waooaw.events import Event
from waooaw.expressions import Condition, Scope, compile_condition
from waooaw.names import OUTCOMES
from waooaw.rulebook import Rulebook, Verdict
from waooaw.spec import AgentSpec, Effect, Example, Otherwise

__all__ = ["Objection", "example_event", "nearest", "objections"]

_COMPARED = re.compile(r"\s*(event\.data(?:\.\w+)+)\s*(<=|<|>=|>|==)\s*(-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Objection:
    """Describe one thing that is wrong with a field, wherever its file stands."""

    path: FieldPath
    message: str
    expected: str | None = None
    hint: str | None = None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return a hint that names the known word nearest to *name*, if one is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else None


def objections(
    spec: AgentSpec, *, unreadable: frozenset[str] = frozenset()
) -> tuple[Objection, ...]:
    """Return all that contradicts itself in *spec*; examples are judged once the rest holds.

    Args:
        spec: The specification.
        unreadable: Top-level fields that stand in for ones with problems of their own. What
            depends on them is not judged.
    """
    found = [*_doubles(spec), *_conditions(spec)]
    if "skills" not in unreadable:
        found += _unknown_skills(spec)
    if not unreadable:
        found += _example_words(spec)
    if not unreadable and not found:
        found = list(_rehearsal(spec))
    return tuple(one for one in found if not (one.path and one.path[0] in unreadable))


def _doubles(spec: AgentSpec) -> Iterator[Objection]:
    named: tuple[tuple[FieldPath, str, list[str]], ...] = (
        (("skills",), "name", [skill.name for skill in spec.skills]),
        (("rules",), "id", [rule.id for rule in spec.rules]),
        (("boundaries", "never"), "id", [boundary.id for boundary in spec.boundaries.never]),
    )
    for path, key, names in named:
        first: dict[str, int] = {}
        for index, name in enumerate(names):
            if name in first:
                yield Objection(
                    (*path, index, key),
                    f"{name!r} is taken by entry {first[name] + 1} of this list",
                    expected=f"each {key} once",
                )
            first.setdefault(name, index)


def _unknown_skills(spec: AgentSpec) -> Iterator[Objection]:
    skills = [skill.name for skill in spec.skills]
    known = [*OUTCOMES, *skills]
    for index, rule in enumerate(spec.rules):
        if rule.then not in known:
            yield Objection(
                ("rules", index, "then"),
                f"{shown(rule.then)} is neither an outcome nor a skill",
                expected=" | ".join(known),
                hint=nearest(rule.then, known) or "add it to skills, or name one that is there",
            )
    for index, name in enumerate(spec.boundaries.approval):
        if name not in skills:
            yield Objection(
                ("boundaries", "approval", index),
                f"{shown(name)} is no skill of this agent",
                expected=" | ".join(skills) or "nothing: the agent has no skills",
                hint=nearest(name, skills),
            )


def _conditions(spec: AgentSpec) -> Iterator[Objection]:
    for index, wake in enumerate(spec.wake):
        if wake.when is not None:
            yield from _broken(("wake", index, "when"), wake.when, Scope.WAKE)
    for index, boundary in enumerate(spec.boundaries.never):
        yield from _broken(("boundaries", "never", index, "when"), boundary.when, Scope.BOUNDARY)
        yield from _unreachable_boundary(spec, index)
    yield from _rule_conditions(spec)


def _unreachable_boundary(spec: AgentSpec, index: int) -> Iterator[Objection]:
    """Object to a boundary about outcomes or rules that the agent does not have.

    One that is constant for every decision is the vision's to judge.
    """
    boundary = spec.boundaries.never[index]
    try:
        condition = compile_condition(boundary.when, Scope.BOUNDARY)
    except InputError:  # `_broken` says so
        return
    outcomes = [*OUTCOMES, *(skill.name for skill in spec.skills)]
    rules = ["", *(rule.id for rule in spec.rules)]
    for name, known in (("outcome", outcomes), ("rule", rules)):
        answers = [condition.constant({f"decision.{name}": value}) for value in known]
        if condition.constant() is None and all(answer is False for answer in answers):
            yield Objection(
                ("boundaries", "never", index, "when"),
                f"the boundary {boundary.id!r} can never refuse: no {name} of this agent fits",
                expected=" | ".join(filter(None, known)),
            )
            return


def _rule_conditions(spec: AgentSpec) -> Iterator[Objection]:
    always: str | None = None
    seen: dict[str, str] = {}
    bounded: list[tuple[str, str, _Range]] = []
    for index, rule in enumerate(spec.rules):
        path = ("rules", index, "when")
        broken = list(_broken(path, rule.when, Scope.RULE))
        yield from broken
        if broken:
            continue
        ranges = _ranges(rule.when)
        wider = [name for name, field, one in bounded if field in ranges and ranges[field] in one]
        if always is not None:
            yield Objection(
                ("rules", index),
                f"the rule {rule.id!r} can never match: {always!r} before it always does",
                hint=f"move it above {always!r}, or give {always!r} a condition",
            )
        elif rule.when.strip() in seen:
            yield Objection(
                ("rules", index),
                f"the rule {rule.id!r} can never match: {seen[rule.when.strip()]!r} before it has "
                "the same condition",
            )
        elif wider:
            yield Objection(
                ("rules", index),
                f"the rule {rule.id!r} can never match: {wider[0]!r} before it always does",
                hint=f"move it above {wider[0]!r}",
            )
        condition = compile_condition(rule.when, Scope.RULE)
        if _never_holds(condition, spec) or any(one.is_empty for one in ranges.values()):
            yield Objection(
                path,
                f"the rule {rule.id!r} can never match: its condition is false for every event "
                "that wakes the agent",
            )
        if match := _COMPARED.fullmatch(rule.when):
            bounded.append((rule.id, match[1], ranges[match[1]]))
        if always is None and _always_holds(condition, spec):
            always = rule.id
        seen.setdefault(rule.when.strip(), rule.id)


def _always_holds(condition: Condition, spec: AgentSpec) -> bool:
    """Tell whether a rule's condition holds for every event that wakes the agent.

    Not every such condition is found: only what is constant, or constant for each topic where all
    of them are spelled out.
    """
    if condition.constant() is True:
        return True
    topics = [wake.topic for wake in spec.wake]
    if any("*" in topic for topic in topics):
        return False
    return all(condition.constant({"event.type": topic}) is True for topic in topics)


def _never_holds(condition: Condition, spec: AgentSpec) -> bool:
    """Tell whether a rule's condition is false for every event that wakes the agent.

    As with `_always_holds`, not every such condition is found.
    """
    topics = [wake.topic for wake in spec.wake]
    if condition.constant() is False:
        return True
    if any("*" in topic for topic in topics):
        return False
    return all(condition.constant({"event.type": topic}) is False for topic in topics)


@dataclass(frozen=True, slots=True)
class _Range:
    """Hold the numbers that a field may be, for a comparison to be true."""

    low: float = -math.inf
    high: float = math.inf
    low_belongs: bool = True
    high_belongs: bool = True

    @property
    def is_empty(self) -> bool:
        open_end = not (self.low_belongs and self.high_belongs)
        return self.low > self.high or (self.low == self.high and open_end)

    def __contains__(self, other: _Range) -> bool:
        above = (other.low, not other.low_belongs) >= (self.low, not self.low_belongs)
        return above and (other.high, other.high_belongs) <= (self.high, self.high_belongs)

    def within(self, other: _Range) -> _Range:
        low, low_open = max((self.low, not self.low_belongs), (other.low, not other.low_belongs))
        high, high_belongs = min((self.high, self.high_belongs), (other.high, other.high_belongs))
        return _Range(low, high, not low_open, high_belongs)


def _ranges(source: str) -> Mapping[str, _Range]:
    """Return what a condition demands of fields by comparing them with numbers, joined by `&&`.

    Where anything else stands in it that could change what `&&` joins, nothing is known.
    """
    found: dict[str, _Range] = {}
    if re.search(r"\|\||[?\"'(\[{]", source):
        return found
    for part in source.split("&&"):
        if match := _COMPARED.fullmatch(part):
            field, sign, number = match[1], match[2], float(match[3])
            low = number if sign in {">", ">=", "=="} else -math.inf
            high = number if sign in {"<", "<=", "=="} else math.inf
            here = _Range(low, high, sign != ">", sign != "<")
            found[field] = found.get(field, _Range()).within(here)
    return found


def _broken(path: FieldPath, source: str, scope: Scope) -> Iterator[Objection]:
    try:
        _ = compile_condition(source, scope)
    except InputError as error:
        yield Objection(
            path, error.message, expected="a CEL condition that is true or false", hint=error.hint
        )


def _example_words(spec: AgentSpec) -> Iterator[Objection]:
    outcomes = [*OUTCOMES, *(skill.name for skill in spec.skills)]
    rules = [rule.id for rule in spec.rules]
    boundaries = [boundary.id for boundary in spec.boundaries.never]
    for index, example in enumerate(spec.examples):
        path: FieldPath = ("examples", index)
        try:
            _ = example_event(example, index)
        except InputError as error:
            yield Objection((*path, "event"), error.message, hint=error.hint)
        expect = example.expect
        for key, name, known in (
            ("outcome", expect.outcome, outcomes),
            ("rule", expect.rule, rules),
            ("boundary", expect.boundary, boundaries),
        ):
            if name is None:
                continue
            if not expect.wakes:
                yield Objection(
                    (*path, "expect", key),
                    f"{name!r} cannot be expected of an event that does not wake the agent",
                    hint=f"leave {key} out, or expect wakes: true",
                )
            elif name not in known:
                yield Objection(
                    (*path, "expect", key),
                    f"{shown(name)} is unknown",
                    expected=" | ".join(known) or "nothing: there are none",
                    hint=nearest(name, known),
                )


def example_event(example: Example, index: int) -> Event:
    """Return the event of example number *index* (from 0); what it leaves out is fixed.

    Raises:
        InputError: It is no CloudEvent.
    """
    given = example.event
    return Event.from_mapping(
        {
            "specversion": "1.0",
            "id": given.id if given.id is not None else f"example-{index + 1}",
            "source": given.source if given.source is not None else "/waooaw/examples",
            "type": given.type,
            "time": given.time if given.time is not None else "2026-01-01T00:00:00Z",
            "data": given.data,
        }
        | ({} if given.subject is None else {"subject": given.subject})
    )


def _rehearsal(spec: AgentSpec) -> Iterator[Objection]:
    """Play every example through wake, rules and boundaries, as the runtime would on day one."""
    rulebook = Rulebook(spec)
    for index, example in enumerate(spec.examples):
        event = example_event(example, index)
        waking = rulebook.wakes(event)
        expect = example.expect
        path: FieldPath = ("examples", index, "expect")
        if waking.awake != expect.wakes:
            why = f" ({waking.faults[0]})" if waking.faults else ""
            yield Objection(
                (*path, "wakes"),
                f"{str(expect.wakes).lower()} contradicts wake: the event {event.type!r} "
                f"{'wakes' if waking.awake else 'does not wake'} the agent{why}",
            )
        elif expect.wakes:
            yield from _rehearsed(spec, rulebook, example, event, path)


def _rehearsed(
    spec: AgentSpec, rulebook: Rulebook, example: Example, event: Event, path: FieldPath
) -> Iterator[Objection]:
    expect = example.expect
    match = rulebook.match(event)
    decided_by = f"rule {match.rule.id!r}" if match.rule else "otherwise"
    from_model = match.rule is None and spec.otherwise is Otherwise.MODEL
    if match.rule is not None:
        outcome = match.rule.then
    elif from_model:
        # A model may say anything that it is allowed to; the example says what it should.
        outcome = expect.outcome or "escalate"
        if expect.boundary is None and not _open_to_model(spec, outcome):
            yield Objection(
                (*path, "outcome"),
                f"{outcome!r} is not the model's to choose: its effect is external and no "
                "approval is asked",
                hint="add a rule that decides it, or add the skill to boundaries.approval",
            )
            return
    else:
        outcome = spec.otherwise.value
    verdict = Verdict(
        outcome,
        rule=match.rule.id if match.rule else "",
        tier="rules" if match.rule else "model" if from_model else "otherwise",
    )
    refusal = rulebook.refusal(event, {}, verdict).boundary
    if refusal is not None:
        decided_by = f"boundary {refusal.id!r}"
        outcome = "escalate"
    happened = {
        "outcome": outcome,
        "rule": match.rule.id if match.rule else None,
        "boundary": refusal.id if refusal else None,
    }
    expected = {"outcome": expect.outcome, "rule": expect.rule, "boundary": expect.boundary}
    for key, wanted in expected.items():
        if wanted is None or wanted == happened[key]:
            continue
        fault = f" ({match.faults[0]})" if match.faults else ""
        yield Objection(
            (*path, key),
            f"{wanted!r} contradicts the rules: {decided_by} decides {outcome!r}{fault}",
            expected=f"{key}: {happened[key]}" if happened[key] else f"no {key}",
            hint="change the example, or the rule that decides it",
        )
        return  # what follows from the same decision is the same mistake


def _open_to_model(spec: AgentSpec, outcome: str) -> bool:
    skill = spec.skill(outcome)
    return (
        skill is None or skill.effect is not Effect.EXTERNAL or outcome in spec.boundaries.approval
    )
