"""The engine: typed, given and defaulted answers end the same; back, edit, review, resume."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.scripted_asker import ScriptedAsker
from hypothesis import HealthCheck, settings
from hypothesis import given as tried_with
from hypothesis import strategies as st
from places import CASES, ROOT

from waooaw.documents import Document
from waooaw.errors import InvalidDocument
from waooaw.specfile import check_spec
from waooaw_cli.factory.answers import NOTHING_GIVEN, apply_sets, read_answers
from waooaw_cli.factory.asking import Answer, Back, Finish, Jump, Prompt, Quit, Reply, ReviewReply
from waooaw_cli.factory.drafts import Draft, Saved
from waooaw_cli.factory.question_files import Library
from waooaw_cli.factory.questionnaire import gather

LIBRARY = Library(ROOT / "questionnaires")
VALID = sorted((CASES / "valid").glob("*.yaml"))
NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)

Slip = Callable[[Prompt], Reply] | None


def from_file(path: Path) -> Document:
    return gather(LIBRARY, given=read_answers(str(path), io.BytesIO()), asker=None)


def refund_desk() -> dict[str, Any]:
    answers: dict[str, Any] = from_file(CASES / "valid" / "wow-refund-desk.yaml").data
    return answers


def person(answers: dict[str, Any], **more: Any) -> ScriptedAsker:
    return ScriptedAsker(answers, LIBRARY.of(answers.get("kind")), **more)


def unasked(answers: dict[str, Any]) -> Document:
    """Return what no question asks for, as `--set` would give it."""
    return Document("answers", {"version": answers["version"]})


def all_but(field: str, answers: dict[str, Any]) -> Document:
    """Return all answers but those below the first part of *field*."""
    top = field.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
    return Document("answers", {name: value for name, value in answers.items() if name != top})


def answering(text: str) -> Callable[[Prompt], Reply]:
    return lambda _: Answer(text)


class _Slips:
    def __init__(self, at: dict[str, list[Callable[[Prompt], Reply]]]) -> None:
        self.at = at
        self.asker: ScriptedAsker | None = None

    def __iter__(self) -> Iterator[Slip]:
        return self

    def __next__(self) -> Slip:
        return self._slip

    def _slip(self, prompt: Prompt) -> Reply:
        waiting = self.at.get(prompt.path)
        if waiting:
            return waiting.pop(0)(prompt)
        assert self.asker is not None
        return self.asker.meant(prompt)


def slipping(answers: dict[str, Any], at: dict[str, list[Callable[[Prompt], Reply]]]) -> Any:
    slips = _Slips(at)
    slips.asker = person(answers, slips=slips)
    return slips.asker


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_typed_answers_and_a_file_give_the_same(path: Path) -> None:
    """A person who answers what the file says ends with the same answers, in the same order."""
    expected = from_file(path)
    asker = person(expected.data)

    typed = gather(LIBRARY, given=unasked(expected.data), asker=asker)

    assert json.dumps(typed.data) == json.dumps(expected.data)
    assert check_spec(typed) == check_spec(read_answers(str(path), io.BytesIO()))
    assert len(asker.pages) == 1


_SLIPS: dict[str, Callable[[Prompt], Reply]] = {
    "back": lambda _: Back(),
    "control": answering("a\x07b"),
    "surrogate": answering("../\udcff"),
    "length": answering("x" * 200_000),
}
_PEOPLE = st.fixed_dictionaries(
    {
        "path": st.sampled_from(VALID),
        "slips": st.lists(st.none() | st.sampled_from(sorted(_SLIPS)), max_size=60),
        "jumps": st.lists(st.integers(1, 10), max_size=2),
    }
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@tried_with(_PEOPLE)
def test_slips_do_not_change_the_answers(who: dict[str, Any]) -> None:
    """However often a person errs, goes back or edits: once mended, the answers are the file's."""
    expected = from_file(who["path"])
    slips = iter([None if name is None else _SLIPS[name] for name in who["slips"]])
    reviews: Iterator[ReviewReply] = iter([*map(Jump, who["jumps"]), Finish()])
    asker = person(expected.data, slips=slips, reviews=reviews)

    typed = gather(LIBRARY, given=unasked(expected.data), asker=asker)

    assert json.dumps(typed.data) == json.dumps(expected.data)


