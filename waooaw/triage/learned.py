"""What models have learned of a request: its type, whether it may concern security, its urgency.

A model is asked last: what was stated and what rules are certain of stands above it. It says how
sure it is, calibrated on requests that it did not learn from, and abstains below a threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waooaw.triage.adaptation import Adaptation
from waooaw.triage.alarm_words import alarm_words
from waooaw.triage.features import Space, terms
from waooaw.triage.knowledge import Guess
from waooaw.triage.linear import Calibration, LinearModel, probabilities, shipped
from waooaw.triage.screening import Screen
from waooaw.triage.vocabulary import RequestType

__all__ = [
    "Concern",
    "LearnedTypes",
    "reads_severe",
    "security_concern",
    "shipped_screen",
    "urgency",
]

#: A title of one word, or an empty request, tells a model nothing.
_FEWEST_TERMS = 3


@dataclass(frozen=True, slots=True)
class Concern:
    """Hold whether a request may be about security.

    Attributes:
        flagged: Whether somebody should look; wrong in two of three cases, on purpose.
        likely: How likely the model finds it, from 0 to 1.
        evidence: The words that say so, the alarm words first.
    """

    flagged: bool
    likely: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LearnedTypes:
    """Tell types: the shipped model, put right by what was learned here.

    Attributes:
        adaptation: Learned from this installation's requests; None where nothing was.
    """

    adaptation: Adaptation | None = None

    def type_of(self, title: str, body: str, project: str = "") -> Guess | None:
        """Return the guess, or None where the text says nothing to the model.

        Args:
            title: As the sender wrote it; what people can't see is left out here.
            body: The same.
            project: What the tracker calls the project; the model is surer at home.
        """
        found = terms(title, body)
        if sum(map(len, found.values())) - len(found[Space.CUES]) < _FEWEST_TERMS:
            return None
        model = shipped("type")
        if self.adaptation is not None:
            labels = self.adaptation.labels
            shares = self.adaptation.shares(model, found)
            threshold = self.adaptation.calibration.threshold
            name, strongest = "learned-here", self.adaptation.strongest
        else:
            calibration = model.calibration(project)
            labels = model.labels
            shares = probabilities(model.scores(found), calibration.temperature)
            threshold = calibration.threshold
            name, strongest = "learned-type", model.strongest
        best = max(range(len(labels)), key=shares.__getitem__)
        return Guess(
            RequestType(labels[best]),
            round(shares[best], 4),
            shares[best] >= threshold,
            name,
            ", ".join(strongest(found, labels[best])),
        )


def shipped_screen() -> Screen:
    """Return how security concerns are flagged where nothing was learned: every word of alarm."""
    return Screen(0.0, shipped("security").elsewhere.threshold)


def security_concern(title: str, body: str, *, screen: Screen | None = None) -> Concern:
    """Say whether a request may be about security: broad words, or a model at a low threshold.

    Args:
        title: As the sender wrote it.
        body: The same.
        screen: From which likelihood on it is flagged; None: as shipped.
    """
    words = alarm_words(title, body)
    model = shipped("security")
    found = terms(title, body)
    likely, _ = _likely(model, "yes", found)
    flagged = (screen or shipped_screen()).flags(likely, worded=bool(words))
    evidence = (words or model.strongest(found, "yes")) if flagged else ()
    return Concern(flagged, likely, evidence)


def urgency(title: str) -> float:
    """Return how likely a title reads like a severe defect, from 0 to 1.

    A title may suggest to look; severity comes from facts. See docs/triage.md, "Measured".
    """
    return _likely(shipped("urgency"), "severe", terms(title, ""))[0]


def reads_severe(title: str) -> bool:
    """Say whether a title surely reads like a severe defect's: somebody should ask."""
    return urgency(title) >= shipped("urgency").elsewhere.threshold


def _likely(
    model: LinearModel, label: str, found: Mapping[Space, Sequence[str]]
) -> tuple[float, Calibration]:
    calibration = model.elsewhere
    shares = probabilities(model.scores(found), calibration.temperature)
    return round(shares[model.labels.index(label)], 4), calibration
