"""A request that a person is asked for, and the questions that would settle what is not sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from waooaw.consistency import nearest
from waooaw.documents import Document, FieldPath, Json
from waooaw.errors import Problem, shown
from waooaw.names import agent_name_problem
from waooaw.triage.asking import FACT_QUESTIONS, TEXT_QUESTIONS
from waooaw.triage.facts import NOTHING_STATED, StatedFacts
from waooaw.triage.intake import text_request
from waooaw.triage.naming import KnownAgent, called
from waooaw.triage.requests import Request
from waooaw.triage.results import TriageResult
from waooaw.triage.statements import stated_facts
from waooaw.triage.vocabulary import RequestType, ServiceState
from waooaw_cli.factory.asking import Asker, Review, Section
from waooaw_cli.factory.completion import applies
from waooaw_cli.factory.paths import ABSENT, value_at
from waooaw_cli.factory.questions import FieldType, Question, QuestionField, QuestionSet
from waooaw_cli.factory.session import Session
from waooaw_cli.factory.triage_intake import with_facts

__all__ = ["RequestInquiry", "ask_for_more", "ask_for_request"]

_UNKNOWN: Final = "unknown"
#: Facts that are asked for, by the name of their field.
_FACTS = ("service_state", "reach", "workaround", "data_exposed", "legal_or_compliance")
#: An answer to "does it work" that says what is wanted instead.
_WANTED = {"wish": RequestType.FEATURE, "question": RequestType.QUESTION}
_WORDS: Mapping[str, Json] = {"yes": True, "no": False}
_BROKEN = frozenset({ServiceState.DOWN, ServiceState.DEGRADED})
_TYPE = FACT_QUESTIONS["type"]
_ASKED_BEFORE = frozenset(FACT_QUESTIONS.values()) - {_TYPE}
_MOST_NAMES = 5
_MOST_SHOWN = 300


class RequestInquiry:
    """Ask for a request. Agents have to be known where any are; the rest is judged by triage.

    Args:
        questions: What is asked.
        known: The agents of the registry.
        reviewed: Whether all answers are shown for a last look.
    """

    def __init__(
        self, questions: QuestionSet, known: Sequence[KnownAgent], *, reviewed: bool = True
    ) -> None:
        self._questions = questions
        self._names = called(known)
        self._reviewed = reviewed

    def questions(self, answers: dict[str, Json]) -> QuestionSet:
        """Return the questions; which of them apply, their conditions say."""
        del answers
        return self._questions

    def objection_to(
        self, answers: dict[str, Json], path: FieldPath, value: Json
    ) -> Problem | None:
        """Return why *value* can't be the answer at *path*: an agent that nobody knows."""
        del answers
        return self._unknown(value) if path == ("agents",) else None

    def objection_at(self, answers: dict[str, Json], path: FieldPath) -> None:
        """Return None: no question here has a list of entries."""
        del answers, path

    def page(self, answers: dict[str, Json]) -> Review | None:
        """Return the answers that count, long ones shortened."""
        if not self._reviewed:
            return None
        sections = (
            Section(question.number, question.title, tuple(self._lines(question, answers)))
            for question in self._questions.questions
        )
        # What was not asked, since another answer left no point in it, can't be changed either.
        return Review(tuple(one for one in sections if one.lines), finish="judges it")

    def agents(self, text: str) -> tuple[str, ...]:
        """Return the names of the agents that *text* calls, each once."""
        return tuple(dict.fromkeys(self._names.get(word.lower(), word) for word in _parts(text)))

    def knows(self, name: str) -> bool:
        """Tell whether *name* is one of the registry's."""
        return name.lower() in self._names

    def _lines(self, question: Question, answers: dict[str, Json]) -> Iterator[tuple[str, str]]:
        for field in question.fields:
            value = value_at(answers, field.place)
            if value is not ABSENT and applies(field, answers, answers):
                text = ", ".join(self.agents(value)) if field.path == "agents" else value
                yield field.label, _shortened(text)

    def _unknown(self, text: str) -> Problem | None:
        for word in _parts(text):
            if self._names and word.lower() not in self._names:
                hint = nearest(word.lower(), self._names) or ":clear leaves it out"
                return Problem(f"no agent is called {shown(word)} here", hint=hint)
            if not self._names and (problem := agent_name_problem(word)) is not None:
                return Problem(f"{shown(word)} {problem}", hint="an agent's name: wow-refund-desk")
        return None


def ask_for_request(
    asker: Asker,
    questions: QuestionSet,
    known: Sequence[KnownAgent],
    *,
    agents: Sequence[str] = (),
    facts: StatedFacts = NOTHING_STATED,
) -> Request:
    """Return the request that a person describes.

    Args:
        asker: Who asks.
        questions: The fields `title`, `more`, `agents` and the facts.
        known: The agents of the registry.
        agents: Given beside, and not asked for.
        facts: Likewise.

    Raises:
        KeyboardInterrupt: The person stopped; nothing is kept.
    """
    inquiry = RequestInquiry(_fitted(questions, known, facts), known)
    given = dict(_given(agents, facts))
    asker.tell("A few short questions. Enter is enough wherever you don't know.")
    session = Session(inquiry, given=given, asker=asker, draft=None, defaults=False)
    answers = session.run()
    counting = {
        field.path: value
        for _, field in inquiry.questions(answers).fields()
        if (value := value_at(answers, field.place)) is not ABSENT
        and applies(field, answers, answers)
    }
    request = text_request(f"{counting.get('title', '')}\n\n{counting.get('more', '')}")
    return replace(
        request,
        agents=inquiry.agents(counting.get("agents", "")),
        facts=_facts(counting, given, facts),
    )