def test_defaults_fill_what_the_smallest_file_leaves_out() -> None:
    """Everything that has a default is there afterwards, in the order of the contract."""
    answers = from_file(CASES / "valid" / "wow-heartbeat.yaml").data

    assert list(answers) == [
        "schema",
        "name",
        "title",
        "version",
        "kind",
        "purpose",
        "domain",
        "owner",
        "responsibilities",
        "wake",
        "skills",
        "rules",
        "otherwise",
        "boundaries",
        "collaborators",
        "limits",
        "examples",
    ]
    assert answers["title"] == "Wow Heartbeat"
    assert answers["boundaries"] == {"never": [], "data": "none", "approval": []}
    assert list(answers["limits"].values()) == [30, 0.01, 100, 0.001, 512]


def test_a_model_is_filled_in_only_where_one_decides() -> None:
    """The model's fields have defaults when `otherwise` is model, and are absent when not."""
    path = CASES / "valid" / "wow-heartbeat.yaml"
    given = apply_sets(read_answers(str(path), io.BytesIO()), ["otherwise=model"])

    with_model = gather(LIBRARY, given=given, asker=None).data

    assert with_model["model"] == {
        "name": "claude-sonnet-4-5",
        "prompt": "prompts/decide.md",
        "max_share": 0.05,
    }
    assert "model" not in from_file(path).data


def test_a_kinds_defaults_apply_to_a_file_too() -> None:
    """A coordinator's file without limits gets a coordinator's limits."""
    path = CASES / "valid" / "wow-heartbeat.yaml"
    given = apply_sets(read_answers(str(path), io.BytesIO()), ["kind=coordinator"])

    answers = gather(LIBRARY, given=given, asker=None).data

    assert answers["otherwise"] == "defer"
    assert answers["limits"]["p95_ms"] == 20


def test_nobody_to_ask_lists_all_that_is_missing() -> None:
    """Without a terminal every missing answer is named, with its question."""
    with pytest.raises(InvalidDocument) as caught:
        gather(LIBRARY, given=NOTHING_GIVEN, asker=None, defaults=True)

    problems = caught.value.problems
    assert [problem.field for problem in problems] == [
        "name",
        "owner",
        "purpose",
        "domain",
        "wake",
        "rules",
        "collaborators.escalates_to",
        "examples",
    ]
    assert problems[4].message == "is missing (question 3: When does it wake?)"
    assert problems[4].hint is not None
    assert "--set wake[0].topic=refund.requested" in problems[4].hint


def test_what_is_missing_and_what_is_wrong_are_told_together() -> None:
    """One run tells all that has to be mended, with the place in the file of what stands there."""
    content = b"name: class\nlimits: 5\ncollaborators: [x]\ncolour: blue\nwake: []\n"

    with pytest.raises(InvalidDocument) as caught:
        gather(LIBRARY, given=read_answers("-", io.BytesIO(content)), asker=None)

    by_field = {problem.field: problem for problem in caught.value.problems}
    assert {"name", "limits", "collaborators", "colour", "wake", "owner"} <= set(by_field)
    assert (by_field["limits"].line, by_field["colour"].line) == (2, 4)


@pytest.mark.parametrize("path", sorted((CASES / "invalid").glob("*.yaml")), ids=lambda p: p.stem)
def test_no_file_crashes_the_engine(path: Path) -> None:
    """An invalid file is refused with an input error, here or by the specification afterwards."""
    # What is well-formed and complete is the specification's, or the vision's, to refuse.
    if path.stem in {"external-without-approval", "secret-in-spec"}:
        assert check_spec(from_file(path)).name == "wow-base"
        return
    with pytest.raises(InvalidDocument) as caught:
        check_spec(from_file(path))

    assert caught.value.problems


_ODD: st.SearchStrategy[Any] = (
    st.none() | st.integers() | st.just([]) | st.just({}) | st.just([1]) | st.just({"x": [{}]})
)


@settings(max_examples=40, deadline=None)
@tried_with(
    st.dictionaries(
        st.sampled_from([*refund_desk(), "colour", "persona", "model"]), _ODD, max_size=8
    )
)
def test_no_shape_crashes_the_engine(odd: dict[str, Any]) -> None:
    """Whatever stands where a mapping or a list should, an input error says so."""
    data = {**refund_desk(), **copy.deepcopy(odd)}

    refused = False
    try:
        check_spec(gather(LIBRARY, given=Document("-", data), asker=None))
    except InvalidDocument:
        refused = True

    assert refused or all(data[name] in ([], {}, None) or name == "persona" for name in odd)


