"""Learn from labelled requests, and put what was learned in force if it is no worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from waooaw.errors import InputError
from waooaw.triage.alarm_words import alarm_words
from waooaw.triage.drift import LOOKS_BACK, Drift, drift
from waooaw.triage.installation import Learned
from waooaw.triage.learned import security_concern, shipped_screen
from waooaw.triage.learning import Lesson, labelled, learn
from waooaw.triage.linear import shipped
from waooaw.triage.screening import ScreenLesson, Suspect, TooFewConcerns, screen_lesson
from waooaw.triage.technical import is_technical
from waooaw.triage.tickets import Ticket
from waooaw_cli.factory.triage_labels import LabelledRequest
from waooaw_cli.factory.triage_learned import keep_learned, learned_here
from waooaw_cli.factory.triage_taught import Labels, Taught, balanced, taught
from waooaw_cli.factory.triaging import memory_at, opened
from waooaw_cli.settings import Settings

__all__ = ["Lessons", "lessons_from"]


@dataclass(frozen=True, slots=True)
class Lessons:
    """Hold what was learned.

    Attributes:
        types: Of types; or why nothing was.
        labels: Where the labels of types came from.
        security: Of security; or how many are labelled, where that is too few.
        security_labels: Where the labels of security came from.
        drift: Whether requests changed, under what was in force.
    """

    types: Lesson | InputError
    labels: Labels
    security: ScreenLesson | TooFewConcerns
    security_labels: Labels
    drift: Drift


def lessons_from(
    requests: Sequence[LabelledRequest] | None, settings: Settings, now: datetime
) -> Lessons:
    """Return what was learned; what is promoted is in force from then on.

    Args:
        requests: Those of a file; None: only what people said of tickets here.
        settings: Where tickets, and what was learned, are kept.
        now: When this is.

    Raises:
        InputError: Too few requests are labelled to learn anything.
        EnvironmentFault: What was learned can't be kept here.
    """
    current = learned_here(settings)
    tickets, changed = _remembered(settings, now, current)
    if requests is None and not tickets:
        raise InputError(
            "no ticket was put right here yet",
            hint="waooaw triage correct ID type=bug, or waooaw triage learn FILE",
        )
    types, labels = balanced(taught("type", requests or (), tickets))
    concerns, security_labels = balanced(taught("security", requests or (), tickets))
    security = screen_lesson(_suspects(concerns), current.security or shipped_screen())
    lesson = _of_types(types, labels, current)
    match lesson, security:
        case InputError(), TooFewConcerns():
            raise lesson
        case _:
            _put_in_force(lesson, security, current, settings)
    return Lessons(lesson, labels, security, security_labels, changed)


def _remembered(
    settings: Settings, now: datetime, current: Learned
) -> tuple[tuple[Ticket, ...], Drift]:
    """Return the tickets that a person put right, and what drifted among all of them."""
    if not memory_at(settings).exists():
        return (), drift((), now)
    tickets = opened(settings)
    try:
        changed = drift(tickets.kept(since=now - LOOKS_BACK), now, types=current.types)
        return tuple(tickets.kept(corrected=True)), changed
    finally:
        tickets.close()


def _of_types(found: Sequence[Taught], labels: Labels, current: Learned) -> Lesson | InputError:
    if labels.left_out and not found:
        return InputError(
            f"of mistakes alone nothing is learned: {labels.left_out} types were corrected, and "
            "too few confirmed",
            hint="settle what was right too: waooaw triage correct ID resolution=…",
        )
    rows = [labelled(one.title, one.body, one.value) for one in found]
    try:
        return learn(rows, shipped("type"), current.types)
    except InputError as error:
        return error


def _suspects(found: Sequence[Taught]) -> list[Suspect]:
    """Return the labelled requests of which the model is asked: developers' reports."""
    return [
        Suspect(
            bool(alarm_words(one.title, one.body)),
            security_concern(one.title, one.body).likely,
            one.value == "true",
        )
        for one in found
        if one.project or is_technical(f"{one.title}\n\n{one.body}")
    ]


def _put_in_force(
    types: Lesson | InputError,
    security: ScreenLesson | TooFewConcerns,
    current: Learned,
    settings: Settings,
) -> None:
    learned = current
    match types:
        case Lesson(promoted=True, adaptation=adaptation):
            learned = replace(learned, types=adaptation)
    match security:
        case ScreenLesson(promoted=True, screen=screen):
            learned = replace(learned, security=screen)
    if learned != current:
        keep_learned(learned, settings)
