"""What a customer reads, in every tone, for every kind of letter and request."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from fakes.letter_cases import ADA, NOW, case, letter
from hypothesis import given
from hypothesis import strategies as st

from waooaw.desk.letters import Letter
from waooaw.desk.standings import Standing
from waooaw.desk.steps import Stepped, answered, linked, moved, resumed, solved, taken, waiting
from waooaw.desk.templates import LetterKind, shipped_voices
from waooaw.desk.wording import LONGEST_SUBJECT
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TONES = ("brief", "formal", "friendly")
# "Help desk" is what a customer may call us; no other desk is anybody's business.
INTERNAL = re.compile(
    r"\bL[0-9]\b|\bP[0-9]\b|(?i:\b(?:backlog|triage|severity|route|queue|escalat\w*|abstain\w*"
    r"|agent|waooaw|ticket|page|on-call|human)\b|(?<!help )\bdesk\b)"
)
# Controls, separators of lines, marks of direction or of no width, and halves of pairs.
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]"
)


def shown(one: Letter) -> str:
    return f"{one.subject}\n{one.body}"


def restarted(one: Standing) -> Stepped:
    return solved(one, ADA, NOW, "We restarted it.")


@pytest.mark.parametrize("type_", RequestType)
@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("tone", TONES)
def test_every_combination_has_plain_words(tone: str, kind: LetterKind, type_: RequestType) -> None:
    """Whatever the desk and the severity, no letter is empty or speaks of how we work inside."""
    for severity in SeverityLevel:
        for route in Route:
            told = case(
                *((restarted,) if kind is LetterKind.RESOLUTION else ()),
                title="Nothing works",
                type_=type_,
                severity=severity,
                route=route,
                needs=["How many customers are affected?"],
            )
            one = letter(told, kind, tone=tone)

            assert len(one.body.split()) > 8
            assert one.subject
            assert not re.search(r"[{}]", shown(one))
            assert not INTERNAL.search(shown(one))
            assert "T-1" in one.body
            assert ("Nothing works" in shown(one)) == (type_ is not RequestType.SECURITY)


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("tone", TONES)
def test_each_type_has_words_of_its_own(tone: str, kind: LetterKind) -> None:
    """A wish is not answered like a fault."""
    bodies = [letter(case(type_=type_), kind, tone=tone).body for type_ in RequestType]

    assert all(one != other for one, other in combinations(bodies, 2))
    assert set(shipped_voices()) == set(TONES)


@pytest.mark.parametrize(
    ("severity", "words"),
    [
        ("P0", "right away"),
        ("P1", "within 15 minutes of your message"),
        ("P2", "within 4 hours of your message"),
        ("P3", "can't name a day"),
    ],
)
def test_the_promise_is_told_in_plain_time(severity: str, words: str) -> None:
    """How soon an answer comes is said as people say it, and nothing where one came."""
    open_, kind = case(severity=SeverityLevel(severity)), LetterKind.CLASSIFICATION
    told = case(
        lambda one: answered(one, ADA, NOW, "We look into it."), severity=SeverityLevel(severity)
    )

    assert words in " ".join(letter(open_, kind).body.split())
    assert words not in " ".join(letter(told, kind).body.split())


def test_a_broken_promise_is_admitted_and_not_made_again() -> None:
    """Who is late does not say "within 15 minutes"."""
    body = letter(case(), LetterKind.ACKNOWLEDGEMENT, now=NOW + 16 * MINUTE).body

    assert "We are later than we wanted to be" in body
    assert "15 minutes" not in body
    day_later = letter(case(), LetterKind.PROGRESS, earlier=NOW, now=NOW + 25 * HOUR)
    assert "We are later than we wanted to be" in day_later.body


def test_what_we_understood_thanks_where_nothing_was_sent_before() -> None:
    """The first letters are one where both are due, and the second does not thank again."""
    both = letter(case(), LetterKind.CLASSIFICATION)
    second = letter(case(), LetterKind.CLASSIFICATION, earlier=NOW)

    assert "We have your message" in both.body
    assert "We have your message" not in second.body
    assert "something that does not work as it should" in " ".join(both.body.split())


def test_that_a_ticket_was_passed_on_is_told_once() -> None:
    """After it moved: "passed to a senior engineer"; in the letter after that: who has it."""
    gone = case(lambda one: moved(one, Route.L3, ADA, NOW + HOUR, "deep"))
    kind, day = LetterKind.PROGRESS, 24 * HOUR

    first = letter(gone, kind, earlier=NOW, now=NOW + day)
    then = letter(gone, kind, earlier=NOW + day, now=NOW + 2 * day)
    assert "We passed it to a senior engineer." in first.body
    assert "passed" not in then.body
    assert "It is with a senior engineer. Nobody could begin yet." in then.body


def test_what_moves_between_first_desks_was_not_passed_on() -> None:
    """For the customer the first desk and what waits are one help desk."""
    gone = case(lambda one: moved(one, Route.BACKLOG, ADA, NOW + HOUR, "can wait"))
    kept = case(lambda one: taken(one, ADA, NOW))

    assert "Nobody could begin yet" in letter(gone, LetterKind.PROGRESS, earlier=NOW).body
    assert "being worked on" in letter(kept, LetterKind.PROGRESS, earlier=NOW).body


def test_who_was_asked_something_is_asked_again() -> None:
    """While we wait for the customer, the letter says for what."""
    asked = case(lambda one: waiting(one, ADA, NOW, "Which invoice?"))

    body = letter(asked, LetterKind.PROGRESS, earlier=NOW, now=NOW + 24 * HOUR).body
    assert "we need an answer from you" in body
    assert "Which invoice?" in body


def test_the_solution_is_told_in_the_words_of_who_solved_it() -> None:
    """Redacted, line by line, without the sentences that only we understand."""
    says = (
        "We renewed the certificate.\nAsk jo@example.com. After triage it went to L3."
        "\n\nIt holds for a year. It was a P0."
    )
    done = case(lambda one: solved(one, ADA, NOW, says))

    body = letter(done, LetterKind.RESOLUTION, earlier=NOW).body
    told = "We renewed the certificate.\nAsk [redacted].\n\nIt holds for a year."
    assert f"What we did:\n{told}\n\n" in body
    only = case(lambda one: solved(one, ADA, NOW, "Done by L2."))
    assert "What we did" not in letter(only, LetterKind.RESOLUTION, earlier=NOW).body


@pytest.mark.parametrize(
    ("type_", "facts"),
    [
        (RequestType.SECURITY, {}),
        (RequestType.BUG, {"security": True}),
        (RequestType.BUG, {"data_exposed": True}),
        (RequestType.QUESTION, {"legal_or_compliance": True}),
    ],
)
@pytest.mark.parametrize("mine", [True, False])
def test_of_grave_matters_nothing_is_told_of_what_others_saw(
    type_: RequestType, facts: dict[str, bool], mine: bool
) -> None:
    """Neither how it was solved nor that others wrote, whichever of the two tickets is grave."""
    grave: dict[str, Any] = {"type_": type_, "facts": facts}
    theirs, own = ({}, grave) if mine else (grave, {})
    says = "ACME's 300 invoices were visible to Initech."
    first = case(lambda one: solved(one, ADA, NOW, says), id_="T-0", **theirs)
    open_ = case(lambda one: moved(one, Route.L3, ADA, NOW + HOUR, "x"), id_="T-0", **theirs)

    for original, kind in ((first, LetterKind.RESOLUTION), (open_, LetterKind.PROGRESS)):
        second = case(lambda one: linked(one, first.standing, ADA, NOW), original=original, **own)
        for tone in TONES:
            body = letter(second, kind, tone=tone, earlier=NOW, now=NOW + 24 * HOUR).body
            assert not re.search("ACME|Initech|others|alone|T-0|senior", body)


def test_a_duplicate_is_told_what_happens_to_its_original() -> None:
    """That others wrote the same, who has that one, and how it was solved; and not its id."""
    first = case(
        lambda one: moved(one, Route.L2, ADA, NOW + HOUR, "x"),
        id_="T-0",
        title="Blank page at ACME",
    )
    second = case(lambda one: linked(one, first.standing, ADA, NOW), original=first)
    body = letter(second, LetterKind.PROGRESS, earlier=NOW, now=NOW + 24 * HOUR).body

    assert "You are not alone with this." in body
    assert "We passed it to an engineer." in body
    assert "T-0" not in body
    assert "ACME" not in body
    asked = case(lambda one: waiting(one, ADA, NOW, "Which browser, ACME?"), id_="T-0")
    second = case(lambda one: linked(one, asked.standing, ADA, NOW), original=asked)
    body = letter(second, LetterKind.PROGRESS, earlier=NOW, now=NOW + 24 * HOUR).body
    assert "ACME" not in body
    assert "being worked on" in body


@pytest.mark.parametrize(
    "title",
    [
        "x\r\nBcc: evil@example.com\r\n\r\nBuy now",
        "{ticket.__class__.__init__.__globals__} {solution} {0} %s",
        "\u202egnp.exe\u202c \u2066x\u2069 \x1b[2J\x07 \u200bhid\u00adden",
        "<script>alert(1)</script><!-- P0 --> ok",
        "A" * 200_000,
        "\ud800 half",
    ],
    ids=["headers", "placeholders", "bidi", "markup", "huge", "surrogate"],
)
def test_a_hostile_title_is_a_title(title: str) -> None:
    """It stays on its line, is not long, is not filled, and holds nothing unseen."""
    for kind in LetterKind:
        one = letter(case(title=title, needs=[title]), kind)

        assert "\n" not in one.subject
        assert len(one.subject) <= LONGEST_SUBJECT
        assert len(one.body) < 3_000
        assert not UNSEEN.search(shown(one))
        assert not re.search(r"(?im)^bcc:|<script|<!--", shown(one))
        assert "example.com" not in shown(one)
        shown(one).encode()
    if title.startswith("{"):
        assert "{solution} {0} %s”" in " ".join(
            letter(case(title=title), LetterKind.PROGRESS).body.split()
        )


def test_an_address_in_a_title_is_not_repeated() -> None:
    """The customer's own words are shown without personal data."""
    one = letter(case(title="Invoice of jo@example.com is wrong"), LetterKind.ACKNOWLEDGEMENT)

    assert "Invoice of [redacted] is wrong" in one.body
    assert "jo@" not in shown(one)


