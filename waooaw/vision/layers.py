"""The layers that judge one repository's agents: what ships with waooaw, and people's policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from waooaw.vision.conflicts import Conflict, conflicts
from waooaw.vision.policies import Policy, State, parse_policy
from waooaw.vision.policy_folder import policies_in, read_policy
from waooaw.vision.rules import Layer, Rule, Subject
from waooaw.vision.shipped import core_digest, is_of_core, shipped_ids

__all__ = ["Citing", "Layers", "layers_in", "layers_of"]

_SHORT = 12


@dataclass(frozen=True, slots=True)
class Citing:
    """Say whose rule it is.

    Attributes:
        layer: `core`, `standard` or `policy`.
        version: The policy's name and version, else the beginning of the core's digest.
    """

    layer: Layer
    version: str


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
        """Return the rules on *subject* that policies add to what ships with waooaw.

        A rule that bears the id of another adds nothing: the first one, or the shipped one, stands.
        """
        known: set[str] = set()
        rules = []
        for policy in self.in_force:
            for rule in policy.rules:
                fresh = rule.id not in known and rule.id not in shipped_ids()
                if rule.applies_to is subject and fresh:
                    known.add(rule.id)
                    rules.append(rule)
        return tuple(rules)

    def policy_of(self, rule: str) -> Policy | None:
        """Return the policy that a rule stands in; None for one that ships with waooaw."""
        for policy in self.in_force:
            if any(rule == one.id for one in policy.rules):
                return None if rule in shipped_ids() else policy
        return None

    def citing(self, rule: str) -> Citing:
        """Return the layer of a rule, and its version."""
        policy = self.policy_of(rule)
        if policy is not None:
            return Citing(Layer.POLICY, policy.citation)
        return Citing(Layer.CORE if is_of_core(rule) else Layer.STANDARD, core_digest()[:_SHORT])

    def citation(self, rule: str) -> str:
        """Return a rule with its layer and version: ``PAY-003 (policy payments 1.2.0)``."""
        one = self.citing(rule)
        return f"{rule} ({one.layer} {one.version})"


def layers_of(files: Sequence[tuple[str, bytes]], today: date) -> Layers:
    """Return the layers that policy *files* make together with what ships with waooaw.

    Args:
        files: Name and content of each file.
        today: The day on which they judge.

    Raises:
        InvalidDocument: A file is no policy.
    """
    policies = tuple(parse_policy(content, source=name) for name, content in files)
    return Layers(policies, conflicts(policies, today), today)


def layers_in(folder: Path | None, today: date) -> Layers:
    """Return the layers that the policies in one *folder* make with what ships with waooaw.

    Args:
        folder: The folder; None or one that is not there holds no policy.
        today: The day on which they judge.

    Raises:
        InputError: A policy can't be read.
        InvalidDocument: A file is no policy.
    """
    found = [] if folder is None else policies_in(folder)
    return layers_of([(path.as_posix(), read_policy(path)) for path in found], today)
