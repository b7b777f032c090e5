"""What triage learned, and whether requests changed, as people read it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from waooaw.errors import InputError
from waooaw.triage.drift import Drift, Measure, Shift
from waooaw.triage.labels import Origin
from waooaw.triage.screening import Screen, ScreenLesson, TooFewConcerns
from waooaw_cli.factory.triage_learning import Lessons
from waooaw_cli.factory.triage_taught import Labels
from waooaw_cli.render.triage_drift import drift_sentences
from waooaw_cli.render.triage_lessons import lessons_json, lessons_text

SECURITY = ScreenLesson(Screen(0.05, 0.2, 60, 20), (0.8, 0.3), (0.85, 0.2), promoted=True)
LESSONS = Lessons(
    InputError("3 labelled requests are too few to learn from"),
    Labels({Origin.FILE: 3, Origin.CORRECTED: 0, Origin.CONFIRMED: 0}, left_out=4),
    SECURITY,
    Labels({Origin.FILE: 40, Origin.CORRECTED: 12, Origin.CONFIRMED: 8}),
    Drift(90, 12, 30, 0, ()),
)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        pytest.param(
            Drift(90, 12, 30, 0, ()),
            "too few requests to say (12 of 50 in the last 90 days, 30 of 50 in the 180 before)",
            id="few",
        ),
        pytest.param(
            Drift(30, 80, 300, 14, ()),
            "nothing drifted (80 requests of the last 30 days, 300 of the 180 before)",
            id="nothing",
        ),
        pytest.param(
            Drift(30, 80, 300, 14, (Shift(Measure.TYPE, "bug", 0.12, 0.31, 0.001),)),
            "the share of requests with type bug went from 12% to 31%: learn again",
            id="type",
        ),
        pytest.param(
            Drift(30, 80, 300, 14, (Shift(Measure.ROUTE, "L3", 0.12, 0.31, 0.001),)),
            "the share of requests with route L3 went from 12% to 31%: look",
            id="route",
        ),
        pytest.param(
            Drift(30, 80, 300, 14, (Shift(Measure.CORRECTED, "type", 0.1, 0.3, 0.001),)),
            "the share of requests whose type was put right went from 10% to 30%: learn again",
            id="corrected",
        ),
        pytest.param(
            Drift(30, 80, 300, 14, (Shift(Measure.ABSTAINED, "severity", 0.1, 0.3, 0.001),)),
            "the share of requests whose severity was not certain went from 10% to 30%: look",
            id="abstained",
        ),
        pytest.param(
            Drift(30, 80, 300, 14, (Shift(Measure.KNOWN_WORDS, "", 0.7, 0.5, 0.001),)),
            "the share of words that the model knows went from 70% to 50%: learn again",
            id="words",
        ),
        pytest.param(
            Drift(30, 80, 300, 14, (Shift(Measure.ROUTE, "\x1b[31mL9", 0.1, 0.3, 0.001),)),
            "the share of requests with route L9 went from 10% to 30%: look",
            id="what a file was made to hold",
        ),
    ],
)
def test_drift_is_said_plainly(found: Drift, says: str) -> None:
    """Nothing, too few, or which share went from where to where, and what to do."""
    assert drift_sentences(found) == (says,)


def test_security_can_be_learned_where_types_are_not() -> None:
    """Why nothing was learned of types is said, and what of security, and from whom."""
    assert lessons_text(LESSONS, "learned.json").splitlines() == [
        "types: nothing learned: 3 labelled requests are too few to learn from",
        "security: learned from 60 developers' reports",
        "  labels: 40 of the file, 12 corrected here, 8 confirmed here",
        "  concerns found  80.0% → 85.0%",
        "  flagged         30.0% → 20.0%",
        "in force from now on",
        "drift: too few requests to say (12 of 50 in the last 90 days, 30 of 50 in the 180 before)",
    ]


def test_what_was_left_out_is_said() -> None:
    """Also where nothing is left to learn from."""
    labels = Labels({Origin.FILE: 2, Origin.CORRECTED: 0, Origin.CONFIRMED: 0}, left_out=9)
    lessons = replace(LESSONS, security=TooFewConcerns(2, 0), security_labels=labels)

    assert lessons_text(lessons, "learned.json").splitlines()[1:3] == [
        (
            "security: nothing learned: 2 concerns and 0 harmless ones among the labelled "
            "developers' reports; it takes 15 of each"
        ),
        "  labels: 2 of the file, 9 corrections left out: too few were confirmed beside them",
    ]


def test_a_program_reads_the_same() -> None:
    """The document names what was not learned, and the figures of what was."""
    content = json.loads(lessons_json(LESSONS, "learned.json"))

    assert (content["promoted"], content["path"]) == (False, None)
    assert content["not_learned"] == "3 labelled requests are too few to learn from"
    assert content["security"] == {
        "promoted": True,
        "concerns": 20,
        "harmless": 40,
        "before": {"recall": 0.8, "flagged": 0.3},
        "after": {"recall": 0.85, "flagged": 0.2},
        "threshold_with_alarm_words": 0.05,
        "threshold": 0.2,
        "labels": {"file": 40, "corrected": 12, "confirmed": 8, "left_out": 0},
    }
