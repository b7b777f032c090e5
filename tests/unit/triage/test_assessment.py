"""The whole answer: stated facts win, results keep their form, whatever the text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waooaw.triage.assessment import assess
from waooaw.triage.facts import StatedFacts
from waooaw.triage.knowledge import Guess, Knowledge, Settled
from waooaw.triage.naming import KnownAgent
from waooaw.triage.requests import Request
from waooaw.triage.results import SimilarRequest, result_content, triage_schema
from waooaw.triage.routing import route
from waooaw.triage.vocabulary import (
    LocClass,
    Reach,
    RequestType,
    Route,
    ServiceState,
    SeverityLevel,
    Tier,
    rank,
)

VALIDATOR = jsonschema_rs.validator_for(triage_schema())
TRACE = 'Traceback (most recent call last):\n  File "a/thumb.py", line 3, in make\nValueError: 7 x'


def told(text: str, **more: Any) -> Request:
    return Request(id="T-1", body=text, **more)


@settings(max_examples=150)
@given(st.text(max_size=400), st.text(max_size=2000))
def test_any_text_has_an_answer_of_the_right_form(title: str, body: str) -> None:
    """Nothing that can be typed breaks it, and the JSON is what the schema says."""
    content = result_content(assess(Request(id="T-1", title=title, body=body)))

    VALIDATOR.validate(content)
    assert json.loads(json.dumps(content)) == content


facts = st.builds(
    StatedFacts,
    service_state=st.none() | st.sampled_from(ServiceState),
    reach=st.none() | st.sampled_from(Reach),
    security=st.none() | st.booleans(),
    data_exposed=st.none() | st.booleans(),
    legal_or_compliance=st.none() | st.booleans(),
    known_pattern=st.none() | st.booleans(),
    loc_class=st.none() | st.sampled_from(LocClass),
    type=st.none() | st.sampled_from(RequestType),
    severity=st.none() | st.sampled_from(SeverityLevel),
)


@given(facts, st.sampled_from(["", "All refunds fail.", "Typo in the footer", "They sue us"]))
def test_what_is_stated_is_what_holds(stated: StatedFacts, text: str) -> None:
    """A stated fact is in the result, whatever the text says, and the policy does the rest."""
    result = assess(told(text, facts=stated))

    for name in ("service_state", "reach", "security", "known_pattern", "loc_class"):
        value = getattr(stated, name)
        assert value is None or getattr(result.facts, name) == value
    assert stated.type in {None, result.type}
    assert stated.severity in {None, result.severity}
    assert result.routing == route(result.facts, result.severity)


def test_severity_is_computed_from_stated_facts() -> None:
    """A form's state and reach decide, and the reason says that the sender stated it."""
    stated = StatedFacts(service_state=ServiceState.DOWN, reach=Reach.ALL)
    result = assess(told("Hello", facts=stated))

    assert result.severity is SeverityLevel.P0
    assert {r.tier for r in result.reasons if r.field == "facts.reach"} == {Tier.FACTS}


FLAGS = (
    *("security", "data_exposed", "legal_or_compliance"),
    *("outside_vision", "breaking_change", "domain_logic"),
)


@pytest.mark.parametrize("text", ["", "The export", "All refunds fail", "Typo", "Add a list"])
@pytest.mark.parametrize("kind", [None, *RequestType])
def test_a_worse_stated_fact_never_ends_lower(text: str, kind: RequestType | None) -> None:
    """Also where others are left to the text: each fact, made worse alone, lowers no desk."""
    ladders: dict[str, list[Any]] = {
        "service_state": list(ServiceState),
        "reach": list(Reach),
        "workaround": [True, False],
        "loc_class": list(LocClass),
        "severity": list(SeverityLevel),
        **{name: [False, True] for name in FLAGS},
    }
    for base in (StatedFacts(type=kind), StatedFacts(type=kind, service_state=ServiceState.DOWN)):
        for name, values in ladders.items():
            told_so = [told(text, facts=replace(base, **{name: value})) for value in values]
            desks = [rank(assess(request).routing.route) for request in told_so]

            assert desks == sorted(desks), (name, desks)


def test_a_service_that_is_stated_to_be_down_is_down_for_all() -> None:
    """Who leaves the reach open is taken at the worst."""
    result = assess(told("", facts=StatedFacts(service_state=ServiceState.DOWN)))

    assert (result.facts.reach, result.severity) == (Reach.ALL, SeverityLevel.P0)
