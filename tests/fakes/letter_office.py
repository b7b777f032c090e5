"""A desk in a real file whose customers are written to, and ports that do as they are told.

As a program it sends what is due into a folder, and can be made to die on the way:
`python letter_office.py FILE FOLDER MOMENT [die-before|die-after]`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from waooaw.desk.letter_files import FilePort
from waooaw.desk.letters import Letter
from waooaw.desk.occasions import Rhythm
from waooaw.desk.outbox import Outbox
from waooaw.desk.ports import Delivered, Delivery
from waooaw.desk.sending import Correspondence
from waooaw.desk.store import Desk
from waooaw.desk.templates import shipped_voices
from waooaw.triage.assessment import assess
from waooaw.triage.requests import Request
from waooaw.triage.results import result_content
from waooaw.triage.tickets import Tickets

__all__ = ["Collected", "judge", "office"]


@dataclass
class Collected:
    """Take letters, and answer with what is next in line; at the end, that they are out."""

    answers: list[Delivery] = field(default_factory=list)
    taken: list[Letter] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "collected"

    def send(self, letter: Letter) -> Delivery:
        self.taken.append(letter)
        return self.answers.pop(0) if self.answers else Delivered("here")


@dataclass
class Dying:
    """End the process as `kill -9` does, before the letter is handed over or after."""

    port: FilePort
    before: bool

    @property
    def name(self) -> str:
        return self.port.name

    def send(self, letter: Letter) -> Delivery:
        if not self.before:
            self.port.send(letter)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody survives that")


def judge(file: Path, requests: Sequence[Request], at: datetime) -> None:
    with closing(Tickets(file)) as tickets:
        tickets.remember([(one, result_content(assess(one))) for one in requests], at)


@contextmanager
def office(file: Path, rhythm: Rhythm | None = None) -> Iterator[Correspondence]:
    with (
        closing(Tickets(file)) as tickets,
        closing(Desk(file)) as desk,
        closing(Outbox(file)) as outbox,
    ):
        desk.take_up()
        voice = shipped_voices()["friendly"]
        yield Correspondence(desk, tickets, outbox, "friendly", voice, rhythm or Rhythm())


def _clock(text: str) -> Callable[[], datetime]:
    moment = datetime.fromisoformat(text)
    return lambda: moment


def _main(file: str, folder: str, moment: str, how: str = "") -> None:
    port = FilePort(Path(folder), "desk@example.org")
    with office(Path(file)) as open_now:
        sending = open_now.send(Dying(port, how == "die-before") if how else port, _clock(moment))
        sys.stdout.writelines(f"{one.letter.key} {one.state}\n" for one in sending)


if __name__ == "__main__":
    _main(*sys.argv[1:])
