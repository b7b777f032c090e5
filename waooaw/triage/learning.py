"""Learn from labelled requests of one installation, and promote only what is no worse there.

Every request is judged once by a model that did not see it (five folds). What was learned is
promoted if it does no worse on them than what is in force; the same judgements calibrate it: they
say how sure it may be, and from which likelihood on it acts.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from waooaw.errors import InputError
from waooaw.triage.adaptation import Adaptation, centred
from waooaw.triage.descent import Regression, Row, mixed_regression
from waooaw.triage.features import Space, terms
from waooaw.triage.figures import macro_f1
from waooaw.triage.linear import Calibration, LinearModel, WeighedSpace, probabilities, shares_of

__all__ = ["Labelled", "Lesson", "labelled", "learn"]

#: Fewer say nothing of whether what was learned holds.
_FEWEST = 20
_FEWEST_OF_LABEL = 3
_FOLDS = 5
#: How accurate a guess that is acted on should be.
_AIM = 0.92
_FEWEST_SURE = 10
_NEVER = 0.999
_TRUST = 0.5
_SCALES = {
    Space.TITLE: 1.0,
    Space.BODY: 1.0,
    Space.PROSE: 1.0,
    Space.OPENING: 0.7,
    Space.CUES: 1.0,
}
_FEWEST_WITH_TERM = 2
#: Of fewer requests every term counts; of more there would be too many.
_FEW = 100


@dataclass(frozen=True, slots=True)
class Labelled:
    """Hold a request to learn from: what models see of it, its label, and a digest of both."""

    terms: Mapping[Space, list[str]]
    label: str
    digest: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """Hold what was learned, and whether it may be used.

    Attributes:
        adaptation: What was learned.
        before: Macro-F1 and accuracy of what is in force, on requests that it did not see.
        after: Those of what was learned, on the same requests.
        judged: How many those are.
        promoted: Whether it is no worse.
        coverage: Which share of requests it is sure enough of.
    """

    adaptation: Adaptation
    before: tuple[float, float]
    after: tuple[float, float]
    judged: int
    promoted: bool
    coverage: float


def labelled(title: str, body: str, label: str) -> Labelled:
    """Return a request to learn from."""
    digest = hashlib.sha256(f"{title}\0{body}\0{label}".encode("utf-8", "replace")).hexdigest()
    return Labelled(terms(title, body), label, digest[:16])


def learn(rows: Sequence[Labelled], model: LinearModel, current: Adaptation | None) -> Lesson:
    """Learn from *rows*, and compare with what is in force.

    Args:
        rows: Labelled requests; the same one twice counts once.
        model: The shipped model.
        current: What was learned before; None where nothing was.

    Raises:
        InputError: They are too few, or all say the same.
    """
    rows = sorted({row.digest: row for row in rows}.values(), key=lambda row: row.digest)
    rows = _of_known_labels(rows)
    labels = _labels(rows, model)
    guesses, scores = _judged_apart(rows, model, labels)
    calibration, coverage = _calibration(rows, labels, scores)
    unseen = _unseen(rows, current)
    in_force = [_in_force(rows[at], model, current) for at in unseen]
    gold = [rows[at].label for at in unseen]
    before = _quality(gold, in_force)
    after = _quality(gold, [guesses[at] for at in unseen])
    adaptation = _adapted(rows, model, labels, calibration)
    promoted = after[0] >= before[0] and after[1] >= before[1]
    return Lesson(adaptation, before, after, len(unseen), promoted, coverage)


def _of_known_labels(rows: Sequence[Labelled]) -> list[Labelled]:
    """Return the rows whose label stands often enough to be learned."""
    counts = Counter(row.label for row in rows)
    kept = [row for row in rows if counts[row.label] >= _FEWEST_OF_LABEL]
    if len(kept) < _FEWEST:
        raise InputError(
            f"{len(kept)} labelled requests are too few to learn from",
            hint=f"label {_FEWEST} at least, {_FEWEST_OF_LABEL} of each type",
        )
    if len({row.label for row in kept}) == 1:
        raise InputError(
            f"all requests are labelled {kept[0].label!r}", hint="label some of another type"
        )
    return kept


def _labels(rows: Sequence[Labelled], model: LinearModel) -> tuple[str, ...]:
    return (*model.labels, *sorted({row.label for row in rows} - set(model.labels)))


def _unseen(rows: Sequence[Labelled], current: Adaptation | None) -> list[int]:
    """Return the places of rows that what is in force did not learn from; all where few are left.

    Whoever learned from a request knows it by heart, so that nothing new could ever be promoted.
    """
    known = current.digests if current is not None else frozenset()
    unseen = [at for at, row in enumerate(rows) if row.digest not in known]
    return unseen if len(unseen) >= _FEWEST else list(range(len(rows)))


def _in_force(row: Labelled, model: LinearModel, current: Adaptation | None) -> str:
    if current is None or row.digest in current.digests:
        scores, labels = model.scores(row.terms), model.labels
    else:
        scores, labels = current.scores(model, row.terms), current.labels
    return labels[max(range(len(labels)), key=scores.__getitem__)]


def _quality(gold: Sequence[str], guesses: Sequence[str]) -> tuple[float, float]:
    right = sum(one == other for one, other in zip(gold, guesses, strict=True))
    return macro_f1(gold, guesses), right / len(gold)


def _judged_apart(
    rows: Sequence[Labelled], model: LinearModel, labels: tuple[str, ...]
) -> tuple[list[str], list[tuple[float, ...]]]:
    """Return for each row what a model says that was learned from the others."""
    order = sorted(range(len(rows)), key=lambda at: (rows[at].label, rows[at].digest))
    scores: list[tuple[float, ...]] = [()] * len(rows)
    for fold in range(_FOLDS):
        held_out = order[fold::_FOLDS]
        seen = [rows[at] for at in sorted(set(order) - set(held_out))]
        adapted = _adapted(seen, model, labels, Calibration(1.0, 0.0))
        for at in held_out:
            scores[at] = adapted.scores(model, rows[at].terms)
    guesses = [labels[max(range(len(labels)), key=one.__getitem__)] for one in scores]
    return guesses, scores


def _adapted(
    rows: Sequence[Labelled],
    model: LinearModel,
    labels: tuple[str, ...],
    calibration: Calibration,
) -> Adaptation:
    """Return what *rows* teach."""
    spaces = {space: _vocabulary(rows, space, scale) for space, scale in _SCALES.items()}
    columns = {
        (space, term): at
        for at, (space, term) in enumerate(
            ((space, term) for space, known in spaces.items() for term in known.terms),
            start=len(model.labels),
        )
    }
    counts = Counter(row.label for row in rows)
    learned = mixed_regression(
        [
            # A label counts as much as another, however often it stands.
            replace(
                _row(row, model, labels, spaces, columns),
                weight=len(rows) / len(counts) / counts[row.label],
            )
            for row in rows
        ],
        columns=len(model.labels) + len(columns),
        labels=len(labels),
        unweighed=len(model.labels),
    )
    return Adaptation(
        labels,
        tuple(round(start, 4) for start in learned.intercepts),
        tuple(
            tuple(round(_TRUST * weight, 4) for weight in weights[: len(model.labels)])
            for weights in learned.weights
        ),
        {space: _weighed(space, known, columns, learned) for space, known in spaces.items()},
        calibration,
        len(rows),
        frozenset(row.digest for row in rows),
    )


def _vocabulary(rows: Sequence[Labelled], space: Space, scale: float) -> WeighedSpace:
    """Return the terms that stand in enough requests, with their rarity, yet unweighed."""
    least = 1 if len(rows) < _FEW else _FEWEST_WITH_TERM
    counts = Counter(term for row in rows for term in set(row.terms[space]))
    whole = 1 + len(rows)
    return WeighedSpace(
        scale,
        {
            term: (1.0 if space is Space.CUES else round(math.log(whole / (1 + count)) + 1, 4),)
            for term, count in sorted(counts.items())
            if count >= least
        },
    )


def _row(
    row: Labelled,
    model: LinearModel,
    labels: tuple[str, ...],
    spaces: Mapping[Space, WeighedSpace],
    columns: Mapping[tuple[Space, str], int],
) -> Row:
    places = list(range(len(model.labels)))
    values = [_TRUST * score for score in centred(model.scores(row.terms))]
    for space, known in spaces.items():
        for value, term in shares_of(known, row.terms[space]):
            places.append(columns[space, term])
            values.append(value)
    return Row(tuple(places), tuple(values), labels.index(row.label))


def _weighed(
    space: Space,
    known: WeighedSpace,
    columns: Mapping[tuple[Space, str], int],
    learned: Regression,
) -> WeighedSpace:
    return WeighedSpace(
        known.scale,
        {
            term: (
                rarity[0],
                *(round(weights[columns[space, term]], 4) for weights in learned.weights),
            )
            for term, rarity in known.terms.items()
        },
    )


def _calibration(
    rows: Sequence[Labelled], labels: tuple[str, ...], scores: Sequence[tuple[float, ...]]
) -> tuple[Calibration, float]:
    """Return how sure the model may be, and which share of requests it is sure enough of."""
    gold = [labels.index(row.label) for row in rows]

    def surprise(temperature: float) -> float:
        return -math.fsum(
            math.log(max(probabilities(one, temperature)[at], 1e-12))
            for one, at in zip(scores, gold, strict=True)
        )

    temperature = min((0.3 * 1.15**step for step in range(20)), key=surprise)
    sure = sorted(
        (
            (max(shares), shares.index(max(shares)) == at)
            for shares, at in (
                (probabilities(one, temperature), at) for one, at in zip(scores, gold, strict=True)
            )
        ),
        reverse=True,
    )
    threshold, covered, right = _NEVER, 0, 0
    for count, (likely, hit) in enumerate(sure, start=1):
        right += hit
        if count >= _FEWEST_SURE and right / count >= _AIM:
            threshold, covered = likely, count
    return Calibration(round(temperature, 4), round(threshold, 4)), covered / len(rows)
