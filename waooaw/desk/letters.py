"""One letter to a customer, composed of where a ticket stands and of a template.

It tells what the customer may know: nothing of how we work inside, nobody's personal data, and of a
concern of security or law nothing that others saw.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waooaw.desk.clock import DEFAULT_CLOCK, PICK_UP
from waooaw.desk.standings import Entry, Standing, State, Step
from waooaw.desk.templates import LetterKind, Voice
from waooaw.desk.wording import body_of, filled, for_customers, id_line, line, subject_of
from waooaw.triage import asking
from waooaw.triage.tickets import Ticket
from waooaw.triage.vocabulary import RequestType, Route

__all__ = ["Case", "Letter", "Occasion", "composed"]

_LONGEST_TITLE = 120
_LONGEST_TITLE_OF_A_SUBJECT = 50
_LONGEST_QUESTION = 300
_MOST_QUESTIONS = 5


@dataclass(frozen=True, slots=True)
class Occasion:
    """Hold why a letter is written; the same occasion is never written for twice.

    Attributes:
        name: Tells occasions of one kind apart, such as the number of the day.
    """

    kind: LetterKind
    name: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Hold one letter, with nothing in it that may not be kept.

    Attributes:
        id: The ticket's.
        tone: Whose words these are.
        at: When it was composed; aware.
    """

    id: str
    occasion: Occasion
    tone: str
    subject: str
    body: str
    at: datetime

    @property
    def key(self) -> str:
        """The same for the same occasion of the same ticket, whatever the words: 32 hex digits."""
        parts = [self.id, self.occasion.kind.value, self.occasion.name]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Case:
    """Hold what is known of a ticket whose customer may be written to.

    Attributes:
        original: The ticket that this one is a duplicate of, by a person's word.
    """

    ticket: Ticket
    standing: Standing
    history: Sequence[Entry]
    original: Case | None = None

    @property
    def source(self) -> Case:
        """The ticket that is worked on: a duplicate follows its original, unless solved itself."""
        if self.original is None or self.standing.solved is not None:
            return self
        return self.original

    @property
    def sensitive(self) -> bool:
        """Whether it, or what it is a duplicate of, is a matter of security or law."""
        return _sensitive(self) or (self.original is not None and _sensitive(self.original))

    def last(self, step: Step) -> Entry | None:
        """Return the last entry of that kind."""
        return next((one for one in reversed(self.history) if one.step is step), None)

    def untold(self, earlier: datetime | None) -> tuple[Entry, ...]:
        """Return what its desk answered that no letter has carried yet.

        Of a grave matter nothing, as of its solution.

        Args:
            earlier: When the customer was written to last. Moments are whole seconds: what was said
                within the same one is told, once too often being better than never.
        """
        if self.sensitive:
            return ()
        return tuple(
            one
            for one in self.history
            if one.step is Step.ANSWERED and one.says and (earlier is None or one.at >= earlier)
        )

    def asks(self, earlier: datetime | None) -> bool:
        """Say whether its desk asked the customer something that no letter has carried yet."""
        entry = self.last(Step.WAITING)
        waits = self.source is self and self.standing.state is State.WAITING
        if entry is None or not waits:
            return False
        return earlier is None or entry.at >= earlier


def _sensitive(case: Case) -> bool:
    result = case.ticket.result or {}
    facts = result.get("facts", {})
    grave = ("security", "data_exposed", "legal_or_compliance")
    return case.standing.type is RequestType.SECURITY or any(facts.get(name) for name in grave)


