"""Each letter once: whatever fails, whoever sends at the same time, whenever a process dies."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.letter_cases import ADA, NOW
from fakes.letter_office import Collected, judge, office
from places import ROOT

from waooaw.desk.clock import DEFAULT_CLOCK
from waooaw.desk.handover import Handover, handover_content
from waooaw.desk.outbox import LEASE, Kept, LetterState
from waooaw.desk.ports import Delivered, Refused, Unclear
from waooaw.desk.sending import Correspondence
from waooaw.desk.standings import Actor, ActorKind
from waooaw.desk.steps import answered, solved
from waooaw.desk.templates import LetterKind
from waooaw.errors import InputError
from waooaw.triage.facts import StatedFacts
from waooaw.triage.requests import Request
from waooaw.triage.vocabulary import RequestType, SeverityLevel

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FACTS = StatedFacts(type=RequestType.BUG, severity=SeverityLevel.P2)
BLANK = Request(id="T-1", title="The invoice page is blank", facts=FACTS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "tickets.db"
    judge(place, [BLANK], NOW)
    return place


def send(
    open_now: Correspondence, port: Collected, at: datetime = NOW, id_: str | None = None
) -> list[tuple[str, LetterState]]:
    done = list(open_now.send(port, lambda: at, id_))
    return [(one.letter.occasion.kind.value, one.state) for one in done]


def test_what_is_sent_is_not_sent_again(file: Path) -> None:
    """The second run finds nothing; looking sends nothing."""
    port = Collected()
    with office(file) as now_open:
        seen = now_open.waiting(NOW)
        assert now_open.outbox.letters("T-1") == ()
        assert send(now_open, port) == [("classification", LetterState.SENT)]
        assert send(now_open, port) == []
        assert now_open.waiting(NOW) == ()

    assert port.taken == list(seen)


def test_a_clear_failure_is_tried_again_with_words_of_then(file: Path) -> None:
    """It was surely not out; the error is kept without anybody's address."""
    port = Collected([Refused("550 no such user jo@example.com")])
    with office(file) as now_open:
        assert send(now_open, port) == [("classification", LetterState.FAILED)]
        (failed,) = now_open.outbox.letters("T-1")
        assert failed.error == "550 no such user [redacted]"
        assert now_open.outbox.told("T-1") == []
        assert send(now_open, port, NOW + 5 * 60 * MINUTE) == [("classification", LetterState.SENT)]
        (sent,) = now_open.outbox.letters("T-1")

    assert (sent.sent, sent.error) == (NOW + 5 * 60 * MINUTE, "")
    assert "We are later than we wanted to be" in sent.letter.body


def test_after_an_unclear_end_a_person_decides(file: Path) -> None:
    """It is not sent on its own; again, it goes as it was, under the same key."""
    port = Collected([Unclear("the line went dead")])
    with office(file) as now_open:
        outbox = now_open.outbox
        assert send(now_open, port) == [("classification", LetterState.UNCERTAIN)]
        assert send(now_open, port, NOW + DAY / 2) == []
        assert [one.error for one in outbox.uncertain(NOW)] == ["the line went dead"]
        (again,) = now_open.decide(
            "T-1", LetterKind.CLASSIFICATION, ADA, lambda: NOW + DAY, port=port
        )

        assert (again.state, again.decided) == (LetterState.SENT, "person:ada")
        assert outbox.uncertain(NOW + DAY) == ()
    first, second = port.taken
    assert (first.key, first.body) == (second.key, second.body)


def test_a_person_can_say_that_it_arrived(file: Path) -> None:
    """Then nothing is sent, and nobody is asked any more."""
    port = Collected([Unclear("x")])
    with office(file) as now_open:
        send(now_open, port)
        kind = LetterKind.CLASSIFICATION
        (done,) = now_open.decide("T-1", kind, ADA, lambda: NOW + DAY, port=None)

        assert (done.state, done.decided, done.sent) == (
            LetterState.SENT,
            "person:ada",
            NOW + DAY,
        )
        assert done.letter.at == NOW
        with pytest.raises(InputError, match="no classification of it is uncertain"):
            list(now_open.decide("T-1", kind, ADA, lambda: NOW + DAY, port=port))
    assert len(port.taken) == 1


