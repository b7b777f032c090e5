"""Policies add and tighten; what would relax, contradict or never end is refused."""

from __future__ import annotations

import time
from datetime import date

import pytest
from fakes.policy_text import CODE_RULE, SPEC_RULE, policy_text, spec_rule
from places import ROOT

from waooaw.errors import InvalidDocument
from waooaw.vision import (
    State,
    Subject,
    all_rules,
    core_rules,
    layers_of,
    parse_policy,
    policy_schema,
    tried,
)
from waooaw.vision.regexes import danger_of

TODAY = date(2026, 6, 1)


def conflicts(*files: bytes) -> list[str]:
    named = tuple((f"vision/{number}.yaml", content) for number, content in enumerate(files))
    return [one.message for one in layers_of(named, TODAY).conflicts]


def refused(content: bytes) -> tuple[str, str]:
    began = time.monotonic()
    with pytest.raises(InvalidDocument) as caught:
        parse_policy(content, source="vision/p.yaml")
    assert time.monotonic() - began < 1
    problem = caught.value.problems[0]
    assert problem.line is not None or problem.field == "" or "larger" in problem.message
    return problem.field, problem.message


def test_a_policy_is_read_whole() -> None:
    """Name, version, owner, dates and the place of each rule are kept."""
    policy = parse_policy(policy_text(), source="vision/p.yaml")

    assert policy.citation == "payments 1.2.0"
    assert policy.owner == "payments-risk@example.com"
    assert [rule.id for rule in policy.rules] == ["PAY-001", "PAY-002"]
    assert policy.place("PAY-001") == "vision/p.yaml:9"
    assert policy.place("PAY-999") == "vision/p.yaml"
    assert {rule.layer.value for rule in policy.rules} == {"policy"}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (b"owner: payments-risk@example.com\n", b"", "owner"),
        (b"owner: payments-risk@example.com", b"owner: TODO", "owner"),
        (b"rationale: What the auditors asked for.\n", b"", "rationale"),
        (b"effective: 2020-01-01", b"effective: 5", "effective"),
        (b"effective: 2020-01-01", b"effective: 2020-02-30", "effective"),
        (b"expires: 2999-12-31", b"expires: 2019-12-31", "expires"),
        (b"version: 1.2.0", b"version: latest", "version"),
        (b"waooaw.policy/1", b"waooaw.rules/1", "schema"),
        (b"    layer: policy", b"    layer: core", "rules[0].layer"),
        (b"applies_to: spec", b"applies_to: package", "rules[0].applies_to"),
        (b"    require:", b"    for_each: [ruls]\n    require:", "rules[0].for_each[0]"),
        (
            b"    require: spec.limits.monthly_usd <= 50.0",
            b"    detect: secrets",
            "rules[0].detect",
        ),
        (b"    good: |\n      limits: {monthly_usd: 50}\n", b"", "rules[0].good"),
        (b"rationale:", b"waivers: [VIS-C001]\nrationale:", "waivers"),
        (b"    layer: policy", b"    override: VIS-C002", "rules[0].override"),
        (b"    layer: policy", b"    weight: 5", "rules[0].weight"),
        (b"    layer: policy", b"    mend: {set: title}", "rules[0].mend"),
        (b"    layer: policy", b"    mend: {set: title, add: x, to: 1}", "rules[0].mend"),
        (b"applies_to: code", b"applies_to: code\n    mend: {set: a, to: 1}", "rules[1].mend"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_place(old: bytes, new: bytes, field: str) -> None:
    """Every field that is missing, unknown, or of another layer is named."""
    content = policy_text()
    assert old in content

    assert refused(content.replace(old, new, 1))[0] == field


@pytest.mark.parametrize(
    "content",
    [
        policy_text() + b"# " + b"x" * 10_000_000,
        b"a: &a [x]\n"
        + b"".join(b"%c: &%c [*%c,*%c,*%c,*%c]\n" % (n, n, *[n - 1] * 4) for n in range(98, 118)),
        b"rules: " + b"[" * 5_000,
        policy_text(CODE_RULE.replace("imports: [telnetlib.*]", "calls: [x], purpose: '(a+)+$'")),
        policy_text(*[CODE_RULE.replace("PAY-002", f"PAY-{n:03}") for n in range(900)]),
        policy_text(SPEC_RULE.replace("<= 50.0", "<= " + "(" * 1_900 + "1.0" + ")" * 1_900)),
    ],
    ids=["10 MB", "aliases", "depth", "regex", "rules", "nested condition"],
)
def test_a_hostile_policy_is_refused_within_a_second(content: bytes) -> None:
    """Whoever may write a policy can't stop the gates with it."""
    refused(content)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*b",
        "a*b*c*d*",
        "(",
        r"(a)\1",
        "(?=a)b",
        "a" * 501,
        "(?:a{1,9}){9}",
        "(?>a+)+",
    ],
)
def test_an_expression_that_could_take_for_ever_is_refused(pattern: str) -> None:
    """Repetitions in repetitions, alternatives in them, too many of them, and references back."""
    assert danger_of(pattern) is not None


