"""How the desks do, told with the number of tickets behind each figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from waooaw.desk.clock import DEFAULT_CLOCK
from waooaw.desk.measures import Measures, measured, measures_content
from waooaw.desk.standings import Actor, ActorKind, Entry, Standing
from waooaw.desk.steps import (
    Judgement,
    Stepped,
    answered,
    arrived,
    closed,
    escalated,
    moved,
    solved,
)
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
ADA = Actor(ActorKind.PERSON, "ada")
AGENT = Actor(ActorKind.AGENT, "wow-first-desk")
MINUTE = timedelta(minutes=1)


class Story:
    """What happens to one ticket, step by step."""

    def __init__(self, id_: str, route: Route, severity: SeverityLevel, at: datetime = NOW) -> None:
        first = arrived(id_, Judgement(RequestType.BUG, severity, route, at), at)
        self.standing: Standing = first.standing
        self.entries: list[Entry] = [first.entry]

    def then(self, step: Stepped | None) -> Story:
        """Let a step happen."""
        assert step is not None
        self.standing = step.standing
        self.entries.append(step.entry)
        return self

    def up(self, to: Route, actor: Actor = AGENT) -> Story:
        """Move it."""
        return self.then(moved(self.standing, to, actor, NOW, "because"))

    def done(self) -> Story:
        """Solve and close it."""
        self.then(solved(self.standing, ADA, NOW + MINUTE, "Restarted."))
        return self.then(closed(self.standing, ADA, NOW + MINUTE, ""))


def measure(*stories: Story, now: datetime = NOW + 10 * MINUTE) -> Measures:
    moves: Sequence[Entry] = [
        entry for one in stories for entry in one.entries if entry.desk_from is not entry.desk_to
    ]
    return measured([one.standing for one in stories], moves, DEFAULT_CLOCK, now)


def test_nothing_is_no_hundred_per_cent() -> None:
    """Where nothing arrived, every share is null."""
    content = measures_content(measure())

    assert content["escalation"]["accuracy"] is None
    assert content["share"]["L1"] == {"arrived": None, "open": 0, "settled": 0}
    assert content["first_response"]["P0"]["in_time"] is None
    assert content["ageing"]["oldest"] is None


def test_the_share_of_each_desk_is_where_requests_arrive() -> None:
    """What arrived, what is open and what was settled are told apart."""
    stories = [Story(f"T-{n}", Route.L1, SeverityLevel.P2) for n in range(3)]
    stories[0].up(Route.L2)
    stories[1].done()
    content = measures_content(measure(*stories, Story("T-9", Route.HUMAN, SeverityLevel.P0)))

    assert content["share"]["L1"] == {"arrived": 0.75, "open": 1, "settled": 1}
    assert content["share"]["L2"] == {"arrived": 0.0, "open": 1, "settled": 0}
    assert content["share"]["human"] == {"arrived": 0.25, "open": 1, "settled": 0}


def test_an_escalation_was_right_if_the_upper_desk_kept_it() -> None:
    """Sent back counts against it, still open counts neither way, the clock's are told apart."""
    kept = Story("T-1", Route.L1, SeverityLevel.P2).up(Route.L2).done()
    passed = Story("T-2", Route.L1, SeverityLevel.P2).up(Route.L2).up(Route.L3)
    back = Story("T-3", Route.L1, SeverityLevel.P2).up(Route.L2).up(Route.L1, ADA)
    undecided = Story("T-4", Route.L1, SeverityLevel.P2).up(Route.L2)
    silent = Story("T-5", Route.L1, SeverityLevel.P1)
    silent.then(escalated(silent.standing, DEFAULT_CLOCK, NOW + 15 * MINUTE))
    moved_up = measure(kept, passed, back, undecided, silent).escalations

    assert (moved_up.by_desks, moved_up.by_clock) == (4, 1)
    assert (moved_up.kept, moved_up.sent_back, moved_up.accuracy) == (2, 1, 2 / 3)


def test_first_responses_are_told_by_severity_with_who_still_waits() -> None:
    """What is overdue and unanswered counts as not in time; what still may be does not count."""
    stories = [Story(f"T-{n}", Route.L2, SeverityLevel.P1) for n in range(3)]
    for story, minutes in zip(stories, (5, 15, 40), strict=True):
        story.then(answered(story.standing, ADA, NOW + minutes * MINUTE, "x"))
    waits = Story("T-8", Route.L2, SeverityLevel.P1)
    fresh = Story("T-9", Route.L2, SeverityLevel.P1, NOW + 35 * MINUTE)
    one = measure(*stories, waits, fresh, now=NOW + 45 * MINUTE).responses[SeverityLevel.P1]

    assert (one.count, one.owed, one.median) == (3, 2, 15.0)
    assert (one.kept, one.promised) == (2, 4)


def test_open_tickets_are_told_by_age() -> None:
    """A ticket is of the first age that it is younger than."""
    ages = [timedelta(hours=3), timedelta(hours=4), timedelta(days=2), timedelta(days=400)]
    stories = [Story(f"T-{n}", Route.L2, SeverityLevel.P3, NOW - age) for n, age in enumerate(ages)]
    measures = measure(*stories, now=NOW)

    assert measures.ages == {"<4h": 1, "<1d": 1, "<3d": 1, "<7d": 0, ">=7d": 1}
    assert measures.oldest == NOW - timedelta(days=400)
