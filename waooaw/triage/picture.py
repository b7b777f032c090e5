"""Everything that was found out about one request, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass

from waooaw.triage.cleaning import Cleaned
from waooaw.triage.facts import Facts
from waooaw.triage.kinds import Kind
from waooaw.triage.naming import Named
from waooaw.triage.raising import Raised
from waooaw.triage.requests import Request
from waooaw.triage.severity import Severity
from waooaw.triage.vocabulary import Tier
from waooaw.triage.weighing import Weighed

__all__ = ["Known", "Picture"]


@dataclass(frozen=True, slots=True)
class Known:
    """Hold by what a request is known: an entry of the catalogue, or a settled request.

    Attributes:
        doubted: Whether the entry was wrong too often here: it is shown, and not acted on.
    """

    id: str
    says: str
    evidence: str
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Hold everything that was found out about one request, before it is put into words.

    Attributes:
        weighed: What the text says.
        facts: What holds: stated facts over those of the text.
        kind: The type, and why.
        kind_tier: Where it came from.
        severity: How bad, and why.
        stated_severity: Whether the sender stated it.
        known: By what it is known, if it is.
        secret: Whether a secret stands in the text.
        concern: The words by which a model flagged a security concern; None where it did not.
        cleaned: The text as it was read.
        agents: Whom it is about.
        raised: What the net under the rules made of facts and severity.
    """

    request: Request
    weighed: Weighed
    facts: Facts
    kind: Kind
    kind_tier: Tier
    severity: Severity
    stated_severity: bool
    known: Known | None
    secret: bool
    concern: str | None
    cleaned: Cleaned
    agents: Named
    raised: Raised