@pytest.mark.parametrize(
    "pattern", ["^https?://", "(?i)select .* from", "(?:ab){2,9}", "a|b|c", "(?>a+)b"]
)
def test_a_plain_expression_is_none_of_them(pattern: str) -> None:
    """What most people write is let pass."""
    assert danger_of(pattern) is None


def test_regular_expressions_of_flows_are_looked_at_too() -> None:
    """Wherever Python's engine would run one."""
    flow = "follow: [{danger: [path], methods: [open], on: '(a+)+'}]"

    field, message = refused(
        policy_text(CODE_RULE.replace("forbid: [{imports: [telnetlib.*]}]", flow))
    )

    assert field == "rules[0].follow[0].on"
    assert "repetition" in message


@pytest.mark.parametrize("name", ["matches", "mentions", "reads", "named"])
def test_regular_expressions_about_arguments_are_looked_at_too(name: str) -> None:
    """What an argument is, mentions, reads or is called."""
    where = f"forbid: [{{calls: [x], where: [{{at: 0, {name}: '(a+)+'}}]}}]"

    text = CODE_RULE.replace("forbid: [{imports: [telnetlib.*]}]", where)

    assert refused(policy_text(text))[0] == f"rules[0].forbid[0].where[0].{name}"


def test_a_regular_expression_about_an_object_is_looked_at_too() -> None:
    """The name of the object that a method is called on."""
    forbid = "forbid: [{methods: [x], on: '(a+)+'}]"

    text = CODE_RULE.replace("forbid: [{imports: [telnetlib.*]}]", forbid)

    assert refused(policy_text(text))[0] == "rules[0].forbid[0].on"


def test_policies_that_agree_have_no_conflict() -> None:
    """Two that tighten one field in two steps are no contradiction."""
    stricter = spec_rule(
        "spec.limits.monthly_usd <= 20.0",
        good="limits: {monthly_usd: 10}",
        bad="limits: {monthly_usd: 40}",
    )

    assert conflicts(policy_text(), policy_text(stricter, name="finance")) == []


def test_what_demands_the_contrary_is_told_with_both_sides() -> None:
    """Where no example is good for both, somebody has to decide."""
    more = spec_rule(
        "spec.limits.monthly_usd >= 70.0",
        good="limits: {monthly_usd: 90}",
        bad="limits: {monthly_usd: 10}",
    )
    files = (("a.yaml", policy_text()), ("b.yaml", policy_text(more, name="sales")))

    (conflict,) = layers_of(files, TODAY).conflicts

    assert conflict.message == (
        "PAY-001 and PAY-009 demand what can't both hold of limits.monthly_usd"
    )
    assert conflict.this == "a.yaml:9 (payments 1.2.0)"
    assert conflict.that == "b.yaml:9 (sales 1.2.0)"


