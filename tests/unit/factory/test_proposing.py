"""What journals and gates show becomes a diff only where it is sound; else it is advice."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml
from fakes.policy_text import CODE_RULE, SPEC_RULE, policy_text, spec_rule
from fakes.refund_desk import SPEC, CountingSkills, refund
from unit.factory.proposing_cases import (
    ASKING,
    BOTH,
    HOME,
    INTERNAL,
    MODEL,
    NOON,
    TODAY,
    after,
    agent,
    ground,
    patterns,
    propose,
    rows_of,
    specimen,
)

from waooaw import ScriptedModel
from waooaw.documents import parse
from waooaw.specfile import check_spec
from waooaw.store import Journalled
from waooaw.vision import parse_policy, tried
from waooaw_cli.factory.observations import Observation, Permit, Sighting
from waooaw_cli.factory.proposals import Pattern
from waooaw_cli.factory.proposed_files import Specimen
from waooaw_cli.gates.report import GateId, Severity

# What people decline


def declined(count: int, granted: int = 0) -> list[Journalled]:
    names = [f"e-{number}" for number in range(count + granted)]
    words = {name: number >= count for number, name in enumerate(names)}
    desk = agent(specimen(**ASKING).spec)
    return rows_of(desk, [refund(event_id=name) for name in names], words)


def test_what_people_decline_five_times_waits_for_a_person_everywhere() -> None:
    """The policy is one, its examples hold, and it names whom it would object to."""
    asking = specimen(**INTERNAL, **ASKING)
    other = specimen(**INTERNAL, name="wow-other", boundaries={})
    names = [f"e-{number}" for number in range(7)]
    words = {name: number >= 5 for number, name in enumerate(names)}
    rows = rows_of(agent(asking.spec), [refund(event_id=name) for name in names], words)

    found = propose(ground(asking, other), rows)

    (proposal,) = found.proposals
    assert proposal.file == HOME / "proposed-approval-issue-refund.yaml"
    assert proposal.evidence.notes == (
        "declined 5 times, granted 2 times",
        "would object to wow-other (1 of 2 agents)",
    )
    policy = parse_policy(after(found, proposal.file.name).encode(), source="p")
    assert (policy.owner, policy.effective, policy.expires) == (
        "platform@example.com",
        TODAY,
        date(2027, 3, 1),
    )
    assert list(tried(policy.rules)) == []
    assert "maria" not in after(found, proposal.file.name)
    assert found.advice == ()


def test_four_times_are_no_pattern() -> None:
    """And the same event in a copy of the journal is no second one."""
    rows = declined(4)

    assert propose(ground(specimen(**ASKING)), [*rows, *rows]).proposals == ()


def test_what_is_forbidden_already_is_not_proposed_again() -> None:
    """Once the policy is there, nothing is left to learn but that nobody ever says yes."""
    on = specimen(**INTERNAL, **ASKING)
    rows = rows_of(
        agent(on.spec),
        [refund(event_id=f"e-{number}") for number in range(5)],
        {f"e-{number}": False for number in range(5)},
    )
    first = propose(ground(on), rows)
    name = first.proposals[0].file.name
    second = propose(ground(on, policies={name: after(first, name).encode()}), rows)

    assert patterns(first) == ([Pattern.DECLINED], [Pattern.DECLINED])
    assert patterns(second) == ([], [Pattern.DECLINED])


def test_a_rule_that_objects_to_every_desk_covers_nothing() -> None:
    """It does not tell what is bad here from what is good."""
    on = specimen(**INTERNAL, **ASKING)
    rows = rows_of(
        agent(on.spec),
        [refund(event_id=f"e-{number}") for number in range(5)],
        {f"e-{number}": False for number in range(5)},
    )
    strict = policy_text(SPEC_RULE.replace("50", "20"))

    found = propose(ground(on, policies={"p.yaml": strict}), rows)

    assert patterns(found)[0] == [Pattern.DECLINED]


def test_names_and_numbers_that_are_taken_are_not_taken_twice() -> None:
    """Neither the file's nor the policy's nor the rule's."""
    taken = policy_text(SPEC_RULE.replace("PAY-001", "PRO-001"), name="proposed-approval-x")
    on = ground(
        specimen(**INTERNAL, **ASKING),
        policies={"proposed-approval-issue-refund.yaml": taken},
    )
    rows = rows_of(
        agent(on.agents[0].spec),
        [refund(event_id=f"e-{number}") for number in range(5)],
        {f"e-{number}": False for number in range(5)},
    )

    found = propose(on, rows)

    assert found.proposals[0].file == HOME / "proposed-approval-issue-refund-2.yaml"
    assert "id: PRO-002" in after(found, "proposed-approval-issue-refund-2.yaml")


