"""Thresholds of the security model, fitted on what people said here."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.triage.learned import security_concern, shipped_screen
from waooaw.triage.screening import (
    FEWEST,
    Screen,
    ScreenLesson,
    Suspect,
    TooFewConcerns,
    screen_lesson,
)

SHIPPED = Screen(0.0, 0.2)


def tracker(concern: float, harmless: float) -> list[Suspect]:
    """An identity product's: "password" stands in every report, and few are concerns."""
    return [
        *(Suspect(worded=True, likely=concern + n / 500, concern=True) for n in range(20)),
        *(Suspect(worded=True, likely=harmless + n / 5000, concern=False) for n in range(200)),
    ]


def test_everyday_words_of_alarm_stop_flagging_everything() -> None:
    """Where the model tells concerns apart, most looks are saved and no concern is lost."""
    lesson = screen_lesson(tracker(0.4, 0.01), SHIPPED)

    assert isinstance(lesson, ScreenLesson)
    assert lesson.promoted
    assert (lesson.before, lesson.after[0]) == ((1.0, 1.0), 1.0)
    assert lesson.after[1] < 0.2
    assert lesson.screen.flags(0.3, worded=True)


def test_what_loses_a_concern_is_not_promoted() -> None:
    """Where concerns and the harmless look alike, the shipped thresholds stay."""
    lesson = screen_lesson(tracker(0.01, 0.01), SHIPPED)

    assert isinstance(lesson, ScreenLesson)
    assert not lesson.promoted


def test_many_labels_are_learned_in_a_moment() -> None:
    """Of a hundred thousand a few hundred thresholds are tried, not all."""
    rows = [
        Suspect(worded=n % 3 > 0, likely=n % 9973 / 9973, concern=n % 7 == 0)
        for n in range(100_000)
    ]
    started = time.process_time()
    lesson = screen_lesson(rows, SHIPPED)

    assert isinstance(lesson, ScreenLesson)
    assert time.process_time() - started < 30


@pytest.mark.parametrize("concerns", [0, FEWEST - 1])
def test_too_few_concerns_teach_nothing(concerns: int) -> None:
    """They are counted, and so are the harmless ones."""
    rows = [Suspect(worded=True, likely=0.5, concern=n < concerns) for n in range(concerns + 40)]

    assert screen_lesson(rows, SHIPPED) == TooFewConcerns(concerns, 40)


@given(
    st.lists(
        st.builds(Suspect, worded=st.booleans(), likely=st.floats(0, 1), concern=st.booleans()),
        min_size=2 * FEWEST,
        max_size=80,
    )
)
def test_what_is_promoted_is_never_worse_and_has_no_order(rows: list[Suspect]) -> None:
    """No fewer concerns are found, no more is flagged, whatever the labels are."""
    lesson = screen_lesson(rows, SHIPPED)

    assert screen_lesson(rows[::-1], SHIPPED) == lesson
    if isinstance(lesson, ScreenLesson) and lesson.promoted:
        assert lesson.after[0] >= lesson.before[0]
        assert lesson.after[1] <= lesson.before[1]


def test_a_screen_that_was_learned_decides() -> None:
    """As shipped a word of alarm flags; a learned threshold above its likelihood does not."""
    report = ("The password field is blue", "")
    shipped = security_concern(*report)
    learned = security_concern(*report, screen=Screen(shipped.likely + 0.01, 0.9))

    assert shipped_screen().worded == 0.0
    assert (shipped.flagged, learned.flagged) == (True, False)
    assert (bool(shipped.evidence), learned.evidence) == (True, ())


def test_words_and_their_lack_have_thresholds_of_their_own() -> None:
    """Each looks at its own threshold."""
    screen = Screen(0.3, 0.6)
    flags = {
        (likely, worded): screen.flags(likely, worded=worded)
        for likely, worded in product((0.2, 0.3, 0.5, 0.6), (True, False))
    }

    assert [at for at, flagged in flags.items() if flagged] == [
        (0.3, True),
        (0.5, True),
        (0.6, True),
        (0.6, False),
    ]
