"""Fit a linear model with scikit-learn, prune it, and hand it over as plain weights.

The features are waooaw's own; scikit-learn counts, weighs and fits. Two stages: a model over all
terms says which of them matter, a second is fitted on those alone, so that what is exported is what
was fitted. Each is the mean of a logistic regression and of one whose terms are weighed by their
naive-Bayes log-count ratio. Source: Wang and Manning, "Baselines and Bigrams", ACL 2012.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from waooaw.triage.features import Space, terms
from waooaw.triage.linear import Calibration, LinearModel, WeighedSpace

__all__ = ["SPACES", "Fitted", "Sample", "fitted", "sample"]

#: What a space weighs as a whole, and in how many requests a term must stand.
SPACES: Mapping[Space, tuple[float, int]] = {
    Space.TITLE: (1.0, 2),
    Space.BODY: (1.0, 2),
    Space.PROSE: (1.0, 2),
    Space.OPENING: (0.7, 2),
    Space.CUES: (1.0, 4),
}
_MIX = 0.4
_SMOOTHING = 0.3
_DIGITS = 3
Matrix = Any  # scipy's sparse matrices have no types


@dataclass(frozen=True, slots=True)
class Sample:
    """Hold one request to learn from."""

    terms: Mapping[Space, list[str]]
    project: str
    label: str
    weight: float = 1.0


def sample(title: str, body: str, project: str, label: str, weight: float = 1.0) -> Sample:
    """Return a request to learn from."""
    return Sample(terms(title, body), project, label, weight)


@dataclass(slots=True)
class Fitted:
    """Hold a model as scikit-learn knows it, rounded as it is exported."""

    labels: list[str]
    vectorizers: dict[Space, TfidfVectorizer]
    scales: dict[Space, float]
    weights: np.ndarray[Any, Any]
    intercepts: np.ndarray[Any, Any]
    projects: frozenset[str] = frozenset()
    at_home: tuple[float, float] = (1.0, 0.5)
    elsewhere: tuple[float, float] = (1.0, 0.5)
    spaces: list[Space] = field(default_factory=list)

    def scores(self, samples: Sequence[Sample]) -> np.ndarray[Any, Any]:
        """Return a row of scores for each sample."""
        matrix = _stacked(self.vectorizers, self.scales, samples)
        scores: np.ndarray[Any, Any] = np.asarray(matrix @ self.weights.T) + self.intercepts
        return scores

    def exported(self, name: str, source: str) -> LinearModel:
        """Return the model as waooaw knows it."""
        spaces = {}
        start = 0
        for space, vectorizer in self.vectorizers.items():
            names = vectorizer.get_feature_names_out().tolist()
            rarity = vectorizer.idf_ if vectorizer.use_idf else np.ones(len(names))
            block = self.weights[:, start : start + len(names)]
            start += len(names)
            spaces[space] = WeighedSpace(
                self.scales[space],
                {
                    term: (float(rarity[at]), *(float(value) for value in block[:, at]))
                    for at, term in enumerate(names)
                },
            )
        return LinearModel(
            name=name,
            labels=tuple(self.labels),
            intercepts=tuple(float(value) for value in self.intercepts),
            spaces=spaces,
            projects=self.projects,
            at_home=Calibration(*self.at_home),
            elsewhere=Calibration(*self.elsewhere),
            source=source,
        )


def fitted(
    samples: Sequence[Sample],
    *,
    keep: int,
    spaces: Mapping[Space, tuple[float, int]] = SPACES,
    strength: float = 1.0,
) -> Fitted:
    """Return the model of *samples* with about *keep* terms; *strength* is its `C`."""
    scales = {space: scale for space, (scale, _) in spaces.items()}
    vectorizers = {
        space: _vectorizer(space, min_df=least).fit(samples) for space, (_, least) in spaces.items()
    }
    matrix = _stacked(vectorizers, scales, samples)
    _, weights, _ = _weights(matrix, samples, strength)
    usual = np.sqrt(np.asarray(matrix.multiply(matrix).mean(axis=0)).ravel())
    importance = np.abs(weights).max(axis=0) * usual
    least = np.sort(importance)[-keep] if keep < len(importance) else -1.0
    pruned: dict[Space, TfidfVectorizer] = {}
    start = 0
    for space, vectorizer in vectorizers.items():
        names = vectorizer.get_feature_names_out()
        chosen = names[importance[start : start + len(names)] >= least]
        start += len(names)
        pruned[space] = _vectorizer(space, vocabulary=sorted(chosen.tolist())).fit(samples)
        if pruned[space].use_idf:
            pruned[space].idf_ = np.round(pruned[space].idf_, _DIGITS)
    labels, weights, intercepts = _weights(_stacked(pruned, scales, samples), samples, strength)
    return Fitted(labels, pruned, scales, np.round(weights, _DIGITS), np.round(intercepts, _DIGITS))


def _vectorizer(space: Space, **options: Any) -> TfidfVectorizer:  # Any: scikit-learn's own
    return TfidfVectorizer(
        analyzer=_Terms(space), sublinear_tf=True, use_idf=space is not Space.CUES, **options
    )


class _Terms:
    """Take a sample's terms of one space."""

    def __init__(self, space: Space) -> None:
        self._of = itemgetter(space)

    def __call__(self, one: Sample) -> list[str]:
        found: list[str] = self._of(one.terms)
        return found


def _stacked(
    vectorizers: Mapping[Space, TfidfVectorizer],
    scales: Mapping[Space, float],
    samples: Sequence[Sample],
) -> Matrix:
    blocks = [
        vectorizer.transform(samples) * scales[space] for space, vectorizer in vectorizers.items()
    ]
    return sparse.hstack(blocks).tocsr()


def _weights(
    matrix: Matrix, samples: Sequence[Sample], strength: float
) -> tuple[list[str], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the labels, a row of weights for each, and the intercepts."""
    gold = np.array([one.label for one in samples])
    worth = np.array([one.weight for one in samples])
    plain = LogisticRegression(C=strength, max_iter=400).fit(matrix, gold, sample_weight=worth)
    labels = [str(label) for label in plain.classes_]
    coefficients, intercepts = _per_label(plain)
    rows = []
    starts = []
    for label in labels:
        chosen = gold == label
        inside = np.asarray(matrix[chosen].T @ worth[chosen]).ravel() + _SMOOTHING
        outside = np.asarray(matrix[~chosen].T @ worth[~chosen]).ravel() + _SMOOTHING
        ratio = np.log((inside / inside.sum()) / (outside / outside.sum()))
        ratio /= np.abs(ratio).mean() * 2
        one = LogisticRegression(C=strength, max_iter=400).fit(
            matrix @ sparse.diags(ratio), chosen, sample_weight=worth
        )
        rows.append(one.coef_[0] * ratio)
        starts.append(float(one.intercept_[0]))
    return (
        labels,
        np.array(rows) * _MIX + coefficients * (1 - _MIX),
        np.array(starts) * _MIX + intercepts * (1 - _MIX),
    )


def _per_label(model: LogisticRegression) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return a row for each label, also of two, where scikit-learn keeps one for both."""
    if len(model.classes_) > 2:
        return model.coef_, model.intercept_
    half = model.coef_[0] / 2
    start = float(model.intercept_[0]) / 2
    return np.array([-half, half]), np.array([-start, start])
