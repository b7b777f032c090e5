"""The fault matrix: what may go wrong around an agent, and what has to hold all the same.

No event is lost, each is decided once, no effect is doubled, and the journal stays whole. Every
scenario plays on real files; skills are recorded, so that nothing is done to the world.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from waooaw.agent import Agent
from waooaw.spec import AgentSpec
from waooaw.testing import plays
from waooaw.testing.faults import DroppingBus, DuplicatingBus, LosingBus, ReorderingBus
from waooaw.testing.model_server import Reply
from waooaw.testing.workbench import Workbench

__all__ = ["CROWD", "MATRIX", "Area", "Outcome", "Scenario"]

#: How many events are many.
CROWD = 100


class Area(StrEnum):
    """Name what is disturbed; one rule of the gate `performance` for each."""

    LOAD = "load"
    BUS = "bus"
    STORE = "store"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Say how a scenario ended.

    Attributes:
        problem: What did not hold, in a sentence; None where all held.
        tried: False where the fault could not happen: the agent has no model, for one.
    """

    problem: str | None = None
    tried: bool = True


@dataclass(frozen=True, slots=True)
class Scenario:
    """Hold one line of the matrix.

    Attributes:
        name: As findings and `--only` name it, such as `store-locks`.
        area: What is disturbed.
        does: What is done to the agent, in a sentence.
        play: Plays it on a bench, tells it when the fault happened, and returns the events that
            were sent; None where the agent gives no occasion.
        repeats: Whether a skill may run again under the same key.
    """

    name: str
    area: Area
    does: str
    play: plays.Play
    repeats: bool = False

    def outcome(
        self,
        agent_type: type[Agent],
        spec: AgentSpec,
        *,
        crowd: int = CROWD,
        folder: Path | None = None,
    ) -> Outcome:
        """Play the scenario on an agent, in a folder that is removed afterwards.

        Args:
            agent_type: The agent's class; its skills are recorded, its model is a stand-in.
            spec: Its specification.
            crowd: How many events are many; fewer where one takes long.
            folder: Where that folder is made; the system's own for such things by default.
        """
        with tempfile.TemporaryDirectory(
            prefix="waooaw-faults-", dir=folder, ignore_cleanup_errors=True
        ) as place:
            bench = Workbench(agent_type, spec, Path(place), crowd=crowd)
            try:
                events = asyncio.run(self.play(bench))
            except plays.DoesNotHold as unmet:
                return Outcome(str(unmet))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the agent's code, whatever it raises
                bench.troubled(error if isinstance(error, Exception) else RuntimeError(repr(error)))
                return Outcome(f"the agent raised {bench.troubles[-1]}")
            if events is None:
                return Outcome(tried=False)
            problem = bench.problem(events, repeats=self.repeats)
            return Outcome(problem, tried=bench.happened or problem is not None)


#: Every scenario, in the order that they are played.
MATRIX = (
    Scenario(
        "load-at-once", Area.LOAD, "100 events arrive at the same moment, each twice", plays.at_once
    ),
    Scenario("load-in-order", Area.LOAD, "100 events come by a bus to one process", plays.in_order),
    Scenario(
        "load-two-processes",
        Area.LOAD,
        "two processes share the 100 events of a bus",
        plays.two_consumers,
    ),
    Scenario(
        "bus-drops-events",
        Area.BUS,
        "the bus loses every second event on its way",
        plays.by_a_bus(LosingBus),
    ),
    Scenario(
        "bus-drops-acknowledgements",
        Area.BUS,
        "the bus loses every second acknowledgement",
        plays.by_a_bus(DroppingBus),
    ),
    Scenario(
        "bus-duplicates",
        Area.BUS,
        "the bus delivers everything four times",
        plays.by_a_bus(DuplicatingBus, sent=2),
    ),
    Scenario(
        "bus-reorders",
        Area.BUS,
        "the bus delivers the newest event first",
        plays.by_a_bus(ReorderingBus),
    ),
    Scenario(
        "store-locks",
        Area.STORE,
        "another process holds the journal for too long",
        plays.locked,
        repeats=True,
    ),
    Scenario(
        "store-fills",
        Area.STORE,
        "the journal finds no space for a while",
        plays.full,
        repeats=True,
    ),
    Scenario(
        "store-corrupts",
        Area.STORE,
        "the journal is damaged, and restored from a backup",
        plays.corrupt,
    ),
    Scenario(
        "model-times-out",
        Area.MODEL,
        "the model gives no answer in time",
        plays.answered(Reply(delay=timedelta(seconds=30))),
    ),
    Scenario(
        "model-babbles",
        Area.MODEL,
        "the model's answer is no message",
        plays.answered(Reply(body=b"<html>502</html>")),
    ),
    Scenario(
        "model-invents",
        Area.MODEL,
        "the model chooses what was not offered",
        plays.answered(Reply(outcome="waooaw_no_such_outcome")),
    ),
    Scenario("model-refuses", Area.MODEL, "the model refuses", plays.answered(Reply(refuses=True))),
    Scenario(
        "model-costs-too-much",
        Area.MODEL,
        "one answer costs more than a month may",
        plays.too_costly,
    ),
)
