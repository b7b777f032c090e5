"""What an agent does to a ticket because of one event: steps, and events that tell the others.

A deed is kept with its steps in one transaction, under the event's key. An event that comes again
finds the deed done: no step is taken twice, and the same events are published under the same ids.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from waooaw.desk.standings import Standing
from waooaw.desk.steps import Stepped
from waooaw.events import Event

__all__ = ["Deed", "Did", "course"]

_Step: TypeAlias = Callable[[Standing], Stepped]


class Did(StrEnum):
    """Name what became of an event at an agent."""

    JUDGED = "judged"
    TOLD = "told"
    ASKED = "asked"
    PROPOSED = "proposed"
    SOLVED = "solved"
    PASSED = "passed"
    NOTED = "noted"
    HANDED_OVER = "handed-over"
    #: The ticket is somebody else's by now, or there is nothing to do.
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Deed:
    """Hold what is done.

    Attributes:
        steps: In order, each from where the one before ended.
        events: What is published once the steps are kept.
    """

    did: Did
    steps: tuple[Stepped, ...] = ()
    events: tuple[Event, ...] = ()


def course(standing: Standing, *steps: _Step) -> tuple[Stepped, ...]:
    """Return *steps* taken one after the other."""
    taken: list[Stepped] = []
    for step in steps:
        taken.append(step(taken[-1].standing if taken else standing))
    return tuple(taken)
