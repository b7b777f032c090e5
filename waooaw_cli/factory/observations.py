"""What a run of the gates saw of one agent, as far as patterns over many runs are made of it.

No messages, no paths and no texts: a rule, a fingerprint, a weight and whether it is permitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waooaw_cli.gates.report import Finding, GateId, Report, Severity, TargetReport, Verdict

__all__ = ["Observation", "Permit", "Sighting", "observed", "seen_by"]

_BASELINE = "baseline"
_DECIDED = frozenset({Verdict.PASS, Verdict.FAIL})


class Permit(StrEnum):
    """Say who let a finding stand: nobody, a person's waiver, or the baseline it came with."""

    NONE = ""
    WAIVER = "w"
    BASELINE = "b"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Hold that a rule objected to something.

    Attributes:
        gate: The gate that found it.
        rule: The rule's id.
        severity: How much it weighed then.
        fingerprint: Which finding of that rule it is.
        permit: Who let it stand.
    """

    gate: GateId
    rule: str
    severity: Severity
    fingerprint: str
    permit: Permit


@dataclass(frozen=True, slots=True)
class Observation:
    """Hold what one run saw of one agent.

    Attributes:
        at: When the run began; aware.
        agent: The agent's name.
        gates: The gates that decided: what they do not name was not there.
        sightings: What they found.
    """

    at: datetime
    agent: str
    gates: frozenset[GateId]
    sightings: tuple[Sighting, ...]


def observed(report: Report) -> Iterator[Observation]:
    """Yield what *report* saw, agent by agent."""
    for target in report.targets:
        yield seen_by(target, report.started_at)


def seen_by(target: TargetReport, at: datetime) -> Observation:
    """Return what one agent's gates saw; those that could not decide saw nothing."""
    decided = [gate for gate in target.gates if gate.verdict in _DECIDED]
    sightings = (
        Sighting(gate.id, one.rule, one.severity, one.fingerprint, _permit(one))
        for gate in decided
        for one in gate.findings
    )
    return Observation(at, target.agent, frozenset(gate.id for gate in decided), tuple(sightings))


def _permit(finding: Finding) -> Permit:
    if not finding.waived:
        return Permit.NONE
    return Permit.BASELINE if finding.waiver == _BASELINE else Permit.WAIVER
