"""What triage is given beside the request: agents, known patterns, models, past requests.

Each is a port, and each may be missing: triage then says so by its tier, and still answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from waooaw.triage.catalogue import KnownPattern, shipped_patterns
from waooaw.triage.danger import Danger
from waooaw.triage.naming import KnownAgent
from waooaw.triage.policies import Policy
from waooaw.triage.reading import Reader
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest
from waooaw.triage.vocabulary import RequestType

__all__ = [
    "Concern",
    "DangerModel",
    "Guess",
    "Knowledge",
    "PastRequests",
    "SecurityModel",
    "Settled",
    "TypeModel",
    "UrgencyModel",
]


@dataclass(frozen=True, slots=True)
class Guess:
    """Hold what a learned model makes of a request's type.

    Attributes:
        type: The likeliest.
        confidence: How likely, calibrated, from 0 to 1.
        sure: Whether that is enough to act on.
        model: Which model says so.
        evidence: The words that weighed most.
    """

    type: RequestType
    confidence: float
    sure: bool
    model: str
    evidence: str = ""


class TypeModel(Protocol):
    """Tell a request's type from its text."""

    def type_of(self, title: str, body: str, project: str = "") -> Guess | None:
        """Return the guess, or None where the text says nothing to the model."""
        ...


@dataclass(frozen=True, slots=True)
class Settled:
    """Hold a past request that was settled, found by an exact fingerprint."""

    id: str
    title: str
    resolution: str
    security: bool


class Concern(Protocol):
    """What a learned model makes of a developer's report."""

    @property
    def flagged(self) -> bool:
        """Whether somebody who knows security should look."""
        ...

    @property
    def evidence(self) -> tuple[str, ...]:
        """The words that weighed most."""
        ...


class SecurityModel(Protocol):
    """Tell whether a developer's report may be about security."""

    def __call__(self, title: str, body: str, /) -> Concern:
        """Return what the text says."""
        ...


class DangerModel(Protocol):
    """Tell whether a customer's request reads like those in which something grave is told."""

    def __call__(self, lines: Sequence[str], /) -> Danger | None:
        """Return the danger, or None where there is none to be seen."""
        ...


class UrgencyModel(Protocol):
    """Tell whether a developer's title reads like those of severe defects."""

    def __call__(self, title: str, /) -> bool:
        """Say so only where it is sure."""
        ...


class PastRequests(Protocol):
    """Look up what was there before."""

    def settled(self, prints: Sequence[str]) -> Settled | None:
        """Return the latest settled request with one of these fingerprints."""
        ...

    def similar(self, request: Request) -> tuple[SimilarRequest, ...]:
        """Return the ten that read most alike, best first; never itself, nor a later one."""
        ...


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Hold what triage may look at.

    Attributes:
        agents: The registry; empty where there is none.
        patterns: The user's own catalogue, asked before the shipped one.
        policies: The user's own lines of the routing policy; they only raise.
        doubted: Entries of the catalogue that were wrong too often here: shown, never acted on.
        reader: Reads by the shipped rules, and by the user's own; None: by the shipped ones.
        types: A learned model of types.
        concerns: A learned model of security concerns, for developers' reports.
        dangers: The net under the rules, for customers' requests.
        urgency: A learned model of severe defects; it suggests, and decides nothing.
        past: Past requests.
    """

    agents: tuple[KnownAgent, ...] = ()
    patterns: tuple[KnownPattern, ...] = ()
    policies: tuple[Policy, ...] = ()
    doubted: frozenset[str] = frozenset()
    reader: Reader | None = None
    types: TypeModel | None = None
    concerns: SecurityModel | None = None
    dangers: DangerModel | None = None
    urgency: UrgencyModel | None = None
    past: PastRequests | None = None

    def all_patterns(self) -> tuple[KnownPattern, ...]:
        """Return the user's patterns, then the shipped ones."""
        return (*self.patterns, *shipped_patterns())
