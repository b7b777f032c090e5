"""Write what is due and hand it over: announced before, confirmed after, each occasion once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waooaw.desk.letters import Case, Letter, composed
from waooaw.desk.occasions import STALE, Rhythm, due
from waooaw.desk.outbox import Kept, LetterState, Outbox
from waooaw.desk.ports import Port
from waooaw.desk.standings import Actor
from waooaw.desk.store import Desk
from waooaw.desk.templates import LetterKind, Voice
from waooaw.errors import InputError, shown
from waooaw.triage.tickets import Tickets

__all__ = ["Correspondence"]


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Hold what letters are made of.

    Attributes:
        tone: The name of *voice*.
    """

    desk: Desk
    tickets: Tickets
    outbox: Outbox
    tone: str
    voice: Voice
    rhythm: Rhythm

    def waiting(self, now: datetime, id_: str | None = None) -> tuple[Letter, ...]:
        """Return the letters that are due, for all tickets or one; nothing is sent or kept.

        Raises:
            InputError: There is no such ticket.
        """
        found = (
            self._letter(case, self.outbox.letters(case.standing.id), now)
            for case in self._cases(now, id_)
        )
        return tuple(letter for letter in found if letter is not None)

    def send(
        self, port: Port, clock: Callable[[], datetime], id_: str | None = None
    ) -> Iterator[Kept]:
        """Send what is due, for all tickets or one, and yield what became of each letter.

        Args:
            port: Where letters leave.
            clock: The time; asked for each letter, since handing over takes a while.
            id_: The one ticket.

        Raises:
            InputError: There is no such ticket.
        """
        for case in self._cases(clock(), id_):
            now = clock()

            def plan(
                earlier: Sequence[Kept], case: Case = case, now: datetime = now
            ) -> Letter | None:
                return self._letter(case, earlier, now)

            announced = self.outbox.announce(case.standing.id, plan, port.name, now)
            if announced is not None:
                yield self._handed_over(announced, port, clock)

    def decide(
        self,
        id_: str,
        kind: LetterKind,
        by: Actor,
        clock: Callable[[], datetime],
        *,
        port: Port | None,
    ) -> Iterator[Kept]:
        """Let a person decide about uncertain letters, and yield what became of each.

        Args:
            id_: The ticket's.
            kind: Which letters.
            by: Who decides.
            clock: The time.
            port: Sends them once more, as they were written; None: they did arrive.

        Raises:
            InputError: There is none, or no person decides.
        """
        again = port is not None
        for kept in self.outbox.decide(id_, kind, by, clock(), again=again):
            yield kept if port is None else self._handed_over(kept, port, clock)

    def _handed_over(self, kept: Kept, port: Port, clock: Callable[[], datetime]) -> Kept:
        return self.outbox.confirm(kept, port.send(kept.letter), clock())

    def _letter(self, case: Case, letters: Sequence[Kept], now: datetime) -> Letter | None:
        occasion = due(case, letters, self.rhythm, now)
        if occasion is None:
            return None
        told = [one.letter.at for one in letters if one.state is not LetterState.FAILED]
        return composed(case, occasion, self.tone, self.voice, max(told, default=None), now)

    def _cases(self, now: datetime, id_: str | None) -> Iterator[Case]:
        if id_ is None:
            since = now - STALE - (self.rhythm.follow_up or timedelta(0))
            cases = (self._case(one) for one in self.outbox.concerned(since))
            yield from (case for case in cases if case is not None)
            return
        case = self._case(id_)
        if case is None:
            raise InputError(f"no ticket {shown(id_)} is at a desk", hint="see `waooaw desk`")
        yield case

    def _case(self, id_: str, *, with_original: bool = True) -> Case | None:
        standing, ticket = self.desk.standing(id_), self.tickets.ticket(id_)
        if standing is None or ticket is None:
            return None
        original = None
        if with_original and standing.duplicate_of is not None:
            original = self._case(standing.duplicate_of, with_original=False)
        return Case(ticket, standing, self.desk.history(id_), original)
