"""What can't be proposed soundly is advice or nothing, whatever stands in journals and files."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from fakes.policy_text import policy_text, spec_rule
from fakes.refund_desk import SPEC, refund
from fakes.working_fleet import working_fleet
from unit.factory.proposing_cases import (
    ASKING,
    INTERNAL,
    MODEL,
    TODAY,
    after,
    agent,
    ground,
    patterns,
    propose,
    rows_of,
    specimen,
)

from waooaw import InputError, ScriptedModel
from waooaw.documents import parse
from waooaw.specfile import check_spec
from waooaw.store import Journalled
from waooaw.vision import parse_policy, tried
from waooaw_cli.factory.proposal_ground import ground_at
from waooaw_cli.factory.proposals import Pattern, Tally
from waooaw_cli.factory.proposed_files import Bench, Note, NotProposed, Specimen
from waooaw_cli.factory.spec_edits import Edit

FIVE = [f"e-{number}" for number in range(5)]


def refused(spec: Specimen, **options: Any) -> list[Journalled]:
    events = [refund(event_id=name) for name in FIVE]
    return rows_of(agent(spec.spec, **options), events, dict.fromkeys(FIVE, False))


def cash(spec: Specimen) -> list[Journalled]:
    return rows_of(agent(spec.spec), [refund(event_id=name, channel="cash") for name in FIVE])


def as_written(text: str) -> Specimen:
    spec = check_spec(parse(text.encode(), source="agent.yaml"))
    return Specimen(PurePosixPath("agents/x/agent.yaml"), text.encode(), spec)


def test_a_policy_that_would_contradict_another_is_advice() -> None:
    """One demands what the other forbids."""
    nobody = spec_rule(
        "spec.boundaries.approval.size() == 0",
        good="skills: [{name: issue_refund, description: d}]",
        bad="{skills: [{name: x_y, description: d}], boundaries: {approval: [x_y]}}",
        field="boundaries.approval",
    )
    on = specimen(**INTERNAL, **ASKING)

    found = propose(ground(on, policies={"p.yaml": policy_text(nobody)}), refused(on))

    assert found.changes == ()
    assert found.advice[0].because == "it would contradict a rule that is there"


def test_conflicts_that_are_there_anyhow_keep_nothing_from_being_proposed() -> None:
    """Whoever has to settle them is told by `vision check`."""
    on = specimen(**INTERNAL, **ASKING)
    expired = policy_text(expires="2025-01-01")

    found = propose(ground(on, policies={"p.yaml": expired}), refused(on))

    assert [one.file.name for one in found.proposals] == ["proposed-approval-issue-refund.yaml"]


def test_a_name_that_loses_letters_is_told_apart_by_a_digest() -> None:
    """`issue_refund` and `Issue_Refund` are two skills."""
    changes: dict[str, Any] = json.loads(json.dumps(INTERNAL | ASKING | {"examples": []}))
    text = json.dumps(changes).replace("issue_refund", "Issue__Refund")
    changes = json.loads(text) | {"examples": [SPEC["examples"][1]]}
    on = specimen(**changes)

    (proposal,) = propose(ground(on), refused(on)).proposals

    assert proposal.file.name.startswith("proposed-approval-issue-refund-")
    assert proposal.file.name != "proposed-approval-issue-refund.yaml"


@pytest.mark.parametrize("outcome", ["issue_refund", "ask_for_receipt"])
def test_what_a_model_chose_is_known_where_one_skill_alone_waits(outcome: str) -> None:
    """The journal of a refusal names the rule, not the skill; of two nobody knows which."""
    approval = ["issue_refund", "ask_for_receipt"]
    one = specimen(**MODEL, boundaries={"approval": [outcome]})
    two = specimen(**MODEL, boundaries={"approval": approval})

    def rows(spec: Specimen) -> list[Journalled]:
        desk = agent(spec.spec, model=ScriptedModel(default=outcome))
        events = [refund(900, event_id=name) for name in FIVE]
        return rows_of(desk, events, dict.fromkeys(FIVE, False))

    assert Pattern.DECLINED in patterns(propose(ground(one), rows(one)))[1]
    assert patterns(propose(ground(two), rows(two))) == ([], [])


def test_a_boundary_that_cannot_be_repeated_is_not_spread() -> None:
    """It holds a key; the agent's own gate speaks of that."""
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    never = [{"id": "no-cash", "when": f'event.data.channel != "{secret}"', "because": "No."}]
    on = specimen(boundaries={"never": never}, examples=[SPEC["examples"][1]])
    other = specimen(name="wow-other", boundaries={})

    found = propose(ground(on, other), cash(on))

    assert found.changes == ()
    assert secret not in repr((found.proposals, found.advice))