def test_a_message_without_a_title_is_known_by_how_it_begins() -> None:
    """And one without any words by nothing but the reference."""
    kind = LetterKind.ACKNOWLEDGEMENT

    assert (
        "“It hangs since noon.”" in letter(case(title="", body="It hangs since noon."), kind).body
    )
    assert "“T-1”" not in letter(case(title=" ", body="\n"), kind).body
    assert "(reference: T-1)" in letter(case(title=" ", body="\n"), kind).body


@pytest.mark.parametrize("type_", RequestType)
@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("tone", TONES)
def test_what_has_no_words_is_not_named_by_its_id(
    tone: str, kind: LetterKind, type_: RequestType
) -> None:
    """Nobody asked about “T-6e340b9cff”: there are words for such requests, in every tone."""
    id_ = "T-6e340b9cff"
    solving = (restarted,) if kind is LetterKind.RESOLUTION else ()
    one = letter(case(*solving, id_=id_, title="", type_=type_), kind, tone=tone)

    assert not re.search(rf"“{id_}|: {id_}$", one.subject)
    assert one.subject.endswith(f"({id_})")
    assert one.body.count(id_) == 1
    assert not re.search(r"[{}“”]", shown(one))
    assert not INTERNAL.search(shown(one))
    assert len(one.body.split()) > 8