def ask_for_more(
    asker: Asker, request: Request, result: TriageResult, known: Sequence[KnownAgent]
) -> Request:
    """Ask what would settle what *result* is not sure of, and return *request* with the answers.

    Facts that the questions asked for already are not asked for again: who had known would have
    said.

    Raises:
        KeyboardInterrupt: The person stopped.
    """
    needs = [need for need in result.needs if need not in _ASKED_BEFORE]
    if _TYPE in needs and request.facts.service_state in _BROKEN:
        # Who said that it does not work has said that it is neither a wish nor a question.
        needs.remove(_TYPE)
        if result.type is not RequestType.SECURITY:
            request = with_facts(request, replace(NOTHING_STATED, type=RequestType.BUG))
    questions = _questions(needs)
    count = len(questions.questions)
    if not count:
        return request
    unsure = f" of {' and '.join(result.abstained)}" if result.abstained else ""
    answers = "One answer" if count == 1 else f"{count} answers"
    asker.tell(f"Not sure{unsure} yet. {answers} would settle it; Enter leaves it open.")
    inquiry = RequestInquiry(_fitted(questions, known, NOTHING_STATED), known, reviewed=False)
    session = Session(inquiry, given={}, asker=asker, draft=None, defaults=False)
    return _completed(request, session.run(), result, inquiry)


def _completed(
    request: Request, answers: Mapping[str, Json], result: TriageResult, inquiry: RequestInquiry
) -> Request:
    if more := answers.get("more"):
        # Of a long text the beginning is read. The id stays: it is the same request.
        request = replace(request, body=f"{more}\n\n{request.body}".strip())
    if word := answers.get("agents"):
        named = (name for name in result.agents if inquiry.knows(name))
        request = replace(request, agents=tuple(dict.fromkeys((*named, *inquiry.agents(word)))))
    return with_facts(request, _facts(answers, {}, NOTHING_STATED))


def _fitted(questions: QuestionSet, known: Sequence[KnownAgent], facts: StatedFacts) -> QuestionSet:
    """Return *questions* as they are put here: with the agents there are."""
    changed = []
    for question in questions.questions:
        fields = tuple(_fitted_field(field, known, facts) for field in question.fields)
        changed.append(question.model_copy(update={"fields": fields}))
    return QuestionSet(questions=tuple(changed))


def _fitted_field(
    field: QuestionField, known: Sequence[KnownAgent], facts: StatedFacts
) -> QuestionField:
    if field.path == "agents" and known:
        names = [agent.name for agent in known]
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        here = f"{field.help} Known here: {', '.join(names[:_MOST_NAMES])}{more}."
        words = tuple(dict.fromkeys((*names, *called(known))))
        return field.model_copy(update={"help": here, "words": words})
    if field.path == "title" and facts != NOTHING_STATED:
        return field.model_copy(update={"optional": True})  # facts alone are a request
    if field.path == "service_state" and facts.type is not None:
        choices = {word: says for word, says in field.choices.items() if word not in _WANTED}
        return field.model_copy(update={"choices": choices})
    return field


def _given(agents: Sequence[str], facts: StatedFacts) -> Iterator[tuple[str, str]]:
    """Yield the answers that are given beside, as a person would type them."""
    if agents:
        yield "agents", ", ".join(agents)
    words = {True: "yes", False: "no"}
    for name in _FACTS:
        value = getattr(facts, name)
        if value is not None:
            yield name, words[value] if isinstance(value, bool) else value.value
    if facts.service_state is None and facts.type in {*_WANTED.values(), RequestType.LEARNING}:
        yield "service_state", "question" if facts.type is RequestType.QUESTION else "wish"


def _facts(
    answers: Mapping[str, Json], given: Mapping[str, Json], stated: StatedFacts
) -> StatedFacts:
    """Return *stated* with what was answered otherwise than *given*."""
    data: dict[str, Json] = {}
    for name in ("type", *_FACTS):
        word = answers.get(name)
        if word is None or word == given.get(name):
            continue
        if name == "service_state" and word in _WANTED:
            data["type"] = _WANTED[word].value
            word = _UNKNOWN
        if word != _UNKNOWN:
            data[name] = _WORDS.get(word, word)
        elif name in given:
            withdrawn: dict[str, Any] = {name: None}  # Any: each field has its own type
            stated = replace(stated, **withdrawn)
    told = stated_facts(Document("answers", data), data)
    return with_facts(Request("", facts=stated), told).facts


def _questions(needs: Sequence[str]) -> QuestionSet:
    """Return one question for each field that *needs* ask for."""
    fields = {field.path: field for need in reversed(needs) for field in (_field(need),)}
    return QuestionSet(
        questions=tuple(
            Question(number=number, title="To be sure", fields=(field,))
            for number, field in enumerate(reversed(fields.values()), 1)
        )
    )


def _field(need: str) -> QuestionField:
    if need == _TYPE:
        return QuestionField(
            path="type",
            label="It is",
            type=FieldType.CHOICE,
            help=need,
            default=_UNKNOWN,
            choices={
                "bug": "something is broken",
                "feature": "it is a wish",
                "question": "I want to know something",
                _UNKNOWN: "I don't know",
            },
        )
    if need in TEXT_QUESTIONS:
        return QuestionField(
            path="more", label="In your words", type=FieldType.PASSAGE, help=need, optional=True
        )
    return QuestionField(
        path="agents", label="Agents", type=FieldType.TEXT, help=need, optional=True
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else f"{line[:_MOST_SHOWN]} …"