def test_positions_of_the_file_are_kept() -> None:
    """A later problem can still name the line of the answers file."""
    path = CASES / "invalid" / "budget-negative.yaml"

    with pytest.raises(InvalidDocument) as caught:
        check_spec(from_file(path))

    assert caught.value.source == str(path)
    assert [(one.field, one.line) for one in caught.value.problems] == [("limits.monthly_usd", 15)]


def test_what_is_given_is_not_asked() -> None:
    """A person answers only what the file and `--set` leave open."""
    answers = refund_desk()
    given = {name: value for name, value in answers.items() if name not in {"owner", "limits"}}
    asker = person(answers)

    typed = gather(LIBRARY, given=Document("-", given), asker=asker)

    assert [prompt.path for prompt in asker.prompts] == [
        "owner",
        "limits.monthly_usd",
        "limits.decision_usd",
        "limits.p95_ms",
        "limits.error_rate",
        "limits.memory_mb",
    ]
    assert typed.data == answers


def test_defaults_ask_only_what_has_none() -> None:
    """With `--defaults` a person answers what has no default, and nothing else."""
    answers = from_file(CASES / "valid" / "wow-heartbeat.yaml").data
    asker = person(answers)

    typed = gather(LIBRARY, given=NOTHING_GIVEN, asker=asker, defaults=True)

    asked = {prompt.path.split("[")[0] for prompt in asker.prompts}
    assert asked == {
        "name",
        "owner",
        "purpose",
        "domain",
        "wake",
        "rules",
        "collaborators.escalates_to",
        "examples",
    }
    assert typed.data == answers


def test_nothing_left_to_ask_prompts_nothing() -> None:
    """Where all is given nobody is bothered, not even for a review."""
    answers = refund_desk()
    asker = person({})

    assert gather(LIBRARY, given=Document("-", answers), asker=asker, defaults=True).data == answers
    assert asker.prompts == []
    assert asker.pages == []


@pytest.mark.parametrize("field", ["wake", "skills", "rules", "boundaries", "otherwise"])
def test_what_is_given_waits_for_what_it_needs(field: str) -> None:
    """Examples in a file are not held against rules that are only going to be asked for."""
    answers = refund_desk()

    typed = gather(LIBRARY, given=all_but(field, answers), asker=person(answers))

    assert typed.data == answers


def test_what_is_given_and_wrong_is_refused_before_anything_is_asked() -> None:
    """A person is not asked ten questions to learn that the file was wrong."""
    given = read_answers("-", io.BytesIO(b"purpose: x\nlimits: {monthly_usd: -1}\n"))
    asker = person(refund_desk())

    with pytest.raises(InvalidDocument) as caught:
        gather(LIBRARY, given=given, asker=asker)

    assert asker.prompts == []
    assert [(one.field, one.line) for one in caught.value.problems] == [("limits.monthly_usd", 2)]


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("name", "../x", "not kebab-case"),
        ("name", "{{ 7*7 }}", "not kebab-case"),
        ("name", "class", "keyword"),
        ("name", "", "an answer is needed"),
        ("owner", "a\x1b[2Jb", "U+001B"),
        ("owner", "two\nlines", "several lines"),
        ("wake[0].topic", "a..b", "empty segment"),
        ("wake[0].when", "evnt.data.x > 1", "evnt"),
        ("skills[0].name", "class", "keyword"),
        ("skills[0].effect", "much", "is not one of"),
        ("skills[0].input", "{a: text}", "'text'"),
        ("rules[0].id", "Small Refund", "is no id"),
        ("rules[1].id", "blocked-customer", "taken by entry 1"),
        ("rules[0].when", "__import__('os')", "__import__"),
        ("rules[0].when", "event.data.x >> 1", "not valid CEL"),
        ("rules[0].then", "pay_it", "is not one of"),
        ("boundaries.never[0].when", "decision.x", "decision.x"),
        ("boundaries.approval", "ask_for_receipt", "is not one of"),
        ("limits.monthly_usd", "-1", "not allowed"),
        ("limits.p95_ms", "fast", "is not a number"),
        ("collaborators.consults", "Not A Name!", "not kebab-case"),
        ("examples[0].event.data", "{a: ", "can't be read"),
        ("examples[0].expect.wakes", "no", "contradicts wake"),
        ("examples[0].expect.outcome", "reject", "contradicts the rules"),
        ("examples[1].expect.boundary", "no-cach", "is not one of"),
    ],
)
def test_a_wrong_answer_is_explained_and_asked_again(path: str, text: str, says: str) -> None:
    """What the specification refuses is asked again, with the reason and what was typed."""
    answers = refund_desk()
    asker = slipping(answers, {path: [answering(text)]})

    typed = gather(LIBRARY, given=all_but(path, answers), asker=asker)

    asked = [prompt for prompt in asker.prompts if prompt.path == path]
    assert asked[0].problem is None
    assert asked[1].problem is not None
    assert says in asked[1].problem.message
    assert asked[1].typed == text
    assert typed.data == answers


