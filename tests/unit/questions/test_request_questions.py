"""A request that a person is asked for: what is asked, what not, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fakes.scripted_asker import ScriptedAsker
from hypothesis import given as tried_with
from hypothesis import strategies as st
from places import ROOT

from waooaw.triage.asking import FACT_QUESTIONS, TEXT_QUESTIONS
from waooaw.triage.assessment import assess
from waooaw.triage.facts import NOTHING_STATED, StatedFacts
from waooaw.triage.intake import read_request
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.naming import KnownAgent
from waooaw.triage.requests import Request
from waooaw.triage.results import TriageResult, result_content
from waooaw.triage.vocabulary import Reach, RequestType, ServiceState
from waooaw_cli.factory.asking import Answer, Back, Jump, Prompt, Quit, Reply, ReviewReply
from waooaw_cli.factory.question_files import load_questions
from waooaw_cli.factory.questions import FieldType, Question, QuestionField, QuestionSet
from waooaw_cli.factory.triage_inquiry import ask_for_request
from waooaw_cli.factory.triage_settling import ask_for_more

QUESTIONS = load_questions(ROOT / "questionnaires" / "request.yaml")
KNOWN = (KnownAgent("wow-refund-desk", ("the refund bot",)), KnownAgent("wow-list"))
OUTAGE = {
    "title": "All refunds fail",
    "more": "Since 9:10.\nIt says: 500",
    "agents": "The Refund Bot, wow-list; refund desk",
    "service_state": "down",
    "reach": "most",
    "workaround": "no",
    "data_exposed": "no",
}
#: The fields of the questions that follow judging, for the asker to know how they are typed.
MORE = QuestionSet(
    questions=(
        Question(
            number=1,
            title="To be sure",
            fields=tuple(
                QuestionField(path=path, label=path, type=kind, help="", choices=choices)
                for path, kind, choices in (
                    ("type", FieldType.CHOICE, {"bug": "", "feature": ""}),
                    ("data_exposed", FieldType.CHOICE, {"yes": "", "no": ""}),
                    ("legal_or_compliance", FieldType.CHOICE, {"yes": "", "no": ""}),
                    ("more", FieldType.PASSAGE, {}),
                    ("agents", FieldType.TEXT, {}),
                )
            ),
        ),
    )
)

Slip = Callable[[Prompt], Reply] | None


def person(
    answers: dict[str, Any],
    *,
    slips: Iterator[Slip] | None = None,
    reviews: Iterator[ReviewReply] | None = None,
    questions: QuestionSet = QUESTIONS,
) -> ScriptedAsker:
    return ScriptedAsker(answers, questions, slips=slips or iter(()), reviews=reviews or iter(()))


def asked(answers: dict[str, Any], **more: Any) -> tuple[Request, ScriptedAsker]:
    asker = person(answers)
    return ask_for_request(asker, QUESTIONS, KNOWN, **more), asker


def paths(asker: ScriptedAsker) -> list[str]:
    return [prompt.path for prompt in asker.prompts]


def settled(
    request: Request, answers: dict[str, Any], known: tuple[KnownAgent, ...] = KNOWN
) -> tuple[Request, ScriptedAsker, TriageResult]:
    asker = person(answers, questions=MORE)
    knowledge = Knowledge(agents=known)
    more = ask_for_more(asker, request, lambda one: assess(one, knowledge), known)
    return more, asker, assess(request, knowledge)


def test_there_are_seven_questions_and_each_can_be_left_open() -> None:
    """No more than seven, and only the first line of the first has to be answered."""
    assert len(QUESTIONS.questions) == 7
    required = [
        field.path
        for question in QUESTIONS.questions
        for field in question.fields
        if field.required
    ]
    assert required == ["title"]
    for question in QUESTIONS.questions:
        for field in question.fields:
            assert "unknown" in field.choices or not field.choices
            assert field.help


def test_answers_become_text_agents_and_stated_facts() -> None:
    """What a person says is stated; agents bear the names that the registry has for them."""
    request, _ = asked(OUTAGE)

    assert (request.title, request.body) == ("All refunds fail", "Since 9:10.\nIt says: 500")
    assert request.agents == ("wow-refund-desk", "wow-list")
    assert request.facts == StatedFacts(
        service_state=ServiceState.DOWN, reach=Reach.MOST, workaround=False, data_exposed=False
    )


def test_the_same_words_and_facts_have_the_same_answer_from_a_file() -> None:
    """A request that was asked for is the one that `--file` would bring, its id included."""
    request, _ = asked(OUTAGE)
    data = {
        "title": OUTAGE["title"],
        "body": OUTAGE["more"],
        "agents": ["wow-refund-desk", "wow-list"],
        "facts": {
            "service_state": "down",
            "reach": "most",
            "workaround": False,
            "data_exposed": False,
        },
    }
    same = read_request(json.dumps(data).encode(), source="a.json")

    assert request == same
    assert result_content(assess(request)) == result_content(assess(same))


def test_who_knows_nothing_states_nothing() -> None:
    """Enter to everything but the title: the text decides."""
    request, asker = asked({"title": "All refunds fail"})

    assert request == read_request(b"All refunds fail", source="-")
    assert len({prompt.number for prompt in asker.prompts}) == 7


@pytest.mark.parametrize(
    ("answers", "asks"),
    [
        ({"service_state": "wish"}, set()),
        ({"service_state": "question"}, set()),
        ({"service_state": "ok"}, {"reach"}),
        ({"service_state": "degraded"}, {"reach", "workaround"}),
        ({"service_state": "down", "reach": "none"}, {"reach"}),
        ({}, {"reach", "workaround"}),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else None,
)
def test_only_what_matters_is_asked(answers: dict[str, str], asks: set[str]) -> None:
    """A wish is not asked how many customers feel it; what works needs no other way."""
    _, asker = asked({"title": "An export as PDF"} | answers)

    assert {"reach", "workaround"} & set(paths(asker)) == asks


@pytest.mark.parametrize(
    ("word", "kind"), [("wish", RequestType.FEATURE), ("question", RequestType.QUESTION)]
)
def test_a_wish_and_a_question_state_the_type(word: str, kind: RequestType) -> None:
    """What is wanted is stated, and nothing of how the service does."""
    request, _ = asked({"title": "An export as PDF", "service_state": word})

    assert request.facts == StatedFacts(type=kind)


def test_what_is_given_beside_is_not_asked_and_stays() -> None:
    """`--agent` and `--facts` answer questions, also those that nobody asks."""
    facts = StatedFacts(service_state=ServiceState.DOWN, reach=Reach.ALL, domain_logic=True)
    request, asker = asked(
        {"title": "x", "legal_or_compliance": "yes"}, agents=("wow-else",), facts=facts
    )

    assert not {"agents", "service_state", "reach"} & set(paths(asker))
    assert request.agents == ("wow-else",)
    assert request.facts == replace(facts, legal_or_compliance=True)


@pytest.mark.parametrize(
    ("kind", "asks"),
    [
        (RequestType.FEATURE, False),
        (RequestType.LEARNING, False),
        (RequestType.QUESTION, False),
        (RequestType.BUG, True),
        (RequestType.SECURITY, True),
    ],
)
def test_a_type_that_is_given_says_what_to_ask(kind: RequestType, asks: bool) -> None:
    """It is kept as it is, and a question that it answers is not asked."""
    request, asker = asked({"title": "x"}, facts=StatedFacts(type=kind))

    assert request.facts == StatedFacts(type=kind)
    assert ("service_state" in paths(asker)) == ("reach" in paths(asker)) == asks
    words = [
        choice.word
        for prompt in asker.prompts
        if prompt.path == "service_state"
        for choice in prompt.choices
    ]
    assert not {"wish", "question"} & set(words)


def test_a_given_fact_can_be_withdrawn_at_the_review() -> None:
    """Who looks at what was given beside may say that they don't know it after all."""
    facts = StatedFacts(reach=Reach.ALL, data_exposed=True)
    asker = person({"title": "x", "reach": "unknown"}, reviews=iter((Jump(4),)))
    request = ask_for_request(asker, QUESTIONS, KNOWN, facts=facts)

    assert request.facts == StatedFacts(data_exposed=True)