def test_a_leap_day_has_a_year_too() -> None:
    """It ends on the 28th."""
    on = specimen(**INTERNAL, **ASKING)
    rows = rows_of(
        agent(on.spec),
        [refund(event_id=f"e-{number}") for number in range(5)],
        {f"e-{number}": False for number in range(5)},
    )
    found = propose(ground(on, today=date(2028, 2, 29)), rows)

    assert 'expires: "2029-02-28"' in after(found, found.proposals[0].file.name)


# What a boundary refuses


def test_a_boundary_that_others_lack_is_demanded_of_all_who_have_the_skill() -> None:
    """Where nobody lacks it, there is only advice for the agent whose rules run into it."""
    rows = rows_of(agent(), [refund(event_id=f"e-{number}", channel="cash") for number in range(5)])
    other = specimen(name="wow-other", boundaries={})

    alone, both = propose(ground(), rows), propose(ground(specimen(), other), rows)

    assert patterns(alone) == ([], [Pattern.REFUSED])
    assert patterns(both) == ([Pattern.REFUSED], [Pattern.REFUSED])
    text = after(both, "proposed-boundary-no-cash-issue-refund.yaml")
    assert list(tried(parse_policy(text.encode(), source="p").rules)) == []
    assert "wow-other" in str(both.proposals[0].evidence.notes)


def test_a_boundary_is_spread_as_its_guard_makes_it() -> None:
    """Applied together, both hold: the agent has what the policy demands."""
    cash = [refund(event_id=f"c-{number}", channel="cash") for number in range(5)]
    bare = [refund(event_id=f"b-{number}") for number in range(5)]
    bare = [one.model_copy(update={"data": {"amount": 7}}) for one in bare]
    other = specimen(name="wow-other", boundaries={})

    found = propose(ground(specimen(), other), rows_of(agent(), [*cash, *bare]))

    assert patterns(found)[0] == [Pattern.NO_ANSWER, Pattern.REFUSED]
    assert "(1 of 2 agents)" in found.proposals[1].evidence.notes[-1]
    text = after(found, "proposed-boundary-no-cash-issue-refund.yaml")
    assert "!has(event.data.channel) || " in text


def test_refusals_of_different_shapes_are_not_added_up() -> None:
    """Three by one rule and two by another are no pattern."""
    spec = specimen(
        rules=[
            {"id": "a", "when": "event.data.amount < 9", "then": "issue_refund", "because": "A."},
            {"id": "b", "when": "event.data.amount > 8", "then": "issue_refund", "because": "B."},
        ],
        examples=[SPEC["examples"][1]],
    )
    events = [
        refund(5 if number < 3 else 50, event_id=f"e-{number}", channel="cash")
        for number in range(5)
    ]

    assert propose(ground(spec), rows_of(agent(spec.spec), events)).advice == ()


def test_a_boundary_that_is_gone_counts_for_nothing() -> None:
    """The journal speaks of another specification."""
    rows = rows_of(agent(), [refund(event_id=f"e-{number}", channel="cash") for number in range(5)])

    assert patterns(propose(ground(specimen(boundaries={})), rows)) == ([], [])


# Conditions without an answer


def without_channel(count: int = 5) -> list[Journalled]:
    events = [refund(event_id=f"e-{number}") for number in range(count)]
    bare = [one.model_copy(update={"data": {"amount": 7}}) for one in events]
    return rows_of(agent(), bare)


def test_a_boundary_without_an_answer_keeps_refusing_with_a_guard() -> None:
    """It fails closed before and after: no decision becomes another."""
    rows = without_channel()
    found = propose(ground(), rows)

    assert patterns(found) == ([Pattern.NO_ANSWER], [])
    spec = check_spec(parse(after(found, "agent.yaml").encode(), source="agent.yaml"))
    assert spec.boundaries.never[0].when == (
        'decision.outcome == "issue_refund" && '
        '(!has(event.data.channel) || event.data.channel == "cash")'
    )
    bare = refund().model_copy(update={"data": {"amount": 7}})
    decision = asyncio.run(agent(spec).handle(bare))
    assert (decision.boundary, decision.trace.faults) == ("no-cash", ())
    assert propose(ground(Specimen(PurePosixPath("a/agent.yaml"), b"", spec)), rows).changes == ()


