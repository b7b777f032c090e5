"""Where a model is asked, and how far it is believed.

A model stands below what was stated and what rules are certain of; it never hears orders.
"""

from __future__ import annotations

from dataclasses import replace

from waooaw.triage.cleaning import Cleaned
from waooaw.triage.excerpts import excerpt
from waooaw.triage.kinds import PLAIN_QUESTION, Kind
from waooaw.triage.knowledge import SecurityModel, TypeModel, UrgencyModel
from waooaw.triage.requests import Request
from waooaw.triage.vocabulary import Tier

__all__ = ["concern_in", "kind_by_all", "severe_title"]

#: Rules that are so sure of a type that no model is asked.
_CERTAIN = 0.8
#: What the shipped model never saw: requests to learn, legal matters, and those of one word.
_OURS = frozenset({"learning", "legal", "too-short", "cosmetic"})
#: Right in two of three cases and more of what customers write; a doubting model is not. In a
#: project's tracker it is the other way round: there "wish" is right in 45 of 100, the model in 65.
_BETTER_THAN_A_DOUBT = frozenset({"wish", "question"})
#: What developers ask in a tracker is as often a wish or a report.
_PLAIN_IN_A_TRACKER = 0.7
#: What a doubting model's word is worth at most: below what is acted on.
_DOUBTED = 0.59


def kind_by_all(
    request: Request, by_rules: Kind, text: Cleaned, model: TypeModel | None, *, technical: bool
) -> tuple[Kind, Tier]:
    """Return the type that holds, and where it came from.

    Args:
        request: With what its sender stated.
        by_rules: What the rules say.
        text: The request's text, as it was read.
        model: Asked where the rules are not certain.
        technical: Whether a developer wrote it; words of alarm say less of the type then.
    """
    stated = request.facts.type
    if stated is not None:
        return Kind(stated, 1.0, "stated", "The sender states it."), Tier.FACTS
    if technical and by_rules.rule == PLAIN_QUESTION:
        by_rules = replace(by_rules, confidence=_PLAIN_IN_A_TRACKER)
    certain = by_rules.confidence >= _CERTAIN and not technical
    if certain or by_rules.rule in _OURS or model is None:
        return by_rules, Tier.RULES
    guess = model.type_of(*_for_a_model(request, text), request.project)
    if guess is None:
        return by_rules, Tier.RULES
    says = "Learned from past requests."
    if guess.sure:
        learned = Kind(guess.type, guess.confidence, guess.model, says, guess.evidence)
        return learned, Tier.LEARNED
    better = by_rules.rule in _BETTER_THAN_A_DOUBT and not technical
    if by_rules.confidence >= _CERTAIN or better:
        # The rule is the better guess; where a model doubts, it is not acted on all the same.
        return replace(by_rules, confidence=min(by_rules.confidence, _DOUBTED)), Tier.RULES
    confidence = min(guess.confidence, _DOUBTED)
    return Kind(guess.type, confidence, guess.model, says, guess.evidence), Tier.LEARNED


def concern_in(request: Request, text: Cleaned, model: SecurityModel | None) -> str | None:
    """Return the words by which a model flags a security concern, or None."""
    if model is None:
        return None
    concern = model(*_for_a_model(request, text))
    return ", ".join(concern.evidence) if concern.flagged else None


def severe_title(request: Request, text: Cleaned, model: UrgencyModel | None) -> str | None:
    """Return the title where a model is sure that it reads like a severe defect's, or None."""
    if model is None:
        return None
    title, _ = _for_a_model(request, text)
    return title if title and model(title) else None


def _for_a_model(request: Request, text: Cleaned) -> tuple[str, str]:
    """Return title and body as they were sent, but for what orders us about."""
    if not text.directives:
        return excerpt(request.title), excerpt(request.body)
    told = [line for line in text.lines if not line.directive]
    titles = "\n".join(line.text for line in told if line.title)
    return titles, "\n".join(line.text for line in told if not line.title)
