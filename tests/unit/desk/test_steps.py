"""What may happen to a ticket, by whom, and what the clock makes of silence."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.desk.clock import DEFAULT_CLOCK
from waooaw.desk.standings import Actor, ActorKind, Standing, State, actor_of
from waooaw.desk.steps import (
    Judgement,
    answered,
    arrived,
    closed,
    escalated,
    judged_again,
    linked,
    moved,
    next_desk,
    noted,
    reopened,
    resumed,
    solved,
    taken,
    unlinked,
    waiting,
)
from waooaw.desk.store import Desk
from waooaw.errors import InputError
from waooaw.triage.assessment import assess
from waooaw.triage.facts import StatedFacts
from waooaw.triage.memory import SCHEMA
from waooaw.triage.requests import Request
from waooaw.triage.results import result_content
from waooaw.triage.tickets import Tickets
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel, rank

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
ADA = Actor(ActorKind.PERSON, "ada")
AGENT = Actor(ActorKind.AGENT, "wow-first-desk")
MINUTE = timedelta(minutes=1)


def ticket(
    severity: SeverityLevel = SeverityLevel.P1, route: Route = Route.L1, id_: str = "T-1"
) -> Standing:
    return arrived(id_, Judgement(RequestType.BUG, severity, route, NOW), NOW).standing


@pytest.mark.parametrize(
    ("severity", "minutes"),
    [("P0", 0), ("P1", 15), ("P2", 240), ("P3", None)],
)
def test_an_answer_is_due_by_severity(severity: str, minutes: int | None) -> None:
    """The promise is the contract's, from the moment of arrival; P3 has none."""
    due = DEFAULT_CLOCK.due(ticket(SeverityLevel(severity)))

    assert due == (None if minutes is None else NOW + minutes * MINUTE)


def test_silence_moves_a_ticket_up_desk_by_desk_until_a_person_has_it() -> None:
    """L1, L2, L3, person: each has its while, and a person is reminded."""
    standing, at = ticket(), NOW
    path: list[Route] = []
    while len(path) < 4:
        assert escalated(standing, DEFAULT_CLOCK, at + 14 * MINUTE) is None
        at += 15 * MINUTE
        step = escalated(standing, DEFAULT_CLOCK, at)
        assert step is not None
        standing = step.standing
        path.append(standing.desk)

    assert path == [Route.L2, Route.L3, Route.HUMAN, Route.HUMAN]
    assert DEFAULT_CLOCK.due(standing) == NOW + 15 * MINUTE


def test_an_answer_stops_the_clock_and_taking_it_gives_one_more_while() -> None:
    """Who takes a ticket and stays silent loses it; who answers keeps it."""
    mine = taken(ticket(), ADA, NOW + 14 * MINUTE).standing
    told = answered(mine, ADA, NOW + 20 * MINUTE, "We look into it.").standing

    assert escalated(mine, DEFAULT_CLOCK, NOW + 28 * MINUTE) is None
    assert escalated(mine, DEFAULT_CLOCK, NOW + 29 * MINUTE) is not None
    assert escalated(told, DEFAULT_CLOCK, NOW + timedelta(days=9)) is None
    assert (told.state, told.taken_by, told.answered) == (
        State.TAKEN,
        "person:ada",
        NOW + 20 * MINUTE,
    )


def test_a_ticket_that_is_passed_on_has_to_be_picked_up() -> None:
    """The next desk's silence counts also where the customer was answered before."""
    told = answered(ticket(), AGENT, NOW, "A moment.").standing
    passed = moved(told, Route.L2, AGENT, NOW, "needs an engineer").standing

    assert DEFAULT_CLOCK.due(passed) is None
    assert escalated(passed, DEFAULT_CLOCK, NOW + 15 * MINUTE) is not None


