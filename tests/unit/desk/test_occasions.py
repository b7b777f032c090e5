"""Which letter is due, and when none is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from fakes.letter_cases import ADA, NOW, case
from hypothesis import given
from hypothesis import strategies as st

from waooaw.desk.letters import Case, Letter, Occasion
from waooaw.desk.occasions import STALE, Rhythm, due
from waooaw.desk.outbox import Kept, LetterState
from waooaw.desk.standings import Standing
from waooaw.desk.steps import (
    Stepped,
    answered,
    closed,
    linked,
    reopened,
    solved,
    taken,
    waiting,
)
from waooaw.desk.templates import LetterKind
from waooaw.moments import rfc3339
from waooaw.triage.vocabulary import SeverityLevel

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
USUAL = Rhythm()
FIRST = Occasion(LetterKind.CLASSIFICATION, "once")


def sent(occasion: Occasion, at: datetime = NOW, state: LetterState = LetterState.SENT) -> Kept:
    return Kept(1, Letter("T-1", occasion, "friendly", "", "", at), "file", state)


def next_due(one: Case, letters: Sequence[Kept], now: datetime) -> tuple[str, str] | None:
    occasion = due(one, letters, USUAL, now)
    return None if occasion is None else (occasion.kind.value, occasion.name)


def done(one: Standing) -> Stepped:
    return solved(one, ADA, NOW, "Restarted it.")


def test_what_is_sure_is_acknowledged_and_told_in_one_letter() -> None:
    """At arrival, once."""
    assert next_due(case(), [], NOW) == ("classification", "once")
    assert next_due(case(), [sent(FIRST)], NOW + HOUR) is None


def test_what_is_not_sure_is_not_told_as_understood() -> None:
    """We say that we have it, and ask; what we understood follows once somebody said so."""
    unsure = case(abstained=["type"])
    have = Occasion(LetterKind.ACKNOWLEDGEMENT, "once")
    looked = case(lambda one: taken(one, ADA, NOW), abstained=["type"])
    told = case(lambda one: answered(one, ADA, NOW, "We look."), abstained=["type"])

    assert next_due(unsure, [], NOW) == ("acknowledgement", "once")
    assert next_due(unsure, [sent(have)], NOW + HOUR) is None
    assert next_due(case(abstained=["severity"]), [sent(have)], NOW) == ("classification", "once")
    assert next_due(looked, [sent(have)], NOW) == ("classification", "once")
    assert next_due(told, [sent(have)], NOW) is None


def test_an_open_ticket_is_spoken_of_every_day() -> None:
    """The day's number is the occasion; within a day there is one letter."""
    letters = [sent(FIRST)]

    assert next_due(case(), letters, NOW + DAY - MINUTE) is None
    assert next_due(case(), letters, NOW + DAY) == ("progress", "1")
    letters.append(sent(Occasion(LetterKind.PROGRESS, "1"), NOW + DAY))
    assert next_due(case(), letters, NOW + 2 * DAY - MINUTE) is None
    assert next_due(case(), letters, NOW + 2 * DAY) == ("progress", "2")


def test_after_an_outage_there_is_one_letter_and_no_flood() -> None:
    """Five days later only the fifth day is spoken of."""
    letters = [sent(FIRST)]
    now = NOW + 5 * DAY + HOUR

    assert next_due(case(), letters, now) == ("progress", "5")
    letters.append(sent(Occasion(LetterKind.PROGRESS, "5"), now))
    assert next_due(case(), letters, now) is None


def test_nobody_gets_two_letters_within_half_a_day() -> None:
    """Whoever was written to at the end of a day hears again half a day later."""
    letters = [sent(FIRST, NOW + 23 * HOUR)]

    assert next_due(case(), letters, NOW + DAY) is None
    assert next_due(case(), letters, NOW + 35 * HOUR) is None
    assert next_due(case(), letters, NOW + 35 * HOUR + MINUTE) == ("progress", "1")


@given(st.lists(st.integers(1, 600), min_size=1, max_size=60))
def test_whenever_it_runs_nobody_is_flooded_or_forgotten(pauses: list[int]) -> None:
    """Never two letters within 12 hours, never the same occasion, and a run a day suffices."""
    letters, now = [sent(FIRST)], NOW
    for minutes in pauses:
        now += minutes * MINUTE
        if (occasion := due(case(), letters, USUAL, now)) is not None:
            letters.append(sent(occasion, now))
    moments = [one.letter.at for one in letters]

    assert len({one.letter.occasion for one in letters}) == len(letters)
    assert all(b - a > 12 * HOUR for a, b in pairwise(moments))
    assert all(
        b - a <= DAY + 600 * MINUTE for a, b in zip(moments, [*moments[1:], now], strict=True)
    )


def test_a_severity_can_be_quiet() -> None:
    """A wish that waits for months needs no letter a day, where somebody says so."""
    wish = case(severity=SeverityLevel.P3)
    quiet = Rhythm(quiet=frozenset({SeverityLevel.P3}))

    assert due(wish, [sent(FIRST)], USUAL, NOW + DAY) is not None
    assert due(wish, [sent(FIRST)], quiet, NOW + DAY) is None
    assert due(wish, [], quiet, NOW) == FIRST