WHICH = "Is something broken, is it a wish, or a question?"
WAY = "Is there another way to get the work done meanwhile?"


@pytest.mark.parametrize("severity", SeverityLevel)
@pytest.mark.parametrize("kind", [LetterKind.ACKNOWLEDGEMENT, LetterKind.CLASSIFICATION])
def test_customers_are_asked_what_they_can_answer(
    kind: LetterKind, severity: SeverityLevel
) -> None:
    """Not for our other customers or agents; nor whether a grave failure is a wish."""
    needs = (
        WHICH,
        "How many customers are affected?",
        "No agent is named 'x' here: which one is meant?",
        WAY,
    )
    body = letter(case(severity=severity, abstained=["type"], needs=needs), kind).body

    assert f"- {WAY}" in body
    assert (WHICH in body) == (severity in {SeverityLevel.P2, SeverityLevel.P3})
    assert "How many customers" not in body
    assert "agent" not in body


def test_where_no_question_is_left_nothing_is_asked() -> None:
    """A paragraph that asks for nothing is not there."""
    body = letter(case(needs=[WHICH]), LetterKind.ACKNOWLEDGEMENT).body

    assert "You would help us" not in body


@pytest.mark.parametrize("kind", [LetterKind.ACKNOWLEDGEMENT, LetterKind.CLASSIFICATION])
@pytest.mark.parametrize("tone", TONES)
def test_the_first_letter_asks_what_the_desk_asked(kind: LetterKind, tone: str) -> None:
    """In place of what triage would ask; once it was answered, no more."""
    asked = case(lambda one: waiting(one, ADA, NOW, "Which invoice?"), needs=[WAY])
    back = case(
        lambda one: waiting(one, ADA, NOW, "Which invoice?"),
        lambda one: resumed(one, ADA, NOW + HOUR, "The second."),
        needs=[WAY],
    )

    assert letter(asked, kind, tone=tone).body.count("Which invoice?") == 1
    assert WAY not in letter(asked, kind, tone=tone).body
    assert "Which invoice?" not in letter(back, kind, tone=tone).body
    assert WAY in letter(back, kind, tone=tone).body