def test_a_rule_and_a_wake_condition_without_an_answer_do_not_match_with_a_guard() -> None:
    """As before, but without a fault; fields below a missing one are guarded from the outside."""
    rules = [
        {"id": "vip", "when": "event.data.customer.vip.level > 2", "then": "reject", "because": "V"}
    ]
    wake = [{"topic": "refund.*", "when": "event.data.shop.id > 1"}]
    data = {"shop": {"id": 2}, "customer": {"vip": {"level": 3}}}
    spec = specimen(
        wake=wake,
        rules=rules,
        boundaries={},
        examples=[
            {
                "event": {"type": "refund.requested", "data": data},
                "expect": {"outcome": "reject"},
            }
        ],
    )
    asleep = [refund(event_id=f"a-{number}") for number in range(5)]
    awake = [refund(event_id=f"b-{number}", shop={"id": 2}) for number in range(5)]

    found = propose(ground(spec), rows_of(agent(spec.spec), [*asleep, *awake]))

    text = yaml.safe_load(after(found, "agent.yaml"))
    assert text["wake"][0]["when"] == (
        "(has(event.data.shop) && has(event.data.shop.id) && event.data.shop.id > 1)"
    )
    assert text["rules"][0]["when"] == (
        "(has(event.data.customer) && has(event.data.customer.vip) &&"
        " has(event.data.customer.vip.level) && event.data.customer.vip.level > 2)"
    )


def test_a_wrong_type_is_no_missing_field() -> None:
    """A guard would not help, so there is only advice."""
    events = [refund(event_id=f"e-{number}") for number in range(5)]
    wrong = [one.model_copy(update={"data": {"amount": "much"}}) for one in events]

    found = propose(ground(), rows_of(agent(), wrong))

    assert found.changes == ()
    assert {one.because for one in found.advice} == {
        "no missing field is the reason, so a guard would not help"
    }


# What no rule decides


def guessed(outcome: str, spec: Specimen, count: int = 5) -> list[Journalled]:
    desk = agent(spec.spec, model=ScriptedModel(default=outcome))
    return rows_of(desk, [refund(900 + number, event_id=f"e-{number}") for number in range(count)])


def test_what_a_model_always_hands_over_becomes_a_rule() -> None:
    """It costs nothing then, and the agent does no more than before."""
    spec = specimen(**MODEL)
    found = propose(ground(spec), guessed("escalate", spec))

    rules = yaml.safe_load(after(found, "agent.yaml"))["rules"]
    assert rules[:-1] == yaml.safe_load(spec.content)["rules"]
    assert rules[-1]["when"] == 'event.type == "refund.requested"'
    assert rules[-1]["then"] == "escalate"


@pytest.mark.parametrize("outcome", ["approve", "ask_for_receipt"])
def test_what_a_model_always_lets_pass_is_advice(outcome: str) -> None:
    """Whoever sends the events would have taught the agent to let all of them pass."""
    spec = specimen(**MODEL)
    found = propose(ground(spec), guessed(outcome, spec))

    assert found.changes == ()
    advice = found.advice[0]
    assert advice.evidence.pattern is Pattern.DECIDED_ALIKE
    assert yaml.safe_load(advice.suggestion)["rules"][0]["then"] == outcome


def test_a_model_that_says_now_this_now_that_is_needed() -> None:
    """One other outcome is enough."""
    spec = specimen(**MODEL)
    model = ScriptedModel({"e-3": "reject"}, default="escalate")
    desk = agent(spec.spec, model=model)
    rows = rows_of(desk, [refund(900 + number, event_id=f"e-{number}") for number in range(9)])

    assert patterns(propose(ground(spec), rows)) == ([], [])


def test_what_only_otherwise_decides_needs_a_person_to_say_what_should() -> None:
    """A rule that says the same would change nothing."""
    rows = rows_of(agent(), [refund(900, event_id=f"e-{number}") for number in range(5)])
    found = propose(ground(), rows)

    assert patterns(found) == ([], [Pattern.UNDECIDED])


def test_a_rule_that_would_make_a_specification_wrong_is_advice() -> None:
    """Such as one that keeps the model from ever being asked where that is refused."""
    spec = specimen(**MODEL)
    wide = policy_text(
        spec_rule(
            'spec.rules.all(one, one.when != "event.type == \\"refund.requested\\"")'.replace(
                "'", "''"
            ),
            good="title: Desk",
            bad=(
                "rules: [{id: a, when: 'event.type == \"refund.requested\"',"
                " then: reject, because: b}]"
            ),
            field="rules",
        )
    )

    found = propose(ground(spec, policies={"p.yaml": wide}), guessed("reject", spec))

    assert found.changes == ()
    assert found.advice[0].because == "PAY-009 would object to it"


# Failures


def test_a_skill_that_keeps_failing_is_told_by_the_kind_of_its_error_alone() -> None:
    """What the error says may quote the event."""

    def fail(_: object) -> object:
        raise TimeoutError("card 4111 1111 1111 1111\n--- a/x")

    rows = rows_of(
        agent(skills=CountingSkills(fail)), [refund(event_id=f"e-{number}") for number in range(5)]
    )
    (advice,) = propose(ground(), rows).advice

    assert advice.title == "mend the skill issue_refund of wow-refund-desk: TimeoutError"
    assert "4111" not in repr(advice)