def test_a_refused_outcome_that_is_no_skill_is_not_spread() -> None:
    """Nobody else can be told by it."""
    never = [{"id": "no-cash", "when": 'event.data.channel == "cash"', "because": "No."}]
    rules = [{"id": "small", "when": "event.data.amount > 1", "then": "approve", "because": "S."}]
    on = specimen(boundaries={"never": never}, rules=rules, examples=[SPEC["examples"][1]])
    other = specimen(name="wow-other", boundaries={})

    assert patterns(propose(ground(on, other), cash(on))) == ([], [Pattern.REFUSED])


def test_a_specification_in_one_line_is_changed_without_a_note() -> None:
    """JSON is YAML too, and has no place for comments."""
    bare = [refund(event_id=name).model_copy(update={"data": {"channel": "x"}}) for name in FIVE]
    wake = [{"topic": "refund.requested"}]
    plain = specimen(boundaries={}, wake=wake)
    flow = as_written(json.dumps(yaml.safe_load(plain.content)))

    found = propose(ground(flow), rows_of(agent(flow.spec), bare))

    assert patterns(found)[0] == [Pattern.NO_ANSWER] * 2
    (change,) = found.changes
    assert b"#" not in change.after
    assert json.loads(change.after)["rules"][1]["when"].startswith("(has(event.data.amount) && ")


def test_a_file_that_is_written_in_a_way_of_its_own_is_left_alone() -> None:
    """An alias stands for one text in two places; to change one would change the other."""
    on = specimen(boundaries={})
    text = on.content.decode().replace("event.data.amount <= 500", "&c event.data.amount <= 500", 1)
    alias = as_written(text.replace("because: Small refunds are paid.", "because: *c"))
    bare = [refund(event_id=name).model_copy(update={"data": {"channel": "x"}}) for name in FIVE]
    wake = specimen(boundaries={}, wake=[{"topic": "refund.requested"}])

    found = propose(ground(alias), rows_of(agent(wake.spec), bare))

    assert [one.because.partition(":")[0] for one in found.advice][:1] == [
        "agent.yaml can't be edited there"
    ]


def test_what_is_put_on_the_bench_is_held_to_its_form() -> None:
    """A policy that is none, an example that is wrong, an agent that nobody knows."""
    bench = Bench(ground())
    path = PurePosixPath("vision/p.yaml")
    wrong = policy_text().replace(b"monthly_usd: 80", b"monthly_usd: 8")

    for content, says in ((b"x: 1", "it would be no policy: "), (wrong, "its bad example")):
        with pytest.raises(NotProposed, match=says):
            bench.put_policy(path, content)
    with pytest.raises(NotProposed, match="not in this repository"):
        bench.specimen("wow-nobody")
    edit = Edit(("rules", 0, "when"), "set", "this is no condition")
    with pytest.raises(NotProposed, match=r"agent\.yaml would be wrong: "):
        bench.put_spec("wow-refund-desk", [edit], Note(("rules", 0), ()))
    assert bench.changes() == ()


def test_a_fault_that_depends_on_what_was_remembered_is_advice() -> None:
    """The events alone don't show it, so nothing can be tried."""
    rules = [
        {"id": "a", "when": "event.data.amount > context.limit", "then": "reject", "because": "A."}
    ]
    on = specimen(rules=rules, boundaries={}, examples=[SPEC["examples"][1]])
    found = propose(ground(on), rows_of(agent(on.spec), [refund(event_id=one) for one in FIVE]))
    rows = rows_of(agent(on.spec), [refund(event_id=name) for name in FIVE])
    large = [
        Journalled(dataclasses.replace(row.entry, event=row.entry.event + " " * 70_000), None)
        for row in rows
    ]

    assert patterns(found)[0] == [Pattern.NO_ANSWER]
    assert "(has(context.limit) && " in after(found, "agent.yaml")
    assert [one.because for one in propose(ground(on), large).advice][:1] == [
        "none of these events shows it without what the agent remembered"
    ]


def test_conditions_that_begin_alike_are_not_taken_for_each_other() -> None:
    """What a journal says of a long condition is its beginning."""
    long = 'event.data.note != "' + "x" * 80
    rules = [
        {"id": name, "when": f'{long}{name}"', "then": "reject", "because": "A."} for name in "ab"
    ]
    on = specimen(rules=rules, boundaries={}, examples=[SPEC["examples"][1]])
    rows = rows_of(agent(on.spec), [refund(event_id=name) for name in FIVE])

    assert Pattern.NO_ANSWER not in patterns(propose(ground(on), rows))[0]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"decision": "[]"}, id="decision"),
        pytest.param({"trace": "7"}, id="trace"),
        pytest.param({"agent": "Some One"}, id="agent"),
        pytest.param({"decision": "[" * 90_000}, id="deep"),
    ],
)
def test_an_entry_that_says_nothing_is_counted_as_that(change: dict[str, str]) -> None:
    """And so is a row that is no entry at all."""
    (row, *rest) = rows_of(agent(), [refund(event_id=name) for name in FIVE])
    entry = dataclasses.replace(row.entry, **change)  # type: ignore[arg-type]  # one field a row
    broken = Journalled(entry, None)

    rows: list[Journalled | None] = [broken, None, *rest]
    inputs = propose(ground(), rows).inputs

    assert (inputs.entries, inputs.unread) == (5, 2)


