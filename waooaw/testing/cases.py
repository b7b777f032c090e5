"""The examples of an agent's specification, as cases for pytest."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pytest

from waooaw.agent import Agent
from waooaw.consistency import example_event
from waooaw.decisions import Decision
from waooaw.events import Event
from waooaw.models import ScriptedModel
from waooaw.spec import AgentSpec, Expectation
from waooaw.store import SqliteStore

if TYPE_CHECKING:
    from waooaw.testing.matrix import Scenario

__all__ = ["Case", "Seen", "Trial", "examples", "scenarios", "scripted_model"]

#: What an example names (wakes, outcome, rule, boundary), and what it expects or what happened.
Seen: TypeAlias = dict[str, bool | str | None]


@dataclass(frozen=True, slots=True)
class Case:
    """Hold one example of one agent, ready to be tried.

    Attributes:
        agent_class: The agent.
        number: From 1, in the order of `agent.yaml`.
        event: The example's event; what it leaves out is fixed.
        expect: What the example says.
    """

    agent_class: type[Agent]
    number: int
    event: Event
    expect: Expectation

    @property
    def expected(self) -> Seen:
        """What the example expects; what it does not say is left out."""
        return {"wakes": self.expect.wakes} | {
            name: value
            for name, value in (
                ("outcome", self.expect.outcome),
                ("rule", self.expect.rule),
                ("boundary", self.expect.boundary),
            )
            if value is not None
        }

    def wakes(self) -> bool:
        """Tell whether the agent wakes on the event while it remembers nothing."""
        with contextlib.closing(SqliteStore()) as store:
            return self._agent(store).should_wake(self.event)

    def decided(self) -> Seen:
        """Return what the agent decides, in the terms of `expected`; no skill is run."""
        with contextlib.closing(SqliteStore()) as store:
            agent = self._agent(store)
            if not agent.should_wake(self.event):
                return self._seen(None)
            return self._seen(asyncio.run(agent.make_decision(self.event)))

    def handled(self) -> Decision:
        """Take the event through the whole cycle, skills included, and return the decision."""
        with contextlib.closing(SqliteStore()) as store:
            return asyncio.run(self._agent(store).handle(self.event))

    def _agent(self, store: SqliteStore) -> Agent:
        spec = self.agent_class.own_spec()
        return self.agent_class(spec, store=store, model=scripted_model(spec))

    def _seen(self, decision: Decision | None) -> Seen:
        happened: Seen = {"wakes": decision is not None}
        if decision is not None:
            happened |= {
                "outcome": decision.outcome,
                "rule": decision.rule,
                "boundary": decision.boundary,
            }
        return {name: happened.get(name) for name in self.expected}


def examples(agent_class: type[Agent]) -> pytest.MarkDecorator:
    """Run a test once for each example of the agent, as its argument `case`."""
    spec = agent_class.own_spec()
    cases = [
        Case(agent_class, index + 1, example_event(example, index), example.expect)
        for index, example in enumerate(spec.examples)
    ]
    return pytest.mark.parametrize("case", cases, ids=[_title(case) for case in cases])


@dataclass(frozen=True, slots=True)
class Trial:
    """Hold one scenario of the fault matrix and the agent that has to survive it.

    Attributes:
        agent_class: The agent.
        scenario: What goes wrong.
    """

    agent_class: type[Agent]
    scenario: Scenario

    def problem(self) -> str | None:
        """Play the scenario; return what did not hold, None where no event and no effect was lost.

        The agent's skills are recorded instead of run, and its model is a server on this machine.
        """
        return self.scenario.outcome(self.agent_class, self.agent_class.own_spec()).problem


def scenarios(agent_class: type[Agent]) -> pytest.MarkDecorator:
    """Run a test once for each scenario of the fault matrix, as its argument `trial`.

    ::

        @waooaw.testing.scenarios(WowRefundDesk)
        def test_faults(trial: waooaw.testing.Trial) -> None:
            assert trial.problem() is None
    """
    from waooaw.testing.matrix import MATRIX

    trials = [Trial(agent_class, scenario) for scenario in MATRIX]
    return pytest.mark.parametrize("trial", trials, ids=[one.scenario.name for one in trials])


def scripted_model(spec: AgentSpec) -> ScriptedModel:
    """Return a model that answers each example's event as the example expects."""
    return ScriptedModel(
        {
            example_event(example, index).id: example.expect.outcome
            for index, example in enumerate(spec.examples)
            if example.expect.outcome is not None
        }
    )


def _title(case: Case) -> str:
    said = "-".join(str(value) for value in case.expected.values() if isinstance(value, str))
    return f"{case.number}-{case.event.type}-{said or 'asleep'}"