def test_only_a_person_decides(file: Path) -> None:
    """An agent would send it again for ever."""
    agent = Actor(ActorKind.AGENT, "wow-desk")
    with office(file) as now_open:
        send(now_open, Collected([Unclear("x")]))
        with pytest.raises(InputError, match="only a person may decide"):
            list(now_open.decide("T-1", LetterKind.CLASSIFICATION, agent, lambda: NOW, port=None))


def test_what_was_announced_and_never_confirmed_becomes_uncertain(file: Path) -> None:
    """Not while it may be on its way; and a late word of the port still counts."""
    with office(file) as now_open:
        letter = now_open.waiting(NOW)[0]
        outbox = now_open.outbox
        announced = outbox.announce("T-1", lambda _: letter, "x", NOW)
        assert announced is not None
        assert outbox.announce("T-1", lambda _: letter, "x", NOW) is None
        assert outbox.uncertain(NOW + LEASE) == ()
        with pytest.raises(InputError, match="may still be on its way"):
            outbox.decide("T-1", LetterKind.CLASSIFICATION, ADA, NOW + LEASE, again=True)
        later = NOW + LEASE + MINUTE
        assert [one.state for one in outbox.uncertain(later)] == [LetterState.UNCERTAIN]
        assert outbox.confirm(announced, Delivered("x"), later).state is LetterState.SENT


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.UNCERTAIN])
def test_a_late_word_does_not_undo_what_a_person_decided(state: LetterState, file: Path) -> None:
    """A failure that is told after somebody sent it again does not send it a third time."""
    with office(file) as now_open:
        letter = now_open.waiting(NOW)[0]
        outbox, later = now_open.outbox, NOW + LEASE + MINUTE
        announced = outbox.announce("T-1", lambda _: letter, "x", NOW)
        assert announced is not None
        port = Collected([] if state is LetterState.SENT else [Unclear("x")])
        list(now_open.decide("T-1", LetterKind.CLASSIFICATION, ADA, lambda: later, port=port))

        assert outbox.confirm(announced, Refused("x"), later).state is state
        assert send(now_open, port, later) == []


def test_a_letter_is_planned_by_what_was_announced_until_then(file: Path) -> None:
    """Whoever begins while another process ends the day before does not write two minutes later."""
    port = Collected()
    with office(file) as one, office(file) as other:
        send(one, port)
        moments = [NOW, NOW + 2 * DAY + MINUTE]

        def clock() -> datetime:
            if len(moments) == 1:
                send(other, port, NOW + 2 * DAY - MINUTE)
            return moments.pop(0)

        assert list(one.send(port, clock)) == []
    assert [letter.occasion.name for letter in port.taken] == ["once", "1"]


def test_letters_answer_nobody(file: Path) -> None:
    """The clock of the promise runs on: a letter of ours is no answer of the desk."""
    with office(file) as now_open:
        before = now_open.desk.standing("T-1")
        send(now_open, Collected())
        after, history = now_open.desk.standing("T-1"), now_open.desk.history("T-1")

    assert after == before
    assert after is not None
    assert after.answered is None
    assert [one.step for one in history] == ["arrived"]


def test_the_next_desk_sees_what_the_customer_was_told(file: Path) -> None:
    """Letters and answers, in their order; nothing that surely did not arrive."""
    with office(file) as now_open:
        send(now_open, Collected())
        now_open.desk.step("T-1", lambda one: answered(one, ADA, NOW + MINUTE, "We look."))
        send(now_open, Collected([Refused("x")]), NOW + DAY)
        told = now_open.outbox.told("T-1")
        standing, ticket = now_open.desk.standing("T-1"), now_open.tickets.ticket("T-1")
        assert standing is not None
        assert ticket is not None
        handover = Handover(ticket, standing, now_open.desk.history("T-1"), (), told)

    content = handover_content(handover, DEFAULT_CLOCK)
    assert [(one["kind"], one["by"], one["state"]) for one in content["told"]] == [
        ("classification", "collected", "sent"),
        ("answered", "person:ada", "told"),
    ]
    assert content["told"][1]["body"] == "We look."


