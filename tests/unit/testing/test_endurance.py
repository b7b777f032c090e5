from __future__ import annotations

import mmap
from collections import deque
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.refund_desk import refund_desk

from waooaw.agent import Agent
from waooaw.decisions import Decision
from waooaw.events import Event
from waooaw.testing.endurance import growth

_LEG = timedelta(milliseconds=20)


class Hoarding(Agent):
    """Keep 64 KiB of every event, not from the heap: other tests may have left some there."""

    hoard: Any

    async def handle(self, event: Event) -> Decision:
        block = mmap.mmap(-1, 65_536)
        block.write(b"x" * 65_536)
        self.hoard.append(block)
        return await super().handle(event)


@pytest.mark.parametrize(
    ("hoard", "leaks"), [([], True), (deque(maxlen=10), False)], ids=["leak", "bounded"]
)
def test_an_agent_that_keeps_something_of_every_event(
    tmp_path: Path, hoard: Any, leaks: bool
) -> None:
    """What grows in every leg, and in as many more, is a leak; what has a bound is none."""
    kind = type("Kind", (Hoarding,), {"hoard": hoard})

    seen = growth(kind, refund_desk(), tmp_path, leg=_LEG)

    assert seen.steady is leaks
    assert (seen.bytes_per_event > 50_000) is leaks
    assert seen.cycles >= 20


def test_the_runtime_keeps_nothing(tmp_path: Path) -> None:
    """An agent of the runtime ends as it began, skills and model included."""
    spec = refund_desk(otherwise="model", model={"name": "claude-sonnet-4-5"})

    seen = growth(Agent, spec, tmp_path, leg=_LEG)

    assert not seen.steady
    assert seen.bytes_per_event < 1_000