def test_an_edited_answer_asks_what_it_makes_a_question() -> None:
    """A wish that turns out to be a failure is asked how bad it is, and then reviewed again."""

    def first_a_wish(prompt: Prompt) -> Reply:
        assert prompt.path == "service_state"
        return Answer("wish")

    slips: Iterator[Slip] = iter((None, None, None, first_a_wish))
    asker = person(OUTAGE, slips=slips, reviews=iter((Jump(3),)))
    request = ask_for_request(asker, QUESTIONS, KNOWN)

    assert paths(asker)[-3:] == ["service_state", "reach", "workaround"]
    assert [section.number for section in asker.pages[0].sections] == [1, 2, 3, 6, 7]
    assert [section.number for section in asker.pages[1].sections] == [1, 2, 3, 4, 5, 6, 7]
    assert request == asked(OUTAGE)[0]


def test_answers_without_a_point_any_more_do_not_count() -> None:
    """Who calls a failure a wish in the end has said nothing of how many customers feel it."""
    slips: Iterator[Slip] = iter((*[None] * 8, lambda _: Answer("wish")))
    asker = person(OUTAGE, slips=slips, reviews=iter((Jump(3),)))
    request = ask_for_request(asker, QUESTIONS, KNOWN)

    assert request.facts == StatedFacts(type=RequestType.FEATURE, data_exposed=False)


