"""What a desk's agents know: how something was settled, and what reads alike.

Only an entry of the catalogue, and a settled request with the same fingerprint, make something
known. Who sends a request may state that it is; without either there is nothing to go by.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from waooaw.errors import InputError
from waooaw.triage.catalogue import KnownPattern
from waooaw.triage.fingerprints import fingerprints
from waooaw.triage.installation import LEARNED_FILE, read_learned
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.memory import own_folder
from waooaw.triage.modelled import modelled
from waooaw.triage.past import Past
from waooaw.triage.reading import shipped_reader
from waooaw.triage.similar import SimilarIndex
from waooaw.triage.tickets import Ticket, Tickets

__all__ = ["Lore", "Resolution", "opened_lore"]

_INDEX = "similar.db"
_STATED = "stated"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Hold how something known is settled.

    Attributes:
        source: The entry of the catalogue, or the settled request, by its id.
        says: What is done, or answered.
    """

    source: str
    says: str


@dataclass(frozen=True, slots=True)
class Lore:
    """Hold what agents may look at, beside the request.

    Attributes:
        tickets: The triage memory.
        knowledge: What triage is given, but for its models.
        learned: The file of what this installation learned; it may be missing.
    """

    tickets: Tickets
    knowledge: Knowledge
    learned: Path

    def judging(self) -> Knowledge:
        """Return all that triage is given, read anew: somebody may have taught it meanwhile.

        Only who judges asks for it, so that a damaged file stops no other desk.

        Raises:
            InputError: The file of what was learned is none of ours.
            EnvironmentFault: It can't be read.
        """
        return modelled(self.knowledge, read_learned(self.learned))

    def resolution(self, ticket: Ticket) -> Resolution | None:
        """Return how the ticket is settled by what triage knew it by; None where it is unknown."""
        result = ticket.result or {}
        if not result or not result["facts"]["known_pattern"]:
            return None
        rules = [
            one["rule"]
            for one in result["reasons"]
            if one["field"] == "facts.known_pattern" and one["rule"] != _STATED
        ]
        return self._named(rules[0]) if rules else None

    def settled_since(self, ticket: Ticket) -> Resolution | None:
        """Return how a request with the same error was settled by now; None where none was.

        Whether it stands for a security concern is the request's own statement, as in triage.
        """
        prints = fingerprints(ticket.request.text)
        settled = self.tickets.settled(prints) if prints else None
        concern = bool(ticket.result and ticket.result["facts"]["security"])
        if settled is None or settled.id == ticket.request.id or (concern and not settled.security):
            return None
        return Resolution(settled.id, settled.resolution)

    def findings(self, ticket: Ticket) -> str:
        """Return what is known of a ticket, as a note for the next desk.

        No word of the request stands in it: what a sender writes is data, and stands in the ticket.
        """
        result = ticket.result or {}
        prints = fingerprints(ticket.request.text)
        known = self.resolution(ticket) or self.settled_since(ticket)
        alike = [f"{one['id']} ({one['score']:.2f})" for one in result.get("similar", ())[:3]]
        return "; ".join(
            (
                f"known: {known.source}: {known.says}" if known else "known: nothing",
                f"same error: {', '.join(prints[:3])}" if prints else "same error: no fingerprint",
                f"reads like: {', '.join(alike)}" if alike else "reads like: nothing",
                f"not certain: {', '.join(result.get('abstained', ())) or 'nothing'}",
            )
        )

    def _named(self, source: str) -> Resolution | None:
        for pattern in self.knowledge.all_patterns():
            if pattern.id == source:
                return Resolution(source, pattern.resolution)
        settled = self.tickets.ticket(source)
        if settled is None or not settled.request.resolution.strip():
            return None
        return Resolution(source, settled.request.resolution)


@contextmanager
def opened_lore(memory: Path, rules: Path | None) -> Iterator[Lore]:
    """Open what agents may look at.

    Args:
        memory: The triage memory, made with its folder if it is not there. The index of past
            requests, and what was learned, are looked for beside it.
        rules: A folder of the desk's own rules and patterns (`*.yaml`); None where there is none.

    Raises:
        InputError: A file is none of ours, or the folder of rules is not there.
        InvalidDocument: A file of rules is malformed.
        EnvironmentFault: The memory can't be written here.
    """
    own_folder(memory.parent, hint="name a memory in a folder that you may write to")
    with ExitStack() as closed:
        tickets = closed.enter_context(closing(Tickets(memory)))
        index = memory.with_name(_INDEX)
        similar = SimilarIndex(index) if index.exists() else None
        if similar is not None:
            closed.enter_context(closing(similar))
        known = _knowledge(Past(tickets, similar), rules)
        yield Lore(tickets, known, memory.with_name(LEARNED_FILE))


def _knowledge(past: Past, rules: Path | None) -> Knowledge:
    patterns: tuple[KnownPattern, ...] = ()
    reader = None
    if rules is not None:
        from waooaw.triage.own import read_own

        if not rules.is_dir():
            raise InputError(f"{rules}: no such folder", hint="name the folder of your rules")
        own = [read_own(path) for path in sorted(rules.glob("*.yaml"))]
        patterns = tuple(pattern for one in own for pattern in one.patterns)
        reader = shipped_reader().with_rules([rule for one in own for rule in one.rules])
    return Knowledge(patterns=patterns, doubted=past.doubted(), reader=reader, past=past)
