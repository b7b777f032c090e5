"""What triage learned here, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, assert_never

from waooaw.errors import InputError
from waooaw.triage.drift import drift_content
from waooaw.triage.labels import Origin
from waooaw.triage.learning import Lesson
from waooaw.triage.screening import FEWEST, ScreenLesson, TooFewConcerns
from waooaw_cli.factory.triage_learning import Lessons
from waooaw_cli.factory.triage_taught import Labels
from waooaw_cli.render.triage_drift import drift_sentences

__all__ = ["lessons_json", "lessons_text"]

_DIGITS = 4
_FROM = {
    Origin.FILE: "of the file",
    Origin.CORRECTED: "corrected here",
    Origin.CONFIRMED: "confirmed here",
}


def lessons_json(lessons: Lessons, path: str) -> str:
    """Return what was learned as one JSON document.

    Args:
        lessons: What was learned.
        path: Where that is kept, if it is in force.
    """
    content = {
        "schema": "waooaw.triage-lesson/1",
        **_types(lessons.types, path),
        "labels": _counts(lessons.labels),
        "drift": drift_content(lessons.drift),
        "security": {**_security(lessons.security), "labels": _counts(lessons.security_labels)},
    }
    return json.dumps(content, indent=2, sort_keys=True)


def _types(lesson: Lesson | InputError, path: str) -> dict[str, Any]:  # Any: JSON
    match lesson:
        case InputError():
            return {"promoted": False, "path": None, "not_learned": lesson.message}
        case Lesson():
            return {
                "learned_from": lesson.adaptation.learned_from,
                "judged": lesson.judged,
                "before": _quality(lesson.before),
                "after": _quality(lesson.after),
                "promoted": lesson.promoted,
                "threshold": lesson.adaptation.calibration.threshold,
                "coverage": _round(lesson.coverage),
                "path": path if lesson.promoted else None,
            }
        case other:
            assert_never(other)


def _security(lesson: ScreenLesson | TooFewConcerns) -> dict[str, Any]:  # Any: JSON
    match lesson:
        case TooFewConcerns():
            return {
                "promoted": False,
                "not_learned": _too_few(lesson),
                "concerns": lesson.concerns,
                "harmless": lesson.harmless,
            }
        case ScreenLesson():
            return {
                "promoted": lesson.promoted,
                "concerns": lesson.screen.concerns,
                "harmless": lesson.screen.learned_from - lesson.screen.concerns,
                "before": _found(lesson.before),
                "after": _found(lesson.after),
                "threshold_with_alarm_words": lesson.screen.worded,
                "threshold": lesson.screen.unworded,
            }
        case other:
            assert_never(other)


def _counts(labels: Labels) -> dict[str, int]:
    counts = {origin.value: count for origin, count in labels.origins.items()}
    return {**counts, "left_out": labels.left_out}


def _quality(quality: tuple[float, float]) -> dict[str, float]:
    return {"macro_f1": _round(quality[0]), "accuracy": _round(quality[1])}


def _found(quality: tuple[float, float]) -> dict[str, float]:
    return {"recall": _round(quality[0]), "flagged": _round(quality[1])}


def _round(value: float) -> float:
    return round(value, _DIGITS)


def lessons_text(lessons: Lessons, path: str) -> str:
    """Return what was learned for a person; *path* is where it is kept."""
    return "\n".join(
        (
            *_type_lines(lessons.types, lessons.labels, path),
            *_security_lines(lessons.security, lessons.security_labels),
            *(f"drift: {sentence}" for sentence in drift_sentences(lessons.drift)),
        )
    )


def _type_lines(lesson: Lesson | InputError, labels: Labels, path: str) -> Iterator[str]:
    match lesson:
        case InputError():
            yield f"types: nothing learned: {lesson.message}"
        case Lesson():
            before, after = lesson.before, lesson.after
            learned_from = lesson.adaptation.learned_from
            head = f"learned from {learned_from} requests, judged on {lesson.judged}"
            yield f"{head}, each by a model that did not see it"
            yield f"  labels: {_told(labels)}"
            yield f"  macro-F1  {before[0]:.3f} → {after[0]:.3f}"
            yield f"  accuracy  {before[1]:.3f} → {after[1]:.3f}"
            yield f"  sure of {lesson.coverage:.1%} of them"
            yield (
                f"in force from now on: {path}"
                if lesson.promoted
                else "not put in force: what is in force does better on requests that it did not "
                "see"
            )
        case other:
            assert_never(other)


def _security_lines(lesson: ScreenLesson | TooFewConcerns, labels: Labels) -> Iterator[str]:
    match lesson:
        case TooFewConcerns():
            yield f"security: nothing learned: {_too_few(lesson)}"
            if labels.left_out:
                yield f"  labels: {_told(labels)}"
        case ScreenLesson():
            before, after = lesson.before, lesson.after
            yield f"security: learned from {lesson.screen.learned_from} developers' reports"
            yield f"  labels: {_told(labels)}"
            yield f"  concerns found  {before[0]:.1%} → {after[0]:.1%}"
            yield f"  flagged         {before[1]:.1%} → {after[1]:.1%}"
            yield (
                "in force from now on"
                if lesson.promoted
                else "not put in force: it does not find as many with fewer looks"
            )
        case other:
            assert_never(other)


def _too_few(lesson: TooFewConcerns) -> str:
    return (
        f"{lesson.concerns} concerns and {lesson.harmless} harmless ones among the labelled "
        f"developers' reports; it takes {FEWEST} of each"
    )


def _told(labels: Labels) -> str:
    parts = [f"{count} {_FROM[origin]}" for origin, count in labels.origins.items() if count]
    if labels.left_out:
        parts.append(f"{labels.left_out} corrections left out: too few were confirmed beside them")
    return ", ".join(parts)
