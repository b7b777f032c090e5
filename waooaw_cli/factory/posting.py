"""Post a review where people discuss the change, and ask them where it is theirs to decide.

Whatever is posted bears a mark and is looked for before it is posted, so that a second run, also of
one that was cut short, posts nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Protocol

from waooaw.errors import CouldNotDecide
from waooaw_cli.factory.marks import Mark, marks_in
from waooaw_cli.factory.reviews import AgentReview, Remark, Review, Side
from waooaw_cli.gates.versions import SPECIFICATION

__all__ = [
    "DAY",
    "REPEATED",
    "Comment",
    "Forge",
    "ForgeFault",
    "ForgeRefused",
    "ForgeUncertain",
    "Issue",
    "Journal",
    "Occurrence",
    "Posted",
    "Pull",
    "Said",
    "Words",
    "post",
]

DAY = timedelta(hours=24)
#: So many violations of one rule by one agent within a day are a person's business.
REPEATED = 3
_TRIES = 3
#: More at once is what GitHub's limits for writing are against.
_MOST_COMMENTS = 50


class ForgeFault(CouldNotDecide):
    """Say that the place where changes are discussed gave no answer that can be used."""


class ForgeRefused(ForgeFault):
    """Say that it understood what was asked and will not do it."""


class ForgeUncertain(ForgeFault):
    """Say that nobody knows whether it did what was asked: it was lost, slow or broke down."""


@dataclass(frozen=True, slots=True)
class Pull:
    """Hold what is known of a pull request.

    Attributes:
        head: The commit that comments are made on.
        lines: For each file and side the lines that can be commented on.
    """

    number: int
    head: str
    lines: Mapping[tuple[str, Side], frozenset[int]]


@dataclass(frozen=True, slots=True)
class Said:
    """Hold a text that somebody wrote.

    Attributes:
        by: Their name there.
        person: Whether it is no program.
        trusted: Whether they may change the repository; a mark of anybody else is none.
    """

    body: str
    by: str
    at: datetime
    person: bool
    trusted: bool
    pull: int | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """Hold an issue that was opened for people; `closed_at` is None while it is open."""

    number: int
    said: Said
    closed_at: datetime | None

    def marks(self) -> tuple[Mark, ...]:
        """Return what it is about; nothing where it is not ours."""
        return tuple(marks_in(self.said.body)) if self.said.trusted else ()


@dataclass(frozen=True, slots=True)
class Comment:
    """Hold a comment to post."""

    path: str
    line: int
    side: Side
    body: str


class Forge(Protocol):
    """Stand for the place where changes are discussed."""

    @property
    def repository(self) -> str:
        """Its name there."""
        ...

    def pull(self, number: int) -> Pull:
        """Return a pull request."""
        ...

    def said(self, number: int) -> Sequence[Said]:
        """Return what reviews of a pull request say."""
        ...

    def said_since(self, since: datetime) -> Sequence[Said]:
        """Return what reviews of any pull request have said since then."""
        ...

    def issues(self) -> Sequence[Issue]:
        """Return the issues that were opened for people, open or closed."""
        ...

    def comments(self, issue: int) -> Sequence[Said]:
        """Return the answers to an issue, the oldest first."""
        ...

    def review(self, pull: Pull, body: str, comments: Sequence[Comment]) -> None:
        """Post a review."""
        ...

    def open(self, title: str, body: str) -> None:
        """Open an issue."""
        ...


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Hold that a rule was violated once."""

    root: PurePosixPath
    rule: str
    fingerprint: str
    pull: int | None
    at: datetime


class Journal(Protocol):
    """Keep what happened, for longer than a run."""

    def occurrences(self, repository: str, since: datetime) -> Iterable[Occurrence]:
        """Return the violations since then."""
        ...

    def note(self, repository: str, occurrences: Iterable[Occurrence]) -> None:
        """Keep violations."""
        ...


class Words(Protocol):
    """Say it so that people can read it."""

    def finding(self, agent: AgentReview, remark: Remark) -> str:
        """Return a comment on one line."""
        ...

    def review(self, review: Review, listed: Sequence[tuple[AgentReview, Remark]]) -> str:
        """Return what stands above the comments."""
        ...

    def rejection(
        self, agent: AgentReview, remarks: Sequence[Remark], pull: int
    ) -> tuple[str, str]:
        """Return title and text of an issue for a rejected specification."""
        ...

    def escalation(self, mark: Mark, agent: AgentReview, times: int, pull: int) -> tuple[str, str]:
        """Return title and text of an issue for a repeated violation."""
        ...


@dataclass(slots=True)
class Posted:
    """Count what was posted, and what was there already."""

    comments: int = 0
    listed: int = 0
    known: int = 0
    rejections: list[str] = field(default_factory=list)
    escalations: list[str] = field(default_factory=list)


