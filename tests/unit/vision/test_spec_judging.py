"""The core judges specifications: the valid ones pass, a violation names its field and place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fakes.plain_desk import desk, desk_with

from waooaw.errors import InputError
from waooaw.specfile import read_spec
from waooaw.vision import Severity, core_rules, judge_spec, parse_rules
from waooaw.vision.specs import judge_by

CASES = Path(__file__).parents[2] / "cases" / "answers"
VALID = sorted((CASES / "valid").glob("*.yaml"))

MODEL = "otherwise: model\n"
PAY = "skills: [{name: ship, description: Ship it., effect: external, input: {amount: number}}]\n"
RULE = "rules: [{id: due, when: %s, then: ship, because: It is due.}]\n"
NEVER = 'boundaries: {never: [{id: a, when: "%s", because: B.}]}\n'
RULES = "rules: [{id: a, when: event.data.x > 1, then: %s}]\n"
ROUTE = "skills: [{name: route_to_night, %s, effect: internal}]\n"

VIOLATING = [
    ("VIS-C001", "owner", "owner: '  tbd '"),
    ("VIS-C001", "owner", "owner: Nobody"),
    ("VIS-C001", "owner", "owner: '???'"),
    ("VIS-C002", "limits.monthly_usd", "limits: {monthly_usd: 0}"),
    ("VIS-C002", "limits.monthly_usd", MODEL + "limits: {monthly_usd: 0, decision_usd: 0}"),
    ("VIS-C003", "collaborators.escalates_to", "collaborators: {escalates_to: /dev/null}"),
    ("VIS-C003", "collaborators.escalates_to", "collaborators: {escalates_to: n/a}"),
    ("VIS-C004", "rules[0].because", (PAY + RULE % "event.data.x > 1").replace("It is due.", "-")),
    ("VIS-C005", "rules[0].then", PAY + RULE % "'true'"),
    ("VIS-C005", "rules[0].then", PAY + RULE % "1 < 2"),
    ("VIS-C005", "rules[0].then", PAY + RULE % "true || event.data.x > 1"),
    ("VIS-C005", "rules[0].then", PAY + RULE % "'event.type != \"\"'"),
    ("VIS-C005", "rules[0].then", PAY + RULE % "size(event.id) > 0 || event.data.x > 1"),
    ("VIS-C005", "rules[0].then", PAY + RULE % "event.type == event.type"),
    ("VIS-C005", "rules[0].then", PAY + RULE % "event.type == 'refund.requested'"),
    ("VIS-C005", "rules[0].then", PAY + RULE % '\'event.type in ["refund.requested", "x"]\''),
    ("VIS-C005", "rules[0].then", PAY + RULE % "has(event.data.x) || !has(event.data.x)"),
    ("VIS-C005", "rules[0].then", PAY + RULE % "event.data.x > 4 || event.data.x <= 4"),
    ("VIS-C005", "rules[0].then", PAY + RULE % "event.data.a != 'x' || event.data.a != 'y'"),
    ("VIS-C006", "limits.decision_usd", MODEL + "limits: {decision_usd: 0}"),
    ("VIS-C007", "skills[0]", MODEL + PAY.replace("amount: number", "customerEmail: string")),
    ("VIS-C007", "skills[0]", MODEL + PAY.replace("amount: number", "'home address': string")),
    ("VIS-C007", "skills[0]", MODEL + PAY.replace("amount: number", "iban: string")),
    (
        "VIS-C007",
        "skills[0]",
        MODEL
        + "skills: [{name: pay, description: Pay., effect: none, input: "
        + "{type: object, properties: {date_of_birth: {type: string}}}}]",
    ),
    (
        "VIS-C007",
        "rules[0]",
        MODEL
        + "rules: [{id: a, when: has(event.data.customer.phone), then: approve, because: B.}]",
    ),
    (
        "VIS-C007",
        "rules[0]",
        MODEL + "rules: [{id: a, when: 'event.data[\"ssn\"] == 1', then: reject, because: No.}]",
    ),
    ("VIS-C007", "wake[0]", MODEL + "wake: [{topic: a.b, when: event.data.email != ''}]"),
    (
        "VIS-C007",
        "examples[0]",
        MODEL + "examples: [{event: {type: a, data: {c: [{last_name: X}]}}, expect: {}}]",
    ),
    (
        "VIS-C007",
        "boundaries.never[0]",
        MODEL
        + "boundaries: {data: internal, never: "
        + "[{id: a, when: event.data.card_number != '', because: Cards are not ours.}]}",
    ),
    ("VIS-C008", "persona.tagline", "persona: {tagline: AKIAIOSFODNN7EXAMPLE}"),
    (
        "VIS-C008",
        "examples[0].event.data.url",
        "examples: [{event: {type: a, data: {url: 'https://me:h8Kq2vLx9@host/'}}, expect: {}}]",
    ),
    (
        "VIS-C008",
        "examples[0].event.data.password",
        "examples: [{event: {type: a, data: {password: h8Kq2vLx9}}, expect: {}}]",
    ),
    ("VIS-C009", "collaborators.consults[1]", "collaborators: {consults: [wow-a, wow-desk]}"),
    ("VIS-C009", "collaborators.hands_off_to[0]", "collaborators: {hands_off_to: [wow-desk]}"),
    (
        "VIS-C010",
        "examples",
        "kind: customer\nexamples: [{event: {type: x}, expect: {wakes: false}}]",
    ),
    ("VIS-C011", "collaborators.escalates_to", "collaborators: {escalates_to: wow-desk}"),
    (
        "VIS-C012",
        "boundaries.never[0].because",
        "boundaries: {never: [{id: a, when: event.data.x > 1, because: TODO}]}",
    ),
    (
        "VIS-C013",
        "boundaries.never[0].when",
        "boundaries: {never: [{id: a, when: 1 > 2, because: Never.}]}",
    ),
    ("VIS-C014", "model.max_share", MODEL + "model: {max_share: 0.8}"),
    ("VIS-C015", "purpose", "purpose: Lorem ipsum dolor"),
    ("VIS-C016", "limits.decision_usd", "limits: {monthly_usd: 1, decision_usd: 2}"),
    ("VIS-C001", "owner", "owner: 'todo: find an owner'"),
    ("VIS-C001", "owner", "owner: Alerts <no-reply@example.com>"),
    (
        "VIS-C003",
        "collaborators.escalates_to",
        "collaborators: {escalates_to: '<your-team@x.org>'}",
    ),
    (
        "VIS-C004",
        "rules[0].because",
        (PAY + RULE % "event.data.x > 1").replace("It is due", "asdf"),
    ),
    ("VIS-C011", "collaborators.escalates_to", "collaborators: {escalates_to: '@wow_desk'}"),
    ("VIS-C013", "boundaries.never[0].when", NEVER % "decision.confidence > 1.0"),
    ("VIS-C013", "boundaries.never[0].when", NEVER % "decision.outcome != ''"),
    ("VIS-C013", "boundaries.never[0].when", NEVER % "event.data.h < 6 && event.data.h > 22"),
    ("VIS-C015", "purpose", "purpose: The purpose is still to be written."),
    ("VIS-C017", "rules[0].cite", RULES % "approve, because: B., cite: POL-XXX"),
    ("VIS-C018", "domain", "domain: '{{ domain }}'"),
    ("VIS-C019", "collaborators.consults[0]", "collaborators: {consults: [to-be-decided]}"),
    ("VIS-C020", "skills[0].description", PAY.replace("Ship it.", "Placeholder text")),
    ("VIS-C021", "responsibilities[1]", "responsibilities: [Pay, '...']"),
    ("VIS-C022", "owner", "owner: WOW-desk"),
    ("VIS-C023", "limits.error_rate", "limits: {error_rate: 0.51}"),
    ("VIS-S002", "name", "name: wow-test-agent"),
    ("VIS-S003", "skills[0].name", PAY.replace("name: ship", "name: do_stuff")),
    ("VIS-S004", "collaborators.hands_off_to", "kind: coordinator"),
    ("VIS-S006", "rules[0].because", RULES % "approve, because: The condition is met."),
    (
        "VIS-S007",
        "boundaries.never[0].because",
        (NEVER % "event.data.x > 1").replace(": a,", ": b,"),
    ),
    ("VIS-S008", "purpose", "purpose: wow-desk"),
    ("VIS-S009", "skills[0].effect", PAY.replace("ship", "send_it").replace("external", "none")),
    ("VIS-S011", "skills[0].input", ROUTE % "description: Hand over to the night desk."),
    ("VIS-S012", "rules", "kind: customer\n" + RULES % "defer, because: B."),
    ("VIS-S014", "skills[0].input", PAY.replace("amount: number", "dbPassword: string")),
    ("VIS-S018", "collaborators.escalates_to", "collaborators: {consults: [a], escalates_to: a}"),
    (
        "VIS-S021",
        "otherwise",
        MODEL + (RULES % "approve, because: B.").replace("event.data.x", "2"),
    ),
    ("VIS-S022", "skills[0]", PAY.replace("amount: number", "iban: string")),
    ("VIS-S023", "wake[0].topic", "wake: [{topic: '*.**'}]"),
]

INNOCENT = [
    "owner: None-of-the-above team",
    "owner: TODO-list team <todo@example.com>",
    "owner: गणित-team",
    "limits: {monthly_usd: 0, decision_usd: 0}",
    "limits: {monthly_usd: 0.5, decision_usd: 0.5}",
    "purpose: '数'",
    PAY + RULE % "event.data.x > 1",
    PAY + RULE % "event.type == 'refund.requested'" + "wake: [{topic: refund.*}]",
    PAY + RULE % "event.type != 'refund.test'" + "wake: [{topic: refund.*}]",
    PAY + RULE % "event.source != '/sandbox'",
    PAY + RULE % "event.subject != ''",
    PAY + RULE % "'!event.source.contains(\"test\")'",
    PAY + RULE % "'!event.type.matches(\"^test\")'",
    PAY + RULE % "size(event.subject) < 100",
    PAY + RULE % "'!has(context.blocked)'",
    PAY + RULE % "'!has(event.data.blocked)'",
    PAY + RULE % "event.data.paid == false",
    PAY + RULE % "'true'" + "boundaries: {approval: [ship]}",
    PAY.replace("external", "internal") + RULE % "'true'",
    PAY,
    PAY.replace("amount: number", "email: string") + "boundaries: {data: personal}",
    MODEL,
    MODEL + PAY.replace("amount: number", "email: string") + "boundaries: {data: personal}",
    MODEL + "rules: [{id: a, when: event.data.channel == 'email', then: approve, because: B.}]",
    MODEL
    + "rules: [{id: a, when: 'event.data.text.matches(\".email\")', then: reject, because: B.}]",
    MODEL + PAY.replace("amount: number", "email_template: string, phone_count: integer"),
    MODEL + PAY.replace("amount: number", "has_email: boolean, mac_address: string"),
    MODEL + PAY.replace("amount: number", "page_address: string, emailed: boolean"),
    MODEL + "model: {max_share: 0.25}",
    "collaborators: {consults: [wow-desk-two], hands_off_to: [wow-a]}",
    "collaborators: {escalates_to: The nobody-left-behind rota}",
    "kind: customer",
    "boundaries: {never: [{id: a, when: decision.tier == 'model', because: Rules only.}]}",
    "persona: {tagline: Reads AWS_ACCESS_KEY_ID from the environment}",
    "examples: [{event: {type: a, data: {id: 550e8400-e29b-41d4-a716-446655440000}}, expect: {}}]",
    "examples: [{event: {type: a, data: {password: <your password>}}, expect: {}}]",
    "owner: TBD Holdings GmbH",
    "owner: no-one-left-behind@example.com",
    "owner: wow-desk-owners@example.com",
    "purpose: Ask for delivery dates that are still TBD.",
    RULES % "approve, because: Todo lists are not cash., cite: TBD-12",
    NEVER % "decision.tier == 'model' && decision.confidence < 0.5",
    NEVER % "event.data.h < 6 || event.data.h > 22",
    PAY + RULE % "event.data.x > 4 || event.data.x < 4",
    "name: agent-of-record",
    "name: wow-test-results",
    PAY.replace("name: ship", "name: skill_matrix"),
    ROUTE % "description: Hand over to the night desk., input: {request: object}",
    "skills: [{name: read_clock, description: Read the time.}]",
    "skills: [{name: read, description: Count tokens., input: {token_count: integer}}]",
    "skills: [{name: reset, description: Write., input: {has_password: boolean}}]",
    "collaborators: {hands_off_to: [wow-todo-lists], escalates_to: on-call@example.com}",
    "limits: {error_rate: 0, p95_ms: 60000}",
    "kind: coordinator\ncollaborators: {consults: [wow-a]}",
    "examples: [{event: {type: a, data: {from: x@mail.example.org}}, expect: {}}]",
]


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_specification_violates_nothing(path: Path) -> None:
    """What the questionnaire's own cases hold passes, comments included."""
    spec = read_spec(path)

    assert judge_spec(spec, text=path.read_text(encoding="utf-8")) == ()
    assert judge_spec(spec) == ()


