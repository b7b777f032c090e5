"""What the net under the rules does to a request: it raises, and never what was stated."""

from __future__ import annotations

from dataclasses import dataclass, replace

from waooaw.triage.cleaning import Cleaned
from waooaw.triage.danger import Danger, DangerKind
from waooaw.triage.facts import Facts
from waooaw.triage.kinds import Kind
from waooaw.triage.knowledge import DangerModel
from waooaw.triage.redaction import shown_safely
from waooaw.triage.requests import Request
from waooaw.triage.routing import route
from waooaw.triage.severity import Floor, Severity
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel, rank

__all__ = ["DANGER_RULE", "Raised", "raised"]

DANGER_RULE = "learned-danger"
_SAYS = {
    DangerKind.EXPOSED: "Reads like requests in which somebody reached what is not theirs.",
    DangerKind.GRAVE: "Reads like requests in which something grave happened.",
    DangerKind.PERSON: "Reads like requests that a person has to decide.",
}
#: Whoever states one of these says how it is; the net has no say in it.
_STATED = {
    DangerKind.EXPOSED: ("security", "data_exposed"),
    DangerKind.GRAVE: ("security", "service_state", "reach"),
    DangerKind.PERSON: ("legal_or_compliance", "outside_vision"),
}
#: Who wishes for something, or teaches, seldom tells of a danger, and never wakes anybody.
_WISHES = frozenset({RequestType.FEATURE, RequestType.LEARNING})
_LAW = ("legal_or_compliance",)
_CONCERN = ("security",)


@dataclass(frozen=True, slots=True)
class Raised:
    """Hold facts and severity after the net was asked.

    Attributes:
        danger: What it raised them for; None where it raised nothing.
        names: The facts that it raised.
    """

    facts: Facts
    severity: Severity
    danger: Danger | None = None
    names: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """The reason, in a sentence."""
        return "" if self.danger is None else _SAYS[self.danger.kind]

    @property
    def evidence(self) -> str:
        """The words that weighed most."""
        return "" if self.danger is None else _evidence(self.danger)


def raised(
    request: Request,
    text: Cleaned,
    kind: Kind,
    before: tuple[Facts, Severity],
    net: DangerModel | None,
    *,
    suspected: bool,
) -> Raised:
    """Return facts and severity, raised where the text reads like a danger that no rule saw.

    Rules that saw one have seen more than the net could. Developers' trackers are left alone: who
    names a project writes of code.

    Args:
        request: With what its sender stated.
        text: What was reported.
        kind: The type by the rules.
        before: Facts and severity by the rules.
        net: Asked; None: nothing is raised.
        suspected: Whether rules only suspect something.
    """
    facts, severity = before
    unmoved = Raised(facts, severity)
    if net is None or request.project or request.facts.severity is not None:
        return unmoved
    desk = route(facts, severity.level).route
    # What rules only suspect may be worse; what is known exactly was looked at before.
    seen = rank(desk) >= rank(Route.L3)
    certain = not suspected or severity.level is SeverityLevel.P0
    if (seen and certain) or facts.known_pattern:
        return unmoved
    danger = net(_told(text))
    if danger is None or not _holds(danger, request, kind) or (seen and not danger.sure):
        return unmoved
    if danger.kind is DangerKind.PERSON:
        if desk is Route.HUMAN:
            return unmoved
        return Raised(replace(facts, legal_or_compliance=True), severity, danger, _LAW)
    # Nobody knows what it is, and it may be grave: somebody who knows more should look.
    if danger.sure and kind.type not in _WISHES:
        level = SeverityLevel.P0
        severity = Severity(level, Floor(level, DANGER_RULE, _SAYS[danger.kind], _evidence(danger)))
    return Raised(replace(facts, security=True), severity, danger, _CONCERN)


def _holds(danger: Danger, request: Request, kind: Kind) -> bool:
    if any(getattr(request.facts, name) is not None for name in _STATED[danger.kind]):
        return False
    return danger.sure or kind.type not in _WISHES


def _told(text: Cleaned) -> list[str]:
    """Return what was reported, without what orders us about."""
    return [one.text for one in text.lines if not one.directive and not one.order]


def _evidence(danger: Danger) -> str:
    return shown_safely(", ".join(danger.evidence))