def test_what_waits_for_the_customer_waits_until_they_write() -> None:
    """Their reply is owed an answer again."""
    asked = waiting(ticket(), ADA, NOW, "Which invoice?").standing
    back = resumed(asked, ADA, NOW + 5 * MINUTE, "Number seven.").standing

    assert escalated(asked, DEFAULT_CLOCK, NOW + timedelta(days=9)) is None
    assert DEFAULT_CLOCK.due(back) == NOW + 20 * MINUTE
    assert back.answered == NOW


def test_agents_pass_up_and_never_down() -> None:
    """A person may move it anywhere, with a reason."""
    assert moved(ticket(), Route.L3, AGENT, NOW, "deep").standing.desk is Route.L3
    with pytest.raises(InputError, match="can't move it down from L3 to L1"):
        moved(ticket(route=Route.L3), Route.L1, AGENT, NOW, "easy")
    assert moved(ticket(route=Route.L3), Route.L1, ADA, NOW, "easy").standing.desk is Route.L1
    with pytest.raises(InputError, match="nobody says why"):
        moved(ticket(), Route.L2, ADA, NOW, "  ")
    with pytest.raises(InputError, match="is at L1 already"):
        moved(ticket(), Route.L1, ADA, NOW, "again")


@pytest.mark.parametrize("actor", [AGENT, Actor(ActorKind.CLOCK, "clock")])
def test_only_a_person_closes_and_says_what_is_a_duplicate(actor: Actor) -> None:
    """Agents and the clock are refused, with who may."""
    done = solved(ticket(), AGENT, NOW, "Restarted it.").standing
    steps: tuple[Callable[[], object], ...] = (
        lambda: closed(done, actor, NOW, ""),
        lambda: linked(ticket(), ticket(id_="T-2"), actor, NOW),
        lambda: unlinked(linked(ticket(), ticket(id_="T-2"), ADA, NOW).standing, actor, NOW),
    )
    for step in steps:
        with pytest.raises(InputError, match="only a person may"):
            step()
    assert closed(done, ADA, NOW, "").standing.state is State.CLOSED


def test_what_makes_no_sense_is_refused_with_the_way_out() -> None:
    """An ended ticket takes no step but being reopened; an open one is not closed in silence."""
    done = solved(ticket(), ADA, NOW, "Restarted it.").standing
    shut = closed(done, ADA, NOW, "").standing
    steps: tuple[Callable[[], object], ...] = (
        lambda: taken(done, ADA, NOW),
        lambda: answered(shut, ADA, NOW, "x"),
        lambda: moved(shut, Route.L3, ADA, NOW, "x"),
        lambda: solved(done, ADA, NOW, "x"),
        lambda: closed(shut, ADA, NOW, ""),
        lambda: closed(ticket(), ADA, NOW, ""),
        lambda: reopened(ticket(), ADA, NOW, "x"),
        lambda: resumed(ticket(), ADA, NOW, "x"),
        lambda: solved(ticket(), ADA, NOW, " "),
        lambda: unlinked(ticket(), ADA, NOW),
        lambda: linked(ticket(), ticket(), ADA, NOW),
    )
    for step in steps:
        with pytest.raises(InputError) as refused:
            step()
        assert refused.value.hint

    again = reopened(shut, ADA, NOW + MINUTE, "It is back.").standing
    assert (again.state, again.owed_since, again.answered) == (State.NEW, NOW + MINUTE, NOW)


def test_a_new_judgement_moves_a_ticket_until_a_desk_knows_better() -> None:
    """Untouched it follows the route; taken, it only goes up; a person's choice holds."""
    easy = Judgement(RequestType.BUG, SeverityLevel.P2, Route.L1, NOW + MINUTE)
    fresh = ticket(route=Route.L2)
    held = taken(fresh, ADA, NOW).standing
    passed = moved(fresh, Route.L3, AGENT, NOW, "deep").standing

    assert judged_again(fresh, easy).standing.desk is Route.L1
    assert judged_again(held, easy).standing.desk is Route.L2
    assert judged_again(passed, easy).standing.desk is Route.L3
    chosen = Judgement(RequestType.BUG, SeverityLevel.P2, Route.L1, NOW + MINUTE, chosen=True)
    assert judged_again(held, chosen).standing.desk is Route.L1
    worse = Judgement(RequestType.BUG, SeverityLevel.P0, Route.HUMAN, NOW + MINUTE)
    raised = judged_again(held, worse).standing
    assert (raised.desk, raised.state) == (Route.HUMAN, State.NEW)
    assert DEFAULT_CLOCK.due(raised) == NOW