def test_one_ticket_can_be_written_for_alone(file: Path) -> None:
    """The others wait; one that is not there is named."""
    judge(file, [Request(id="T-2", title="Another page is blank", facts=FACTS)], NOW)
    port = Collected()
    with office(file) as now_open:
        assert len(send(now_open, port, id_="T-2")) == 1
        with pytest.raises(InputError, match="no ticket 'T-9'"):
            send(now_open, port, id_="T-9")
        with pytest.raises(InputError, match="no ticket"):
            send(now_open, port, id_="\ud800")
        assert now_open.outbox.told("\ud800") == []

    assert [one.id for one in port.taken] == ["T-2"]


def test_a_solution_is_told_to_those_who_said_the_same(file: Path) -> None:
    """The original and its duplicate each get a letter, also after that one was closed."""
    judge(file, [Request(id="T-2", title="Blank invoices", facts=FACTS)], NOW)
    port = Collected()
    with office(file) as now_open:
        send(now_open, port)
        now_open.desk.link("T-2", "T-1", ADA, NOW)
        now_open.desk.step("T-1", lambda one: solved(one, ADA, NOW + MINUTE, "Cleared the cache."))
        send(now_open, port, NOW + 2 * MINUTE)

    told = [one for one in port.taken if one.occasion.kind is LetterKind.RESOLUTION]
    assert [one.id for one in told] == ["T-1", "T-2"]
    assert all("Cleared the cache." in one.body for one in told)


def test_what_was_settled_long_ago_is_not_looked_at(file: Path) -> None:
    """A run costs what is open, and not what ever was."""
    with office(file) as now_open:
        now_open.desk.step("T-1", lambda one: solved(one, ADA, NOW, "Done."))
        assert now_open.outbox.concerned(NOW) == ("T-1",)
        assert now_open.outbox.concerned(NOW + MINUTE) == ()


# ---- processes that are not ours


def start(file: Path, folder: Path, at: datetime, *how: str) -> subprocess.Popen[str]:
    program = ROOT / "tests" / "fakes" / "letter_office.py"
    arguments = [sys.executable, str(program), str(file), str(folder), at.isoformat(), *how]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(arguments, env=env, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(("how", "written"), [("die-before", 0), ("die-after", 1)])
def test_killed_on_the_way_a_letter_is_not_sent_again(
    how: str, written: int, file: Path, tmp_path: Path
) -> None:
    """Announced and never confirmed: the next run leaves it alone, and a person decides."""
    folder = tmp_path / "letters"
    dead = start(file, folder, NOW, how)
    dead.communicate(timeout=60)
    assert dead.returncode == -9
    later = NOW + LEASE + MINUTE
    output, _ = start(file, folder, later).communicate(timeout=60)

    assert output == ""
    assert len(list(folder.glob("*.eml"))) == written
    with office(file) as now_open:
        (kept,) = now_open.outbox.uncertain(later)
        assert (kept.letter.occasion.kind, kept.state) == ("classification", "uncertain")
        port = Collected()
        list(now_open.decide("T-1", LetterKind.CLASSIFICATION, ADA, lambda: later, port=port))
        assert [one.key for one in port.taken] == [kept.letter.key]


def test_two_that_send_at_once_send_each_letter_once(tmp_path: Path) -> None:
    """Forty tickets, two processes: forty letters, none of them by both."""
    file, folder = tmp_path / "tickets.db", tmp_path / "letters"
    judge(
        file,
        [Request(id=f"T-{n}", title=f"Page {n} is blank", facts=FACTS) for n in range(40)],
        NOW,
    )
    both = [start(file, folder, NOW) for _ in range(2)]
    lines = [one.communicate(timeout=120)[0].splitlines() for one in both]

    assert [one.returncode for one in both] == [0, 0]
    assert len(lines[0]) + len(lines[1]) == 40
    assert not set(lines[0]) & set(lines[1])
    assert len(list(folder.iterdir())) == 40
    with office(file) as now_open:
        kept: list[Kept] = [k for n in range(40) for k in now_open.outbox.letters(f"T-{n}")]
        assert [one.state for one in kept] == [LetterState.SENT] * 40