def test_a_solution_is_told_and_asked_about_three_days_later() -> None:
    """Once each; who solved it before anything was sent is told only that."""
    one, solution = case(done), Occasion(LetterKind.RESOLUTION, rfc3339(NOW))
    letters = [sent(solution)]

    assert due(one, [], USUAL, NOW) == solution
    assert next_due(one, letters, NOW + 3 * DAY - MINUTE) is None
    assert next_due(one, letters, NOW + 3 * DAY) == ("follow-up", "once")
    letters.append(sent(Occasion(LetterKind.FOLLOW_UP, "once"), NOW + 3 * DAY))
    assert next_due(one, letters, NOW + 4 * DAY) is None
    assert due(one, letters[:1], Rhythm(follow_up=None), NOW + 3 * DAY) is None


def test_what_was_reopened_is_not_asked_about_and_can_be_solved_again() -> None:
    """The second solution is another occasion; there is no second follow-up."""
    letters = [sent(Occasion(LetterKind.RESOLUTION, rfc3339(NOW)))]
    back = case(done, lambda one: reopened(one, ADA, NOW + DAY, "It is back."))
    again = case(
        done,
        lambda one: reopened(one, ADA, NOW + DAY, "It is back."),
        lambda one: solved(one, ADA, NOW + 2 * DAY, "Replaced it."),
    )
    asked = sent(Occasion(LetterKind.FOLLOW_UP, "once"), NOW + HOUR)
    second = Occasion(LetterKind.RESOLUTION, rfc3339(NOW + 2 * DAY))

    assert next_due(back, letters, NOW + 3 * DAY) != ("follow-up", "once")
    assert due(again, [*letters, asked], USUAL, NOW + 2 * DAY) == second
    assert due(again, [*letters, asked, sent(second, NOW + 2 * DAY)], USUAL, NOW + 6 * DAY) is None


def test_closing_changes_nothing_about_what_was_solved() -> None:
    """A person closes it, and the customer still hears; without a solution there is no letter."""
    shut = case(done, lambda one: closed(one, ADA, NOW + HOUR, ""))
    refused = case(lambda one: closed(one, ADA, NOW, "Nobody is there."))

    assert next_due(shut, [], NOW + HOUR) == ("resolution", rfc3339(NOW))
    assert next_due(refused, [], NOW) is None
    assert next_due(refused, [sent(FIRST)], NOW + DAY) is None


def test_what_is_long_past_is_not_sent_any_more() -> None:
    """A week after it was due, nobody waits for it."""
    late = NOW + STALE + MINUTE
    told = [sent(Occasion(LetterKind.RESOLUTION, rfc3339(NOW)))]

    assert next_due(case(), [], late) == ("progress", "7")
    assert next_due(case(done), [], late) is None
    assert next_due(case(done), told, NOW + 3 * DAY + STALE + MINUTE) is None


def test_a_ticket_of_the_future_waits() -> None:
    """A clock that went back sends no progress."""
    assert next_due(case(), [sent(FIRST)], NOW - 30 * DAY) is None


@pytest.mark.parametrize("state", [LetterState.SENDING, LetterState.UNCERTAIN])
def test_what_may_have_arrived_is_not_due_again(state: LetterState) -> None:
    """Only what surely did not arrive is; and nobody asks whether an unsure letter helped."""
    solution = Occasion(LetterKind.RESOLUTION, rfc3339(NOW))

    assert next_due(case(), [sent(FIRST, state=state)], NOW) is None
    assert due(case(), [sent(FIRST, state=LetterState.FAILED)], USUAL, NOW) == FIRST
    assert next_due(case(done), [sent(solution, state=state)], NOW + 3 * DAY) is None


def test_a_duplicate_follows_its_original() -> None:
    """Its progress, also once it was closed as a duplicate; its solution; its follow-up."""
    first, fixed = case(id_="T-0"), case(done, id_="T-0")

    def twin(original: Case, *, shut: bool = False) -> Case:
        steps = [lambda one: linked(one, original.standing, ADA, NOW)]
        if shut:
            steps.append(lambda one: closed(one, ADA, NOW, ""))
        return case(*steps, original=original)

    letters = [sent(FIRST)]
    for shut in (False, True):
        assert next_due(twin(first, shut=shut), letters, NOW + DAY) == ("progress", "1")
        solution = ("resolution", rfc3339(NOW))
        assert next_due(twin(fixed, shut=shut), letters, NOW + HOUR) == solution
        told = [*letters, sent(Occasion(LetterKind.RESOLUTION, rfc3339(NOW)))]
        assert next_due(twin(fixed, shut=shut), told, NOW + DAY) is None
        assert next_due(twin(fixed, shut=shut), told, NOW + 3 * DAY) == ("follow-up", "once")


def test_who_waits_for_the_customer_reminds_them() -> None:
    """An open question is asked again after a day."""
    asked = case(lambda one: waiting(one, ADA, NOW, "Which invoice?"))

    assert next_due(asked, [sent(FIRST)], NOW + DAY) == ("progress", "1")


def test_who_gets_no_news_gets_answers_and_questions() -> None:
    """What a desk said goes out with the next letter, and has no other way out."""
    rhythm, day = Rhythm(quiet=frozenset(SeverityLevel)), Occasion(LetterKind.PROGRESS, "1")
    told = case(lambda one: answered(one, ADA, NOW + HOUR, "We look."))
    asked = case(lambda one: waiting(one, ADA, NOW + HOUR, "Which invoice?"))
    letters = [sent(FIRST)]

    for one in (told, asked):
        assert due(one, letters, rhythm, NOW + 2 * HOUR) is None
        assert due(one, letters, rhythm, NOW + DAY) == day
        assert due(one, [*letters, sent(day, NOW + DAY)], rhythm, NOW + 2 * DAY) is None
    assert due(case(), letters, rhythm, NOW + DAY) is None