def test_rules_on_lists_may_demand_different_entries() -> None:
    """Two lists are joined before they are called contradictory."""
    one, other = (
        spec_rule(
            f'spec.responsibilities.exists(one, one == "{word}")',
            good=f"responsibilities: [{word}]",
            bad="responsibilities: []",
            name=name,
            field="responsibilities",
        ).replace(f"'{word}'", word)
        for word, name in (("listen", "PAY-010"), ("answer", "PAY-011"))
    )

    assert conflicts(policy_text(one, other)) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("PAY-001", "VIS-C002", "VIS-C002 is a rule of waooaw: nothing relaxes or replaces it"),
        ("PAY-001", "SEC-001", "SEC-001 is a rule of waooaw"),
        ("PAY-001", "VIS-P001", "the ids VIS-… are waooaw's own"),
        ("PAY-001", "PERF-999", "the ids PERF-… are waooaw's own"),
        ("monthly_usd: 50}", "monthly_usd: 0}", "what PAY-001 calls good, VIS-C002 of the core"),
    ],
)
def test_nothing_touches_the_core(old: str, new: str, says: str) -> None:
    """Its ids are taken, and what it forbids can't be called good."""
    (message,) = conflicts(policy_text(SPEC_RULE.replace(old, new)))

    assert message.startswith(says)


def test_a_lower_severity_is_named() -> None:
    """A rule of the core as a warning would relax it."""
    rule = SPEC_RULE.replace("PAY-001", "VIS-C002").replace("severity: error", "severity: warning")

    (message,) = conflicts(policy_text(rule))

    assert "an error, which a policy would make a warning" in message


def test_code_that_only_a_skill_may_write_is_no_conflict() -> None:
    """A good example may stand where the core allows it."""
    assert conflicts(policy_text(CODE_RULE.replace("import json", "import ssl"))) == []
    (message,) = conflicts(policy_text(CODE_RULE.replace("import json", "import waooaw.store")))
    assert "VIS-C101 of the core forbids" in message


def test_one_name_and_one_id_stand_once() -> None:
    """Two policies of one name, or with one id, are told."""
    found = conflicts(policy_text(), policy_text())

    assert found[0] == "two policies are named payments"
    assert found[1:] == ["two policies have a rule PAY-001", "two policies have a rule PAY-002"]


def test_what_has_expired_is_told_and_judges_nothing() -> None:
    """Nobody should believe in a rule that no longer holds."""
    old = layers_of((("p.yaml", policy_text(expires="2026-05-31")),), TODAY)
    new = layers_of((("p.yaml", policy_text(effective="2026-06-02")),), TODAY)
    now = layers_of((("p.yaml", policy_text(effective="2026-06-01", expires="2026-06-01")),), TODAY)

    assert "expired on 2026-05-31" in old.conflicts[0].message
    assert old.conflicts[0].severity.value == "warning"
    assert new.conflicts == now.conflicts == ()
    assert [one.policies[0].state(TODAY) for one in (old, new, now)] == [
        State.EXPIRED,
        State.NOT_YET,
        State.IN_FORCE,
    ]
    assert old.added(Subject.SPEC) == new.added(Subject.SPEC) == ()
    assert [rule.id for rule in now.added(Subject.SPEC)] == ["PAY-001"]


def test_a_rule_with_the_cores_id_replaces_nothing() -> None:
    """It is told as a conflict, and the core's own stays the one that judges."""
    text = policy_text(SPEC_RULE.replace("PAY-001", "VIS-C002"))
    layers = layers_of((("p.yaml", text),), TODAY)

    assert layers.added(Subject.SPEC) == ()
    assert layers.policy_of("VIS-C002") is None
    assert layers.policy_of("PAY-001") is None


