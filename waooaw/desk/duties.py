"""What each desk's agent does with a ticket, from where it stands to the deed.

Nothing here reads a clock or a file. Agents take what nobody has, move up and never down, and leave
alone what a person has taken: those deeds are empty, and say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from waooaw.desk import steps
from waooaw.desk.deeds import Deed, Did, course
from waooaw.desk.lore import Resolution
from waooaw.desk.standings import Actor, ActorKind, Entry, Standing, State, Step
from waooaw.desk.tidings import PATIENT, Teller, Topic, about
from waooaw.events import Event
from waooaw.triage.tickets import Ticket
from waooaw.triage.vocabulary import Route

__all__ = ["Duties"]

_NOTHING = Deed(Did.LEFT)
#: After one of these, what is known was tried already and did not help.
_TRIED = frozenset({Step.MOVED, Step.ESCALATED, Step.SOLVED, Step.REOPENED})


@dataclass(frozen=True, slots=True)
class Duties:
    """Hold what the duties of one agent towards one ticket go by.

    Attributes:
        teller: Makes the events.
        ticket: The request, and what triage said.
        history: What happened so far.
        known: How it is settled by what is known; None where nothing is.
        findings: What is known of it, as a note.
        done: What the agent did for it so far.
        again: Whether its sender wrote before.
    """

    teller: Teller
    ticket: Ticket
    history: Sequence[Entry]
    known: Resolution | None
    findings: str
    done: frozenset[Did]
    again: bool = False

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return Actor(ActorKind.AGENT, self.teller.agent)

    def judged(self, standing: Standing) -> Deed:
        """Tell the others; a ticket whose sender wrote again is open again."""
        taken: tuple[steps.Stepped, ...] = ()
        at, says = self.teller.at, "the sender wrote again"
        if self.again and standing.state is State.WAITING:
            taken = (steps.resumed(standing, self.actor, at, says),)
        elif not standing.state.open and (self.again or not self._ended()):
            # The second: a past request that was imported, and now is asked.
            taken = (steps.reopened(standing, self.actor, at, says),)
        there = taken[-1].standing if taken else standing
        data = self._about(there)
        events = [self._event(Topic.TRIAGED, data)]
        if data["page"]:
            events.append(self._event(Topic.PAGE_DUE, data))
        return Deed(Did.JUDGED, taken, tuple(events))

    def told(self, kind: str, **more: Any) -> Deed:  # Any: JSON
        """Have a letter sent; the ticket stays as it is."""
        return Deed(Did.TOLD, (), (self._event(Topic.LETTER_DUE, {"kind": kind, **more}),))

    def acknowledged(self) -> Deed:
        """Have the customer told that it arrived, and what would help to know."""
        return self.told("acknowledgement", questions=list((self.ticket.result or {})["needs"]))

    def asked_back(self, standing: Standing) -> Deed:
        """Ask the customer what would settle it, and wait, where it is at a desk that can.

        Where it is further up by now, or somebody's, the questions go along and nothing waits.
        """
        questions = list((self.ticket.result or {}).get("needs", ()))
        if not standing.state.open:
            return _NOTHING
        if not (self._free(standing, standing.desk) and standing.desk in PATIENT and questions):
            return self.acknowledged()
        # In words for the customer: letters quote what is asked, and how it was solved.
        step = steps.waiting(standing, self.actor, self.teller.at, " ".join(questions))
        letter = self._event(Topic.LETTER_DUE, {"kind": "question", "questions": questions})
        return Deed(Did.ASKED, (step,), (letter,))

    def answered(self, standing: Standing) -> Deed:
        """Answer with what is known; else, or where that did not help, pass the ticket up."""
        known = self.known
        if not self._free(standing, Route.L1):
            return _NOTHING
        if known is None or self._tried():
            return self.passed_up(standing, Route.L1, self._reason())
        who, at = self.actor, self.teller.at
        done = course(
            standing,
            partial(steps.taken, actor=who, at=at),
            partial(steps.noted, actor=who, at=at, says=f"known: {known.source}"),
            partial(steps.answered, actor=who, at=at, says=known.says),
            partial(steps.solved, actor=who, at=at, says=known.says),
        )
        return Deed(Did.SOLVED, done, (self._solved(known.says),))

    def proposed(self, standing: Standing, desk: Route, *, findings: str = "") -> Deed:
        """Ask for the known fix to be done; else, or where it was tried, pass the ticket up.

        The ticket stays taken, and its answer owed: where nobody does the fix in time, the clock
        moves it on.
        """
        known = self.known
        if not self._free(standing, desk):
            return _NOTHING
        if known is None or self._tried():
            return self.passed_up(standing, desk, self._reason(), findings=findings)
        who, at = self.actor, self.teller.at
        says = findings or f"known: {known.source}: {known.says}"
        done = course(
            standing,
            partial(steps.taken, actor=who, at=at),
            partial(steps.noted, actor=who, at=at, says=says),
        )
        due = {
            "source": known.source,
            "resolution": known.says,
            "severity": standing.severity.value,
        }
        return Deed(Did.PROPOSED, done, (self._event(Topic.FIX_DUE, due),))

    def confirmed(self, standing: Standing, says: str) -> Deed:
        """Say that the fix that the agent asked for was done.

        Where the ticket is somebody else's by now it is only noted.
        """
        if Did.PROPOSED not in self.done:
            return _NOTHING
        says = says.strip() or (self.known.says if self.known else "the known fix was done")
        if not self._mine(standing):
            return self._noted(standing, says)
        step = steps.solved(standing, self.actor, self.teller.at, says)
        return Deed(Did.SOLVED, (step,), (self._solved(says),))

    def failed(self, standing: Standing, says: str) -> Deed:
        """Pass the ticket up: the fix that the agent asked for did not help.

        Where the ticket is somebody else's by now, or at the last desk, it is only noted.
        """
        if Did.PROPOSED not in self.done:
            return _NOTHING
        says = f"the known fix did not help: {says.strip() or 'no word why'}"
        if not self._mine(standing) or standing.desk is Route.HUMAN:
            return self._noted(standing, says)
        return self.passed_up(standing, standing.desk, says)

    def passed_up(self, standing: Standing, desk: Route, because: str, findings: str = "") -> Deed:
        """Move a ticket that is free to the next desk, with the reason."""
        who, at = self.actor, self.teller.at
        taking = [partial(steps.taken, actor=who, at=at)]
        noting = [partial(steps.noted, actor=who, at=at, says=findings)]
        done = course(
            standing,
            *(taking if standing.taken_by is None else ()),
            *(noting if findings else ()),
            partial(steps.moved, to=steps.next_desk(desk), actor=who, at=at, says=because),
        )
        data = {**self._about(done[-1].standing), "ask": False, "reason": because}
        return Deed(Did.PASSED, done, (self._event(Topic.PASSED, data),))

    def handed_over(self, standing: Standing) -> Deed:
        """Give the ticket to a person with all that is known; who has it already gets the rest."""
        who, at = self.actor, self.teller.at
        if not standing.state.open:
            return _NOTHING
        if standing.desk is Route.HUMAN:
            return Deed(Did.HANDED_OVER, (steps.noted(standing, who, at, self.findings),))
        if not self._free(standing, Route.L3):
            return _NOTHING
        reason = f"a person decides: {standing.severity}, {standing.type}; {self._reason()}"
        done = course(
            standing,
            partial(steps.taken, actor=who, at=at),
            partial(steps.noted, actor=who, at=at, says=self.findings),
            partial(steps.moved, to=Route.HUMAN, actor=who, at=at, says=reason),
        )
        return Deed(Did.HANDED_OVER, done)

    def _free(self, standing: Standing, desk: Route) -> bool:
        """Say whether the ticket is at *desk*, and nobody else's."""
        own = standing.state is State.TAKEN and standing.taken_by in {None, str(self.actor)}
        return standing.desk is desk and (
            own or (standing.state is State.NEW and standing.taken_by is None)
        )

    def _mine(self, standing: Standing) -> bool:
        """Say whether the agent works on the ticket, and nobody asked the customer meanwhile."""
        return standing.state is State.TAKEN and standing.taken_by == str(self.actor)

    def _tried(self) -> bool:
        return any(one.step in _TRIED for one in self.history)

    def _ended(self) -> bool:
        return any(one.step in {Step.SOLVED, Step.CLOSED} for one in self.history)

    def _reason(self) -> str:
        if self.known is not None:
            return f"what is known did not settle it: {self.known.source}"
        return "no entry of the catalogue and no settled request is about it"

    def _noted(self, standing: Standing, says: str) -> Deed:
        return Deed(Did.NOTED, (steps.noted(standing, self.actor, self.teller.at, says),))

    def _about(self, standing: Standing) -> dict[str, Any]:  # Any: JSON
        return about(self.ticket, standing, known=self.known is not None, again=self.again)

    def _solved(self, resolution: str) -> Event:
        return self._event(Topic.SOLVED, {"resolution": resolution})

    def _event(self, topic: Topic, data: dict[str, Any]) -> Event:  # Any: JSON
        return self.teller.tells(topic, self.ticket.request.id, data)
