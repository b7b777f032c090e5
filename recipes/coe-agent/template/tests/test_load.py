"""Many events at the same time."""

import waooaw.testing


def test_a_hundred_at_once(agent: waooaw.Agent) -> None:
    """A hundred events at once give a hundred decisions, none lost and none made twice."""
    decisions = waooaw.testing.handle_all(agent, waooaw.testing.burst(agent.spec, 100))

    assert len({decision.event for decision in decisions}) == 100
    assert len(waooaw.testing.journalled(agent)) == 100