def test_an_example_that_is_not_what_it_is_called_is_found() -> None:
    """Both kinds, and what can't be judged at all."""
    for old, new, example in (
        ("monthly_usd: 80", "monthly_usd: 8", "bad"),
        ("monthly_usd: 50}", "monthly_usd: 51}", "good"),
        ("limits: {monthly_usd: 50}", "limits: {monthly_usd: x}", "good"),
        ("limits: {monthly_usd: 50}", "- x", "good"),
        ("import json", "import telnetlib", "good"),
        ("import telnetlib", "import json5", "bad"),
    ):
        text = policy_text().replace(old.encode(), new.encode(), 1)
        (wrong,) = tried(parse_policy(text, source="p.yaml").rules)
        assert wrong.example == example
        assert wrong.message


def test_what_ships_is_what_its_examples_say() -> None:
    """Every rule of waooaw finds its bad example and leaves its good one alone."""
    assert list(tried(all_rules())) == []
    assert len(core_rules()) > 20


def test_editors_know_the_format() -> None:
    """The schema has the fields that people write, and not those they may not."""
    schema = policy_schema()

    rule = schema["$defs"]["_PolicyRule"]["properties"]
    assert rule["layer"] == {"const": "policy"}
    assert "detect" not in rule
    assert set(schema["required"]) == {
        *("schema", "name", "version", "owner", "rationale", "effective", "expires", "rules"),
    }


def test_many_contradictions_are_found_in_time() -> None:
    """Each rule is told of once, so that two hundred of them take no longer than a second."""
    rules = [
        spec_rule(
            f"spec.limits.monthly_usd == {number}.0",
            good=f"limits: {{monthly_usd: {number}}}",
            bad="limits: {monthly_usd: 0}",
            name=f"PAY-{number:03}",
        )
        for number in range(1, 201)
    ]
    began = time.process_time()

    assert len(conflicts(policy_text(*rules))) == 100
    assert time.process_time() - began < 2


def test_conditions_that_would_run_for_long_are_cut() -> None:
    """The engine counts their steps; what has no answer is no permission."""
    numbers = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"
    condition = "".join(f"{numbers}.all({name}, " for name in "abcdefg") + "a > 0" + ")" * 7
    rule = spec_rule(condition, good="limits: {monthly_usd: 5}", bad="limits: {monthly_usd: 0}")
    began = time.process_time()

    (wrong,) = tried(parse_policy(policy_text(rule), source="p.yaml").rules)

    assert (wrong.example, time.process_time() - began < 1) == ("good", True)
    assert "could not be judged" in wrong.message


@pytest.mark.parametrize("content", [b"layers: 3\n", b"- x\n", b"schema: waooaw.policy/2\n"])
def test_what_is_no_policy_at_all_is_told_once(content: bytes) -> None:
    """Another program's file gets one message, not one for each field that it lacks."""
    with pytest.raises(InvalidDocument) as caught:
        parse_policy(content, source="vision/p.yaml")

    (problem,) = caught.value.problems
    assert (problem.message, problem.expected) == ("this is no policy", "schema: waooaw.policy/1")


def test_fields_are_told_of_in_plain_words() -> None:
    """What is missing and what is too much."""
    assert refused(policy_text().replace(b"owner: payments-risk@example.com\n", b"")) == (
        "owner",
        "is missing",
    )
    assert refused(policy_text().replace(b"layer: policy", b"weight: 5", 1)) == (
        "rules[0].weight",
        "is no field that stands here",
    )


def test_the_policy_in_the_docs_is_one() -> None:
    """It loads without conflicts, and its examples are what they are called."""
    page = (ROOT / "docs" / "vision.md").read_text(encoding="utf-8")
    text = page.partition("```yaml\n")[2].partition("```")[0]

    layers = layers_of((("vision/payments.yaml", text.encode()),), TODAY)

    assert layers.conflicts == ()
    assert list(tried(layers.policies[0].rules)) == []
    assert {rule.applies_to for rule in layers.policies[0].rules} == {
        *(Subject.SPEC, Subject.CODE, Subject.CHANGE, Subject.ACTION)
    }