def test_back_offers_what_was_answered() -> None:
    """Going back twice shows the earlier answers, and they can be changed."""
    answers = refund_desk()
    asker = slipping(
        answers,
        {"owner": [lambda _: Back()], "kind": [answering("domain"), lambda _: Back()]},
    )

    typed = gather(LIBRARY, given=unasked(answers), asker=asker)

    first = [(prompt.path, prompt.typed) for prompt in asker.prompts[:8]]
    assert first == [
        ("name", ""),
        ("title", ""),
        ("kind", ""),
        ("owner", ""),
        ("kind", "domain"),
        ("title", "Refund Desk"),
        ("kind", "domain"),
        ("owner", ""),
    ]
    assert typed.data["kind"] == "support"


def test_back_at_the_first_question_stays_there() -> None:
    """There is nothing before the first question."""
    answers = refund_desk()
    asker = slipping(answers, {"name": [lambda _: Back()]})

    gather(LIBRARY, given=unasked(answers), asker=asker)

    assert [prompt.path for prompt in asker.prompts[:2]] == ["name", "name"]
    assert "This is the first question." in asker.told


def test_back_out_of_a_new_entry_forgets_it() -> None:
    """An entry that was begun by mistake and never answered is not kept."""
    answers = refund_desk()
    asker = slipping(
        answers,
        {
            "wake[0].topic": [lambda _: Back()],
            "skills": [answering("add")],
            "skills[0].name": [lambda _: Back()],
            "rules[3].id": [lambda _: Back()],
            "rules": [answering("add"), answering("add"), answering("add"), answering("done")],
        },
    )

    typed = gather(LIBRARY, given=unasked(answers), asker=asker)

    assert typed.data == answers


def test_back_from_a_list_walks_through_its_entries() -> None:
    """Before a list's menu comes its last entry; before its first, the question before."""
    answers = from_file(CASES / "valid" / "wow-heartbeat.yaml").data
    back = [lambda _: Back()]
    asker = slipping(
        answers,
        {
            "wake": list(back),
            "wake[0].when": list(back),
            "wake[0].topic": [answering("clock.ticked"), *back],
        },
    )

    gather(LIBRARY, given=unasked(answers), asker=asker)

    paths = [prompt.path for prompt in asker.prompts]
    begin = paths.index("wake[0].topic")
    assert paths[begin : begin + 8] == [
        "wake[0].topic",
        "wake[0].when",
        "wake[0].topic",
        "responsibilities",
        "wake",
        "wake[0].when",
        "wake",
        "skills",
    ]


def test_entries_are_edited_and_removed() -> None:
    """The menu of a list changes one entry or takes it away."""
    answers = refund_desk()
    asker = slipping(
        answers,
        {
            "wake": [answering("edit 1"), answering("remove 2"), answering("r"), answering("a")],
            "wake[0].topic": [answering("x.y")],
        },
    )

    typed = gather(LIBRARY, given=all_but("wake", answers), asker=asker)

    assert typed.data == answers


@pytest.mark.parametrize("text", ["edit 9", "edit 0", "remove", "fly", "edit 1 2", "99999999"])
def test_what_is_not_on_the_menu_is_refused(text: str) -> None:
    """A menu takes its own words and the numbers of its entries."""
    answers = refund_desk()
    asker = slipping(answers, {"rules": [answering("add"), answering("add"), answering(text)]})

    typed = gather(LIBRARY, given=all_but("rules", answers), asker=asker)

    problems = [p.problem for p in asker.prompts if p.path == "rules" and p.problem is not None]
    assert len(problems) == 1
    assert problems[0].hint
    assert typed.data == answers


