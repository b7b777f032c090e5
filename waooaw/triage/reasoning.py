"""Why each field has its value, in sentences, with the sender's own words as evidence."""

from __future__ import annotations

from collections.abc import Iterator

from waooaw.triage.facts import FACT_NAMES, Facts
from waooaw.triage.picture import Known, Picture
from waooaw.triage.raising import DANGER_RULE
from waooaw.triage.redaction import shown_safely
from waooaw.triage.results import Reason
from waooaw.triage.routing import Routing
from waooaw.triage.vocabulary import Tier

__all__ = ["reasons_for", "severe_reasons"]

_USUAL = Facts()
_MOST_DIRECTIVES = 3


def reasons_for(picture: Picture, routing: Routing) -> tuple[Reason, ...]:
    """Return the reasons: type, severity, route, then facts and what was left out of account."""
    kind = picture.kind
    return (
        Reason("type", picture.kind_tier, kind.rule, kind.says, shown_safely(kind.evidence)),
        _severity(picture),
        Reason("route", Tier.POLICY, routing.line.id, routing.line.says),
        *_facts(picture),
        *_agents(picture),
        *_directives(picture),
    )


def severe_reasons(title: str | None) -> Iterator[Reason]:
    """Return why somebody may want to raise the severity, if a model read that in *title*."""
    if title is not None:
        says = "Reads like reports that were severe; it raised nothing."
        yield Reason("severity", Tier.LEARNED, "learned-urgency", says, shown_safely(title))


def _severity(picture: Picture) -> Reason:
    because = picture.severity.because
    if picture.stated_severity:
        return Reason("severity", Tier.FACTS, because.rule, because.says)
    if because.rule == "matrix" and "service_state" in picture.weighed.because:
        stated = picture.request.facts.service_state is not None
        one = picture.weighed.because["service_state"]
        if not stated:
            evidence = shown_safely(one.sentence.text)
            return Reason("severity", Tier.RULES, one.rule.id, because.says, evidence)
    if because.rule == DANGER_RULE:
        return Reason("severity", Tier.LEARNED, because.rule, because.says, because.evidence)
    found = picture.weighed
    evidence = because.evidence
    sources = {"data-exposed": "data_exposed", "security-concern": "security"}
    if not evidence and (name := sources.get(because.rule)) and name in found.because:
        evidence = found.because[name].sentence.text
    tier = Tier.RULES if evidence else Tier.POLICY
    return Reason("severity", tier, because.rule, because.says, shown_safely(evidence))


def _facts(picture: Picture) -> Iterator[Reason]:
    for name in FACT_NAMES:
        value = getattr(picture.facts, name)
        if getattr(picture.request.facts, name) is not None:
            yield Reason(f"facts.{name}", Tier.FACTS, "stated", "The sender states it.")
        elif name in picture.raised.names:
            evidence = shown_safely(picture.raised.evidence)
            yield Reason(f"facts.{name}", Tier.LEARNED, DANGER_RULE, picture.raised.says, evidence)
        elif name == "known_pattern" and picture.known is not None:
            yield _known(picture.known)
        elif value != getattr(_USUAL, name) and name in picture.weighed.because:
            one = picture.weighed.because[name]
            evidence = shown_safely(one.sentence.text)
            yield Reason(f"facts.{name}", Tier.RULES, one.rule.id, one.rule.says, evidence)
        elif name == "security" and value and picture.concern is not None:
            says = "Reads like reports that were about security: somebody should look."
            evidence = shown_safely(picture.concern)
            yield Reason("facts.security", Tier.LEARNED, "learned-security", says, evidence)
        elif name == "security" and value and picture.secret:
            says = "A secret stands in the text; it was taken out, and has to be replaced."
            yield Reason("facts.security", Tier.RULES, "secret-in-text", says)


def _known(known: Known) -> Reason:
    says = shown_safely(known.says)
    if known.doubted:
        says = f"Perhaps, but wrong too often here to be acted on. {says}"
    return Reason("facts.known_pattern", Tier.RULES, known.id, says, shown_safely(known.evidence))


def _agents(picture: Picture) -> Iterator[Reason]:
    agents = picture.agents
    if agents.names:
        tier = Tier.FACTS if agents.stated else Tier.RULES
        says = "The sender names them." if agents.stated else "The text names them."
        yield Reason("agents", tier, "named", says, shown_safely(", ".join(agents.names)))
    for name in agents.unknown:
        says = "No agent of that name is known here."
        yield Reason("agents", Tier.RULES, "unknown-agent", says, shown_safely(name))


def _directives(picture: Picture) -> Iterator[Reason]:
    for text in picture.cleaned.directives[:_MOST_DIRECTIVES]:
        says = "Text that tells the triage what to decide, or is hidden: it has no effect."
        yield Reason("text", Tier.POLICY, "directive", says, shown_safely(text))
