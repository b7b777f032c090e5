"""The file of what was learned: types, security, either, both."""

from __future__ import annotations

import json

import pytest

from waooaw.errors import InputError
from waooaw.triage.adaptation import Adaptation, adaptation_content
from waooaw.triage.features import Space
from waooaw.triage.installation import Learned, learned_content, parse_learned
from waooaw.triage.linear import Calibration, WeighedSpace
from waooaw.triage.screening import Screen

SCREEN = Screen(0.05, 0.2, learned_from=60, concerns=20)
TYPES = Adaptation(
    ("bug", "feature"),
    (0.1, -0.1),
    ((0.5, 0.5), (0.5, 0.5)),
    {Space.TITLE: WeighedSpace(1.0, {"amber": (1.0, 0.5, -0.5)})},
    Calibration(1.0, 0.9),
    40,
    frozenset({"abc"}),
)


@pytest.mark.parametrize(
    "learned",
    [
        pytest.param(Learned(TYPES, SCREEN), id="both"),
        pytest.param(Learned(TYPES), id="types"),
        pytest.param(Learned(None, SCREEN), id="security"),
    ],
)
def test_what_was_learned_survives_its_file(learned: Learned) -> None:
    """Written and read again it says the same."""
    assert parse_learned(json.loads(learned_content(learned)), "learned.json") == learned


def test_files_from_before_still_load() -> None:
    """They hold types alone."""
    old = json.loads(adaptation_content(TYPES))

    assert parse_learned(old, "learned.json") == Learned(TYPES)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"security": None}, "damaged: security", id="nothing"),
        pytest.param({"security": {"worded": "low"}}, "damaged: security", id="text"),
        pytest.param({"security": {"worded": 0.1}}, "damaged: security", id="half"),
        pytest.param({"features": 0}, "not learned by this waooaw", id="other features"),
        pytest.param({"trust": 7}, "damaged", id="types"),
    ],
)
def test_a_damaged_file_is_named(change: dict[str, object], says: str) -> None:
    """The message says what, and that learning again mends it."""
    content = {**json.loads(learned_content(Learned(TYPES, SCREEN))), **change}

    with pytest.raises(InputError, match=says):
        parse_learned(content, "learned.json")


def test_what_is_no_object_is_refused() -> None:
    """A list is JSON, and nothing that was learned."""
    with pytest.raises(InputError, match="no object"):
        parse_learned([], "learned.json")
