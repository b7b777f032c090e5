"""Count what many runs of the gates, and people's answers to reviews, say of the rules themselves.

A rule fires falsely only where it always does: every finding of it was permitted by a person, or
stood for a month without anybody minding, and not one was ever mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from waooaw_cli.factory.naming_evidence import agent_named, fingerprint_named
from waooaw_cli.factory.observations import Observation, Permit, Sighting
from waooaw_cli.factory.proposals import ENOUGH, Evidence, Pattern, Tally
from waooaw_cli.gates.report import GateId, Severity

__all__ = ["LONG", "RuleRecord", "Said", "recorded"]

#: What stands for so long was looked at by somebody, and left.
LONG = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Said:
    """Hold what a person said to one finding of a review.

    Attributes:
        agent: The agent's folder, by its last part.
        approved: Whether it was approved; else it was rejected.
    """

    agent: str
    rule: str
    fingerprint: str
    approved: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class _Standing:
    """Hold one finding that was there in the last run that could tell."""

    sighting: Sighting
    first: datetime
    last: datetime

    @property
    def permitted(self) -> bool:
        return self.sighting.permit is Permit.WAIVER


@dataclass(slots=True)
class RuleRecord:
    """Hold what is known of one rule over all runs.

    Attributes:
        rule: The rule's id.
        gate: The gate that speaks for it.
        standing: The findings that were there at last, by agent.
        past: Waived findings whose line was written anew, by agent: what a person said of them
            counts, and they are not mended.
        mended: How many went away.
        said: What people said to findings of it in reviews.
    """

    rule: str
    gate: GateId = GateId.VISION
    standing: dict[str, dict[str, _Standing]] = field(default_factory=dict)
    past: dict[str, dict[str, _Standing]] = field(default_factory=dict)
    mended: int = 0
    said: list[Said] = field(default_factory=list)

    @property
    def waiving(self) -> frozenset[str]:
        """The agents that live with a finding of it by a person's waiver."""
        return frozenset(
            agent
            for agent, found in self.standing.items()
            if any(one.permitted for one in found.values())
        )

    def is_false(self, severity: Severity) -> bool:
        """Say whether it has only ever fired falsely, often enough to tell.

        Args:
            severity: What it weighs now: findings by another weight say nothing of it. A warning is
                ignored cheaply, so all of them have to have stood for long.
        """
        if not self._undisputed():
            return False
        # Nobody is asked about a warning: what was permitted was an error then.
        is_error = severity is Severity.ERROR
        found = [one for *_, one in self._found(past=is_error)]
        for one in found:
            long = one.last - one.first >= LONG
            by_person = one.permitted and is_error
            if one.sighting.severity is not severity or not (long or by_person):
                return False
        approved = self._approved() if is_error else []
        return len(found) + len(approved) >= ENOUGH

    def is_permitted(self) -> bool:
        """Say whether people have permitted all that it ever found, often enough to tell."""
        found = self._found(past=True)
        permitted = self._undisputed() and all(one.permitted for *_, one in found)
        return permitted and len(found) + len(self._approved()) >= ENOUGH

    def _undisputed(self) -> bool:
        return not self.mended and all(one.approved for one in self.said)

    def _found(self, *, past: bool) -> list[tuple[str, str, _Standing]]:
        """Return agent and fingerprint of each finding that counts, in their order."""
        return sorted(
            (
                (agent, name, one)
                for found in ((self.standing, self.past) if past else (self.standing,))
                for agent, by_name in found.items()
                for name, one in by_name.items()
            ),
            key=lambda one: one[:2],
        )

    def evidence(self, pattern: Pattern, *notes: str) -> Evidence:
        """Return all that was seen of it."""
        tally = Tally()
        found = self._found(past=True)
        for agent, name, one in found:
            tally.add(agent, one.last, fingerprint_named(name))
        approved = self._approved()
        for said in approved:
            tally.add(
                agent_named(said.agent) or "an agent", said.at, fingerprint_named(said.fingerprint)
            )
        waived = sum(one.permitted for *_, one in found)
        told = (
            f"{waived} waived, {len(found) - waived} left as they are,"
            f" {len(approved)} approved in reviews, {self.mended} mended"
        )
        whole = tally.evidence(pattern, told, *notes)
        return replace(whole, first=min([whole.first, *(one.first for *_, one in found)]))

    def _approved(self) -> list[Said]:
        """Return what was approved, each finding once."""
        once = {(one.agent, one.fingerprint): one for one in self.said if one.approved}
        return [once[key] for key in sorted(once)]


def recorded(
    observations: Iterable[Observation],
    said: Iterable[Said] = (),
    *,
    since: Mapping[str, datetime] | None = None,
) -> dict[str, RuleRecord]:
    """Return what is known of each rule, by its id.

    Args:
        observations: What runs saw; in any order.
        said: What people said in reviews.
        since: For some rules, from when on they are as they are now; what was before says nothing.
    """
    records: dict[str, RuleRecord] = {}
    begins = since or {}
    for seen in sorted(observations, key=lambda one: (one.at, one.agent)):
        if agent_named(seen.agent) is None:
            continue
        by_rule: dict[str, list[Sighting]] = {}
        for one in seen.sightings:
            by_rule.setdefault(one.rule, []).append(one)
            records.setdefault(one.rule, RuleRecord(one.rule, one.gate))
        for rule, record in records.items():
            if record.gate in seen.gates and not _before(seen.at, begins.get(rule)):
                _see(record, seen, by_rule.get(rule, []))
    for word in said:
        if not _before(word.at, begins.get(word.rule)):
            records.setdefault(word.rule, RuleRecord(word.rule)).said.append(word)
    return records


def _before(at: datetime, begin: datetime | None) -> bool:
    return begin is not None and at < begin


def _see(record: RuleRecord, seen: Observation, found: Sequence[Sighting]) -> None:
    """Take over what one run saw of an agent; what it does not name any more was mended.

    A line that moved or was written anew has another fingerprint, so findings that went and
    findings that came cancel out: that is no mending.
    """
    before = record.standing.get(seen.agent, {})
    now: dict[str, _Standing] = {}
    for one in found:
        known = before.get(one.fingerprint)
        same = known is not None and known.sighting.severity is one.severity
        first = known.first if known is not None and same else seen.at
        now[one.fingerprint] = _Standing(one, first, seen.at)
    record.mended += max(0, len(before) - len(now))
    past = record.past.setdefault(seen.agent, {})
    past |= {name: one for name, one in before.items() if one.permitted}
    record.past[seen.agent] = {name: one for name, one in past.items() if name not in now}
    record.standing[seen.agent] = now
