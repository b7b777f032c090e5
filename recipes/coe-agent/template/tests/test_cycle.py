"""From an event to a journalled decision."""

import waooaw.testing


def test_decides_once(agent: waooaw.Agent) -> None:
    """An event that comes again gets the decision that was recorded, and no second entry."""
    events = waooaw.testing.burst(agent.spec, len(agent.spec.examples))
    decisions = waooaw.testing.handle_all(agent, events)

    assert waooaw.testing.handle_all(agent, events) == decisions
    assert len(waooaw.testing.journalled(agent)) == len(events)


def test_gives_reasons(agent: waooaw.Agent) -> None:
    """Every decision of an agent that woke says why it was made."""
    events = waooaw.testing.burst(agent.spec, len(agent.spec.examples))
    decisions = waooaw.testing.handle_all(agent, events)

    assert all(decision.because for decision in decisions if decision.woke)
