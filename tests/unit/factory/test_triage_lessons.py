"""Learn from what people said of tickets here, with and without a file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waooaw.errors import InputError
from waooaw.triage.facts import StatedFacts
from waooaw.triage.labels import Origin
from waooaw.triage.learning import Lesson
from waooaw.triage.requests import Request
from waooaw.triage.screening import ScreenLesson, TooFewConcerns
from waooaw.triage.vocabulary import Reach
from waooaw_cli.factory.triage_labels import LabelledRequest
from waooaw_cli.factory.triage_learned import learned_at, learned_here
from waooaw_cli.factory.triage_learning import lessons_from
from waooaw_cli.factory.triage_tickets import corrected
from waooaw_cli.factory.triaging import judge, memory_at
from waooaw_cli.settings import Settings, read_settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Each colour is a type that this tracker alone knows.
COLOURS = {"bug": "amber", "feature": "cobalt", "question": "ochre"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(tmp_path, {"WAOOAW_STATE_DIR": str(tmp_path / "state")})


def tracker(count: int) -> list[tuple[Request, str]]:
    return [
        (Request(f"{label}-{n}", f"ticket {n} {colour}", f"The {colour} item {n}."), label)
        for n in range(count)
        for label, colour in COLOURS.items()
    ]


def corrected_alone(count: int, settings: Settings) -> None:
    """Judge requests, and correct every type; nobody confirms any."""
    rows = [(replace(request, id=f"c-{request.id}"), label) for request, label in tracker(count)]
    judge([request for request, _ in rows], settings, settings.state_dir.parent, NOW)
    for request, label in rows:
        corrected(request.id, [f"type={label}"], settings, settings.state_dir.parent, NOW)


def filed(count: int) -> list[tuple[Request, dict[str, str]]]:
    return [(request, {"type": label}) for request, label in tracker(count)]


def plain(count: int) -> list[tuple[Request, str]]:
    """Requests whose type every tracker's words tell."""
    return [
        (Request(f"plain-{n}", f"Crash with an error when file {n} is opened", "It fails."), "bug")
        for n in range(count)
    ]


def settled(rows: Iterable[tuple[Request, str]], settings: Settings) -> int:
    """Judge, correct what is wrong, resolve what is right; return how many were wrong."""
    rows, folder, wrong = list(rows), settings.state_dir.parent, 0
    said = judge([request for request, _ in rows], settings, folder, NOW).results
    for (request, label), result in zip(rows, said, strict=True):
        change = "resolution=Done" if result.type.value == label else f"type={label}"
        wrong += result.type.value != label
        corrected(request.id, [change], settings, folder, NOW)
    return wrong


def test_overrides_and_confirmations_are_learned_from(settings: Settings) -> None:
    """Without a file, what was corrected and what was settled as it was teach together."""
    wrong = settled([*tracker(10), *plain(20)], settings)
    lessons = lessons_from(None, settings, NOW)

    assert isinstance(lessons.types, Lesson)
    assert lessons.types.promoted
    assert lessons.labels.origins == {
        Origin.FILE: 0,
        Origin.CORRECTED: wrong,
        Origin.CONFIRMED: 50 - wrong,
    }
    assert 0 < wrong < 30
    assert learned_here(settings).types == lessons.types.adaptation


def test_mistakes_alone_teach_nothing(settings: Settings) -> None:
    """Corrections that outnumber what was right would teach a model to contradict itself."""
    corrected_alone(10, settings)

    with pytest.raises(InputError, match="of mistakes alone nothing is learned"):
        lessons_from(None, settings, NOW)
    assert not learned_at(settings).exists()


def test_beside_too_many_mistakes_the_file_is_learned(settings: Settings) -> None:
    """How many corrections were left out is told."""
    corrected_alone(10, settings)
    lessons = lessons_from([LabelledRequest(*row) for row in filed(7)], settings, NOW)

    assert sum(lessons.labels.origins.values()) == lessons.labels.origins[Origin.FILE] == 21
    assert lessons.labels.left_out > 21


def test_for_one_id_the_file_wins(settings: Settings) -> None:
    """A request that stands in the file and among the tickets is learned once, by the file."""
    rows = tracker(8)
    settled(rows, settings)
    filed = [LabelledRequest(request, {"type": label}) for request, label in rows[6:]]
    lessons = lessons_from([*filed, LabelledRequest(Request("new", "x amber"), {})], settings, NOW)

    assert lessons.labels.origins[Origin.FILE] == 18
    assert sum(lessons.labels.origins.values()) == 24


