"""What one installation taught: how far to trust the shipped model here, and its own terms.

It stands on the shipped model and never replaces it, so that a few dozen labelled requests are
enough. Kept as reviewable JSON, like the shipped weights.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waooaw.errors import InputError
from waooaw.triage.features import FEATURES_VERSION, Space
from waooaw.triage.linear import (
    Calibration,
    LinearModel,
    WeighedSpace,
    probabilities,
    spaces_content,
    spaces_of,
    spaces_scores,
    spaces_shares,
    strongest_terms,
)

__all__ = [
    "Adaptation",
    "adaptation_content",
    "adaptation_fields",
    "centred",
    "head_fields",
    "parse_adaptation",
]

_SCHEMA = "waooaw.triage-adaptation/1"


@dataclass(frozen=True, slots=True)
class Adaptation:
    """Hold what was learned here.

    Attributes:
        labels: Its answers: the shipped model's, and others that were taught.
        intercepts: What each has from the start.
        trust: For each label, what each score of the shipped model counts.
        spaces: What the terms of this installation weigh.
        calibration: How scores become probabilities, and which are enough.
        learned_from: How many labelled requests.
        digests: Of those requests, so that they are not used to judge what learned from them.
    """

    labels: tuple[str, ...]
    intercepts: tuple[float, ...]
    trust: tuple[tuple[float, ...], ...]
    spaces: Mapping[Space, WeighedSpace]
    calibration: Calibration
    learned_from: int
    digests: frozenset[str]

    def scores(
        self, shipped: LinearModel, terms: Mapping[Space, Sequence[str]]
    ) -> tuple[float, ...]:
        """Return a score for each label."""
        general = centred(shipped.scores(terms))
        own = spaces_scores(self.spaces, self.intercepts, spaces_shares(self.spaces, terms))
        return tuple(
            score + sum(share * one for share, one in zip(trusted, general, strict=True))
            for score, trusted in zip(own, self.trust, strict=True)
        )

    def shares(
        self, shipped: LinearModel, terms: Mapping[Space, Sequence[str]]
    ) -> tuple[float, ...]:
        """Return how likely each label is."""
        return probabilities(self.scores(shipped, terms), self.calibration.temperature)

    def strongest(self, terms: Mapping[Space, Sequence[str]], label: str) -> tuple[str, ...]:
        """Return the terms of this installation that spoke most for *label*."""
        shares = spaces_shares(self.spaces, terms)
        return strongest_terms(self.spaces, shares, self.labels.index(label))


def centred(scores: Sequence[float]) -> tuple[float, ...]:
    """Return *scores* with a mean of 0: only their differences say something."""
    mean = sum(scores) / len(scores)
    return tuple(score - mean for score in scores)


def adaptation_content(adaptation: Adaptation) -> str:
    """Return *adaptation* as JSON."""
    return (
        json.dumps(adaptation_fields(adaptation), indent=1, sort_keys=True, ensure_ascii=False)
        + "\n"
    )


def head_fields() -> dict[str, Any]:  # Any: JSON
    """Return what every file of what was learned begins with."""
    return {"schema": _SCHEMA, "features": FEATURES_VERSION}


def adaptation_fields(adaptation: Adaptation) -> dict[str, Any]:  # Any: JSON
    """Return *adaptation* as plain JSON."""
    return {
        **head_fields(),
        "labels": adaptation.labels,
        "intercepts": adaptation.intercepts,
        "trust": adaptation.trust,
        "temperature": adaptation.calibration.temperature,
        "threshold": adaptation.calibration.threshold,
        "learned_from": adaptation.learned_from,
        "digests": sorted(adaptation.digests),
        "spaces": spaces_content(adaptation.spaces),
    }


def _trust(rows: Iterable[Iterable[float]], labels: int) -> tuple[tuple[float, ...], ...]:
    """Return a row for each label, with what each score of the shipped model counts."""
    table = tuple(tuple(row) for row in rows)
    if len(table) != labels or len({len(row) for row in table}) > 1:
        raise ValueError(f"trust is no table of {labels} rows")
    return table


def parse_adaptation(content: Mapping[str, Any], source: str) -> Adaptation:  # Any: JSON
    """Return what a file holds.

    Raises:
        InputError: It is damaged, or was learned with other features than ours.
    """
    hint = "learn again: waooaw triage learn FILE"
    if content.get("schema") != _SCHEMA or content.get("features") != FEATURES_VERSION:
        raise InputError(f"{source}: not learned by this waooaw", hint=hint)
    try:
        labels = tuple(content["labels"])
        return Adaptation(
            labels=labels,
            intercepts=tuple(content["intercepts"]),
            trust=_trust(content["trust"], len(labels)),
            spaces=spaces_of(content["spaces"]),
            calibration=Calibration(content["temperature"], content["threshold"]),
            learned_from=content["learned_from"],
            digests=frozenset(content["digests"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{source}: damaged: {error}", hint=hint) from error
