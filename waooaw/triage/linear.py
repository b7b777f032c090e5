"""Linear models as reviewable JSON: read, and scored in plain Python.

A score is the sum of what each term weighs: per space, a term that occurs n times counts
(1 + ln n) · rarity, the whole space is brought to length 1 and weighed by its scale. That is
scikit-learn's TfidfVectorizer(sublinear_tf=True), and the numbers are the same.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import mul
from typing import Any, TypeAlias

from waooaw.errors import InputError
from waooaw.triage.features import FEATURES_VERSION, Space

__all__ = [
    "Calibration",
    "LinearModel",
    "Shares",
    "WeighedSpace",
    "model_content",
    "parse_model",
    "probabilities",
    "shares_of",
    "shipped",
    "spaces_content",
    "spaces_of",
    "spaces_scores",
    "spaces_shares",
    "strongest_terms",
]

_SCHEMA = "waooaw.triage-weights/1"
_STRONGEST = 3
#: Where evidence is looked for: what these spaces hold is short, and says most.
_TELLING = frozenset({Space.TITLE, Space.OPENING, Space.CUES})


Shares: TypeAlias = Mapping[Space, Sequence[tuple[float, str]]]
"""What each known term of a request counts, by space."""


@dataclass(frozen=True, slots=True)
class WeighedSpace:
    """Hold what the terms of one space weigh.

    Attributes:
        scale: What the whole space weighs.
        terms: By term: its rarity, then a weight for each label.
    """

    scale: float
    terms: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Say how scores become probabilities, and from which one on a guess is acted on.

    Attributes:
        temperature: Scores are divided by it.
        threshold: A guess less likely than this abstains.
    """

    temperature: float
    threshold: float


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Hold one model.

    Attributes:
        name: What it tells, such as "type".
        labels: Its answers.
        intercepts: What each label has from the start.
        spaces: What terms weigh.
        projects: Those that it was trained on.
        at_home: For requests of these projects.
        elsewhere: For all others: what holds in one project holds less in another.
        source: The data that it was trained on, and how.
    """

    name: str
    labels: tuple[str, ...]
    intercepts: tuple[float, ...]
    spaces: Mapping[Space, WeighedSpace]
    projects: frozenset[str]
    at_home: Calibration
    elsewhere: Calibration
    source: str

    def scores(self, terms: Mapping[Space, Sequence[str]]) -> tuple[float, ...]:
        """Return a score for each label, in their order."""
        return self.scored(self.shares(terms))

    def shares(self, terms: Mapping[Space, Sequence[str]]) -> Shares:
        """Return what each known term of a request counts."""
        return spaces_shares(self.spaces, terms)

    def scored(self, shares: Shares) -> tuple[float, ...]:
        """Return a score for each label, in their order."""
        return spaces_scores(self.spaces, self.intercepts, shares)

    def calibration(self, project: str) -> Calibration:
        """Return how sure to be of a request of *project*."""
        return self.at_home if project in self.projects else self.elsewhere

    def strongest(self, shares: Shares, label: str) -> tuple[str, ...]:
        """Return the terms that spoke most for *label* against the others, the strongest first."""
        return strongest_terms(self.spaces, shares, self.labels.index(label))


def spaces_shares(
    spaces: Mapping[Space, WeighedSpace], terms: Mapping[Space, Sequence[str]]
) -> Shares:
    """Return what each known term of a request counts, by space."""
    return {space: shares_of(weighed, terms[space]) for space, weighed in spaces.items()}


def spaces_scores(
    spaces: Mapping[Space, WeighedSpace], intercepts: Sequence[float], shares: Shares
) -> tuple[float, ...]:
    """Return a score for each label: its intercept, and what the terms weigh."""
    sums = list(intercepts)
    for space, weighed in spaces.items():
        values = [value for value, _ in shares[space]]
        # Rarities first, then a column for each label: whole columns are multiplied at once.
        columns = [*zip(*[weighed.terms[term] for _, term in shares[space]], strict=False)]
        for index, column in enumerate(columns[1:]):
            sums[index] += sum(map(mul, values, column))
    return tuple(sums)


def strongest_terms(
    spaces: Mapping[Space, WeighedSpace], shares: Shares, chosen: int
) -> tuple[str, ...]:
    """Return the terms that spoke most for the label of that number, the strongest first."""
    worth: dict[str, float] = {}
    for space, weighed in spaces.items():
        if space not in _TELLING:
            continue
        for value, term in shares[space]:
            weights = weighed.terms[term][1:]
            others = (sum(weights) - weights[chosen]) / max(len(weights) - 1, 1)
            worth[term] = worth.get(term, 0.0) + value * (weights[chosen] - others)
    best = sorted(worth.items(), key=lambda item: (-item[1], item[0]))
    return tuple(term for term, value in best[:_STRONGEST] if value > 0)


def probabilities(scores: Sequence[float], temperature: float = 1.0) -> tuple[float, ...]:
    """Return how likely each label is: softmax of the scores over the temperature."""
    highest = max(scores)
    powers = [math.exp((score - highest) / temperature) for score in scores]
    whole = math.fsum(powers)
    return tuple(power / whole for power in powers)


def shares_of(weighed: WeighedSpace, terms: Sequence[str]) -> list[tuple[float, str]]:
    """Return what each known term of a request counts in its space."""
    known, scale = weighed.terms, weighed.scale
    counted = Counter(filter(known.__contains__, terms))
    values = [
        (known[term][0] if count == 1 else (1 + math.log(count)) * known[term][0], term)
        for term, count in counted.items()
    ]
    length = math.sqrt(sum([value * value for value, _ in values]))
    return [(value * scale / length, term) for value, term in values] if length else []


def parse_model(content: Mapping[str, Any], source: str) -> LinearModel:  # Any: JSON
    """Return the model that a file holds.

    Raises:
        InputError: It holds no model, or one that was trained on other features than ours.
    """
    if content.get("schema") != _SCHEMA or content.get("features") != FEATURES_VERSION:
        raise InputError(
            f"{source}: no weights for this waooaw",
            hint="learn again: waooaw triage learn FILE",
        )
    try:
        return LinearModel(
            name=content["name"],
            labels=tuple(content["labels"]),
            intercepts=tuple(content["intercepts"]),
            spaces=spaces_of(content["spaces"]),
            projects=frozenset(content["projects"]),
            at_home=Calibration(**content["at_home"]),
            elsewhere=Calibration(**content["elsewhere"]),
            source=content["source"],
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{source}: damaged weights: {error}", hint="learn again") from error


def spaces_of(content: Mapping[str, Any]) -> dict[Space, WeighedSpace]:  # Any: JSON
    """Return what terms weigh, from JSON."""
    return {
        Space(name): WeighedSpace(
            space["scale"], {term: tuple(weights) for term, weights in space["terms"].items()}
        )
        for name, space in content.items()
    }


def spaces_content(spaces: Mapping[Space, WeighedSpace]) -> dict[str, Any]:  # Any: JSON
    """Return what terms weigh, as JSON."""
    return {
        space.value: {"scale": weighed.scale, "terms": dict(weighed.terms)}
        for space, weighed in spaces.items()
    }


def model_content(model: LinearModel) -> str:
    """Return *model* as JSON, a term a line, so that a change of weights can be reviewed."""

    def one(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    lines = [
        "{",
        f'"schema":{one(_SCHEMA)},"features":{FEATURES_VERSION},"name":{one(model.name)},',
        f'"source":{one(model.source)},',
        f'"labels":{one(model.labels)},"intercepts":{one(model.intercepts)},',
        f'"projects":{one(sorted(model.projects))},',
        f'"at_home":{one(_calibration(model.at_home))},',
        f'"elsewhere":{one(_calibration(model.elsewhere))},',
        '"spaces":{',
    ]
    for number, (space, weighed) in enumerate(model.spaces.items()):
        lines.append(f'{"," if number else ""}{one(space)}:{{"scale":{weighed.scale},"terms":{{')
        rows = [f"{one(term)}:{one(weights)}" for term, weights in sorted(weighed.terms.items())]
        lines.append(",\n".join(rows) + "}}")
    return "\n".join([*lines, "}}", ""])


def _calibration(calibration: Calibration) -> dict[str, float]:
    return {"temperature": calibration.temperature, "threshold": calibration.threshold}


@cache
def shipped(name: str) -> LinearModel:
    """Return the model *name* that comes with waooaw: `type`, `security` or `urgency`."""
    text = files("waooaw.triage").joinpath("weights", f"{name}.json").read_text("utf-8")
    return parse_model(json.loads(text), f"{name}.json")