def test_a_list_is_not_done_while_a_rule_cannot_match() -> None:
    """A rule that can't match after another one keeps its list open."""
    answers = refund_desk()
    menu = [answering("add"), answering("add"), answering("done"), answering("edit 1")]
    asker = slipping(answers, {"rules[0].when": [answering("true")], "rules": menu})

    typed = gather(LIBRARY, given=all_but("rules", answers), asker=asker)

    told = [p.problem.message for p in asker.prompts if p.path == "rules" and p.problem]
    assert any("can never match" in message for message in told)
    assert typed.data == answers


def test_a_list_is_not_done_with_an_unfinished_entry() -> None:
    """An entry that was left half answered is kept, named, and has to be finished."""
    answers = refund_desk()
    asker = slipping(
        answers,
        {
            "skills": [answering("add"), answering("done"), answering("edit 1")],
            "skills[0].description": [lambda _: Back()],
            "skills[0].name": [answering("issue_refund"), lambda _: Back()],
        },
    )

    typed = gather(LIBRARY, given=unasked(answers), asker=asker)

    told = [p.problem for p in asker.prompts if p.path == "skills" and p.problem]
    assert told[0].field == "skills[0].description"
    assert told[1].message == "skills[0].description: is missing"
    assert typed.data == answers


def test_the_last_entry_that_is_needed_cannot_go() -> None:
    """A list that needs an entry is not done without one."""
    answers = refund_desk()
    asker = slipping(answers, {"wake": [answering("remove 1"), answering("done")]})

    typed = gather(LIBRARY, given=all_but("wake", answers), asker=asker)

    told = [p.problem.message for p in asker.prompts if p.path == "wake" and p.problem]
    assert told == ["at least one topic is needed"]
    assert typed.data == answers


def test_choices_follow_from_earlier_answers() -> None:
    """Approval offers the skills with an external effect, a rule every skill and outcome."""
    answers = refund_desk()
    asker = person(answers)

    gather(LIBRARY, given=unasked(answers), asker=asker)

    words = {p.path: [choice.word for choice in p.choices] for p in asker.prompts}
    assert words["boundaries.approval"] == ["issue_refund"]
    assert words["rules[0].then"][-2:] == ["issue_refund", "ask_for_receipt"]
    assert words["examples[0].expect.boundary"] == ["no-cash"]


def test_what_cannot_be_chosen_is_not_asked() -> None:
    """Without external skills nobody is asked for approvals, without a model for its name."""
    answers = from_file(CASES / "valid" / "wow-domain.yaml").data
    asker = person(answers)

    gather(LIBRARY, given=unasked(answers), asker=asker)

    paths = {prompt.path for prompt in asker.prompts}
    assert not paths & {"boundaries.approval", "model.name", "examples[0].expect.boundary"}
    assert "examples[3].expect.outcome" not in paths


def test_defaults_follow_from_earlier_answers() -> None:
    """A title follows from the name, an example's event from what wakes the agent."""
    answers = from_file(CASES / "valid" / "wow-domain.yaml").data
    asker = person(answers)

    gather(LIBRARY, given=unasked(answers), asker=asker)

    defaults = {prompt.path: prompt.default for prompt in asker.prompts}
    assert defaults["title"] == "Wow Domain"
    assert defaults["examples[0].event.type"] == "domain.model.any"
    assert defaults["owner"] is None


def test_progress_is_shown_with_every_question() -> None:
    """Every prompt knows which of the ten questions it belongs to."""
    asker = person(refund_desk())

    gather(LIBRARY, given=NOTHING_GIVEN, asker=asker)

    numbers = [prompt.number for prompt in asker.prompts]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, 11))
    assert {prompt.total for prompt in asker.prompts} == {10}


def test_the_review_lists_every_answer() -> None:
    """The last look shows all ten questions with their answers, defaults included."""
    asker = person(refund_desk())

    gather(LIBRARY, given=NOTHING_GIVEN, asker=asker)

    (page,) = asker.pages
    assert [section.number for section in page.sections] == list(range(1, 11))
    assert page.problems == ()
    lines = {label: text for section in page.sections for label, text in section.lines}
    assert lines["Title"] == "Refund Desk"
    assert "small-refund" in lines["Rules 2"]
    assert lines["Hands off to"] == "none"


