"""One request in, the whole answer out: facts, type, severity, desk, reasons, and what to ask.

The order is always the same: what was stated wins, then policy, then rules on the text, then what a
model has learned; text may raise severity, security and law, and lowers them only where nothing
speaks against it. Nothing here reads a clock or a network: the same request has the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import Any

from waooaw.triage.asking import questions
from waooaw.triage.catalogue import KnownPattern, matching
from waooaw.triage.cleaning import Cleaned, cleaned
from waooaw.triage.excerpts import excerpt
from waooaw.triage.facts import FACT_NAMES, Facts
from waooaw.triage.fingerprints import fingerprints
from waooaw.triage.kinds import PLAIN_QUESTION, Kind, kind_of
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.naming import named_agents
from waooaw.triage.opinions import concern_in, kind_by_all, severe_title
from waooaw.triage.picture import Known, Picture
from waooaw.triage.policies import Case, with_policies
from waooaw.triage.raising import raised
from waooaw.triage.reading import Evidence, shipped_reader
from waooaw.triage.reasoning import reasons_for, severe_reasons
from waooaw.triage.redaction import holds_secret, without_secrets
from waooaw.triage.requests import Request
from waooaw.triage.results import TriageResult
from waooaw.triage.routing import route
from waooaw.triage.severity import Floor, Severity, severity_of
from waooaw.triage.shares import counted
from waooaw.triage.technical import is_technical
from waooaw.triage.vocabulary import (
    Reach,
    RequestType,
    ServiceState,
    SeverityLevel,
    Tier,
    rank,
)
from waooaw.triage.weighing import Weighed, usual_reach, weighed
from waooaw.triage.words import Sentence

__all__ = ["assess"]

_SURE = 0.6
_EMPTY_WORDS = 3
#: Facts stand at the beginning; joined sentences of a log say nothing.
_MOST_JOINED = 12
_MOST_TITLED = 6
_NO_KNOWLEDGE = Knowledge()


def assess(request: Request, knowledge: Knowledge = _NO_KNOWLEDGE) -> TriageResult:
    """Return the answer to *request*."""
    # Patterns bring words of their own: they are there before the first sentence is looked at.
    patterns = knowledge.all_patterns()
    request, text, secret = _without_secrets(request)
    reader = knowledge.reader or shipped_reader()
    sentences = tuple(
        reader.lexicon.sentence(
            line.text, title=line.title, directive=line.directive, order=line.order
        )
        for line in text.lines
    )
    # What stands in a project's tracker was written by developers, also where no name of code does.
    technical = bool(request.project) or is_technical(request.text)
    pairs = [one.followed_by(two) for one, two in _pairs(sentences) if reader.joins(one, two)]
    evidence = reader.read((*sentences, *pairs), technical=technical)
    evidence = (*evidence, *counted(sentences))
    found = weighed(evidence, distrusted=bool(text.directives))
    by_rules = kind_of(found, sentences)
    kind, tier = kind_by_all(request, by_rules, text, knowledge.types, technical=technical)
    # Who orders us about may have written what makes a concern look like something else.
    unclear = by_rules.rule == "usual" or bool(text.directives)
    if unclear and found.noted("sensitive") and not technical:
        found = _at_worst(found)
    known = _known(request, found, sentences, patterns, knowledge, _worrying(evidence))
    facts = _facts(request, found, kind, secret=secret, known=known)
    severity = _severity(request, facts, kind.type, found)
    if tier is Tier.LEARNED:
        # A model may raise, and does not lower: what the rules' type asks for is the least.
        as_ruled = _facts(request, found, by_rules, secret=secret, known=known)
        least = _severity(request, as_ruled, by_rules.type, found)
        severity = max(severity, least, key=lambda one: rank(one.level))
    concern = None
    if technical and not facts.security and request.facts.security is None:
        concern = concern_in(request, text, knowledge.concerns)
        # Somebody should look, which makes nothing urgent: severity was computed without it.
        facts = replace(facts, security=concern is not None)
    net = raised(
        request,
        text,
        by_rules,
        (facts, severity),
        knowledge.dangers,
        suspected=found.noted("suspected"),
    )
    facts = net.facts
    picture = Picture(
        request,
        found,
        facts,
        kind,
        tier,
        net.severity,
        request.facts.severity is not None,
        known if facts.known_pattern or not _acted_on(known) else None,
        secret,
        concern,
        text,
        named_agents(request, knowledge.agents),
        net,
    )
    return _answer(picture, knowledge, empty=_is_empty(sentences), technical=technical)


def _without_secrets(request: Request) -> tuple[Request, Cleaned, bool]:
    """Return the request and its text without secrets, and whether there were any."""
    read = replace(request, title=excerpt(request.title), body=excerpt(request.body))
    secret = holds_secret(read.text)
    if secret:
        # Taken out before anything is read: no sentence, cut anywhere, can show half of one.
        request = replace(read, title=without_secrets(read.title), body=without_secrets(read.body))
    text = cleaned(request.title, request.body)
    if holds_secret(text.quotable):
        # It was hidden between tags or as entities, which are gone by now.
        return request, text.put_through(without_secrets), True
    return request, text, secret


def _pairs(sentences: tuple[Sentence, ...]) -> list[tuple[Sentence, Sentence]]:
    """Return sentences with the next, and the title with each of the first."""
    first = sentences[:_MOST_JOINED]
    pairs = [*pairwise(first)]
    told = [one for one in first if not one.directive]
    if len(told) < len(first):
        # An order that stands between two sentences, or the beginning of one, does not part them.
        pairs += [*pairwise(told), *zip(told, told[2:], strict=False)]
    if first and first[0].title:
        pairs += [(first[0], other) for other in first[2:_MOST_TITLED]]
    return pairs


def _worrying(evidence: Iterable[Evidence]) -> list[str]:
    """Return the sentences that tell of a security concern; two at once where none does alone."""
    told = [one.sentence for one in evidence if ("security", True) in one.rule.sets]
    alone = [one.text for one in told if not one.joined]
    return alone or [one.text for one in told]


def _at_worst(found: Weighed) -> Weighed:
    """Return what was read, with a concern: nobody knows what it is about, and it may be grave."""
    one = found.because["sensitive"]
    because = {**found.because, "security": one, "suspected": one}
    return replace(found, facts=replace(found.facts, security=True), because=because)


def _known(
    request: Request,
    found: Weighed,
    sentences: tuple[Sentence, ...],
    patterns: tuple[KnownPattern, ...],
    knowledge: Knowledge,
    worrying: Sequence[str],
) -> Known | None:
    """Return by what the request is known.

    A security concern is known only by what stands for one, and by the words that tell of it: a
    harmless question beside a report must not make the report a known one.
    """
    prints = fingerprints(request.text)
    concern = found.facts.security or request.facts.security is True
    match = matching([one for one in patterns if one.security or not concern], sentences, prints)
    if match is not None and worrying and request.facts.security is not True:
        by_print = not match[0].fingerprints.isdisjoint(prints)
        match = match if by_print or any(match[1] in one for one in worrying) else None
    if match is not None:
        pattern, evidence = match
        says = f"Known: {pattern.title}. {pattern.resolution}"
        return Known(pattern.id, says, evidence, doubted=pattern.id in knowledge.doubted)
    settled = knowledge.past.settled(prints) if knowledge.past is not None and prints else None
    if settled is None or (concern and not settled.security):
        return None
    return Known(settled.id, f"Settled before: {settled.resolution}", settled.title)


def _acted_on(known: Known | None) -> bool:
    return known is not None and not known.doubted


def _facts(
    request: Request, found: Weighed, kind: Kind, *, secret: bool, known: Known | None
) -> Facts:
    facts = replace(
        found.facts,
        # A secret in a request is one that now stands in a ticket.
        security=found.facts.security or secret or kind.type is RequestType.SECURITY,
        known_pattern=_acted_on(known) and not found.facts.data_exposed and not found.floors,
    )
    broken_for_one = (
        kind.type is RequestType.BUG
        and facts.service_state is ServiceState.OK
        and facts.reach is Reach.NONE
        and not found.cosmetic
        and not found.noted("internal")
    )
    if broken_for_one:
        facts = replace(facts, reach=Reach.ONE)
    values = {name: getattr(request.facts, name) for name in FACT_NAMES}
    stated: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    if request.facts.service_state is not None and "reach" not in found.because:
        # Who says that it is down, and not for whom, is taken at the worst.
        facts = replace(facts, reach=usual_reach(request.facts.service_state, facts.reach))
    return replace(facts, **stated)


def _severity(request: Request, facts: Facts, kind: RequestType, found: Weighed) -> Severity:
    stated = request.facts.severity
    if stated is not None:
        return Severity(stated, Floor(stated, "stated", "The sender states it."))
    computed = severity_of(facts, kind, floors=found.floors, cosmetic=found.cosmetic)
    mild = (
        computed.because.rule == "security-concern"
        and found.contained
        and request.facts.security is None
        and request.facts.data_exposed is None
        and facts.known_pattern
    )
    if mild:
        says = "A security concern that had no consequence."
        return Severity(SeverityLevel.P2, Floor(SeverityLevel.P2, "contained", says))
    return computed


def _answer(
    picture: Picture, knowledge: Knowledge, *, empty: bool, technical: bool
) -> TriageResult:
    request = picture.request
    case = Case(picture.kind.type, picture.severity.level, picture.facts, picture.agents.names)
    routing = with_policies(route(case.facts, case.severity), knowledge.policies, case)
    certainty = _certainty(picture, empty=empty)
    abstained = tuple(name for name, value in certainty.items() if value < _SURE)
    severe = None
    if "severity" in abstained and technical and not empty and picture.kind.type is RequestType.BUG:
        # It is asked only here: where severity is certain nobody pays for it.
        severe = severe_title(request, picture.cleaned, knowledge.urgency)
    needs = questions(picture, abstained, empty=empty, severe=severe is not None)
    return TriageResult(
        request.id,
        picture.kind.type,
        picture.severity.level,
        routing,
        picture.agents.names,
        picture.facts,
        knowledge.past.similar(request) if knowledge.past is not None else (),
        round(min(certainty.values()), 2),
        abstained,
        needs,
        (*reasons_for(picture, routing), *severe_reasons(severe)),
    )


def _certainty(picture: Picture, *, empty: bool) -> dict[str, float]:
    """Return how certain type and severity are, from 0 to 1."""
    stated = picture.request.facts
    kind = picture.kind.confidence
    severity = _severity_certainty(picture)
    if empty:
        kind = kind if stated.type is not None else min(kind, 0.3)
        severity = severity if picture.stated_severity else min(severity, 0.3)
    return {"type": kind, "severity": severity}


def _severity_certainty(picture: Picture) -> float:
    if picture.stated_severity:
        return 1.0
    if picture.raised.danger is not None:
        return 0.55
    stated, found = picture.request.facts, picture.weighed
    if stated.service_state is not None and stated.reach is not None:
        return 0.95
    rule = picture.severity.because.rule
    if picture.kind.rule == PLAIN_QUESTION and picture.kind.confidence >= _SURE:
        return 0.85
    if found.noted("suspected") and not found.facts.data_exposed:
        return 0.5
    if rule not in {"matrix", "security-concern"} or found.cosmetic or found.noted("internal"):
        return 0.85 if not rule.endswith("suspected") else 0.55
    if rule == "security-concern":
        return 0.65
    state_known = stated.service_state is not None or "service_state" in found.because
    reach_known = stated.reach is not None or "reach" in found.because
    if state_known and reach_known:
        return 0.8
    return 0.6 if found.noted("total") else 0.5 if state_known or reach_known else 0.4


def _is_empty(sentences: tuple[Sentence, ...]) -> bool:
    words = (word for one in sentences for word in one.words if word[:1].isalnum())
    return len([*islice(words, _EMPTY_WORDS)]) < _EMPTY_WORDS
