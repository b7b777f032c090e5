"""The policy, over every combination of facts that there is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from waooaw.triage.facts import Facts
from waooaw.triage.routing import POLICY, route
from waooaw.triage.severity import MATRIX, Floor, severity_of
from waooaw.triage.vocabulary import (
    LocClass,
    Reach,
    RequestType,
    Route,
    ServiceState,
    SeverityLevel,
    rank,
)

FLAGS = ("security", "legal_or_compliance", "outside_vision", "breaking_change", "domain_logic")


def raised(facts: Facts, name: str) -> Facts:
    value: dict[str, Any] = {name: True}  # Any: only the field's name is not known here
    return replace(facts, **value)


def every_case() -> Iterator[tuple[Facts, SeverityLevel]]:
    for security, legal, outside, breaking, domain, known in itertools.product(
        (False, True), repeat=6
    ):
        for loc_class, severity in itertools.product(LocClass, SeverityLevel):
            facts = Facts(
                security=security,
                legal_or_compliance=legal,
                outside_vision=outside,
                breaking_change=breaking,
                domain_logic=domain,
                known_pattern=known,
                loc_class=loc_class,
            )
            yield facts, severity


def told(facts: Facts, severity: SeverityLevel) -> Route:
    """The contract's sentence, written a second time and another way."""
    security, known = facts.security, facts.known_pattern
    if facts.legal_or_compliance or facts.outside_vision:
        return Route.HUMAN
    if severity == "P0":
        return Route.L3
    if facts.breaking_change or facts.domain_logic or facts.loc_class == ">200":
        return Route.L3
    if security:
        return Route.L2 if known else Route.L3
    if known:
        return Route.L1
    if severity == "P3":
        return Route.BACKLOG
    return Route.L2 if severity == "P1" or facts.loc_class == "51-200" else Route.L1


def test_the_policy_is_the_contract() -> None:
    """Over all 768 combinations the table gives the desk that the contract names."""
    cases = list(every_case())

    assert len(cases) == 768
    assert all(route(facts, severity).route is told(facts, severity) for facts, severity in cases)


def test_there_is_always_one_route() -> None:
    """The last line applies to everything, and every line decides something."""
    deciding = {route(facts, severity).line.id for facts, severity in every_case()}

    assert deciding == {line.id for line in POLICY}
    assert all(POLICY[-1].applies(facts, severity) for facts, severity in every_case())


def test_a_worse_fact_never_gives_a_lower_desk() -> None:
    """Any fact made worse, alone, leaves the desk where it was or raises it."""
    for facts, severity in every_case():
        before = rank(route(facts, severity).route)
        worse = [(raised(facts, name), severity) for name in FLAGS]
        worse += [
            (replace(facts, loc_class=size), severity)
            for size in LocClass
            if rank(size) > rank(facts.loc_class)
        ]
        worse += [(facts, level) for level in SeverityLevel if rank(level) > rank(severity)]

        assert all(rank(route(*case).route) >= before for case in worse)


def test_only_p0_pages_and_the_clock_follows_the_severity() -> None:
    """P0 at once, P1 in a quarter of an hour, P2 in four hours, P3 without a promise."""
    clock = {"P0": 0, "P1": 15, "P2": 240, "P3": None}
    for facts, severity in every_case():
        routing = route(facts, severity)

        assert routing.page_oncall is (severity == "P0")
        assert routing.respond_within_minutes == clock[severity]


def every_state() -> Iterator[Facts]:
    for state, reach in itertools.product(ServiceState, Reach):
        for workaround, security, exposed, legal in itertools.product((False, True), repeat=4):
            yield Facts(
                service_state=state,
                reach=reach,
                workaround=workaround,
                security=security,
                data_exposed=exposed,
                legal_or_compliance=legal,
            )


@pytest.mark.parametrize("kind", RequestType)
@pytest.mark.parametrize("cosmetic", [False, True])
def test_a_worse_fact_never_gives_a_lower_severity(kind: RequestType, cosmetic: bool) -> None:
    """State, reach, a missing way around, exposure, security and law only ever raise it."""
    for facts in every_state():
        before = rank(severity_of(facts, kind, cosmetic=cosmetic).level)
        worse = [replace(facts, workaround=False)]
        worse += [
            replace(facts, service_state=state)
            for state in ServiceState
            if rank(state) > rank(facts.service_state)
        ]
        worse += [replace(facts, reach=r) for r in Reach if rank(r) > rank(facts.reach)]
        worse += [
            raised(facts, name) for name in ("security", "data_exposed", "legal_or_compliance")
        ]

        assert all(rank(severity_of(one, kind, cosmetic=cosmetic).level) >= before for one in worse)


def test_the_matrix_is_total_and_floors_hold() -> None:
    """Every state and reach has a cell, and no cell pulls a floor down."""
    floor = Floor(SeverityLevel.P0, "money", "Money is lost.")

    assert {(state, reach) for state in MATRIX for reach in MATRIX[state]} == set(
        itertools.product(ServiceState, Reach)
    )
    for facts, kind in itertools.product(every_state(), RequestType):
        assert severity_of(facts, kind, floors=(floor,)).level is SeverityLevel.P0


def test_exposed_data_is_p0_whatever_else_is_said() -> None:
    """What one customer saw of another is P0 at every desk."""
    for facts, kind in itertools.product(every_state(), RequestType):
        if facts.data_exposed:
            assert severity_of(facts, kind, cosmetic=True).level is SeverityLevel.P0
