"""What a review says of a change. Renderers turn it into text, others post it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath

from waooaw_cli.gates.report import Severity, Verdict
from waooaw_cli.gates.versions import SPECIFICATION

__all__ = ["AgentReview", "Remark", "Review", "Side", "State", "approved"]


class Side(StrEnum):
    """Name the version whose line is meant: the old one where something was taken away."""

    BEFORE = "before"
    AFTER = "after"


class State(StrEnum):
    """Say what became of an agent."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Remark:
    """Hold one thing that a change brought or made worse.

    Attributes:
        rule: The rule's id.
        severity: Whether it objects or advises.
        message: What is wrong, in one sentence.
        file: Relative to the repository.
        side: The version that `file`, `line` and `column` speak of.
        line: 1-based; None where it is about no line.
        column: 1-based.
        fix: What to do about it.
        fingerprint: The same for the same objection, whatever the lines around it.
        suggestion: What the line has to be instead, where that is exact.
        approvable: Whether a person may approve it: two good versions differ in what somebody has
            to see. What either version may not be is above everybody's word.
        approver: The person who approved it; None where nobody did.
    """

    rule: str
    severity: Severity
    message: str
    file: PurePosixPath
    side: Side
    line: int | None
    column: int | None
    fix: str | None
    fingerprint: str
    suggestion: str | None = None
    approvable: bool = False
    approver: str | None = None

    @property
    def objects(self) -> bool:
        """Whether it stands against the change."""
        return self.severity is Severity.ERROR and self.approver is None


@dataclass(frozen=True, slots=True)
class AgentReview:
    """Hold what is said of one agent.

    Attributes:
        agent: Its name, or its folder's where the specification can't be read.
        root: Its folder, relative to the repository; the old one where it was removed.
        notes: What a reader should know: that the version before could not be read.
    """

    agent: str
    root: PurePosixPath
    state: State
    remarks: tuple[Remark, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def rejected(self) -> bool:
        """Whether its specification is refused."""
        specification = self.root / SPECIFICATION
        return any(one.objects and one.file == specification for one in self.remarks)


@dataclass(frozen=True, slots=True)
class Review:
    """Hold what is said of a change.

    Attributes:
        base: The commit that it is compared with; None where there is none.
        base_name: The same as the user named it.
        head: The commit that is checked out; None where there is none.
        agents: Those that changed, in the order of their folders.
        notes: What was not looked at.
    """

    base: str | None
    base_name: str
    head: str | None
    agents: tuple[AgentReview, ...]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Fail where anything objects."""
        objected = any(one.objects for agent in self.agents for one in agent.remarks)
        return Verdict.FAIL if objected else Verdict.PASS


def approved(review: Review, approvals: dict[str, str]) -> Review:
    """Return *review* with what people have approved.

    Args:
        review: The review.
        approvals: Fingerprint to the person; what can't be approved stays as it is.
    """

    def settled(remark: Remark) -> Remark:
        approver = approvals.get(remark.fingerprint) if remark.approvable else None
        return replace(remark, approver=approver)

    agents = (
        replace(agent, remarks=tuple(settled(one) for one in agent.remarks))
        for agent in review.agents
    )
    return replace(review, agents=tuple(agents))
