"""What people said of tickets, as labels."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from waooaw.triage.labels import Label, Origin, labels_of
from waooaw.triage.requests import Request
from waooaw.triage.tickets import Correction, Ticket

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BUG = {"type": "bug", "facts": {"security": False}}


def ticket(result: dict[str, Any] | None, **corrections: str) -> Ticket:
    rows = tuple(Correction(field, "", value, "") for field, value in corrections.items())
    return Ticket(Request("T-1", "Refunds fail"), result, rows, NOW)


def test_the_last_correction_of_a_type_is_its_label() -> None:
    """Who changes their mind is believed the second time."""
    rows = tuple(Correction("type", "bug", value, "") for value in ("feature", "question"))
    label = labels_of(Ticket(Request("T-1"), {**BUG, "type": "question"}, rows, NOW))["type"]

    assert label == Label("question", Origin.CORRECTED)


@pytest.mark.parametrize("corrections", [{"resolution": "Restarted"}, {"reach": "all"}])
def test_what_a_person_looked_at_and_left_is_confirmed(corrections: dict[str, str]) -> None:
    """A resolution, or another field put right, confirms the type and that it is no concern."""
    labels = labels_of(ticket(BUG, **corrections))

    assert labels == {
        "type": Label("bug", Origin.CONFIRMED),
        "security": Label("false", Origin.CONFIRMED),
    }


@pytest.mark.parametrize(
    ("result", "corrections"),
    [
        pytest.param(BUG, {}, id="nobody looked"),
        pytest.param(None, {"resolution": "Restarted"}, id="imported, never judged"),
        pytest.param({"type": "joke", "facts": {}}, {"reach": "all"}, id="no type of ours"),
    ],
)
def test_what_nobody_confirmed_has_no_label(
    result: dict[str, Any] | None, corrections: dict[str, str]
) -> None:
    """A guess that no person saw is not learned from."""
    assert labels_of(ticket(result, **corrections)) == {}


@pytest.mark.parametrize(
    ("corrections", "value"),
    [
        ({"type": "security"}, "true"),
        ({"security": "Yes"}, "true"),
        ({"security": "no", "reach": "all"}, "false"),
    ],
)
def test_a_concern_is_what_a_person_calls_one(corrections: dict[str, str], value: str) -> None:
    """The type `security` says so too, and words are read as `correct` reads them."""
    assert labels_of(ticket(BUG, **corrections))["security"] == Label(value, Origin.CORRECTED)