@given(
    st.lists(st.sampled_from(["take", "answer", "note", "agent", "clock", "judge"]), max_size=20)
)
def test_nothing_that_is_no_person_ever_lowers_or_ends_a_ticket(steps: list[str]) -> None:
    """Whatever agents and the clock do, in any order, the desk gets no lower."""
    standing, at = ticket(), NOW
    for step in steps:
        before, at = standing, at + 7 * MINUTE
        match step:
            case "take":
                standing = taken(standing, AGENT, at).standing
            case "answer":
                standing = answered(standing, AGENT, at, "x").standing
            case "note":
                standing = noted(standing, AGENT, at, "x").standing
            case "agent":
                up = next_desk(standing.desk)
                if up is not standing.desk:
                    standing = moved(standing, up, AGENT, at, "x").standing
            case "clock":
                clocked = escalated(standing, DEFAULT_CLOCK, at)
                standing = standing if clocked is None else clocked.standing
            case _:
                said = Judgement(RequestType.BUG, SeverityLevel.P1, Route.L1, at)
                if standing.desk is not standing.routed or standing.state is not State.NEW:
                    standing = judged_again(standing, said).standing
        assert rank(standing.desk) >= rank(before.desk)
        assert standing.state.open


@pytest.mark.parametrize("text", ["", "robot:x", "agent:", "clock:clock", "a\nb", "x" * 101])
def test_nobody_is_refused(text: str) -> None:
    """Who acts has a name on one line, and is no clock."""
    with pytest.raises(InputError, match="is nobody"):
        actor_of(text)


def test_a_bare_name_is_a_person() -> None:
    """Agents say that they are agents."""
    assert actor_of("ada") == ADA
    assert actor_of("agent:wow-first-desk") == AGENT


# ---- kept in a real file


def judge(file: Path, *requests: Request, at: datetime = NOW) -> None:
    tickets = Tickets(file)
    tickets.remember([(one, result_content(assess(one))) for one in requests], at)
    tickets.close()


def test_what_was_judged_is_at_its_desk(tmp_path: Path) -> None:
    """A judged request stands in the queue of its desk, once, since it was judged first."""
    file = tmp_path / "tickets.db"
    request = Request(id="T-1", title="All refunds fail, every customer is affected")
    judge(file, request)
    desk = Desk(file)

    assert (desk.take_up(), desk.take_up()) == (1, 0)
    queued = desk.queue()
    assert [(one.standing.desk, one.title) for one in queued] == [(Route.L3, request.title)]
    judge(file, request, at=NOW + MINUTE)
    desk.take_up()
    assert [one.arrived for one in desk.since(NOW)] == [NOW]
    assert [one.step for one in desk.history("T-1")] == ["arrived", "judged"]
    desk.close()


def test_a_step_and_its_entry_are_kept_together_and_redacted(tmp_path: Path) -> None:
    """History says who, when, from where to where, and nobody's address."""
    file = tmp_path / "tickets.db"
    judge(file, Request(id="T-1", title="It is slow", facts=StatedFacts(known_pattern=True)))
    desk = Desk(file)
    desk.take_up()
    says = "jo@example.com wrote AKIAIOSFODNN7EXAMPLE"
    desk.step("T-1", lambda one: moved(one, Route.L2, AGENT, NOW + MINUTE, says))
    (_, entry) = desk.history("T-1")
    desk.close()

    assert (entry.actor, entry.desk_from, entry.desk_to) == (str(AGENT), Route.L1, Route.L2)
    assert entry.says == "[redacted] wrote [redacted]"
    assert b"jo@example" not in b"".join(one.read_bytes() for one in tmp_path.iterdir())


