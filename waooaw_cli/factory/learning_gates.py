"""Learn from the gates and from reviews: which rules only ever fire falsely."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from waooaw.vision import Layers, Policy, Rule, Severity
from waooaw_cli.factory.attempts import Attempts
from waooaw_cli.factory.mining_gates import RuleRecord
from waooaw_cli.factory.proposals import ENOUGH, Evidence, Pattern
from waooaw_cli.factory.proposed_policies import narrow
from waooaw_cli.gates import report
from waooaw_cli.gates.owners import rule_doc

__all__ = ["learn_from_gates", "policy_rules"]


def policy_rules(layers: Layers) -> dict[str, tuple[Policy, Rule]]:
    """Return the rules that policies add today, by their ids; of two, the one that judges."""
    found: dict[str, tuple[Policy, Rule]] = {}
    for policy in layers.in_force:
        for rule in policy.rules:
            found.setdefault(rule.id, (policy, rule))
    return found


def learn_from_gates(made: Attempts, records: Mapping[str, RuleRecord]) -> None:
    """Lower what has only ever fired falsely, where it is a policy's; else tell of it.

    A rule of the core, or of another layer that travels with waooaw, is never changed: no policy
    has a word for that.
    """
    known = policy_rules(made.bench.layers)
    for name, record in sorted(records.items()):
        if rule_doc(name) is not None:
            _tell_of_shipped(made, record)
        elif name in known:
            _narrow(made, record, *known[name])


def _tell_of_shipped(made: Attempts, record: RuleRecord) -> None:
    because = "it travels with waooaw, and no policy relaxes what does"
    if record.is_permitted():
        title = f"tell waooaw's maintainers that {record.rule} fires falsely here"
        made.advise(title, because, record.evidence(Pattern.FALSE_RULE))
    elif len(record.waiving) >= ENOUGH:
        title = f"look at {record.rule}: it may ask for too much here"
        made.advise(title, because, _waived(record))


def _narrow(made: Attempts, record: RuleRecord, policy: Policy, rule: Rule) -> None:
    if record.is_false(report.Severity(rule.severity.value)):
        evidence = record.evidence(Pattern.FALSE_RULE)
        becomes = "becomes a warning" if rule.severity is Severity.ERROR else "goes"
        path = PurePosixPath(policy.source)

        def make() -> PurePosixPath:
            narrow(made.bench, path, rule, evidence)
            return path

        made.propose(f"{rule.id} of {policy.name} {becomes}", evidence, make)
    elif len(record.waiving) >= ENOUGH:
        title = f"ask {policy.owner} whether {rule.id} of {policy.name} asks for too much"
        because = "some findings of it were mended, or are too young to tell"
        made.advise(title, because, _waived(record))


def _waived(record: RuleRecord) -> Evidence:
    agents = f"waived in {len(record.waiving)} agents"
    return record.evidence(Pattern.WAIVED_RULE, agents)