def test_there_are_valid_cases() -> None:
    """The test above judges something."""
    assert len(VALID) >= 6


@pytest.mark.parametrize(("rule", "field", "fields"), VIOLATING)
def test_a_violation_names_its_rule_and_field(rule: str, field: str, fields: str) -> None:
    """The finding says which field to mend, and of which element."""
    found = judge_spec(desk_with(fields))

    assert (rule, field) in {(one.rule, one.field) for one in found}


@pytest.mark.parametrize("fields", INNOCENT)
def test_a_look_alike_is_left_alone(fields: str) -> None:
    """What only looks like a violation gives nothing."""
    assert judge_spec(desk_with(fields)) == ()


def test_an_external_effect_without_a_condition_is_refused_at_its_line() -> None:
    """The case of the contract is refused, naming rule, field and place."""
    path = CASES / "invalid" / "external-without-approval.yaml"

    (found,) = judge_spec(read_spec(path), text=path.read_text(encoding="utf-8"))

    assert (found.rule, found.field, found.line) == ("VIS-C005", "rules[0].then", 9)
    assert found.severity is Severity.ERROR
    assert "due" in found.message


def test_both_secrets_of_a_specification_are_found_and_not_repeated() -> None:
    """An access key id and its secret are two findings; neither message holds the secret."""
    path = CASES / "invalid" / "secret-in-spec.yaml"

    found = judge_spec(read_spec(path), text=path.read_text(encoding="utf-8"))

    assert [(one.rule, one.field, one.line) for one in found] == [
        ("VIS-C008", "purpose", 2),
        ("VIS-C008", "purpose", 2),
    ]
    assert not any("IOSFODNN" in one.message or "XUtnFEMI" in one.message for one in found)


