"""A user's own lines of the routing policy: each asks for a desk at least, and none lowers one.

The contract's table decides first and stays as it is (`waooaw.triage.routing`); what a house wants
beyond it ("payments are engineering's") stands in `triage/*.yaml` beside `waooaw.toml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from waooaw.documents import Document, Json
from waooaw.errors import InputError, InvalidDocument, shown
from waooaw.triage.facts import FACT_NAMES, Facts
from waooaw.triage.routing import Line, Routing
from waooaw.triage.vocabulary import SETS, RequestType, Route, SeverityLevel, rank

__all__ = ["Case", "Policy", "parse_policies", "with_policies"]

_BESIDE = ("type", "severity", "agents")


@dataclass(frozen=True, slots=True)
class Case:
    """Hold what a policy may look at."""

    type: RequestType
    severity: SeverityLevel
    facts: Facts
    agents: tuple[str, ...]

    def values(self, name: str) -> tuple[str | bool, ...]:
        """Return what a condition of that name is held against."""
        if name == "agents":
            return self.agents
        value = getattr(self if name in _BESIDE else self.facts, name)
        return (value,)


@dataclass(frozen=True, slots=True)
class Policy:
    """Hold one line of a user's own policy.

    Attributes:
        line: Its id, its words and the desk that it asks for at least.
        when: By name, the values of which one has to be there; all names have to hold.
    """

    line: Line
    when: Mapping[str, tuple[str | bool, ...]]

    def applies(self, case: Case) -> bool:
        """Say whether the policy speaks of such a request."""
        return all(
            any(value in wanted for value in case.values(name))
            for name, wanted in self.when.items()
        )


def with_policies(routing: Routing, policies: Iterable[Policy], case: Case) -> Routing:
    """Return *routing*, at the highest desk that a policy which applies asks for; never lower.

    Of two that ask for the same desk the first is named.
    """
    asked = [one.line for one in policies if one.applies(case)]
    line = max(asked, key=lambda one: rank(one.route), default=routing.line)
    return replace(routing, line=line) if rank(line.route) > rank(routing.route) else routing


def parse_policies(document: Document) -> tuple[Policy, ...]:
    """Return the policies of a file that was held to its form (`waooaw.triage.rulefiles`).

    Raises:
        InvalidDocument: A condition is about nothing that triage knows; it is named with its line.
    """
    policies = []
    for number, entry in enumerate(document.data.get("policies") or ()):
        when = {}
        for name, value in entry["when"].items():
            try:
                when[name] = _wanted(name, value)
            except InputError as error:
                place = ("policies", number, "when", name)
                problem = document.problem(place, error.message, hint=error.hint)
                raise InvalidDocument(document.source, (problem,)) from error
        line = Line(entry["id"], entry["says"], Route(entry["at_least"]))
        policies.append(Policy(line, when))
    return tuple(policies)


def _wanted(name: str, value: Json) -> tuple[str | bool, ...]:
    known = (*_BESIDE, *FACT_NAMES)
    if name not in known:
        raise InputError(f"{shown(name)} is nothing that triage knows", hint=", ".join(known))
    values = value if isinstance(value, list) else [value]
    if name in SETS:
        allowed = {one.value for one in SETS[name]}
        fits = all(one in allowed for one in values)
        hint = f"one of {', '.join(one.value for one in SETS[name])}, or a list of them"
    elif name == "agents":
        fits, hint = all(isinstance(one, str) for one in values), "an agent's name, or a list"
    else:
        fits, hint = all(isinstance(one, bool) for one in values), "true or false"
    if not fits or not values:
        raise InputError(f"{shown(value)} is no value of {name}", hint=hint)
    return tuple(values)