def slips_of(seed: list[str]) -> Iterator[Slip]:
    kinds: dict[str, Slip] = {
        "back": lambda _: Back(),
        "noise": lambda prompt: Answer("\x1b[2J") if prompt.path != "title" else Answer(" "),
        "huge": lambda _: Answer("x" * 100_001),
        "none": None,
    }
    return (kinds[one] for one in seed)


@tried_with(st.lists(st.sampled_from(["back", "noise", "huge", "none"]), max_size=30))
def test_whatever_goes_wrong_on_the_way_the_request_is_the_same(seed: list[str]) -> None:
    """Steps back, control characters and pastes that are too long change nothing in the end."""
    request = ask_for_request(person(OUTAGE, slips=slips_of(seed)), QUESTIONS, KNOWN)

    assert request == asked(OUTAGE)[0]


@pytest.mark.parametrize(
    ("typed", "told", "hint"),
    [
        ("wow-refnd-desk", "no agent is called 'wow-refnd-desk' here", "'wow-refund-desk'?"),
        ("wow-list, \u202ex", "no agent is called", ":clear leaves it out"),
        ("wow-list\x07", "the control character U+0007", "type it again"),
        ("x" * 100_001, "longer than 100,000 characters", "shorten it"),
    ],
    ids=["near", "bidi", "control", "huge"],
)
def test_an_agent_that_nobody_knows_is_asked_again(typed: str, told: str, hint: str) -> None:
    """What is wrong is told with the way out; what is too long to mend is not offered again."""
    slips: Iterator[Slip] = iter((None, None, lambda _: Answer(typed)))
    asker = person({"title": "x"}, slips=slips)
    ask_for_request(asker, QUESTIONS, KNOWN)
    again = next(one for one in asker.prompts if one.problem is not None)

    assert again.path == "agents"
    assert again.problem is not None
    assert told in again.problem.message
    assert hint in (again.problem.hint or "")
    assert again.typed == (typed if len(typed) < 1000 else "")