def test_history_keeps_links_and_brackets_of_what_was_done(tmp_path: Path) -> None:
    """The next who reads it needs the place that was named."""
    file = tmp_path / "tickets.db"
    judge(file, Request(id="T-1", title="It is slow", facts=StatedFacts(known_pattern=True)))
    desk = Desk(file)
    desk.take_up()
    says = "Open <Settings> > Users, then https://example.org/a-b?c=d"
    desk.step("T-1", lambda one: solved(one, ADA, NOW + MINUTE, f"{says}\u202e"))
    entry = desk.history("T-1")[-1]
    desk.close()

    assert entry.says == says


def test_a_refused_step_leaves_no_trace(tmp_path: Path) -> None:
    """Nothing is half-written, and the file can be used at once."""
    file = tmp_path / "tickets.db"
    judge(file, Request(id="T-1", title="It is slow"))
    desk = Desk(file)
    desk.take_up()
    with pytest.raises(InputError):
        desk.step("T-1", lambda one: closed(one, AGENT, NOW, ""))
    with pytest.raises(InputError, match="no ticket 'T-9'"):
        desk.step("T-9", lambda one: taken(one, ADA, NOW))
    desk.step("T-1", lambda one: taken(one, ADA, NOW))

    assert [one.step for one in desk.history("T-1")] == ["arrived", "taken"]
    desk.close()


def test_two_that_escalate_at_once_move_a_ticket_once(tmp_path: Path) -> None:
    """The second finds that the first has done it."""
    file = tmp_path / "tickets.db"
    judge(file, Request(id="T-1", title="Down", facts=StatedFacts(severity=SeverityLevel.P1)))
    first, second = Desk(file), Desk(file)
    first.take_up()
    at = NOW + 15 * MINUTE

    assert [one.desk_to for one in first.escalate(DEFAULT_CLOCK, at)] == [Route.L3]
    assert second.escalate(DEFAULT_CLOCK, at) == ()
    first.close()
    second.close()


def test_duplicates_follow_the_ticket_that_they_are_linked_to(tmp_path: Path) -> None:
    """There are no chains: who was linked to a duplicate is linked to its original."""
    file = tmp_path / "tickets.db"
    judge(file, *(Request(id=f"T-{number}", title="It is slow") for number in range(3)))
    desk = Desk(file)
    desk.take_up()
    desk.link("T-2", "T-1", ADA, NOW)
    desk.link("T-1", "T-0", ADA, NOW)

    assert desk.duplicates("T-0") == ("T-1", "T-2")
    with pytest.raises(InputError, match="is a duplicate itself"):
        desk.link("T-0", "T-2", ADA, NOW)
    assert all(one.standing.state is State.NEW for one in desk.queue())
    desk.close()


def test_a_ticket_of_an_older_waooaw_comes_along(tmp_path: Path) -> None:
    """A memory that was written before there was a desk is carried over, and opens its tickets."""
    file = tmp_path / "tickets.db"
    with sqlite3.connect(file) as old:
        for statement in SCHEMA.migrations[0]:
            old.execute(statement)
        result = result_content(assess(Request(id="T-1", title="All refunds fail")))
        old.execute(
            "INSERT INTO tickets VALUES ('T-1', 'All refunds fail', '', '{}', ?, '', ?)",
            (json.dumps(result), "2025-12-31T09:00:00.123456Z"),
        )
        old.execute(f"PRAGMA application_id = {SCHEMA.application_id}")
        old.execute("PRAGMA user_version = 1")
    old.close()
    desk = Desk(file)

    assert desk.take_up() == 1
    assert desk.queue()[0].standing.arrived == datetime(2025, 12, 31, 9, tzinfo=UTC)
    desk.close()