def test_the_review_jumps_back_and_refuses_what_contradicts() -> None:
    """A change that breaks another answer is told at the review, which waits for a remedy."""
    answers = refund_desk()
    renamed = {"skills[0].name": [answering("issue_refund"), answering("pay_back")]}
    asker = slipping(
        answers,
        {**renamed, "skills": [answering("a"), answering("a"), answering("d"), answering("e 1")]},
    )
    asker.reviews = iter([Jump(4), Finish(), Jump(4), Finish()])
    slips = asker.slips
    slips.at["skills[0].name"].append(answering("issue_refund"))
    slips.at["skills"] += [answering("done"), answering("edit 1")]

    typed = gather(LIBRARY, given=unasked(answers), asker=asker)

    assert asker.pages[0].problems == ()
    assert any("rules[1].then" in problem for problem in asker.pages[1].problems)
    assert any("mended first" in message for message in asker.told)
    assert typed.data == answers


def test_back_from_the_review_is_the_last_question() -> None:
    """The review can be left the way it was reached."""
    answers = refund_desk()
    asker = person(answers, reviews=iter([Back(), Finish()]))

    gather(LIBRARY, given=unasked(answers), asker=asker)

    assert asker.prompts[-1].path == "examples"
    assert len(asker.pages) == 2


def test_what_was_given_can_be_edited_at_the_review() -> None:
    """A jump asks every field of its question, the given ones too."""
    answers = refund_desk()
    given = {name: value for name, value in answers.items() if name != "owner"}
    given["purpose"] = "Something else."
    asker = person(answers, reviews=iter([Jump(2), Finish()]))

    typed = gather(LIBRARY, given=Document("-", given), asker=asker)

    assert [prompt.path for prompt in asker.prompts] == [
        "owner",
        "purpose",
        "domain",
        "responsibilities",
    ]
    assert typed.data == answers


def test_an_optional_answer_can_be_taken_back() -> None:
    """Nothing, where something optional was answered, leaves it out; its entry stays."""
    answers = from_file(CASES / "valid" / "wow-content-healthcare.yaml").data
    asker = slipping(
        answers,
        {
            "persona.tagline": [answering("x")],
            "persona.specialties": [answering("y")],
            "rules[0].cite": [answering("LAW-9")],
        },
    )
    del answers["persona"]
    del answers["rules"][0]["cite"]
    asker.reviews = iter([Jump(2), Jump(5), Finish()])
    asker.slips.at["rules"] = [answering(t) for t in ("a", "a", "d", "e 1", "d")]

    typed = gather(LIBRARY, given=unasked(answers), asker=asker)

    assert typed.data == answers


def stopping_at(path: str, answers: dict[str, Any]) -> ScriptedAsker:
    def interrupt(_: Prompt) -> Reply:
        raise KeyboardInterrupt

    asker: ScriptedAsker = slipping(answers, {path: [interrupt]})
    return asker


def draft_in(folder: Path) -> Draft:
    return Draft(folder, output=Path("generated"), now=lambda: NOW)


def every_prompt() -> list[str]:
    asker = person(refund_desk())
    gather(LIBRARY, given=NOTHING_GIVEN, asker=asker)
    return list(dict.fromkeys(prompt.path for prompt in asker.prompts))


# Every seventh, so that each kind of prompt is among them and the run stays short.
@pytest.mark.parametrize("path", ["name", "wake[0].topic", "rules", *every_prompt()[::7]])
def test_an_interruption_anywhere_is_resumed(path: str, tmp_path: Path) -> None:
    """Ctrl-C at any prompt keeps the answers; the next run goes on there and ends the same."""
    answers = refund_desk()
    first = stopping_at(path, answers)
    with pytest.raises(KeyboardInterrupt):
        gather(LIBRARY, given=unasked(answers), asker=first, draft=draft_in(tmp_path))

    second = person(answers)
    typed = gather(LIBRARY, given=unasked(answers), asker=second, draft=draft_in(tmp_path))

    if len(first.prompts) > 1:
        assert "wow-refund-desk" in second.confirmed[0]
        assert "2026-01-02" in second.confirmed[0]
        assert second.prompts[0].path == path
        assert any("kept" in message for message in first.told)
    assert typed.data == answers