def test_without_a_registry_a_name_only_has_to_be_one() -> None:
    """Where no agent is known, what can be a name is taken."""
    slips: Iterator[Slip] = iter((None, None, lambda _: Answer("Not A Name")))
    asker = person({"title": "x", "agents": "wow-else"}, slips=slips)
    request = ask_for_request(asker, QUESTIONS, ())

    assert request.agents == ("wow-else",)
    assert any(one.problem and "kebab-case" in one.problem.message for one in asker.prompts)


def test_names_are_offered_for_completion_and_a_few_are_shown() -> None:
    """Two thousand agents are completed, and do not fill the screen."""
    known = tuple(KnownAgent(f"wow-agent-{number}") for number in range(2000))
    asker = person({"title": "x"})
    ask_for_request(asker, QUESTIONS, known)
    prompt = next(one for one in asker.prompts if one.path == "agents")

    assert {"wow-agent-1999", "agent 7"} <= set(prompt.words)
    assert prompt.help.endswith("wow-agent-3, wow-agent-4 and 1995 more.")


def test_a_long_text_is_shortened_at_the_review() -> None:
    """A pasted log does not push the way on out of sight."""
    asker = person({"title": "x", "more": "a line of a log\n" * 5000})
    request = ask_for_request(asker, QUESTIONS, KNOWN)

    assert max(len(text) for one in asker.pages[0].sections for _, text in one.lines) < 310
    assert len(request.body) > 70_000


def test_who_stops_is_let_go() -> None:
    """`:quit` in the middle ends it like Ctrl-C."""
    slips: Iterator[Slip] = iter((None, lambda _: Quit()))
    with pytest.raises(KeyboardInterrupt):
        ask_for_request(person(OUTAGE, slips=slips), QUESTIONS, KNOWN)
    with pytest.raises(KeyboardInterrupt):
        ask_for_request(person(OUTAGE, reviews=iter((Quit(),))), QUESTIONS, KNOWN)


def test_every_question_that_triage_asks_back_can_be_answered() -> None:
    """What a result needs is a fact, words, or an agent: the three that are asked for."""
    facts = {field.path for one in QUESTIONS.questions for field in one.fields}

    assert set(FACT_QUESTIONS) - facts == {"type"}
    assert len(TEXT_QUESTIONS) == 4


def test_the_type_is_asked_where_it_is_not_sure() -> None:
    """The answer is a stated fact, the request stays the same, and nothing else is asked."""
    request, _ = asked({"title": "Blue or green"})
    more, asker, result = settled(request, {"type": "feature"})

    assert result.abstained == ("type", "severity")
    assert paths(asker) == ["type"]
    assert more == replace(request, facts=StatedFacts(type=RequestType.FEATURE))
    assert asker.pages == []
    assert asker.told == ["Not sure yet. One answer would settle it; Enter leaves it open."]


def test_declining_changes_nothing() -> None:
    """Enter to what would settle it is the request as it was."""
    request, _ = asked({"title": "Blue or green"})

    assert settled(request, {})[0] == request


def test_what_was_left_open_is_not_asked_twice() -> None:
    """Who did not know how many customers feel it is not asked for it again."""
    request, _ = asked({"title": "Blue or green"}, facts=StatedFacts(type=RequestType.BUG))
    more, asker, result = settled(request, {})

    assert FACT_QUESTIONS["reach"] in result.needs
    assert (more, asker.prompts) == (request, [])


@pytest.mark.parametrize("state", ["down", "degraded"])
def test_who_said_that_it_fails_is_not_asked_whether_it_does(state: str) -> None:
    """A failure that was stated settles the type without a question."""
    request, _ = asked({"title": "Blue or green", "service_state": state})
    more, asker, result = settled(request, {})

    assert "type" in result.abstained
    assert asker.prompts == []
    assert more.facts.type is RequestType.BUG