SAYS = "We look into it. It went to L3. Ask jo@example.com."


@pytest.mark.parametrize(
    "kind", [LetterKind.ACKNOWLEDGEMENT, LetterKind.CLASSIFICATION, LetterKind.PROGRESS]
)
@pytest.mark.parametrize("type_", [one for one in RequestType if one is not RequestType.SECURITY])
@pytest.mark.parametrize("title", ["Nothing works", ""])
@pytest.mark.parametrize("tone", TONES)
def test_the_next_letter_carries_what_the_desk_answered(
    kind: LetterKind, type_: RequestType, title: str, tone: str
) -> None:
    """Redacted, without how we work inside, and once."""
    told = case(lambda one: answered(one, ADA, NOW + HOUR, SAYS), type_=type_, title=title)
    body = letter(told, kind, tone=tone, earlier=NOW, now=NOW + 24 * HOUR).body
    after = letter(told, kind, tone=tone, earlier=NOW + 2 * HOUR, now=NOW + 24 * HOUR).body

    assert body.count("We look into it. Ask [redacted].") == 1
    assert "We look into it" not in after
    assert "answered:" not in after


@pytest.mark.parametrize("kind", LetterKind)
def test_of_grave_matters_no_answer_is_carried(kind: LetterKind) -> None:
    """A person tells it: it may speak of what others saw."""
    solving = (restarted,) if kind is LetterKind.RESOLUTION else ()
    for grave in ({"type_": RequestType.SECURITY}, {"facts": {"data_exposed": True}}):
        options: dict[str, Any] = dict(grave)
        told = case(lambda one: answered(one, ADA, NOW, "ACME saw it."), *solving, **options)

        assert "ACME" not in letter(told, kind).body


def test_a_long_number_is_an_id_and_no_telephone() -> None:
    """Other trackers count in nine digits and more."""
    assert "123456789012" in letter(case(id_="123456789012"), LetterKind.PROGRESS).body


@given(st.text(), st.text(), st.sampled_from(LetterKind), st.sampled_from(TONES))
def test_nothing_in_a_request_breaks_a_letter(
    title: str, body: str, kind: LetterKind, tone: str
) -> None:
    """Whatever is written, the subject is one short line and the letter is text."""
    one = letter(case(title=title, body=body, needs=[title, body]), kind, tone=tone)

    assert one.subject
    assert len(one.subject) <= LONGEST_SUBJECT
    assert "\n" not in one.subject
    assert not UNSEEN.search(shown(one))
    shown(one).encode()


def test_the_key_is_the_occasions() -> None:
    """Other words or another time make no other letter; another ticket or occasion does."""
    one = letter(case(), LetterKind.PROGRESS)
    other = letter(case(title="else"), LetterKind.PROGRESS, tone="brief", now=NOW + HOUR)
    keys = {letter(case(id_=id_), kind).key for id_ in ("T-1", "T-2") for kind in LetterKind}

    assert one.key == other.key
    assert len(keys) == 10


def test_links_and_brackets_of_a_solution_arrive() -> None:
    """Steps are full of them; a link is not broken, and nothing unseen or secret comes along."""
    link = "https://status.example.org/how-to/reset-a-password?step=2&lang=en#the-end-of-the-page"
    says = f"Open <Settings> > Users.\nThen read <{link}> and wait.\u202e\x07 password: hunter2"
    done = case(lambda one: solved(one, ADA, NOW, says))

    body = letter(done, LetterKind.RESOLUTION, earlier=NOW).body
    assert "Open <Settings> > Users." in body
    assert f"<{link}>" in body
    assert "password: [redacted]" in " ".join(body.split())
    assert not UNSEEN.search(body)


@pytest.mark.parametrize("text", ["../../etc/passwd", "${jndi:ldap", "' or 1=1"])
def test_an_attack_is_shown_as_it_was_written(text: str) -> None:
    """What reading makes of it is nobody's title and nobody's id."""
    one = letter(case(title=f"Why {text}"), LetterKind.CLASSIFICATION)
    two = letter(case(id_=text, type_=RequestType.SECURITY), LetterKind.CLASSIFICATION)

    assert one.subject == f"What happens next: Why {text}"
    assert two.subject == f"What happens next ({text})"
