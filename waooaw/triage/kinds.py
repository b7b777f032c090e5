"""What is asked for, by rules: where no model has learned better, and where an alarm decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waooaw.triage.vocabulary import RequestType, ServiceState
from waooaw.triage.weighing import Weighed
from waooaw.triage.words import Sentence

__all__ = ["PLAIN_QUESTION", "Kind", "kind_of"]

#: The rule of what nothing but asks. In a project's tracker it says less than a model does.
PLAIN_QUESTION = "plain-question"
#: How a question begins whose answer is known already; "why" is often a complaint.
_ASKING = frozenset(
    {
        *(f"how {word}" for word in ("can", "do", "does", "long", "many", "much", "often", "to")),
        *(f"what {word}" for word in ("are", "does", "is")),
        *(f"when {word}" for word in ("do", "does", "is", "will")),
        *(f"where {word}" for word in ("are", "can", "do", "is")),
        *(f"which {word}" for word in ("formats", "languages", "of", "one")),
        *(f"who {word}" for word in ("can", "do", "is")),
    }
)
#: What a question with a complaint in it has.
_COMPLAINING = frozenset(
    [
        "again",
        "all",
        "always",
        "anymore",
        "data",
        "everybody",
        "everyone",
        "every",
        "files",
        "gone",
        "happening",
        "later",
        "lost",
        "missing",
        "money",
        "never",
        "no",
        "nobody",
        "nothing",
        "now",
        "our",
        "ours",
        "records",
        "suddenly",
        "still",
        "supposed",
        "wrong",
        "yet",
        "you",
    ]
)
_MOST_QUESTIONS = 3
_UNEASY = ("fault", "sensitive", "suspected", "attack", "learning")
_FEW_WORDS = 5
_SHORT = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """Hold a type, how sure it is, and why.

    Attributes:
        type: The best guess.
        confidence: From 0 to 1.
        rule: The rule's id.
        says: The reason, in a sentence.
        evidence: The words that say so.
    """

    type: RequestType
    confidence: float
    rule: str
    says: str
    evidence: str = ""


def kind_of(weighed: Weighed, sentences: Sequence[Sentence]) -> Kind:
    """Return the type that the rules see.

    Args:
        weighed: What was read.
        sentences: The request's own, the title first.
    """
    own = [sentence for sentence in sentences if not sentence.order]
    # Who orders us about may have put a question before the wish, or after the report.
    distrusted = len(own) < len(sentences) or any(one.directive for one in own)
    told = [one for one in own if not one.directive]
    wanting = next((one for one in (told if distrusted else told[:2]) if _wants(one)), None)
    if (kind := _security(weighed, told, wanting)) is not None:
        return kind
    if weighed.noted("learning") and not weighed.noted("fault"):
        return _of(weighed, RequestType.LEARNING, 0.7, "learning", "It is to learn.")
    if not distrusted and _only_asks(weighed, told):
        return Kind(RequestType.QUESTION, 0.85, PLAIN_QUESTION, "It asks.", told[0].text)
    broken = weighed.noted("fault") or bool(weighed.floors)
    if wanting is not None and not (broken and not wanting.title):
        says = "It begins with what it wants."
        return Kind(RequestType.FEATURE, 0.7, "wish", says, wanting.text)
    if broken:
        return _of(weighed, RequestType.BUG, 0.65, "fault", "Something is not as it should be.")
    if (question := _question(told, distrusted=distrusted)) is not None:
        return Kind(RequestType.QUESTION, 0.7, "question", "It asks.", question.text)
    return _otherwise(weighed, own)


def _only_asks(weighed: Weighed, told: list[Sentence]) -> bool:
    """Say whether every sentence asks for what is known, and nothing else is in it."""
    facts = weighed.facts
    uneasy = (
        bool(weighed.floors)
        or facts.security
        or facts.data_exposed
        or facts.legal_or_compliance
        or facts.outside_vision
        or facts.service_state is not ServiceState.OK
        or any(weighed.noted(note) for note in _UNEASY)
    )
    return (
        not uneasy
        and 0 < len(told) <= _MOST_QUESTIONS
        and all(
            one.text.endswith("?")
            and " ".join(one.words[:2]) in _ASKING
            and not _COMPLAINING.intersection(one.words)
            for one in told
        )
    )


def _question(told: list[Sentence], *, distrusted: bool) -> Sentence | None:
    asking = [one for one in told if "how_to" in one.spans or one.text.endswith("?")]
    if not asking or (distrusted and len(asking) < len(told)):
        return None
    return asking[0] if distrusted or "how_to" in asking[0].spans or asking[0] is told[0] else None


def _otherwise(weighed: Weighed, own: list[Sentence]) -> Kind:
    """Return what is likely where the text neither reports, nor wishes, nor asks."""
    if weighed.facts.outside_vision or weighed.noted("wish"):
        return _of(weighed, RequestType.FEATURE, 0.6, "wish", "It wishes for something.")
    if weighed.facts.legal_or_compliance:
        return Kind(RequestType.QUESTION, 0.5, "legal", "A legal matter wants an answer.")
    if weighed.cosmetic:
        return _of(weighed, RequestType.BUG, 0.5, "cosmetic", "Something looks wrong.")
    if sum(len(one.words) for one in own) <= _FEW_WORDS:
        return Kind(RequestType.QUESTION, 0.3, "too-short", "Too little is said to tell.")
    return Kind(RequestType.BUG, 0.4, "usual", "Nothing says what is wanted; most are bugs.")


def _security(weighed: Weighed, told: list[Sentence], wanting: Sentence | None) -> Kind | None:
    """Return the type security where a concern, and no wish, is what the request is about."""
    if not weighed.facts.security:
        return None
    spilled = any(floor.rule == "credentials" for floor in weighed.floors)
    if weighed.facts.data_exposed:
        one = weighed.because["data_exposed"]
    elif spilled:
        one = weighed.because["security"]
    elif wanting is None and weighed.noted("attack"):
        one = weighed.because["attack"]
    else:
        return None
    short = sum(len(sentence.words) for sentence in told) <= _SHORT
    if not short and not one.sentence.title:
        # In a long report a word of alarm is often beside the point; the fact is kept all the same.
        return None
    return Kind(RequestType.SECURITY, 0.85, one.rule.id, one.rule.says, one.sentence.text)


def _wants(sentence: Sentence) -> bool:
    starts = sentence.spans.get("imperative", ())
    first = sentence.words[:1]
    polite = 1 if first == ["please"] else 0
    begins = any(start <= polite for start, _ in starts)
    return begins or ("wish" in sentence.spans and "fault" not in sentence.spans)


def _of(weighed: Weighed, kind: RequestType, confidence: float, note: str, says: str) -> Kind:
    one = weighed.because.get(note)
    return Kind(kind, confidence, note, says, one.sentence.text if one else "")
