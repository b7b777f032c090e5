"""A rule is false only where it always was, often enough, and nobody ever mended what it found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from waooaw_cli.factory.mining_gates import RuleRecord, Said, recorded
from waooaw_cli.factory.observations import Observation, Permit, Sighting
from waooaw_cli.factory.proposals import Pattern
from waooaw_cli.gates.report import GateId, Severity

DAY = timedelta(days=1)
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
AGENTS = tuple(f"wow-a{number}" for number in range(5))


def sighting(
    name: str = "0" * 12,
    permit: Permit = Permit.WAIVER,
    severity: Severity = Severity.ERROR,
    rule: str = "PAY-001",
) -> Sighting:
    return Sighting(GateId.VISION, rule, severity, name, permit)


def seen(agent: str, day: int, *sightings: Sighting, gate: GateId = GateId.VISION) -> Observation:
    return Observation(FIRST + day * DAY, agent, frozenset({gate}), sightings)


def fleet(day: int, *sightings: Sighting) -> list[Observation]:
    return [seen(agent, day, *(sightings or (sighting(),))) for agent in AGENTS]


def record(*observations: Observation, said: tuple[Said, ...] = ()) -> RuleRecord:
    return recorded(observations, said)["PAY-001"]


def word(number: int, *, approved: bool = True) -> Said:
    return Said("wow-x", "PAY-001", f"{number:032x}", approved, FIRST)


def test_five_findings_that_people_waived_are_a_false_rule() -> None:
    """Four are not; the evidence counts them and says what became of them."""
    found = record(*fleet(0))

    assert found.is_false(Severity.ERROR)
    assert not record(*fleet(0)[1:]).is_false(Severity.ERROR)
    assert found.evidence(Pattern.FALSE_RULE).notes == (
        "5 waived, 0 left as they are, 0 approved in reviews, 0 mended",
    )
    assert found.waiving == set(AGENTS)
    assert found.is_permitted()


def test_the_same_finding_in_many_runs_is_one() -> None:
    """However often it is looked at."""
    assert not record(*[seen("wow-a0", day, sighting()) for day in range(20)]).is_false(
        Severity.ERROR
    )


def test_one_that_was_mended_shows_that_the_rule_is_right() -> None:
    """Also where others are waived."""
    found = record(seen("wow-b", 0, sighting()), seen("wow-b", 1), *fleet(1))

    assert found.mended == 1
    assert not found.is_false(Severity.ERROR)


def test_a_line_that_is_written_anew_is_not_mended() -> None:
    """Its finding has another fingerprint, and is still there."""
    found = record(seen("wow-a0", 0, sighting("a" * 12)), *fleet(1, sighting("b" * 12)))

    assert found.mended == 0
    assert found.is_false(Severity.ERROR)


def test_each_time_that_a_person_waives_what_is_written_anew_counts() -> None:
    """Five lines, one after the other, were five questions and five answers."""
    runs = [seen("wow-a0", day, sighting(f"{day:012x}")) for day in range(5)]
    back = seen("wow-a0", 5, sighting(f"{0:012x}"))

    assert record(*runs).is_false(Severity.ERROR)
    assert record(*runs).is_permitted()
    assert record(*runs, back).evidence(Pattern.FALSE_RULE).count == 5
    assert not record(*runs[1:]).is_false(Severity.ERROR)
    assert not record(*runs, seen("wow-a0", 6)).is_false(Severity.ERROR)


def test_a_run_that_could_not_tell_says_nothing() -> None:
    """Another gate ran, or this one could not decide."""
    found = record(*fleet(0), *[seen(agent, 1, gate=GateId.LINT) for agent in AGENTS])

    assert found.mended == 0
    assert found.is_false(Severity.ERROR)


@pytest.mark.parametrize("permit", [Permit.NONE, Permit.BASELINE])
def test_what_nobody_waived_has_to_stand_for_a_month(permit: Permit) -> None:
    """A young finding may still be mended; a baseline says only that it was there."""
    young = record(*fleet(0, sighting(permit=permit)), *fleet(29, sighting(permit=permit)))
    old = record(*fleet(0, sighting(permit=permit)), *fleet(30, sighting(permit=permit)))

    assert not young.is_false(Severity.ERROR)
    assert old.is_false(Severity.ERROR)
    assert not old.is_permitted()


def test_findings_by_another_weight_say_nothing_of_todays() -> None:
    """What was lowered yesterday is not removed today: a warning has to stand for a month."""
    warning = sighting(severity=Severity.WARNING)
    lowered = record(*fleet(0), *fleet(100, warning))
    ignored = record(*fleet(0), *fleet(100, warning), *fleet(130, warning))

    assert not record(*fleet(0)).is_false(Severity.WARNING)
    assert not lowered.is_false(Severity.WARNING)
    assert ignored.is_false(Severity.WARNING)


def test_what_people_approve_counts_once_each_and_one_no_is_enough() -> None:
    """Of five approvals and one rejection the rejection stands."""
    five = tuple(word(number) for number in range(5))
    found = recorded((), five)["PAY-001"]

    assert found.is_false(Severity.ERROR)
    assert found.evidence(Pattern.FALSE_RULE).agents == ("wow-x",)
    assert not recorded((), (*five, word(9, approved=False)))["PAY-001"].is_false(Severity.ERROR)
    assert not recorded((), five[:1] * 9)["PAY-001"].is_false(Severity.ERROR)


def test_what_was_before_a_policy_was_in_force_says_nothing_of_it() -> None:
    """It was another rule then."""
    since = {"PAY-001": FIRST + DAY}

    assert not recorded(fleet(0), since=since)["PAY-001"].is_false(Severity.ERROR)
    assert recorded(fleet(1), since=since)["PAY-001"].is_false(Severity.ERROR)


def test_runs_may_come_in_any_order() -> None:
    """Saved reports are named as they come."""
    runs = [*fleet(0), seen("wow-a0", 1), *fleet(2)]

    assert recorded(runs) == recorded(reversed(runs))
    assert recorded(runs)["PAY-001"].mended == 1


def test_an_agent_of_no_name_is_passed_over() -> None:
    """A report may come from anyone."""
    assert recorded([seen("x\n--- a/b", 0, sighting())]) == {}
