"""A request that a person is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from waooaw.consistency import nearest
from waooaw.documents import Document, FieldPath, Json
from waooaw.errors import Problem, shown
from waooaw.names import agent_name_problem
from waooaw.triage.facts import NOTHING_STATED, StatedFacts
from waooaw.triage.intake import text_request
from waooaw.triage.naming import KnownAgent, called
from waooaw.triage.requests import Request
from waooaw.triage.statements import stated_facts
from waooaw.triage.vocabulary import RequestType
from waooaw_cli.factory.asking import Asker, Review, Section
from waooaw_cli.factory.completion import applies
from waooaw_cli.factory.paths import ABSENT, value_at
from waooaw_cli.factory.questions import Question, QuestionField, QuestionSet
from waooaw_cli.factory.session import Session
from waooaw_cli.factory.triage_intake import with_facts

__all__ = ["UNKNOWN", "RequestInquiry", "ask_for_request", "fitted", "stated_by"]

#: What is answered by who does not know; nothing is stated then.
UNKNOWN: Final = "unknown"
#: Facts that are asked for, by the name of their field.
_FACTS = ("service_state", "reach", "workaround", "data_exposed", "legal_or_compliance")
#: An answer to "does it work" that says what is wanted instead.
_WANTED = {"wish": RequestType.FEATURE, "question": RequestType.QUESTION}
_WORDS: Mapping[str, Json] = {"yes": True, "no": False}
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
            if applies(field, answers, answers):
                value = value_at(answers, field.place)
                text = "not said" if value is ABSENT else value
                if value is not ABSENT and field.path == "agents":
                    text = ", ".join(self.agents(text))
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
    inquiry = RequestInquiry(fitted(questions, known, facts), known)
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
        facts=stated_by(counting, given, facts),
    )


def fitted(questions: QuestionSet, known: Sequence[KnownAgent], facts: StatedFacts) -> QuestionSet:
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


def stated_by(
    answers: Mapping[str, Json], given: Mapping[str, Json], stated: StatedFacts
) -> StatedFacts:
    """Return *stated* with what was answered otherwise than *given*.

    Args:
        answers: Words by the name of their fact; others are left alone.
        given: What stood there before; "unknown" takes it back.
        stated: What is stated already.
    """
    data: dict[str, Json] = {}
    for name in ("type", *_FACTS):
        word = answers.get(name)
        if word is None or word == given.get(name):
            continue
        if name == "service_state" and word in _WANTED:
            data["type"] = _WANTED[word].value
            word = UNKNOWN
        if word != UNKNOWN:
            data[name] = _WORDS.get(word, word)
        elif name in given:
            withdrawn: dict[str, Any] = {name: None}  # Any: each field has its own type
            stated = replace(stated, **withdrawn)
    told = stated_facts(Document("answers", data), data)
    return with_facts(Request("", facts=stated), told).facts


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else f"{line[:_MOST_SHOWN]} …"