def test_a_request_without_a_word_teaches_nothing(settings: Settings) -> None:
    """A form of facts alone has a type, and no text to learn from."""
    silent = Request("silent", facts=StatedFacts(reach=Reach.ALL))
    settled([(silent, "bug")], settings)
    rows = [LabelledRequest(Request("mute"), {"type": "bug"})]
    lessons = lessons_from([LabelledRequest(*row) for row in filed(8)] + rows, settings, NOW)

    assert sum(lessons.labels.origins.values()) == 24


def test_nothing_said_teaches_nothing(settings: Settings) -> None:
    """It is told what to do, no memory is made, and nothing is kept."""
    with pytest.raises(InputError, match="no ticket was put right here yet"):
        lessons_from(None, settings, NOW)

    assert not memory_at(settings).exists()


def test_a_few_corrections_are_too_few(settings: Settings) -> None:
    """They are counted, and nothing is put in force."""
    settled(plain(12), settings)

    with pytest.raises(InputError, match="12 labelled requests are too few"):
        lessons_from(None, settings, NOW)
    assert not learned_at(settings).exists()


def concerns(harmless: int) -> list[LabelledRequest]:
    """Reports of a product about passwords: harmless ones about looks, grave ones about access."""
    grave = "Privilege escalation lets a user bypass authentication with kerberos ssl credentials"
    looks = "The password_field label is blue and the icon is small"
    return [
        *(
            LabelledRequest(
                Request(f"c{n}", f"{grave} {n}", "acl_check() trusts"), {"security": "true"}
            )
            for n in range(20)
        ),
        *(
            LabelledRequest(
                Request(f"h{n}", f"{looks} {n}", "render_icon() draws"), {"security": "false"}
            )
            for n in range(harmless)
        ),
    ]


def test_security_is_learned_where_types_are_not(settings: Settings) -> None:
    """Labels of security alone move its thresholds, and types stay as shipped."""
    lessons = lessons_from(concerns(60), settings, NOW)

    assert isinstance(lessons.security, ScreenLesson)
    assert lessons.security.promoted
    assert isinstance(lessons.types, InputError)
    learned = learned_here(settings)
    assert (learned.types, learned.security) == (None, lessons.security.screen)
    request = Request("new", "The password_field label is blue and the icon is small 99", "x_y()")
    folder = settings.state_dir.parent
    assert not judge([request], settings, folder, NOW).results[0].facts.security


def test_what_one_lesson_teaches_the_next_keeps(settings: Settings) -> None:
    """Types are learned after security was, and both are in force."""
    lessons_from(concerns(60), settings, NOW)
    security = learned_here(settings).security
    settled([*tracker(10), *plain(20)], settings)
    lessons = lessons_from(None, settings, NOW)

    assert isinstance(lessons.security, TooFewConcerns)
    assert security is not None
    assert learned_here(settings).security == security
    assert learned_here(settings).types is not None


def test_what_drifted_is_told(settings: Settings) -> None:
    """Requests of another kind came lately: the lesson says so, whatever it learned."""
    folder = settings.state_dir.parent
    wishes = [Request(f"w{n}", "Please add a button", "I would like one.") for n in range(60)]
    faults = [Request(f"f{n}", "The button fails", "An error is shown.") for n in range(60)]
    judge(wishes, settings, folder, NOW - timedelta(days=60))
    judge(faults, settings, folder, NOW - timedelta(days=1))
    lessons = lessons_from([LabelledRequest(*row) for row in filed(8)], settings, NOW)

    shifted = {(one.measure.value, one.value) for one in lessons.drift.shifts}
    assert (lessons.drift.recent, lessons.drift.before) == (60, 60)
    assert {("type", "feature"), ("type", "bug")} <= shifted


def test_no_secret_of_a_file_is_kept(settings: Settings) -> None:
    """Terms are kept, and none of them is a person's address."""
    rows = [
        LabelledRequest(
            Request(request.id, request.title, f"{request.body} jo{number}@example.com"),
            {"type": label},
        )
        for number, (request, label) in enumerate(tracker(10))
    ]
    lessons_from(rows, settings, NOW)

    content = learned_at(settings).read_text("utf-8")
    assert json.loads(content)["learned_from"] == 30
    assert "jo1" not in content
