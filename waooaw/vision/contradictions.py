"""Find contradictions of policies by their examples: with rules of waooaw, and with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from waooaw.documents import Json, field_name
from waooaw.errors import InputError
from waooaw.vision.conflicts import Conflict
from waooaw.vision.examples import example_fields, judged_example, plain_desk
from waooaw.vision.policies import Policy, State
from waooaw.vision.rules import Requirement, Rule, Severity, Subject
from waooaw.vision.shipped import all_rules, core_rules
from waooaw.vision.specs import judge_by, objector

__all__ = ["contradictions"]

#: Areas whose numbers the gates give out themselves.
_TAKEN = frozenset({"SPEC", "VIS", "FMT", "LINT", "TYPE", "TEST", "SEC", "PERF", "GATE"})
_CORE = "the core of waooaw"


def contradictions(policies: Sequence[Policy], today: date) -> Iterator[Conflict]:
    """Yield every contradiction, in the order of the policies; see `conflicts`."""
    shipped = {rule.id: rule for rule in all_rules()}
    names: dict[str, Policy] = {}
    owners: dict[str, Policy] = {}
    for policy in policies:
        if policy.name in names:
            yield Conflict(
                f"two policies are named {policy.name}",
                policy.source,
                names[policy.name].source,
                "give one of them another name",
            )
        names.setdefault(policy.name, policy)
        if policy.state(today) is State.EXPIRED:
            yield Conflict(
                f"the policy {policy.citation} expired on {policy.expires} and judges nothing",
                policy.source,
                f"today, {today}",
                f"ask {policy.owner} to renew it, or remove the file",
                Severity.WARNING,
            )
        for rule in policy.rules:
            yield from _taken(policy, rule, shipped, owners)
            owners.setdefault(rule.id, policy)
    alive = [
        (policy, rule)
        for policy in policies
        if policy.state(today) is not State.EXPIRED
        for rule in policy.rules
        if rule.id not in shipped
    ]
    for policy, rule in alive:
        yield from _against_core(policy, rule)
    yield from _against_each_other(alive)


def _taken(
    policy: Policy, rule: Rule, shipped: Mapping[str, Rule], owners: Mapping[str, Policy]
) -> Iterator[Conflict]:
    area = rule.id.partition("-")[0]
    if (own := shipped.get(rule.id)) is not None:
        says = f"{rule.id} is a rule of waooaw"
        if _weight(rule) < _weight(own):
            says += f", an {own.severity}, which a policy would make a {rule.severity}"
        yield Conflict(
            f"{says}: nothing relaxes or replaces it",
            policy.place(rule.id),
            f"{own.id} in {_layer(own)}: {own.title}",
            "give the rule an id of your own, such as PAY-001",
        )
    elif area in _TAKEN:
        yield Conflict(
            f"the ids {area}-… are waooaw's own",
            policy.place(rule.id),
            "the gates of waooaw",
            "give the rule an id of your own, such as PAY-001",
        )
    elif (other := owners.get(rule.id)) is not None:
        yield Conflict(
            f"two policies have a rule {rule.id}",
            policy.place(rule.id),
            other.place(rule.id),
            "give one of them another id",
        )


def _weight(rule: Rule) -> int:
    return 1 if rule.severity is Severity.ERROR else 0


def _layer(rule: Rule) -> str:
    return _CORE if rule.layer.value == "core" else "what ships with waooaw"


def _against_core(policy: Policy, rule: Rule) -> Iterator[Conflict]:
    """Tell where what a policy calls good is forbidden by the core.

    What the core says of a change a person may approve, so it forbids nothing for good.
    """
    if rule.applies_to is Subject.CHANGE:
        return
    rules = tuple(one for one in core_rules() if one.applies_to is rule.applies_to)
    known = {one.id: one for one in rules}
    try:
        found = judged_example(rules, rule.applies_to, rule.good, least=True)
    except InputError:  # `waooaw vision test` says what is wrong with it
        return
    for one in found:
        if one.severity is Severity.ERROR:
            yield Conflict(
                f"what {rule.id} calls good, {one.rule} of the core forbids: {one.message}",
                policy.place(rule.id),
                f"{one.rule} in {_CORE}: {known[one.rule].title}",
                "mend the good example; where the rule demands just that, it can't stand",
            )


@dataclass(frozen=True, slots=True)
class _Sample:
    """Hold a rule with what it calls good, and which rules refuse that."""

    policy: Policy
    rule: Rule
    fields: dict[str, Json]
    refuses: Callable[[Rule], bool]


def _against_each_other(alive: Sequence[tuple[Policy, Rule]]) -> Iterator[Conflict]:
    """Tell where no example is good for two rules that look at one field."""
    by_field: dict[str, list[_Sample]] = {}
    for policy, rule in alive:
        demanded = rule.judgement
        on_spec = rule.applies_to is Subject.SPEC and rule.severity is Severity.ERROR
        if isinstance(demanded, Requirement) and on_spec:
            field = field_name(
                (*(one for path in demanded.for_each for one in path), *demanded.blames)
            )
            try:
                fields = example_fields(rule.good)
                refuses = objector(plain_desk(fields))
            except InputError:  # as above
                continue
            if field:
                sample = _Sample(policy, rule, fields, refuses)
                by_field.setdefault(field, []).append(sample)
    for field, samples in by_field.items():
        settled: set[str] = set()
        for one, other in combinations(samples, 2):
            # Each rule is told of once: with the first that it contradicts.
            if settled.isdisjoint((one.rule.id, other.rule.id)) and not _both_hold(one, other):
                settled.update((one.rule.id, other.rule.id))
                yield Conflict(
                    f"{one.rule.id} and {other.rule.id} demand what can't both hold of {field}",
                    f"{one.policy.place(one.rule.id)} ({one.policy.citation})",
                    f"{other.policy.place(other.rule.id)} ({other.policy.citation})",
                    "agree on one of them, or show a good example that meets both",
                )


def _both_hold(one: _Sample, other: _Sample) -> bool:
    if not one.refuses(other.rule) or not other.refuses(one.rule):
        return True
    rules = (one.rule, other.rule)
    for below, above in ((one.fields, other.fields), (other.fields, one.fields)):
        for joined in (_laid(below, above, lists=False), _laid(below, above, lists=True)):
            try:
                if not judge_by(rules, plain_desk(joined)):
                    return True
            except InputError:
                continue
    return False


def _laid(below: Json, above: Json, *, lists: bool) -> Json:
    """Return *above* laid over *below*; where *lists*, they are joined."""
    if isinstance(below, dict) and isinstance(above, dict):
        joined = dict(below)
        for key, value in above.items():
            joined[key] = _laid(below[key], value, lists=lists) if key in below else value
        return joined
    if lists and isinstance(below, list) and isinstance(above, list):
        return below + [one for one in above if one not in below]
    return above
