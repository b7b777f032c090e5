"""Compare what triage says with what is right: figures per field, and what being wrong costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waooaw.triage.figures import (
    Band,
    OfClass,
    accuracy,
    confusion,
    coverage_at,
    macro_f1,
    of_classes,
    reliability,
)
from waooaw.triage.vocabulary import Route, rank

__all__ = ["AIMS", "Answer", "Evaluation", "FieldFigures", "ModelFigures", "evaluation"]

#: Accuracies for which the coverage is told.
AIMS = (0.85, 0.9, 0.92, 0.95)
#: What one mistake costs, in the price of one person's look too many: a request a desk too high is
#: looked at once more; one too low waits, a missed alarm longest. Ours, to be read as an order.
_DESK_TOO_HIGH = 1
_DESK_TOO_LOW = 5
_ALARM_TOO_MANY = {"security": 1, "page_oncall": 2, "data_exposed": 2, "legal_or_compliance": 2}
_ALARM_MISSED = {"security": 10, "page_oncall": 20, "data_exposed": 20, "legal_or_compliance": 10}


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold one request's right values, and what was said.

    Attributes:
        gold: What is right, as text, by field; only of the fields that are labelled.
        said: What triage said, as text, by field.
        abstained: Fields that it was not sure of.
        model: What the type model said and how likely, from 0 to 1; None where it was not asked.
    """

    gold: Mapping[str, str]
    said: Mapping[str, str]
    abstained: frozenset[str] = frozenset()
    model: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """Hold how well one field is told.

    Attributes:
        count: How many requests are labelled.
        accuracy: Which share is right.
        usual: Which share is right when the commonest is always said.
        macro_f1: The mean of F1 over the classes.
        classes: By class.
        confusion: By the right class, then by what was said.
        acted: The share that was not abstained from.
        acted_accuracy: Which share of that is right.
    """

    count: int
    accuracy: float
    usual: float
    macro_f1: float
    classes: Mapping[str, OfClass]
    confusion: Mapping[str, Mapping[str, int]]
    acted: float
    acted_accuracy: float


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """Hold how far the type model's own likelihoods can be trusted.

    Attributes:
        coverage: By accuracy: which share can be answered, and from which likelihood on.
        bands: How often it is right, by likelihood.
        error: The mean distance of likelihood and accuracy, weighed by how many there are.
    """

    coverage: Mapping[float, tuple[float, float]]
    bands: tuple[Band, ...]
    error: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Hold everything that was measured.

    Attributes:
        requests: How many were judged.
        fields: By field, those that are labelled.
        model: Of the type model; None where no type is labelled.
        too_low: How many requests ended at a lower desk than is right.
        too_high: At a higher one.
        costs: What mistakes cost, by field; see this module's constants.
    """

    requests: int
    fields: Mapping[str, FieldFigures]
    model: ModelFigures | None
    too_low: int
    too_high: int
    costs: Mapping[str, int]


def evaluation(answers: Sequence[Answer]) -> Evaluation:
    """Return what was measured on *answers*."""
    names = list(dict.fromkeys(name for answer in answers for name in answer.gold))
    steps = [
        rank(Route(answer.said["route"])) - rank(Route(answer.gold["route"]))
        for answer in answers
        if "route" in answer.gold
    ]
    return Evaluation(
        len(answers),
        {name: _field(name, [one for one in answers if name in one.gold]) for name in names},
        _model([one for one in answers if "type" in one.gold and one.model is not None]),
        sum(step < 0 for step in steps),
        sum(step > 0 for step in steps),
        _costs(answers, steps),
    )


def _field(name: str, answers: Sequence[Answer]) -> FieldFigures:
    gold = [answer.gold[name] for answer in answers]
    said = [answer.said[name] for answer in answers]
    acted = [answer for answer in answers if name not in answer.abstained]
    right = sum(one.gold[name] == one.said[name] for one in acted)
    return FieldFigures(
        len(gold),
        accuracy(gold, said),
        Counter(gold).most_common(1)[0][1] / len(gold),
        macro_f1(gold, said),
        of_classes(gold, said),
        confusion(gold, said),
        len(acted) / len(answers),
        right / len(acted) if acted else 0.0,
    )


def _model(answers: Sequence[Answer]) -> ModelFigures | None:
    pairs: list[tuple[bool, float]] = []
    for answer in answers:
        if answer.model is not None:
            guess, likely = answer.model
            pairs.append((guess == answer.gold["type"], likely))
    if not pairs:
        return None
    right, likelihoods = [one for one, _ in pairs], [one for _, one in pairs]
    bands = reliability(right, likelihoods)
    error = sum(band.count * abs(band.confidence - band.accuracy) for band in bands) / len(pairs)
    return ModelFigures({aim: coverage_at(right, likelihoods, aim) for aim in AIMS}, bands, error)


def _costs(answers: Sequence[Answer], steps: Sequence[int]) -> dict[str, int]:
    costs: dict[str, int] = {}
    if steps:
        costs["route"] = sum(
            step * _DESK_TOO_HIGH if step > 0 else -step * _DESK_TOO_LOW for step in steps
        )
    for name, missed in _ALARM_MISSED.items():
        pairs = [(one.gold[name], one.said[name]) for one in answers if name in one.gold]
        if pairs:
            costs[name] = missed * pairs.count(("true", "false")) + _ALARM_TOO_MANY[
                name
            ] * pairs.count(("false", "true"))
    return costs