def test_a_secret_in_a_comment_is_found() -> None:
    """What stands in a comment is in version control as well."""
    path = CASES / "valid" / "wow-heartbeat.yaml"
    text = path.read_text(encoding="utf-8") + "# key: AKIAIOSFODNN7EXAMPLE\n"

    (found,) = judge_spec(read_spec(path), text=text)

    assert (found.rule, found.field) == ("VIS-C008", None)
    assert found.line == text.count("\n")


@pytest.mark.parametrize("require", ["spec.nothing > 1", "spec.rules[9].id == ''", "spec.name"])
def test_what_could_not_be_judged_does_not_pass(require: str) -> None:
    """A condition without an answer is a violation, never silence."""
    content: dict[str, Any] = {
        "require": require,
        "schema": "waooaw.rules/1",
    }
    text = (
        f"schema: {content['schema']}\nrules:\n  - {{id: VIS-C900, title: A test, layer: core, "
        f'severity: error, applies_to: spec, require: "{require}", message: wrong, '
        "why: For the test., fix: mend it, bad: a, good: b}"
    )

    (found,) = judge_by(parse_rules(text.encode(), source="rules.yaml"), desk())

    assert found.message.startswith("could not be judged: ")


def test_rules_on_code_do_not_judge_specifications() -> None:
    """Each rule judges its own subject."""
    code = [rule for rule in core_rules() if rule.id.startswith("VIS-C1")]

    assert judge_by(code, desk()) == ()


def test_a_condition_that_does_not_compile_is_the_specifications_own_business() -> None:
    """Facts that can't be worked out are left empty; the specification's check names the fault."""
    spec = desk_with(PAY + RULE % "'event.data.x >'")

    assert judge_spec(spec) == ()
    with pytest.raises(InputError):
        judge_spec(spec, text="[")
