"""What the tests of an agent use: its examples as cases, a stand-in model, load, and faults.

A generated package's tests stay thin::

    @waooaw.testing.examples(WowRefundDesk)
    def test_examples(case: waooaw.testing.Case) -> None:
        assert case.decided() == case.expected

The pytest plugin (`waooaw.testing.plugin`, found by pytest itself) gives the fixtures `make_agent`,
`journal_lock`, `dropping_bus` and `model_server`::

    def test_load(make_agent: waooaw.testing.MakeAgent) -> None:
        agent = make_agent(WowRefundDesk)
        decisions = waooaw.testing.handle_all(agent, waooaw.testing.burst(agent.spec, 100))
        assert len(waooaw.testing.journalled(agent)) == len(decisions) == 100

What `waooaw gate --thorough` plays, each scenario as a test of its own::

    @waooaw.testing.scenarios(WowRefundDesk)
    def test_faults(trial: waooaw.testing.Trial) -> None:
        assert trial.problem() is None
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waooaw.testing.cases import Case, Trial, examples, scenarios, scripted_model
    from waooaw.testing.desks import DeskBench
    from waooaw.testing.faults import (
        DroppingBus,
        DuplicatingBus,
        JournalDamage,
        JournalFull,
        JournalLock,
        LosingBus,
        ReorderingBus,
    )
    from waooaw.testing.load import burst, drained, handle_all, journalled
    from waooaw.testing.model_server import ModelServer, Reply
    from waooaw.testing.plugin import MakeAgent
    from waooaw.testing.recorder import Call, RecordedSkills

__all__ = [
    "Call",
    "Case",
    "DeskBench",
    "DroppingBus",
    "DuplicatingBus",
    "JournalDamage",
    "JournalFull",
    "JournalLock",
    "LosingBus",
    "MakeAgent",
    "ModelServer",
    "RecordedSkills",
    "ReorderingBus",
    "Reply",
    "Trial",
    "burst",
    "drained",
    "examples",
    "handle_all",
    "journalled",
    "scenarios",
    "scripted_model",
]

# No module bears the name of something in it: importing the one would hide the other.
_HOMES = {
    "Call": "recorder",
    "Case": "cases",
    "DeskBench": "desks",
    "DroppingBus": "faults",
    "DuplicatingBus": "faults",
    "JournalDamage": "faults",
    "JournalFull": "faults",
    "JournalLock": "faults",
    "LosingBus": "faults",
    "MakeAgent": "plugin",
    "ModelServer": "model_server",
    "RecordedSkills": "recorder",
    "ReorderingBus": "faults",
    "Reply": "model_server",
    "Trial": "cases",
    "burst": "load",
    "drained": "load",
    "examples": "cases",
    "handle_all": "load",
    "journalled": "load",
    "scenarios": "cases",
    "scripted_model": "cases",
}


def __getattr__(name: str) -> object:
    # pytest imports this package at every start, in projects that have no agent, too.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"waooaw.testing.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
