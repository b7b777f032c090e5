"""What is proposed of the vision, with the evidence that it rests on. Renderers turn it into text.

Nothing here is active: a proposal is a diff that a person applies and commits, advice a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath

__all__ = [
    "ENOUGH",
    "Advice",
    "Evidence",
    "FileChange",
    "Inputs",
    "Pattern",
    "Proposal",
    "Proposals",
    "Tally",
    "evidence_lines",
]

#: How often something has to be seen before it is a pattern.
ENOUGH = 5
#: So many events or fingerprints are named; the rest is counted.
_NAMED = 5
_MOST_AGENTS = 10


class Pattern(StrEnum):
    """Name what was seen again and again."""

    FALSE_RULE = "false-rule"
    WAIVED_RULE = "waived-rule"
    REFUSED = "refused-by-boundary"
    DECLINED = "declined-by-person"
    DECIDED_ALIKE = "decided-alike"
    UNDECIDED = "no-rule-matches"
    NO_ANSWER = "condition-without-answer"
    FAILED = "action-failed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold what a pattern was made of.

    Attributes:
        pattern: What was seen.
        count: How often.
        agents: By which agents, sorted.
        seen: The newest events or fingerprints, at most five; sorted.
        first: When it was seen for the first time.
        last: When for the last.
        notes: What else a person should know, each one line.
    """

    pattern: Pattern
    count: int
    agents: tuple[str, ...]
    seen: tuple[str, ...]
    first: datetime
    last: datetime
    notes: tuple[str, ...] = ()


def evidence_lines(evidence: Evidence) -> tuple[str, ...]:
    """Return the evidence in words, a line for each; they are the same in YAML and on a page."""
    agents = ", ".join(evidence.agents[:_MOST_AGENTS])
    if len(evidence.agents) > _MOST_AGENTS:
        agents += f" and {len(evidence.agents) - _MOST_AGENTS} more"
    first, last = (f"{day:%Y-%m-%d}" for day in (evidence.first, evidence.last))
    days = f"on {first}" if first == last else f"{first} to {last}"
    return (
        f"{evidence.pattern}: {evidence.count} times by {agents}, {days}",
        f"such as {', '.join(evidence.seen)}",
        *evidence.notes,
    )


@dataclass(slots=True)
class Tally:
    """Count one thing while journals and reports are read.

    Attributes:
        count: How often it was seen.
        agents: By which agents.
        first: When it was seen for the first time; None before that.
        last: When for the last.
        newest: The newest events or fingerprints, with their time.
    """

    count: int = 0
    agents: set[str] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    newest: list[tuple[datetime, str]] = field(default_factory=list)

    def add(self, agent: str, at: datetime, name: str) -> None:
        """Count one event or finding more, by its name."""
        self.count += 1
        self.agents.add(agent)
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)
        self.newest = sorted([*self.newest, (at, name)])[-_NAMED:]

    @classmethod
    def joined(cls, tallies: Iterable[Tally]) -> Tally:
        """Return what several tallies have counted together."""
        whole = cls()
        for one in tallies:
            whole.count += one.count
            whole.agents |= one.agents
            whole.first = min(filter(None, (whole.first, one.first)), default=None)
            whole.last = max(filter(None, (whole.last, one.last)), default=None)
            whole.newest = sorted([*whole.newest, *one.newest])[-_NAMED:]
        return whole

    def evidence(self, pattern: Pattern, *notes: str) -> Evidence:
        """Return what was counted; at least one thing was."""
        if self.first is None or self.last is None:
            raise ValueError("nothing was counted")
        seen = tuple(sorted({name for _, name in self.newest}))
        agents = tuple(sorted(self.agents))
        return Evidence(pattern, self.count, agents, seen, self.first, self.last, notes)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold one change that is proposed.

    Attributes:
        file: What it changes, relative to the repository.
        title: What it would bring, in one line.
    """

    file: PurePosixPath
    title: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Advice:
    """Hold what no diff of ours may do: a person has to think first, or it is not the user's.

    Attributes:
        title: What a person could do, in one line.
        because: Why it is no diff.
        suggestion: A piece of YAML to begin with; empty where there is none.
    """

    title: str
    because: str
    evidence: Evidence
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class FileChange:
    """Hold what one file would become.

    Attributes:
        path: Relative to the repository.
        before: Its bytes; None where it is new.
        after: Its bytes with what is proposed.
    """

    path: PurePosixPath
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Inputs:
    """Count what the proposals rest on.

    Attributes:
        journals: How many journals were read.
        entries: Their entries, each event of an agent once.
        unread: Rows that are no entries, and entries that speak of nobody we could name.
        runs: Runs of the gates, saved or remembered.
        answers: What people answered to reviews.
        agents: Specifications that could be read.
        strangers: Agents in the journals that have none, sorted.
    """

    journals: int = 0
    entries: int = 0
    unread: int = 0
    runs: int = 0
    answers: int = 0
    agents: int = 0
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposals:
    """Hold everything that is proposed, in an order that is the same for the same evidence."""

    inputs: Inputs
    proposals: tuple[Proposal, ...]
    advice: tuple[Advice, ...]
    changes: tuple[FileChange, ...]
