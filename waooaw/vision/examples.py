"""Examples of rules, run: each rule finds its bad one and leaves its good one alone."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import ValidationError

from waooaw.documents import Json, parse
from waooaw.errors import InputError
from waooaw.events import Event
from waooaw.rulebook import Verdict
from waooaw.spec import AgentSpec
from waooaw.vision.actions import Action, violated_by_action
from waooaw.vision.changes import worsened_by
from waooaw.vision.rules import Rule, Subject
from waooaw.vision.specs import judge_by
from waooaw.vision.violations import Violation

__all__ = [
    "Tried",
    "example_fields",
    "example_versions",
    "judged_example",
    "plain_desk",
    "tried",
]

#: A desk that violates nothing; the fields of an example are laid over it.
_PLAIN: dict[str, Json] = {
    "name": "wow-desk",
    "purpose": "Decide refund requests within policy.",
    "domain": "payments",
    "owner": "payments-team@example.com",
    "wake": [{"topic": "refund.requested"}],
    "rules": [
        {
            "id": "small",
            "when": "event.data.amount <= 500",
            "then": "approve",
            "because": "Small sums are within the desk's authority.",
        }
    ],
    "collaborators": {"escalates_to": "on-call@example.com"},
    "examples": [
        {
            "event": {"type": "refund.requested", "data": {"amount": 10}},
            "expect": {"outcome": "approve"},
        }
    ],
}
#: What the code of an example belongs to.
_PACKAGE: dict[str, Json] = {
    "kind": "customer",
    "skills": [
        {"name": "pay", "description": "Pay the money back.", "effect": "external"},
        {"name": "remind", "description": "Remind of the receipt.", "effect": "internal"},
    ],
}
#: Where the code of an example stands: where most is forbidden, and where a skill may do more.
_PLACES = (PurePosixPath("src/wow_desk/desk.py"), PurePosixPath("src/wow_desk/skills.py"))


@dataclass(frozen=True, slots=True)
class Tried:
    """Hold what an example came to, where that is not what it should be.

    Attributes:
        example: `bad` or `good`.
        message: What happened instead.
    """

    rule: Rule
    example: str
    message: str


def example_fields(example: str) -> dict[str, Json]:
    """Return the fields of an example of a specification.

    Raises:
        InputError: They can't be read.
    """
    data = parse(example.encode(), source="example").data
    if not isinstance(data, dict):
        raise InputError("the example is no mapping of fields")
    return data


def plain_desk(fields: dict[str, Json] | None = None) -> AgentSpec:
    """Return the plain desk, with these fields instead of its own.

    Raises:
        InputError: That is no specification.
    """
    whole = copy.deepcopy(_PLAIN)
    for name, value in (fields or {}).items():
        mine = whole.get(name)
        if isinstance(mine, dict) and isinstance(value, dict):
            value = mine | value  # noqa: PLW2901 - what is given wins
        whole[name] = value
    try:
        return AgentSpec.model_validate(whole)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"the example's {place}: {first['msg']}") from error


def example_versions(example: str) -> tuple[AgentSpec, AgentSpec]:
    """Return the two versions that a diff of fields tells of.

    Raises:
        InputError: They can't be read.
    """
    lines = [line for line in example.splitlines() if line.strip()]
    if any(line[0] not in "-+ " for line in lines):
        raise InputError(
            "a line of the example belongs to no version",
            hint="begin it with - (before), + (after) or a blank (both)",
        )
    before, after = (
        "\n".join(line[1:] for line in lines if line[0] in kept) for kept in ("- ", "+ ")
    )
    return plain_desk(example_fields(before)), plain_desk(example_fields(after))


def _example_action(
    example: str,
) -> tuple[AgentSpec, Action, Event, dict[str, Json]]:
    """Return the specification, the action, the event and the context of an example.

    It has `decision`, and `event`, `context` and `spec` (fields laid over the plain desk) where
    they matter.
    """
    fields = example_fields(example)
    unknown = fields.keys() - {"decision", "event", "context", "spec"}
    if unknown or not all(isinstance(one, dict) for one in fields.values()):
        raise InputError(
            "the example is no action", hint="decision: {…}, event: {…}, context: {…}, spec: {…}"
        )
    decided: dict[str, Json] = {
        "outcome": "approve",
        "because": "It is within the desk's authority.",
    }
    decided |= fields.get("decision", {})
    given: dict[str, Json] = {"type": "refund.requested", "data": {}} | fields.get("event", {})
    try:
        because, cites = decided.pop("because"), tuple(decided.pop("cites", ()))
        action = Action(Verdict(**decided), because, cites)
    except TypeError as error:
        raise InputError(f"the example's decision: {error}") from error
    event = Event.from_mapping(given, default_id="e-1")
    return plain_desk(fields.get("spec")), action, event, fields.get("context", {})


def judged_example(
    rules: tuple[Rule, ...], subject: Subject, example: str, *, least: bool
) -> tuple[Violation, ...]:
    """Return what *rules* have against an example.

    Args:
        rules: The rules.
        subject: What the example is one of.
        example: Fields of a specification, a diff of such fields, an action, or Python.
        least: Whether code stands where least is said of it; else where most is.

    Raises:
        InputError: It is no example of that.
    """
    match subject:
        case Subject.SPEC:
            return judge_by(rules, plain_desk(example_fields(example)))
        case Subject.CHANGE:
            worse = worsened_by(rules, *example_versions(example))
            return tuple(Violation(one.rule, one.severity, one.message) for one in worse)
        case Subject.ACTION:
            return violated_by_action(rules, *_example_action(example))
        case _:
            pass
    # Imported here: who judges an action need not wait for what reads code. The package is as every
    # rule wants it, so rules for some packages only are judged here too.
    from waooaw.vision.code import judge_code

    found = [judge_code({path: example}, rules, plain_desk(_PACKAGE)) for path in _PLACES]
    return min(found, key=len) if least else max(found, key=len)


def tried(rules: Iterable[Rule]) -> Iterator[Tried]:
    """Run the examples of *rules*; those of detectors are run by waooaw's own tests.

    Yields:
        Each example that is not what it is called.
    """
    for rule in rules:
        if rule.applies_to is Subject.PACKAGE:
            continue
        for name, example in (("bad", rule.bad), ("good", rule.good)):
            try:
                least = name == "good"
                found = judged_example((rule,), rule.applies_to, example, least=least)
            except InputError as error:
                yield Tried(rule, name, f"can't be judged: {error.message}")
                continue
            if (name == "bad") is not bool(found):
                says = found[0].message if found else "nothing is wrong with it"
                yield Tried(rule, name, says)
