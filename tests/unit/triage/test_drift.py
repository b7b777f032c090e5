"""Requests that change, and those that do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from waooaw.triage.adaptation import Adaptation
from waooaw.triage.drift import LOOKS_BACK, Drift, Measure, drift, drift_content
from waooaw.triage.features import Space
from waooaw.triage.linear import Calibration, WeighedSpace
from waooaw.triage.requests import Request
from waooaw.triage.tickets import Correction, Ticket, Tickets

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATELY, BEFORE = NOW - timedelta(days=5), NOW - timedelta(days=100)
PLAIN = "The page shows an error when the user saves the file"
STRANGE = "Zorbex quandle fribbed under glimmox while trenning vorpals"


def result(kind: str = "bug", route: str = "L1", abstained: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"type": kind, "route": route, "abstained": list(abstained)}


def tickets(
    count: int,
    at: datetime,
    said: dict[str, Any] | None = None,
    text: str = PLAIN,
    corrections: tuple[Correction, ...] = (),
) -> Iterator[Ticket]:
    for _ in range(count):
        yield Ticket(Request("T-1", text), said or result(), corrections, at)


def shifted(found: Drift) -> dict[tuple[str, str], tuple[float, float]]:
    return {(one.measure.value, one.value): (one.before, one.recent) for one in found.shifts}


def test_a_type_that_doubled_is_told(tmp_path: Path) -> None:
    """From 12 to 31 of a hundred questions, in a real memory, with what to do about it."""
    memory = Tickets(tmp_path / "tickets.db")
    for at, questions in ((BEFORE, 12), (LATELY, 31)):
        memory.remember(
            (
                (
                    Request(f"{at:%m}-{n}", PLAIN),
                    result("question" if n % 100 < questions else "bug"),
                )
                for n in range(200)
            ),
            at,
        )
    found = drift(memory.kept(since=NOW - LOOKS_BACK), NOW)
    memory.close()

    assert (found.days, found.recent, found.before) == (30, 200, 200)
    assert shifted(found) == {("type", "bug"): (0.88, 0.69), ("type", "question"): (0.12, 0.31)}
    assert all(one.teaches for one in found.shifts)


@pytest.mark.parametrize(
    ("lately", "expected"),
    [
        pytest.param({"said": result(route="L3")}, {("route", "L1"), ("route", "L3")}, id="desk"),
        pytest.param(
            {"said": result(abstained=("severity",))}, {("abstained", "severity")}, id="abstained"
        ),
        pytest.param(
            {"corrections": (Correction("type", "bug", "feature", LATELY.isoformat()),)},
            {("corrected", "type")},
            id="corrected",
        ),
        pytest.param({"text": STRANGE}, {("known_words", "")}, id="words"),
    ],
)
def test_each_share_is_looked_at(lately: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    """Desks, what was not certain, overrides and words."""
    found = drift([*tickets(60, BEFORE), *tickets(60, LATELY, **lately)], NOW)

    assert set(shifted(found)) == expected


@pytest.mark.parametrize(
    "lately",
    [
        pytest.param({}, id="the same"),
        pytest.param(
            {"corrections": (Correction("resolution", "", "Done", LATELY.isoformat()),)},
            id="settled",
        ),
        pytest.param(
            {"corrections": (Correction("reach", "all", "All", LATELY.isoformat()),)},
            id="confirmed",
        ),
    ],
)
def test_what_is_no_change_is_not_told(lately: dict[str, Any]) -> None:
    """A resolution, or a value that was right already, overrides nothing."""
    found = drift([*tickets(60, BEFORE), *tickets(60, LATELY, **lately)], NOW)

    assert found.enough
    assert found.shifts == ()
    assert drift_content(found)["verdict"] == "none"


def test_fewer_corrections_are_no_drift() -> None:
    """What came lately may still be put right; more words that are known do no harm either."""
    put_right = (Correction("type", "bug", "feature", BEFORE.isoformat()),)
    before = tickets(60, BEFORE, text=STRANGE, corrections=put_right)

    assert drift([*before, *tickets(60, LATELY)], NOW).shifts == ()


@pytest.mark.parametrize(
    ("recent", "before", "days"), [(49, 400, 90), (400, 49, 90), (0, 0, 90), (50, 50, 30)]
)
def test_too_few_say_nothing(recent: int, before: int, days: int) -> None:
    """Fifty are needed on either side, however unlike they are."""
    found = drift([*tickets(before, BEFORE), *tickets(recent, LATELY, result("feature"))], NOW)

    assert (found.recent, found.before, found.days) == (recent, before, days)
    assert found.enough is (min(recent, before) >= 50)
    assert bool(found.shifts) is found.enough


def test_a_quiet_desk_is_looked_at_over_three_months() -> None:
    """Thirty days are too few there, ninety are enough."""
    lately = [*tickets(30, LATELY, result("feature")), *tickets(30, NOW - timedelta(days=60))]
    found = drift([*tickets(60, BEFORE), *lately], NOW)

    assert (found.days, found.recent) == (90, 60)


def test_a_request_belongs_to_when_it_came() -> None:
    """A correction of today does not make an old request a recent one."""
    late = (Correction("type", "bug", "feature", BEFORE.isoformat()),)
    found = drift([*tickets(60, NOW, corrections=late), *tickets(60, LATELY)], NOW)

    assert (found.recent, found.before) == (60, 60)


def test_what_was_never_judged_counts_for_nothing() -> None:
    """Imported requests have no result."""
    imported = [Ticket(Request("T-1", PLAIN), None, (), LATELY)] * 60

    assert drift([*tickets(60, BEFORE), *imported], NOW).recent == 0


def test_words_that_were_learned_here_are_known() -> None:
    """An installation that learned its own words is not told that they are strange."""
    words = {word.lower(): (1.0, 0.0, 0.0) for word in STRANGE.split()}
    types = Adaptation(
        ("bug", "feature"),
        (0.0, 0.0),
        (),
        {Space.TITLE: WeighedSpace(1.0, words)},
        Calibration(1.0, 0.9),
        60,
        frozenset(),
    )
    requests = [*tickets(60, BEFORE), *tickets(60, LATELY, text=STRANGE)]

    assert drift(requests, NOW).shifts[0].measure is Measure.KNOWN_WORDS
    assert drift(requests, NOW, types=types).shifts == ()


def test_chance_is_hardly_ever_called_drift() -> None:
    """Of a hundred desks at which nothing changed, one at most are told that it did."""
    told = 0
    for seed in range(100):
        rng = Random(seed)
        requests = [
            one
            for at, count in ((BEFORE, 300), (LATELY, 80))
            for _ in range(count)
            for one in tickets(
                1,
                at,
                result(
                    rng.choice(("bug", "bug", "feature", "question")),
                    rng.choice(("backlog", "L1", "L1", "L2", "L3")),
                    tuple(name for name in ("type", "severity") if rng.random() < 0.4),
                ),
                " ".join(rng.sample(f"{PLAIN} {STRANGE}".split(), 6)),
            )
        ]
        told += bool(drift(requests, NOW).shifts)

    assert told <= 1


def test_the_document_says_what_was_compared() -> None:
    """Counts, days, shares and advice, with a schema's name."""
    content = drift_content(
        drift([*tickets(60, BEFORE), *tickets(60, LATELY, result("feature"))], NOW)
    )

    assert content["schema"] == "waooaw.triage-drift/1"
    assert (content["verdict"], content["needed"], content["compared"]) == ("drifted", 50, 4)
    assert content["recent"] == {"days": 30, "requests": 60}
    assert content["before"] == {"days": 180, "requests": 60}
    assert {"measure": "type", "value": "feature", "before": 0.0, "recent": 1.0} in [
        {name: one[name] for name in ("measure", "value", "before", "recent")}
        for one in content["shifts"]
    ]
