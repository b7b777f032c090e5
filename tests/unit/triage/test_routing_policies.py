"""A user's own lines of the routing policy: they ask for a desk at least, and lower none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waooaw.errors import InvalidDocument
from waooaw.triage.assessment import assess
from waooaw.triage.facts import Facts, StatedFacts
from waooaw.triage.knowledge import Knowledge
from waooaw.triage.own import read_own
from waooaw.triage.policies import Case, Policy, with_policies
from waooaw.triage.requests import Request
from waooaw.triage.routing import Line, route
from waooaw.triage.vocabulary import Reach, RequestType, Route, SeverityLevel, Tier, rank

PAYMENTS = """\
policies:
  - id: payments
    says: Payments are engineering's.
    at_least: L2
    when: {agents: [wow-refund-desk], type: [bug, security], severity: [P1, P2]}
  - id: wide
    says: What everybody feels is the architects'.
    at_least: L3
    when: {reach: all, agents: wow-refund-desk}
"""


def knowledge(folder: Path, text: str) -> Knowledge:
    (folder / "own.yaml").write_text(text, "utf-8")
    return Knowledge(policies=read_own(folder / "own.yaml").policies)


def slow(**facts: object) -> Request:
    stated = StatedFacts(type=RequestType.BUG, severity=SeverityLevel.P2, **facts)  # type: ignore[arg-type] # each has its own
    return Request("T-1", "It is slow", agents=("wow-refund-desk",), facts=stated)


def test_a_policy_raises_the_desk_and_says_so(tmp_path: Path) -> None:
    """The reason of the route is the user's own; the clock is the severity's as before."""
    result = assess(slow(), knowledge(tmp_path, PAYMENTS))
    reason = next(one for one in result.reasons if one.field == "route")

    assert assess(slow()).routing.route is Route.L1
    assert (result.routing.route, result.routing.respond_within_minutes) == (Route.L2, 240)
    assert (reason.tier, reason.rule, reason.says) == (
        Tier.POLICY,
        "payments",
        "Payments are engineering's.",
    )


def test_of_two_the_higher_desk_holds_and_all_conditions_count(tmp_path: Path) -> None:
    """What is about another agent, or a wish, is left where it was."""
    own = knowledge(tmp_path, PAYMENTS)
    others = Request("T-2", "It is slow", facts=StatedFacts(severity=SeverityLevel.P2))

    assert assess(slow(reach=Reach.ALL), own).routing.line.id == "wide"
    assert assess(others, own).routing == assess(others).routing


@given(
    st.lists(st.sampled_from(Route), max_size=3),
    st.sampled_from(SeverityLevel),
    st.booleans(),
    st.booleans(),
)
def test_no_policy_lowers_a_desk_or_moves_the_clock(
    desks: list[Route],
    severity: SeverityLevel,
    known: bool,
    law: bool,
) -> None:
    """Whatever is written, the desk is the table's or a higher one."""
    facts = Facts(known_pattern=known, legal_or_compliance=law)
    before = route(facts, severity)
    policies = [
        Policy(Line(f"own-{at}", "Because.", desk), {"severity": (severity,)})
        for at, desk in enumerate(desks)
    ]
    after = with_policies(before, policies, Case(RequestType.BUG, severity, facts, ()))

    assert rank(after.route) == max(rank(one) for one in (before.route, *desks))
    assert after.page_oncall is before.page_oncall
    assert after.respond_within_minutes == before.respond_within_minutes


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("when: {colour: red}", "'colour' is nothing that triage knows"),
        ("when: {severity: P9}", "'P9' is no value of severity"),
        ("when: {security: maybe}", "'maybe' is no value of security"),
        ("when: {type: []}", "[] is no value of type"),
        ("when: {agents: [true]}", "[True] is no value of agents"),
        ("when: {}", "policies[0].when"),
        ("when: {type: bug}\n    lowers: true", "policies[0].lowers"),
    ],
)
def test_a_policy_about_nothing_is_refused_with_its_line(
    line: str, told: str, tmp_path: Path
) -> None:
    """A policy that would never apply must not be believed in silence."""
    text = f"policies:\n  - id: x\n    says: X.\n    at_least: L2\n    {line}\n"
    with pytest.raises(InvalidDocument) as refused:
        knowledge(tmp_path, text)

    assert told in str(refused.value)
    assert refused.value.problems[0].line in {5, 6}