def test_quitting_keeps_the_draft(tmp_path: Path) -> None:
    """Who quits, at a question or at the review, finds the answers again."""
    answers = refund_desk()
    asker = slipping(answers, {"purpose": [lambda _: Quit()]})
    with pytest.raises(KeyboardInterrupt):
        gather(LIBRARY, given=unasked(answers), asker=asker, draft=draft_in(tmp_path))
    asker = person(answers, reviews=iter([Quit()]))
    with pytest.raises(KeyboardInterrupt):
        gather(LIBRARY, given=unasked(answers), asker=asker, draft=draft_in(tmp_path))

    last = person(answers)
    typed = gather(LIBRARY, given=unasked(answers), asker=last, draft=draft_in(tmp_path))

    assert last.prompts == []
    assert typed.data == answers


def test_who_does_not_resume_begins_afresh_and_loses_nothing(tmp_path: Path) -> None:
    """A draft that is not wanted is set aside, and the first question comes first."""
    answers = refund_desk()
    draft_in(tmp_path).save({"name": "wow-other"}, "title")
    asker = person(answers, resumes=False)

    gather(LIBRARY, given=unasked(answers), asker=asker, draft=draft_in(tmp_path))

    assert asker.prompts[0].path == "name"
    assert [path.suffix for path in tmp_path.iterdir() if "wow-other" in path.name] == [".aside"]


@pytest.mark.parametrize(
    "answers",
    [{"wake": 5}, {"wake": [5]}, {"limits": 5}, {"kind": ["x"], "rules": {}}, {"boundaries": []}],
    ids=str,
)
def test_a_draft_that_does_not_fit_is_set_aside(answers: dict[str, Any], tmp_path: Path) -> None:
    """A draft of another shape is kept beside, with a message, and never crashes the questions."""
    draft_in(tmp_path).save(answers, "limits.p95_ms")
    asker = person(refund_desk())

    typed = gather(LIBRARY, given=NOTHING_GIVEN, asker=asker, draft=draft_in(tmp_path))

    assert any("does not fit" in message for message in asker.told)
    assert typed.data == refund_desk()


def test_a_broken_draft_is_told(tmp_path: Path) -> None:
    """A draft that was cut off is set aside and said so."""
    draft = draft_in(tmp_path)
    draft.save({"name": "wow-x"}, "title")
    draft.path.write_bytes(b"{")
    asker = person(refund_desk())

    gather(LIBRARY, given=NOTHING_GIVEN, asker=asker, draft=draft_in(tmp_path))

    assert asker.told[0].startswith("Beginning afresh: the draft")


@pytest.mark.parametrize("at", ["colour", "rules[7].when", "persona.tagline"])
def test_a_place_that_is_gone_resumes_at_the_first_open_question(at: str, tmp_path: Path) -> None:
    """When the question where it stopped is not asked any more, the next open one is."""
    answers = refund_desk()
    draft_in(tmp_path).save({"name": answers["name"], "title": answers["title"]}, at)
    asker = person(answers)

    typed = gather(LIBRARY, given=unasked(answers), asker=asker, draft=draft_in(tmp_path))

    assert asker.prompts[0].path == "kind"
    assert typed.data == answers


def test_a_draft_that_cannot_be_saved_is_told_once(tmp_path: Path) -> None:
    """The questions go on without a net, and the person knows."""
    (tmp_path / "drafts").write_text("a file", encoding="utf-8")
    answers = refund_desk()
    asker = person(answers)

    typed = gather(
        LIBRARY, given=unasked(answers), asker=asker, draft=draft_in(tmp_path / "drafts" / "x")
    )

    assert [message for message in asker.told if "can't be saved" in message] == asker.told
    assert len(asker.told) == 1
    assert typed.data == answers


def test_the_draft_holds_the_place_of_the_next_question(tmp_path: Path) -> None:
    """Each answer is saved with where to go on, the review being the empty place."""
    answers = refund_desk()
    asker = person(answers)

    gather(LIBRARY, given=unasked(answers), asker=asker, draft=draft_in(tmp_path))

    found = draft_in(tmp_path).saved()
    assert isinstance(found, Saved)
    assert found.at == ""
    assert found.answers["rules"] == answers["rules"]
