"""Measure triage on labelled requests: nothing is remembered, nothing of the labels is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from waooaw.triage.assessment import assess
from waooaw.triage.evaluation import Answer, Evaluation, evaluation
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.results import TriageResult, result_content
from waooaw_cli.factory.triage_labels import LabelledRequest, label_text
from waooaw_cli.factory.triage_model import ChosenModel, with_advice
from waooaw_cli.factory.triaging import knowledge_for
from waooaw_cli.settings import Settings

__all__ = ["measured"]


def measured(
    requests: Sequence[LabelledRequest],
    settings: Settings,
    folder: Path,
    *,
    model: ChosenModel | None = None,
) -> tuple[Evaluation, str | None]:
    """Return how well triage, as it is set up here, tells what is labelled.

    Past requests are left out: they may be the very ones that it is measured on. What was said
    before, in a prediction, is not judged again.

    Returns:
        What was measured, and why a model that was to be asked gave nothing usable.
    """
    judging = [one for one in requests if one.prediction is None]
    knowledge = knowledge_for(settings, folder, None) if judging else Knowledge()
    told = [one.request for one in judging]
    results = [assess(request, knowledge) for request in told]
    advised, unheard = with_advice(model, told, results, knowledge)
    judged = iter(advised)
    answers = [
        Answer(one.gold, one.prediction.said, one.prediction.abstained)
        if one.prediction is not None
        else _answer(one, next(judged), knowledge)
        for one in requests
    ]
    return evaluation(answers), unheard


def _answer(one: LabelledRequest, result: TriageResult, knowledge: Knowledge) -> Answer:
    request = one.request
    guess = None
    if "type" in one.gold and knowledge.types is not None:
        guess = knowledge.types.type_of(request.title, request.body, request.project)
    return Answer(
        one.gold,
        _said(result),
        frozenset(result.abstained),
        None if guess is None else (guess.type.value, guess.confidence),
    )


def _said(result: TriageResult) -> Mapping[str, str]:
    content = result_content(result)
    fields = {**content, **content["facts"]}
    return {name: label_text(value) for name, value in fields.items()}
