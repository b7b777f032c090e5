"""What an installation teaches: learned in plain Python, and promoted only if it is no worse."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.errors import InputError
from waooaw.triage.adaptation import adaptation_content, parse_adaptation
from waooaw.triage.descent import Row, mixed_regression, regression
from waooaw.triage.figures import accuracy, coverage_at, macro_f1, of_classes, reliability
from waooaw.triage.learned import LearnedTypes
from waooaw.triage.learning import Labelled, labelled, learn
from waooaw.triage.linear import shipped

# In this tracker's own words "amber" is a bug, "cobalt" a feature, "ochre" a question.
COLOURS = {"bug": "amber", "feature": "cobalt", "question": "ochre"}


def tracker(count: int, colours: dict[str, str] = COLOURS) -> list[Labelled]:
    """Requests whose type only this tracker's own words tell."""
    return [
        labelled(f"ticket {number} {colour}", f"The {colour} item of list {number}.", label)
        for number in range(count)
        for label, colour in colours.items()
    ]


def test_local_words_are_learned() -> None:
    """What the shipped model can't know is right after learning, and is in force."""
    lesson = learn(tracker(12), shipped("type"), None)

    assert lesson.promoted
    assert lesson.after[1] > 0.95 > lesson.before[1]
    guess = LearnedTypes(lesson.adaptation).type_of("ticket 99 cobalt", "The cobalt item.")
    assert guess is not None
    assert (guess.type, guess.model) == ("feature", "learned-here")


def test_the_same_requests_teach_the_same() -> None:
    """Neither their order nor a repetition changes what is learned."""
    rows = tracker(8)

    one = learn(rows, shipped("type"), None)
    other = learn([*reversed(rows), rows[0]], shipped("type"), None)

    assert adaptation_content(one.adaptation) == adaptation_content(other.adaptation)


def test_only_what_is_no_worse_is_promoted() -> None:
    """Half of the labels are turned: what was learned is in force only if it does no worse."""
    plain = {
        "bug": "Crash with an error when the file is opened",
        "feature": "Add an option: it would be nice to have sorting",
        "question": "How do I configure the proxy? Thanks!",
    }
    rows = [
        labelled(plain[label], f"{plain[label]} number {number}", label)
        for number in range(10)
        for label in plain
    ]
    good = learn(rows, shipped("type"), None)
    turned = {"bug": "feature", "feature": "question", "question": "bug"}
    half = [
        labelled(plain[label], f"{plain[label]} case {number}", turned[label] if odd else label)
        for number in range(12)
        for label in plain
        for odd in [number % 2]
    ]

    lesson = learn(half, shipped("type"), good.adaptation)

    no_worse = all(new >= old for new, old in zip(lesson.after, lesson.before, strict=True))
    assert lesson.promoted is no_worse
    assert lesson.judged == len(half)


def test_a_type_that_is_new_here_is_learned() -> None:
    """The shipped model knows three types; a fourth is learned where it is taught."""
    lesson = learn(tracker(10, {**COLOURS, "learning": "teal"}), shipped("type"), None)

    guess = LearnedTypes(lesson.adaptation).type_of("ticket 5 teal", "The teal item of list 7.")
    assert guess is not None
    assert guess.type == "learning"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        pytest.param(tracker(2), "too few", id="few"),
        pytest.param([one for one in tracker(30) if one.label == "bug"], "all requests", id="one"),
    ],
)
def test_too_little_is_refused(rows: list[Labelled], says: str) -> None:
    """A handful, or one type alone, teaches nothing, and the message says what would."""
    with pytest.raises(InputError, match=says):
        learn(rows, shipped("type"), None)


def test_what_was_learned_survives_its_file() -> None:
    """Written and read again it says the same; damaged or foreign files are refused."""
    adaptation = learn(tracker(8), shipped("type"), None).adaptation
    content = json.loads(adaptation_content(adaptation))

    assert parse_adaptation(content, "learned.json") == adaptation
    with pytest.raises(InputError, match="not learned by this waooaw"):
        parse_adaptation({**content, "features": 0}, "learned.json")
    for trust in (7, [], [[1.0], [1.0, 2.0], [1.0]], content["trust"][:2]):
        with pytest.raises(InputError, match="damaged"):
            parse_adaptation({**content, "trust": trust}, "learned.json")


def test_regression_finds_what_separates() -> None:
    """Two columns that stand with two labels get weights of opposite sign, mixed or not."""
    rows = [Row((0, 1), (1.0, 0.1), 0), Row((0, 1), (0.1, 1.0), 1)] * 10

    for learned in (
        regression(rows, columns=2, labels=2),
        mixed_regression(rows, columns=2, labels=2, unweighed=0),
    ):
        assert learned.weights[0][0] > 0 > learned.weights[0][1]
        assert learned.scores(rows[0])[0] > learned.scores(rows[0])[1]


def test_figures_are_what_they_are_called() -> None:
    """A small table, computed by hand."""
    gold, said = ["a", "a", "b", "b"], ["a", "b", "b", "b"]

    classes = of_classes(gold, said)

    assert (classes["a"].precision, classes["a"].recall) == (1.0, 0.5)
    assert classes["b"].f1 == pytest.approx(0.8)
    assert macro_f1(gold, said) == pytest.approx((2 / 3 + 0.8) / 2)
    assert accuracy(gold, said) == 0.75


def test_coverage_counts_equal_confidences_together() -> None:
    """A threshold can't tell two guesses of one confidence apart."""
    share, threshold = coverage_at([True, True, False, True], [0.9, 0.8, 0.8, 0.7], 0.9)

    assert (share, threshold) == (0.25, 0.9)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1))
def test_every_guess_is_in_one_band(pairs: list[tuple[bool, float]]) -> None:
    """Bands of confidence hold every guess once."""
    bands = reliability([hit for hit, _ in pairs], [one for _, one in pairs])

    assert sum(band.count for band in bands) == len(pairs)
