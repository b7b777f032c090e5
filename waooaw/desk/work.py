"""What the skills of the desk's agents call: one event's work on one ticket, done once.

A skill hands its key on. What was done under a key is kept with the ticket, in the same transaction
as its steps; where a process dies before the others were told, the next delivery finds the deed,
takes no step again, and publishes the same events under the same ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypedDict

from waooaw.bus import open_bus
from waooaw.desk.acting import Deeds
from waooaw.desk.clock import DEFAULT_CLOCK
from waooaw.desk.deeds import Deed, Did
from waooaw.desk.duties import Duties
from waooaw.desk.handover import Handover, handover_content
from waooaw.desk.hearing import Heard, hear, request_in
from waooaw.desk.lore import Lore, opened_lore
from waooaw.desk.outbox import Outbox
from waooaw.desk.standings import Actor, ActorKind, Standing
from waooaw.desk.store import Desk
from waooaw.desk.tidings import Teller, Topic
from waooaw.errors import InputError, StoreBusy, shown
from waooaw.triage.keeping import kept_words
from waooaw.triage.requests import Request
from waooaw.triage.vocabulary import Route

__all__ = ["BUS", "MEMORY", "RULES", "Done", "Worker"]

#: Environment variables: the triage memory, the bus's URL, and a folder of the desk's own rules.
MEMORY = "WAOOAW_DESK"
BUS = "WAOOAW_BUS"
RULES = "WAOOAW_DESK_RULES"
_PACKAGE = "#package"
#: All together stay below the time limit of a skill.
_ATTEMPTS = 4
_PAUSE_S = 0.5


class Done(TypedDict):
    """Hold what became of an event: the ticket, and a word of `Did`."""

    ticket: str
    did: str


@dataclass(frozen=True, slots=True)
class _Open:
    memory: Path
    lore: Lore
    desk: Desk
    deeds: Deeds

    def told(self, ticket: str) -> list[dict[str, str]]:
        """Return what the customer was told."""
        with closing(Outbox(self.memory)) as outbox:
            return outbox.told(ticket)


@dataclass(frozen=True, slots=True)
class _Carried:
    ticket: str
    deed: Deed


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Worker:
    """Do the work of one of the desk's agents.

    Files are opened for each event and let go of after it, so that an idle agent holds nothing. A
    piece of work holds the event loop for some milliseconds, and while another process writes.

    Args:
        agent: The agent's name.
        env: The environment; looked at when there is something to do.
        now: The time, aware.
        attempts: How often a file that another process holds is asked for, five seconds each time.

    Each method raises InputError where the environment names no desk or there is no such ticket,
    and EnvironmentFault where a file can't be used here. What was done by then stays, and the same
    key goes on from there.
    """

    def __init__(
        self,
        agent: str,
        env: Mapping[str, str],
        *,
        now: Callable[[], datetime] = _utc_now,
        attempts: int = _ATTEMPTS,
    ) -> None:
        self._agent = agent
        self._env = env
        self._now = now
        self._attempts = attempts

    async def judge(self, key: str, request: object) -> Done:
        """Judge a request, keep it, and tell the others (`ticket.triaged`).

        Args:
            key: The event's.
            request: The event's data: the request as triage reads JSON.

        Raises:
            InvalidDocument: It is no request; every problem is named.
        """
        read = request_in(request)
        return await self._done(lambda: self._judged(key, read))

    async def acknowledge(self, key: str, ticket: str) -> Done:
        """Have the customer told that the request arrived, and what is not certain yet."""
        return await self._does(key, ticket, lambda duties, _: duties.acknowledged())

    async def ask_back(self, key: str, ticket: str) -> Done:
        """Ask the customer what would settle it, and wait for the reply."""
        return await self._does(key, ticket, Duties.asked_back)

    async def tell_solution(self, key: str, ticket: str, resolution: str) -> Done:
        """Have the customer told how it was solved."""
        text = kept_words(resolution)
        return await self._does(key, ticket, lambda duties, _: duties.told("resolution", text=text))

    async def tell_progress(self, key: str, ticket: str) -> Done:
        """Have the customer told that a person looks at it."""
        return await self._does(key, ticket, lambda duties, _: duties.told("progress"))

    async def answer(self, key: str, ticket: str) -> Done:
        """Answer a question of the first desk with what is known, or pass it up."""
        return await self._does(key, ticket, Duties.answered)

    async def propose_fix(self, key: str, ticket: str, desk: Route = Route.L1) -> Done:
        """Ask for the known fix to be done (`fix.due`), or pass the ticket up."""
        return await self._does(
            key, ticket, lambda duties, standing: duties.proposed(standing, desk)
        )

    async def investigate(self, key: str, ticket: str) -> Done:
        """Note what is known at the second desk; ask for a known fix, or pass the ticket up."""

        def act(duties: Duties, standing: Standing) -> Deed:
            return duties.proposed(standing, Route.L2, findings=duties.findings)

        return await self._does(key, ticket, act)

    async def confirm_fix(self, key: str, ticket: str, says: str) -> Done:
        """Say that the known fix was done, where the agent asked for it."""
        # Not only in the history: on the bus, too, it is redacted.
        says = kept_words(says)
        return await self._does(
            key, ticket, lambda duties, standing: duties.confirmed(standing, says)
        )

    async def give_up_fix(self, key: str, ticket: str, says: str) -> Done:
        """Pass a ticket up whose known fix did not help, where the agent asked for it."""
        says = kept_words(says)
        return await self._does(key, ticket, lambda duties, standing: duties.failed(standing, says))

    async def complete_package(self, key: str, ticket: str) -> Done:
        """Give a ticket to a person, with all that is known of it (`ticket.handed-over`)."""
        return await self._done(lambda: self._handed_over(key, ticket))

    def _judged(self, key: str, read: Request) -> _Carried:
        with self._opened() as files:
            files.desk.take_up()
            deeds = files.deeds
            heard = Heard.REPEATED
            if deeds.find(key) is None:
                actor = Actor(ActorKind.AGENT, self._agent)
                heard = hear(read, key, files.lore, deeds, actor, self._now())
                files.desk.take_up()
            duties = self._duties(files, key, read.id, again=heard is Heard.AGAIN)
            how = _left if heard is Heard.REPEATED else duties.judged
            id_ = duties.ticket.request.id
            return _Carried(id_, deeds.carry_out(key, id_, how))

    def _handed_over(self, key: str, ticket: str) -> _Carried:
        with self._opened() as files:
            duties = self._duties(files, key, ticket)
            deed = files.deeds.carry_out(key, ticket, duties.handed_over)
            if deed.did is Did.HANDED_OVER:
                # Of its own, so that the package holds the step that hands the ticket over.
                packed = partial(_packed, duties=duties, desk=files.desk, told=files.told(ticket))
                deed = files.deeds.carry_out(key + _PACKAGE, ticket, packed)
            return _Carried(ticket, deed)

    async def _does(self, key: str, ticket: str, act: Callable[[Duties, Standing], Deed]) -> Done:
        def work() -> _Carried:
            with self._opened() as files:
                duties = self._duties(files, key, ticket)
                deed = files.deeds.carry_out(key, ticket, lambda standing: act(duties, standing))
            return _Carried(ticket, deed)

        return await self._done(work)

    async def _done(self, work: Callable[[], _Carried]) -> Done:
        """Do *work*, and publish its events, which may be for the second time.

        A failed action is not tried again, and what another process holds for long, such as a large
        import, is held for seconds: it is waited for.
        """
        attempt = 1
        while True:
            try:
                carried = work()
                if carried.deed.events:
                    with closing(open_bus(self._named(BUS))) as bus:
                        await bus.publish(carried.deed.events)
            except StoreBusy:
                if attempt >= self._attempts:
                    raise
                attempt += 1
                await asyncio.sleep(_PAUSE_S)
            else:
                return {"ticket": carried.ticket, "did": carried.deed.did.value}

    def _duties(self, files: _Open, key: str, id_: str, *, again: bool = False) -> Duties:
        ticket = files.lore.tickets.ticket(id_)
        if ticket is None or ticket.result is None:
            raise InputError(f"no ticket {shown(id_)} was judged here", hint=f"see {MEMORY}")
        teller = Teller(self._agent, key, self._now())
        known = files.lore.resolution(ticket) or files.lore.settled_since(ticket)
        return Duties(
            teller,
            ticket,
            files.desk.history(ticket.request.id),
            known,
            files.lore.findings(ticket),
            files.deeds.of(ticket.request.id),
            again=again,
        )

    @contextmanager
    def _opened(self) -> Iterator[_Open]:
        memory = Path(self._named(MEMORY))
        self._named(BUS)  # told before anything is written
        rules = self._env.get(RULES)
        with ExitStack() as closed:
            lore = closed.enter_context(opened_lore(memory, Path(rules) if rules else None))
            desk = closed.enter_context(closing(Desk(memory)))
            deeds = closed.enter_context(closing(Deeds(memory, self._agent)))
            yield _Open(memory, lore, desk, deeds)

    def _named(self, variable: str) -> str:
        value = self._env.get(variable, "")
        if not value:
            raise InputError(
                f"{variable} is not set",
                hint=f"{MEMORY}=…/tickets.db and {BUS}=sqlite:///FILE, as in docs/desk-agents.md",
            )
        return value


def _packed(
    standing: Standing, *, duties: Duties, desk: Desk, told: Sequence[Mapping[str, str]]
) -> Deed:
    id_ = standing.id
    handover = Handover(duties.ticket, standing, desk.history(id_), desk.duplicates(id_), told)
    content = {"handover": handover_content(handover, DEFAULT_CLOCK)}
    event = duties.teller.tells(Topic.HANDED_OVER, id_, content)
    return Deed(Did.HANDED_OVER, events=(event,))


def _left(standing: Standing) -> Deed:
    del standing
    return Deed(Did.LEFT)
