"""Which desk takes a request: the written policy, as a table read from the top.

The first line that applies decides, and the last applies to everything, so that there is always one
route and never two. The table holds values, no code: it can be printed, and is tested whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from waooaw.triage.facts import Facts
from waooaw.triage.vocabulary import LocClass, Route, SeverityLevel

__all__ = ["POLICY", "RESPOND_WITHIN_MINUTES", "Line", "Routing", "route"]

#: The contract's; None promises nothing.
RESPOND_WITHIN_MINUTES = {
    SeverityLevel.P0: 0,
    SeverityLevel.P1: 15,
    SeverityLevel.P2: 240,
    SeverityLevel.P3: None,
}


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line of the policy.

    Attributes:
        id: Names it in reasons.
        says: The same in words.
        route: The desk.
        facts: It applies where any of these facts is true; by name.
        severity: Or where the severity is this.
        loc_class: Or where so many lines will change.
        security: None: whether it is a security concern does not matter. Else it has to be so.
        known: The same of known patterns.
    """

    id: str
    says: str
    route: Route
    facts: tuple[str, ...] = ()
    severity: SeverityLevel | None = None
    loc_class: LocClass | None = None
    security: bool | None = None
    known: bool | None = None

    def applies(self, facts: Facts, severity: SeverityLevel) -> bool:
        """Say whether the line speaks of such a request."""
        if self.security is not None and facts.security is not self.security:
            return False
        if self.known is not None and facts.known_pattern is not self.known:
            return False
        named = bool(self.facts) or self.severity is not None or self.loc_class is not None
        return (
            not named
            or any(getattr(facts, name) for name in self.facts)
            or severity is self.severity
            or facts.loc_class is self.loc_class
        )


#: The contract's order.
POLICY = (
    Line(
        "person",
        "Law, or what agents must not do: a person decides.",
        Route.HUMAN,
        facts=("legal_or_compliance", "outside_vision"),
    ),
    Line("p0", "P0: the architects, at once.", Route.L3, severity=SeverityLevel.P0),
    Line(
        "deep-change",
        "A breaking change, domain logic, or more than 200 lines: the architects.",
        Route.L3,
        facts=("breaking_change", "domain_logic"),
        loc_class=LocClass.LARGE,
    ),
    Line(
        "new-security",
        "A security concern that nobody has solved before: the architects.",
        Route.L3,
        security=True,
        known=False,
    ),
    Line(
        "known-security",
        "A security concern with a known pattern: engineering.",
        Route.L2,
        security=True,
        known=True,
    ),
    Line("known-pattern", "Solved before: the first desk does it again.", Route.L1, known=True),
    Line("p3", "P3: it can wait.", Route.BACKLOG, severity=SeverityLevel.P3),
    Line(
        "engineering",
        "P1, or 51 to 200 lines: engineering.",
        Route.L2,
        severity=SeverityLevel.P1,
        loc_class=LocClass.MEDIUM,
    ),
    Line("first-desk", "Everything else: the first desk.", Route.L1),
)


@dataclass(frozen=True, slots=True)
class Routing:
    """Hold the desk, and how soon it answers.

    Attributes:
        line: The line of the policy that decided.
        page_oncall: Whether somebody is woken.
        respond_within_minutes: 0 is at once; None promises nothing.
    """

    line: Line
    page_oncall: bool
    respond_within_minutes: int | None

    @property
    def route(self) -> Route:
        """The desk."""
        return self.line.route


def route(facts: Facts, severity: SeverityLevel) -> Routing:
    """Return the desk by the first line of the policy that applies.

    Source of the table and of the minutes: docs/triage.md, the written policy.
    """
    line = next(line for line in POLICY if line.applies(facts, severity))
    return Routing(line, severity is SeverityLevel.P0, RESPOND_WITHIN_MINUTES[severity])