def test_an_unknown_agent_in_the_text_is_asked_for() -> None:
    """The one that is meant takes the place of the one that nobody knows."""
    text = b"wow-list and wow-nope show yesterday's refunds to every customer since nine"
    request = replace(
        read_request(text, source="-"),
        facts=StatedFacts(type=RequestType.BUG, service_state=ServiceState.DEGRADED),
    )
    more, asker, result = settled(request, {"agents": "the refund bot"})

    assert result.agents == ("wow-list", "wow-nope")
    assert paths(asker) == ["agents"]
    assert more.agents == ("wow-list", "wow-refund-desk")


def test_too_few_words_are_asked_for_more() -> None:
    """What is added stands first, and the request keeps its id."""
    request, _ = asked({"title": "hm"})
    more, asker, _ = settled(request, {"more": "All refunds fail for every customer."})

    assert paths(asker) == ["more"]
    assert (more.id, more.title) == (request.id, "hm")
    assert more.body == "All refunds fail for every customer."


@pytest.mark.parametrize("state", ["down", "unknown"])
def test_an_answer_never_makes_a_security_concern_a_mere_failure(state: str) -> None:
    """Where the guess is security, something that is broken does not take it away."""
    request, _ = asked({"title": "Blue or green", "service_state": state})
    result = replace(assess(request), type=RequestType.SECURITY)
    asker = person({"type": "bug"}, questions=MORE)
    more = ask_for_more(asker, request, lambda _: result, KNOWN)

    assert more == request
    assert len(asker.prompts) == (state == "unknown")


SEEN = "I can see the invoices of another customer in my list"
LEGAL = "We will sue you if our data is not deleted under GDPR"


@pytest.mark.parametrize(
    ("title", "fact", "answer", "stands"),
    [
        (SEEN, "data_exposed", "unknown", None),
        (SEEN, "data_exposed", "yes", True),
        (SEEN, "data_exposed", "no", False),
        (LEGAL, "legal_or_compliance", "unknown", None),
    ],
)
def test_what_is_denied_and_yet_written_is_asked_again(
    title: str, fact: str, answer: str, stands: bool | None
) -> None:
    """A "no" in a hurry takes nothing away: Enter lets the words decide, a second "no" holds."""
    request, _ = asked({"title": title, "service_state": "ok", fact: "no"})
    more, asker, _ = settled(request, {fact: answer})

    assert fact in paths(asker)
    assert getattr(more.facts, fact) is stands


def test_what_is_denied_twice_over_is_asked_once() -> None:
    """Data that others saw is a matter of law: letting the words decide takes both denials back."""
    denials = {"data_exposed": "no", "legal_or_compliance": "no"}
    request, _ = asked({"title": SEEN, "service_state": "ok"} | denials)
    more, asker, _ = settled(request, {})

    assert paths(asker) == ["data_exposed"]
    assert (more.facts.data_exposed, more.facts.legal_or_compliance) == (None, None)
    assert result_content(assess(more))["route"] == "human"
    assert settled(request, {"data_exposed": "no"})[0].facts == request.facts


def test_what_is_given_beside_is_not_doubted() -> None:
    """A file that denies it is not asked whether it is so; neither is who denies rightly."""
    facts = StatedFacts(data_exposed=False, type=RequestType.BUG)
    request, _ = asked({"title": SEEN}, facts=facts)
    asker = person({}, questions=MORE)

    assert ask_for_more(asker, request, assess, KNOWN, given=facts) == request
    assert "data_exposed" not in paths(asker)
    request, _ = asked({"title": "The list is empty", "data_exposed": "no"})
    assert "data_exposed" not in paths(settled(request, {})[1])


def test_a_sure_answer_asks_nothing() -> None:
    """Where nothing abstained nobody is kept."""
    request, _ = asked(OUTAGE | {"service_state": "question"})
    more, asker, result = settled(replace(request, facts=FULL), {})

    assert result.needs == ()
    assert (more.facts, asker.prompts, asker.told) == (FULL, [], [])


FULL = replace(
    NOTHING_STATED, type=RequestType.BUG, service_state=ServiceState.DOWN, reach=Reach.ALL
)
