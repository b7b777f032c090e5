"""What triage learned, and whether requests changed, as people read it."""

from __future__ import annotations

import pytest

from waooaw.triage.drift import Drift, Measure, Shift
from waooaw_cli.render.triage_drift import drift_sentences


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
