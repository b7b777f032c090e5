"""The layers that judge one repository's agents: the core, and the policies that people added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from waooaw.vision.conflicts import Conflict, conflicts
from waooaw.vision.policies import Policy, State, parse_policy
from waooaw.vision.rules import Rule, Subject
from waooaw.vision.shipped import core_rules

__all__ = ["Layers", "layers_of"]


@dataclass(frozen=True, slots=True)
class Layers:
    """Hold every layer, as it stands on one day.

    Attributes:
        policies: In the order of their files; those that are expired or not in force yet too.
        conflicts: Where they contradict each other or the core.
        today: That day.
    """

    policies: tuple[Policy, ...]
    conflicts: tuple[Conflict, ...]
    today: date

    @property
    def in_force(self) -> tuple[Policy, ...]:
        """The policies that judge."""
        return tuple(one for one in self.policies if one.state(self.today) is State.IN_FORCE)

    def added(self, subject: Subject) -> tuple[Rule, ...]:
        """Return the rules on *subject* that policies add to the core.

        A rule that bears the id of another adds nothing: the first one, or the core's, stands.
        """
        known = {rule.id for rule in core_rules()}
        rules = []
        for policy in self.in_force:
            for rule in policy.rules:
                if rule.applies_to is subject and rule.id not in known:
                    known.add(rule.id)
                    rules.append(rule)
        return tuple(rules)

    def policy_of(self, rule: str) -> Policy | None:
        """Return the policy that a rule stands in; None for the core's."""
        if any(rule == one.id for one in core_rules()):
            return None
        for policy in self.in_force:
            if any(rule == one.id for one in policy.rules):
                return policy
        return None


def layers_of(files: Sequence[tuple[str, bytes]], today: date) -> Layers:
    """Return the layers that policy *files* make together with the core.

    Args:
        files: Name and content of each file.
        today: The day on which they judge.

    Raises:
        InvalidDocument: A file is no policy.
    """
    policies = tuple(parse_policy(content, source=name) for name, content in files)
    return Layers(policies, conflicts(policies, today), today)