def post(
    review: Review, number: int, *, forge: Forge, words: Words, journal: Journal, now: datetime
) -> Posted:
    """Post what was not posted before.

    Args:
        review: The review.
        number: The pull request's.
        forge: Where to.
        words: How it is said.
        journal: What earlier runs have seen.
        now: Aware.

    Raises:
        ForgeFault: Something could not be posted; a later run goes on from there.
    """
    posted = Posted()
    pull = forge.pull(number)
    told = [(a, one) for a in review.agents for one in a.remarks if one.approver is None]
    _post_review(review, told, pull, forge, words, posted)
    for agent in review.agents:
        if agent.rejected:
            _open_rejection(agent, number, forge, words, posted)
    seen = [
        Occurrence(agent.root, one.rule, one.fingerprint, number, now)
        for agent, one in told
        if one.objects
    ]
    past = (*_recent(forge, now), *journal.occurrences(forge.repository, now - DAY))
    journal.note(forge.repository, seen)
    for agent in review.agents:
        for rule in dict.fromkeys(one.rule for one in agent.remarks if one.objects):
            _escalate(agent, rule, (*past, *seen), number, forge, words, posted, now)
    return posted


def _recent(forge: Forge, now: datetime) -> list[Occurrence]:
    return [
        Occurrence(mark.root, mark.rule, mark.fingerprint, said.pull, said.at)
        for said in forge.said_since(now - DAY)
        if said.trusted and said.at > now - DAY
        for mark in marks_in(said.body)
        if mark.kind == "finding"
    ]


def _post_review(
    review: Review,
    told: Sequence[tuple[AgentReview, Remark]],
    pull: Pull,
    forge: Forge,
    words: Words,
    posted: Posted,
) -> None:
    def missing() -> list[tuple[AgentReview, Remark]]:
        known = {
            mark.fingerprint
            for said in forge.said(pull.number)
            if said.trusted
            for mark in marks_in(said.body)
        }
        return [(agent, one) for agent, one in told if one.fingerprint not in known]

    new = missing()
    posted.known = len(told) - len(new)
    placed = True

    def attempt() -> None:
        nonlocal placed
        left = missing() if new else []
        fits = [
            (agent, one)
            for agent, one in left
            if placed and one.line in pull.lines.get((str(one.file), one.side), ())
        ][:_MOST_COMMENTS]
        listed = [pair for pair in left if pair not in fits]
        comments = [
            Comment(str(one.file), one.line or 0, one.side, words.finding(agent, one))
            for agent, one in fits
        ]
        if not left:
            return
        try:
            forge.review(pull, words.review(review, listed), comments)
        except ForgeRefused:
            if not comments:
                raise
            placed = False  # a line that it does not take; said above the comments instead
            attempt()
            return
        posted.comments, posted.listed = len(comments), len(listed)

    if new:
        _surely(attempt)


def _surely(attempt: Callable[[], None]) -> None:
    """Try until it is certain; *attempt* looks first what is there already."""
    for number in range(1, _TRIES + 1):
        try:
            attempt()
        except ForgeUncertain:
            if number == _TRIES:
                raise
        else:
            return


def _open_rejection(
    agent: AgentReview, number: int, forge: Forge, words: Words, posted: Posted
) -> None:
    specification = agent.root / SPECIFICATION
    refused = [one for one in agent.remarks if one.objects and one.file == specification]

    def attempt() -> None:
        known = {mark.fingerprint for issue in forge.issues() for mark in issue.marks()}
        new = [one for one in refused if one.fingerprint not in known]
        if new:
            title, body = words.rejection(agent, new, number)
            forge.open(title, body)
            posted.rejections.append(title)

    _surely(attempt)


def _escalate(
    agent: AgentReview,
    rule: str,
    occurrences: Sequence[Occurrence],
    number: int,
    forge: Forge,
    words: Words,
    posted: Posted,
    now: datetime,
) -> None:
    def attempt() -> None:
        earlier = [
            issue
            for issue in forge.issues()
            for mark in issue.marks()
            if (mark.kind, mark.rule, mark.root) == ("escalation", rule, agent.root)
        ]
        if any(issue.closed_at is None for issue in earlier):
            return
        # What somebody has dealt with is not counted again.
        since = max((one.closed_at for one in earlier if one.closed_at), default=now - DAY)
        repeated = {
            (one.pull, one.fingerprint)
            for one in occurrences
            if (one.root, one.rule) == (agent.root, rule) and one.at > max(since, now - DAY)
        }
        if len(repeated) < REPEATED:
            return
        told = "\0".join([agent.root.as_posix(), rule, str(len(earlier))])
        name = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        mark = Mark("escalation", name, rule, agent.root)
        title, body = words.escalation(mark, agent, len(repeated), number)
        forge.open(title, body)
        posted.escalations.append(title)

    _surely(attempt)