def composed(
    case: Case, occasion: Occasion, tone: str, voice: Voice, earlier: datetime | None, now: datetime
) -> Letter:
    """Write the letter of an occasion.

    Args:
        case: Of whom it speaks.
        occasion: Why it is written.
        tone: The name of *voice*.
        voice: The words.
        earlier: When the customer was written to last; None where they never were.
        now: When this is.
    """
    template = voice.template(occasion.kind, case.standing.type, titled=bool(_title(case)))
    values = _values(case, voice, earlier, now)
    parts = (
        voice.words["greeting"],
        body_of(template.body, values),
        filled(voice.words["closing"], values),
    )
    short = {
        **values,
        "title": line(_title(case), most=_LONGEST_TITLE_OF_A_SUBJECT) or values["title"],
    }
    return Letter(
        id=case.standing.id,
        occasion=occasion,
        tone=tone,
        subject=subject_of(template.subject, short),
        body="\n\n".join(parts) + "\n",
        at=now,
    )


def _values(case: Case, voice: Voice, earlier: datetime | None, now: datetime) -> dict[str, str]:
    """Return what stands for each placeholder; nothing where there is nothing to say."""
    alone = case.source is case or case.sensitive
    reply = for_customers("\n\n".join(one.says for one in case.untold(earlier)))
    return {
        "id": id_line(case.standing.id),
        "title": line(_title(case), most=_LONGEST_TITLE) or id_line(case.standing.id),
        "type": voice.type(case.standing.type),
        "thanks": voice.words["thanks"] if earlier is None else "",
        "answer": "\n\n".join(one for one in (reply, _answer(case.standing, voice, now)) if one),
        "questions": _asked(case) or _questions(case),
        "same": "" if alone else voice.words["same"],
        "news": _news(case, voice, earlier),
        "reply": reply,
        "asked": _asked(case),
        "late": voice.late if _overdue(case.standing, now) else "",
        "solution": _solution(case),
    }


def _title(case: Case) -> str:
    """Return what the customer knows their request by; nothing where they wrote nothing."""
    request = case.ticket.request
    # A long message without a title is known to its sender by how it begins.
    usable = (one for one in (request.title, request.body) if line(one, most=_LONGEST_TITLE))
    return next(usable, "")


def _overdue(standing: Standing, now: datetime) -> bool:
    due = DEFAULT_CLOCK.due(standing)
    if due is None or standing.owed_since is None or not standing.state.open:
        return False
    return now > max(due, standing.owed_since + PICK_UP)


def _answer(standing: Standing, voice: Voice, now: datetime) -> str:
    """Return how soon somebody answers; nothing where somebody did."""
    if standing.owed_since is None:
        return ""
    return voice.late if _overdue(standing, now) else voice.answer(standing.severity)


def _questions(case: Case) -> str:
    needs = (case.ticket.result or {}).get("needs", ())
    asked = asking.for_customers(needs, case.standing.severity)
    lines = (line(one, most=_LONGEST_QUESTION) for one in asked[:_MOST_QUESTIONS])
    return "\n".join(f"- {one}" for one in lines)


def _news(case: Case, voice: Voice, earlier: datetime | None) -> str:
    """Return who has it, or that it was passed on since the last letter."""
    if case.source is case and case.standing.state is State.WAITING:
        return voice.words["waiting"]
    # Of a grave matter, where others' tickets are tells of what they saw.
    seen = case if case.sensitive else case.source
    standing = seen.standing
    desk = voice.desk(standing.desk)
    if desk != voice.desk(_desk_at(seen, earlier)):
        name = "passed"
    else:
        name = "queued" if standing.state is State.NEW else "working"
    return filled(voice.words[name], {"desk": desk})


def _desk_at(case: Case, moment: datetime | None) -> Route:
    """Return who had a ticket at that moment, or who had it first."""
    desk = case.standing.first_desk
    for entry in case.history:
        if moment is not None and entry.at <= moment:
            desk = entry.desk_to
    return desk


def _asked(case: Case) -> str:
    entry = case.last(Step.WAITING)
    waits = case.source is case and case.standing.state is State.WAITING
    return for_customers(entry.says) if entry is not None and waits else ""


def _solution(case: Case) -> str:
    """Return what helped, in the words of who solved it; of grave matters nothing."""
    entry = case.source.last(Step.SOLVED)
    return "" if entry is None or case.sensitive else for_customers(entry.says)
