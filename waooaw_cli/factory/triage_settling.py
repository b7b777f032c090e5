"""What would settle a request that was asked for: what is not sure, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from waooaw.documents import Json
from waooaw.triage.asking import FACT_QUESTIONS, TEXT_QUESTIONS
from waooaw.triage.facts import NOTHING_STATED, StatedFacts
from waooaw.triage.naming import KnownAgent
from waooaw.triage.requests import Request
from waooaw.triage.results import TriageResult
from waooaw.triage.vocabulary import RequestType, ServiceState
from waooaw_cli.factory.asking import Asker
from waooaw_cli.factory.questions import FieldType, Question, QuestionField, QuestionSet
from waooaw_cli.factory.session import Session
from waooaw_cli.factory.triage_inquiry import UNKNOWN, RequestInquiry, fitted, stated_by
from waooaw_cli.factory.triage_intake import with_facts

__all__ = ["ask_for_more"]

_TYPE = FACT_QUESTIONS["type"]
#: Who had known would have said.
_ASKED_BEFORE = frozenset(FACT_QUESTIONS.values()) - {_TYPE}
_BROKEN = frozenset({ServiceState.DOWN, ServiceState.DEGRADED})
#: What nobody should deny in a hurry, and what is asked where their own words say it.
_GRAVE = {
    "data_exposed": "Your words read as if somebody saw what is not theirs. Did anybody?",
    "legal_or_compliance": "Your words read as if it is about law or compliance. Is it?",
}


def ask_for_more(
    asker: Asker,
    request: Request,
    judge: Callable[[Request], TriageResult],
    known: Sequence[KnownAgent],
    *,
    given: StatedFacts = NOTHING_STATED,
) -> Request:
    """Ask once what is not sure, or denied and yet written; return the request with the answers.

    Args:
        asker: Who asks.
        request: What was asked for; its facts are not asked for again.
        judge: Says what triage says, and remembers nothing.
        known: The agents of the registry.
        given: What was given beside; nobody is asked whether it is so.

    Raises:
        KeyboardInterrupt: The person stopped.
    """
    denied, result = _denied(request, judge, given)
    fields = [*map(_doubt, denied[:1]), *_unsure(request, result)]
    if _is_broken(request, result):
        # Who said that it does not work has said that it is neither a wish nor a question.
        request = with_facts(request, replace(NOTHING_STATED, type=RequestType.BUG))
    if not fields:
        return request
    count = "One answer" if len(fields) == 1 else f"{len(fields)} answers"
    asker.tell(f"Not sure yet. {count} would settle it; Enter leaves it open.")
    questions = QuestionSet(
        questions=tuple(
            Question(number=number, title="To be sure", fields=(field,))
            for number, field in enumerate(fields, 1)
        )
    )
    inquiry = RequestInquiry(fitted(questions, known, NOTHING_STATED), known, reviewed=False)
    session = Session(inquiry, given={}, asker=asker, draft=None, defaults=False)
    answers = session.run()
    if denied and answers[denied[0]] != "no":
        # What somebody saw is why it is about law: one answer takes both denials back.
        answers = {**dict.fromkeys(denied, UNKNOWN), **answers}
    return _completed(request, answers, result, inquiry)


def _denied(
    request: Request, judge: Callable[[Request], TriageResult], given: StatedFacts
) -> tuple[tuple[str, ...], TriageResult]:
    """Return the grave facts that were denied and that the text says, and what is said by then."""
    denied: dict[str, Any] = {  # Any: each field has its own type
        name: None
        for name in _GRAVE
        if getattr(request.facts, name) is False and getattr(given, name) is None
    }
    if denied:
        read = judge(replace(request, facts=replace(request.facts, **denied)))
        written = tuple(name for name in denied if getattr(read.facts, name))
        if written:
            return written, read
    return (), judge(request)


def _doubt(name: str) -> QuestionField:
    choices = {"yes": "it is so", "no": "it is not", UNKNOWN: "my words may decide"}
    return _choice(name, "So it is", _GRAVE[name], choices)


def _is_broken(request: Request, result: TriageResult) -> bool:
    return (
        _TYPE in result.needs
        and request.facts.service_state in _BROKEN
        and result.type is not RequestType.SECURITY
    )


def _unsure(request: Request, result: TriageResult) -> Iterator[QuestionField]:
    """Yield a question for each field that *result* needs and nobody was asked for."""
    seen = set()
    for need in result.needs:
        if need in _ASKED_BEFORE or (need == _TYPE and request.facts.service_state in _BROKEN):
            continue
        field = _field(need)
        if field.path not in seen:
            seen.add(field.path)
            yield field


def _field(need: str) -> QuestionField:
    if need == _TYPE:
        choices = {
            "bug": "something is broken",
            "feature": "it is a wish",
            "question": "I want to know something",
            UNKNOWN: "I don't know",
        }
        return _choice("type", "It is", need, choices)
    words = need in TEXT_QUESTIONS
    return QuestionField(
        path="more" if words else "agents",
        label="In your words" if words else "Agents",
        type=FieldType.PASSAGE if words else FieldType.TEXT,
        help=need,
        optional=True,
    )


def _choice(path: str, label: str, says: str, choices: dict[str, str]) -> QuestionField:
    return QuestionField(
        path=path, label=label, type=FieldType.CHOICE, help=says, default=UNKNOWN, choices=choices
    )


def _completed(
    request: Request, answers: Mapping[str, Json], result: TriageResult, inquiry: RequestInquiry
) -> Request:
    if more := answers.get("more"):
        # Of a long text the beginning is read. The id stays: it is the same request.
        request = replace(request, body=f"{more}\n\n{request.body}".strip())
    if word := answers.get("agents"):
        named = (name for name in result.agents if inquiry.knows(name))
        request = replace(request, agents=tuple(dict.fromkeys((*named, *inquiry.agents(word)))))
    words = dict(answers)
    if result.type is RequestType.SECURITY and words.get("type") == RequestType.BUG:
        # What is broken may be a security concern all the same: the guess stands.
        del words["type"]
    return replace(request, facts=stated_by(words, dict.fromkeys(_GRAVE, "no"), request.facts))
