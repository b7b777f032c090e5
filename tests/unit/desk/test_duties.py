"""What holds for every duty of the desk's agents, whatever the ticket and wherever it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

from hypothesis import example, given
from hypothesis import strategies as st

from waooaw.desk.deeds import Deed, Did
from waooaw.desk.duties import Duties
from waooaw.desk.lore import Resolution
from waooaw.desk.standings import Actor, ActorKind, Entry, Standing, State, Step
from waooaw.desk.steps import Judgement, arrived
from waooaw.desk.tidings import Teller
from waooaw.triage.requests import Request
from waooaw.triage.tickets import Ticket
from waooaw.triage.vocabulary import RequestType, Route, SeverityLevel, rank

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
AGENT = Actor(ActorKind.AGENT, "wow-x-desk")
TAKERS = [None, str(AGENT), "agent:wow-other-desk", "person:ada"]

_Duty: TypeAlias = Callable[[Duties, Standing], Deed]
DUTIES: dict[str, _Duty] = {
    "acknowledged": lambda duties, _: duties.acknowledged(),
    "asked back": Duties.asked_back,
    "answered": Duties.answered,
    "proposed": lambda duties, one: duties.proposed(one, Route.L1),
    "investigated": lambda duties, one: duties.proposed(one, Route.L2, findings="known: nothing"),
    "confirmed": lambda duties, one: duties.confirmed(one, "done"),
    "failed": lambda duties, one: duties.failed(one, "it came back"),
    "handed over": Duties.handed_over,
}


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    judgement = Judgement(
        draw(st.sampled_from(RequestType)),
        draw(st.sampled_from(SeverityLevel)),
        draw(st.sampled_from(Route)),
        NOW,
    )
    state = draw(st.sampled_from(State))
    taker = draw(st.sampled_from(TAKERS))
    # Whoever moved it, or nobody: a ticket may be at another desk than triage said.
    return replace(
        arrived("R-1", judgement, NOW).standing,
        desk=draw(st.sampled_from(Route)),
        state=state,
        taken_by=None if state is State.NEW else taker,
    )


@st.composite
def duties(draw: st.DrawFn) -> Duties:
    result = {
        "route": "L1",
        "page_oncall": draw(st.booleans()),
        "abstained": draw(st.sampled_from([[], ["severity"], ["type"]])),
        "needs": draw(st.sampled_from([[], ["How many customers are affected?"]])),
        "facts": {"security": draw(st.booleans())},
    }
    moved = Entry("R-1", NOW, "person:ada", Step.MOVED, Route.L1, Route.L2, "look")
    return Duties(
        Teller(AGENT.name, "e-1", NOW),
        Ticket(Request("R-1", body="x"), result, (), NOW),
        draw(st.sampled_from([(), (moved,)])),
        draw(st.sampled_from([None, Resolution("disk-full", "Clear it.")])),
        "known: nothing",
        draw(st.sampled_from([frozenset(), frozenset({Did.PROPOSED})])),
    )


#: An agent asked for a fix, and still has the ticket though it is at the last desk by now.
AT_THE_LAST_DESK = replace(
    arrived("R-1", Judgement(RequestType.BUG, SeverityLevel.P0, Route.HUMAN, NOW), NOW).standing,
    state=State.TAKEN,
    taken_by=str(AGENT),
)
ASKED_FOR_A_FIX = Duties(
    Teller(AGENT.name, "e-1", NOW),
    Ticket(Request("R-1", body="x"), {"route": "L1"}, (), NOW),
    (),
    None,
    "known: nothing",
    frozenset({Did.PROPOSED}),
)


@given(standings(), duties(), st.sampled_from(sorted(DUTIES)))
@example(AT_THE_LAST_DESK, ASKED_FOR_A_FIX, "failed")
def test_no_duty_closes_links_or_lowers(standing: Standing, duties: Duties, name: str) -> None:
    """Whatever the ticket, it moves up or not at all, and a person alone closes and links."""
    steps = DUTIES[name](duties, standing).steps

    assert all(rank(one.entry.desk_to) >= rank(one.entry.desk_from) for one in steps)
    assert not {one.entry.step for one in steps} & {Step.CLOSED, Step.LINKED, Step.UNLINKED}
    assert {one.entry.actor for one in steps} <= {str(AGENT)}


def test_a_fix_that_failed_at_the_last_desk_is_noted() -> None:
    """Above a person there is nobody: the ticket stays where it is, with what was said."""
    (step,) = ASKED_FOR_A_FIX.failed(AT_THE_LAST_DESK, "it came back").steps

    assert step.entry.step is Step.NOTED
    assert step.entry.says == "the known fix did not help: it came back"
    assert step.standing == AT_THE_LAST_DESK


@given(standings(), duties(), st.sampled_from(sorted(DUTIES)))
def test_what_somebody_else_has_is_left_to_them(
    standing: Standing, duties: Duties, name: str
) -> None:
    """A ticket that a person or another agent took, or that is over, is at most noted."""
    deed = DUTIES[name](duties, standing)
    others = standing.taken_by not in {None, str(AGENT)} or not standing.state.open

    if others:
        assert {one.entry.step for one in deed.steps} <= {Step.NOTED}


@given(standings(), duties(), st.sampled_from(sorted(DUTIES)))
def test_what_does_not_stand_at_the_desk_is_not_touched(
    standing: Standing, duties: Duties, name: str
) -> None:
    """Each desk works on its own tickets; an emergency above never waits for a reply."""
    desks = {
        "answered": {Route.L1},
        "proposed": {Route.L1},
        "investigated": {Route.L2},
        "handed over": {Route.L3, Route.HUMAN},
    }
    deed = DUTIES[name](duties, standing)

    if Did.ASKED is deed.did:
        assert standing.desk in {Route.BACKLOG, Route.L1}
    if name in desks and standing.desk not in desks[name]:
        assert deed == Deed(Did.LEFT)


@given(standings(), duties(), st.sampled_from(sorted(DUTIES)))
def test_the_same_event_tells_the_same(standing: Standing, duties: Duties, name: str) -> None:
    """Ids are made of the agent, the event and the ticket, and of nothing else."""
    one, other = DUTIES[name](duties, standing), DUTIES[name](duties, standing)

    assert one == other
    assert len({event.id for event in one.events}) == len(one.events)
    assert {event.source for event in one.events} <= {f"/waooaw/desk/{AGENT.name}"}
