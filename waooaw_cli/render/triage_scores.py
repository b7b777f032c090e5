"""How well triage does, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from waooaw.triage.evaluation import Evaluation, FieldFigures, ModelFigures

__all__ = ["evaluation_json", "evaluation_text"]

_DIGITS = 4


def evaluation_json(measured: Evaluation) -> str:
    """Return what was measured as one JSON document."""
    model = measured.model
    content = {
        "schema": "waooaw.triage-evaluation/1",
        "requests": measured.requests,
        "fields": {name: _field(figures) for name, figures in measured.fields.items()},
        "type_model": None if model is None else _model(model),
        "route_too_low": measured.too_low,
        "route_too_high": measured.too_high,
        "costs": dict(measured.costs),
    }
    return json.dumps(content, indent=2, sort_keys=True)


def _field(figures: FieldFigures) -> dict[str, Any]:  # Any: JSON
    return {
        "n": figures.count,
        "accuracy": _round(figures.accuracy),
        "majority_accuracy": _round(figures.usual),
        "macro_f1": _round(figures.macro_f1),
        "coverage": _round(figures.acted),
        "accuracy_when_sure": _round(figures.acted_accuracy),
        "classes": {
            label: {
                "precision": _round(one.precision),
                "recall": _round(one.recall),
                "f1": _round(one.f1),
                "n": one.count,
            }
            for label, one in figures.classes.items()
        },
        "confusion": {right: dict(said) for right, said in figures.confusion.items()},
    }


def _model(model: ModelFigures) -> dict[str, Any]:  # Any: JSON
    return {
        "coverage_at_accuracy": {
            str(aim): {"coverage": _round(share), "from": _round(threshold)}
            for aim, (share, threshold) in model.coverage.items()
        },
        "calibration": [
            {
                "from": band.low,
                "to": band.high,
                "n": band.count,
                "confidence": _round(band.confidence),
                "accuracy": _round(band.accuracy),
            }
            for band in model.bands
        ],
        "calibration_error": _round(model.error),
    }


def _round(value: float) -> float:
    return round(value, _DIGITS)


def evaluation_text(measured: Evaluation) -> str:
    """Return what was measured for a person."""
    return "\n".join(_lines(measured))


def _lines(measured: Evaluation) -> Iterator[str]:
    yield f"{measured.requests} requests"
    for name, figures in measured.fields.items():
        yield ""
        yield from _field_lines(name, figures)
    if measured.model is not None:
        yield ""
        yield from _model_lines(measured.model)
    if "route" in measured.fields:
        yield ""
        yield f"desk too low: {measured.too_low}, too high: {measured.too_high}"
    if measured.costs:
        parts = ", ".join(f"{name} {cost}" for name, cost in measured.costs.items())
        yield f"cost of being wrong, in looks too many: {parts}"


def _field_lines(name: str, figures: FieldFigures) -> Iterator[str]:
    yield (
        f"{name}: {figures.count} labelled, accuracy {figures.accuracy:.3f} "
        f"(always the commonest: {figures.usual:.3f}), macro-F1 {figures.macro_f1:.3f}"
    )
    yield f"  sure of {figures.acted:.1%}, and then right in {figures.acted_accuracy:.1%}"
    width = max(len(label) for label in figures.classes)
    yield f"  {'':<{width}}  precision  recall     F1      n   taken for"
    for label, one in figures.classes.items():
        yield (
            f"  {label:<{width}}  {one.precision:9.3f}  {one.recall:6.3f}  {one.f1:5.3f}  "
            f"{one.count:5}   {_taken_for(figures.confusion[label])}"
        )


def _taken_for(said: Mapping[str, int]) -> str:
    parts = sorted(said.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{label} {count}" for label, count in parts if count)


def _model_lines(model: ModelFigures) -> Iterator[str]:
    yield "type model, accuracy → coverage:"
    yield "  " + ", ".join(
        f"{aim:.0%} → {share:.1%} (from {threshold:.2f})"
        for aim, (share, threshold) in model.coverage.items()
    )
    yield f"type model, likelihood → right (calibration error {model.error:.3f}):"
    yield "  " + ", ".join(
        f"{band.confidence:.2f} → {band.accuracy:.2f} ({band.count})" for band in model.bands
    )