def test_entries_with_other_things_in_their_fields_are_passed_over() -> None:
    """A rule that is a list, an event that is none, faults that are a mapping."""
    rows = rows_of(agent(), [refund(900, event_id=name) for name in FIVE])
    odd = json.dumps(json.loads(rows[0].entry.decision) | {"rule": [], "outcome": {}, "action": 1})
    changes: tuple[dict[str, Any], ...] = (
        {"decision": odd},
        {"event": "[]"},
        {"event": '{"type": "refund.requested", "id": ""}'},
        {"trace": '{"faults": {"a": 1}}'},
        {"tier": "wisdom"},
    )
    entries = [
        Journalled(dataclasses.replace(row.entry, **change), None)
        for row, change in zip(rows, changes, strict=True)
    ]

    found = propose(ground(), entries)

    assert (found.inputs.entries, found.inputs.unread) == (5, 0)
    assert patterns(found) == ([], [])


def test_agents_without_a_specification_here_are_named() -> None:
    """Nothing is learnt of their decisions, but that their skills fail."""
    never = {"name": "wow-stranger", "boundaries": {"approval": ["ask_for_receipt"]}}
    stranger = specimen(**never)
    rows = [*cash(stranger)]
    asked = rows_of(
        agent(specimen(**never, **MODEL).spec, model=ScriptedModel(default="ask_for_receipt")),
        [refund(900, event_id=f"m-{number}") for number in range(5)],
        {f"m-{number}": number > 2 for number in range(5)},
    )

    found = propose(ground(), [*rows, *asked])

    assert found.inputs.strangers == ("wow-stranger",)
    assert patterns(found) == ([], [])


def test_nothing_that_was_not_counted_has_evidence() -> None:
    """That would be a defect."""
    with pytest.raises(ValueError, match="nothing was counted"):
        Tally().evidence(Pattern.FAILED)


def test_many_agents_are_counted_and_ten_of_them_named() -> None:
    """In every text, so that a line stays a line."""
    on = [specimen(**INTERNAL, **ASKING, name=f"wow-a{number}") for number in range(12)]
    rows = [row for spec in on for row in refused(spec)]

    found = propose(ground(*on), rows)

    text = after(found, "proposed-approval-issue-refund.yaml")
    assert "60 times by wow-a0, wow-a1, wow-a10, " in text
    assert "and 2 more" in text
    assert list(tried(parse_policy(text.encode(), source="p").rules)) == []


# Where the files come from


def test_the_ground_is_the_repository_around_a_path(tmp_path: Path) -> None:
    """From its root: an agent, its specification or a folder of agents are the same ground."""
    fleet = working_fleet(tmp_path)
    (fleet / "agents" / "vision").mkdir()
    team = policy_text(name="team").replace(b"PAY-", b"TEAM-")
    (fleet / "agents" / "vision" / "team.yaml").write_bytes(team)

    top, ground = ground_at(Path("agents"), folder=fleet, today=TODAY)
    alone = ground_at(Path("agents/wow-credits/agent.yaml"), folder=fleet, today=TODAY)[1]

    assert top == fleet.resolve()
    assert [path.as_posix() for path, _ in ground.policies] == [
        "vision/payments.yaml",
        "agents/vision/team.yaml",
    ]
    assert [one.path.as_posix() for one in ground.agents] == [
        "agents/wow-credits/agent.yaml",
        "agents/wow-refunds/agent.yaml",
    ]
    assert [one.spec.name for one in alone.agents] == ["wow-credits"]


def test_agents_that_nobody_could_mean_are_left_out(tmp_path: Path) -> None:
    """Two of one name, one that can't be read, one of a repository within."""
    fleet = working_fleet(tmp_path)
    text = (fleet / "agents" / "wow-credits" / "agent.yaml").read_text()
    for name, content in (("copy", text), ("broken", "x: ["), ("within", text + "title: W\n")):
        (fleet / "agents" / name).mkdir()
        (fleet / "agents" / name / "agent.yaml").write_text(content)
    (fleet / "agents" / "within" / ".git").write_text("gitdir: elsewhere")

    ground = ground_at(Path(), folder=fleet, today=TODAY)[1]

    assert [one.spec.name for one in ground.agents] == ["wow-refunds"]


def test_a_repository_of_policies_alone_is_a_ground_too(tmp_path: Path) -> None:
    """It learns from reports; a path that is not there is none."""
    (tmp_path / ".git").mkdir()

    top, ground = ground_at(Path(), folder=tmp_path, today=TODAY)

    assert (top, ground.agents, ground.taken) == (tmp_path, (), frozenset())
    with pytest.raises(InputError, match="no such folder"):
        ground_at(Path("nowhere"), folder=tmp_path, today=TODAY)