# Rules that are never right


def waived(count: int = 5, rule: str = "PAY-001", day: int = 0, **fields: Any) -> list[Observation]:
    given = {"severity": Severity.ERROR, "permit": Permit.WAIVER, **fields}
    sighting = Sighting(GateId.VISION, rule, given["severity"], "ab" * 6, given["permit"])
    at = NOON + timedelta(days=day)
    return [
        Observation(at, f"wow-a{number}", frozenset({GateId.VISION}), (sighting,))
        for number in range(count)
    ]


def test_a_policys_rule_that_is_never_right_becomes_a_warning_in_its_own_file() -> None:
    """With a new version; every other byte stays."""
    before = policy_text().replace(b"rules:", b"rules:  # ours").replace(b"\n", b"\r\n")
    found = propose(ground(policies={"pay.yaml": before}), seen=waived())

    (proposal,) = found.proposals
    assert (proposal.file, proposal.title) == (
        HOME / "pay.yaml",
        "PAY-001 of payments becomes a warning",
    )
    (change,) = found.changes
    kept = [line for line in change.after.splitlines() if not line.lstrip().startswith(b"# ")]
    expected = before.replace(b"severity: error", b"severity: warning", 1)
    assert kept == expected.replace(b"1.2.0", b"1.3.0").splitlines()
    assert b"  # false-rule: 5 times by wow-a0, wow-a1" in change.after
    assert b"\n" not in change.after.replace(b"\r\n", b"")


def test_a_warning_that_nobody_minds_goes() -> None:
    """After a month as a warning; the last rule of a policy goes with its file, by hand."""
    rules = [one.replace("severity: error", "severity: warning") for one in (SPEC_RULE, CODE_RULE)]
    fields: dict[str, Any] = {"severity": Severity.WARNING, "permit": Permit.NONE}
    seen = [*waived(**fields), *waived(day=30, **fields)]

    found = propose(ground(policies={"pay.yaml": policy_text(*rules)}), seen=seen)
    alone = propose(ground(policies={"pay.yaml": policy_text(rules[0])}), seen=seen)

    assert found.proposals[0].title == "PAY-001 of payments goes"
    ids = [one.id for one in parse_policy(after(found, "pay.yaml").encode(), source="p").rules]
    assert ids == ["PAY-002"]
    assert [one.because for one in alone.advice] == [
        "it is the only rule of its policy: remove the file"
    ]


@pytest.mark.parametrize("rule", ["VIS-C003", "SEC-005", "LINT-F401"])
def test_what_travels_with_waooaw_is_never_relaxed(rule: str) -> None:
    """Its maintainers are told; there is no diff, whatever policies there are."""
    found = propose(ground(policies={"pay.yaml": policy_text()}), seen=waived(rule=rule))

    assert found.changes == ()
    (advice,) = found.advice
    assert advice.title == f"tell waooaw's maintainers that {rule} fires falsely here"


def test_a_rule_that_many_waive_and_some_mend_is_its_owners_question() -> None:
    """It is right at times."""
    fleet = [*waived(), *waived(6, day=1), *waived(5, day=2)]
    gone = Observation(NOON + timedelta(days=3), "wow-a5", frozenset({GateId.VISION}), ())
    on = ground(policies={"pay.yaml": policy_text()})

    ours = propose(on, seen=[*fleet, gone])
    shipped = propose(on, seen=[*waived(6, rule="SEC-005"), gone])

    assert [one.title for one in ours.advice] == [
        "ask payments-risk@example.com whether PAY-001 of payments asks for too much"
    ]
    assert patterns(shipped) == ([], [Pattern.WAIVED_RULE])


def test_a_rule_that_nobody_knows_is_passed_over() -> None:
    """A report may come from anywhere."""
    evil = waived(rule="X\n--- a/vision/core.yaml")

    assert patterns(propose(ground(), seen=evil)) == ([], [])


def test_the_same_evidence_gives_the_same_bytes() -> None:
    """In whatever order it comes."""
    bare = [refund(event_id=f"b-{number}") for number in range(5)]
    bare = [one.model_copy(update={"data": {"amount": 7}}) for one in bare]
    rows = [*rows_of(agent(), bare), *declined(5)]
    on = ground(specimen(**BOTH), specimen(name="wow-other"))

    assert len(propose(on, rows).changes) == 2
    assert propose(on, rows) == propose(on, rows)
    assert propose(on, rows).changes == propose(on, rows[::-1]).changes
