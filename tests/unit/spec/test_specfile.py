"""Specifications: the shipped cases, every rule of the contract, and messages that help."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from waooaw import documents
from waooaw.documents import Document
from waooaw.errors import InvalidDocument
from waooaw.spec import AgentSpec, FieldType, agent_schema
from waooaw.specfile import check_spec, problems_in, read_spec

#: Well-formed; only the vision has something against them.
FOR_THE_VISION = {"external-without-approval.yaml", "secret-in-spec.yaml"}

BASE: dict[str, Any] = {
    "name": "wow-base",
    "purpose": "A base to break.",
    "domain": "testing",
    "owner": "qa@example.com",
    "wake": [{"topic": "thing.happened", "when": "event.data.x > 0"}],
    "skills": [
        {"name": "do_it", "description": "Do it.", "effect": "none", "input": {"x": "number"}},
        {"name": "send_it", "description": "Send it.", "effect": "external"},
    ],
    "rules": [
        {"id": "due", "when": "event.data.x > 1", "then": "do_it", "because": "It is due."},
        {"id": "odd", "when": "has(context.odd)", "then": "reject", "because": "Odd."},
    ],
    "boundaries": {
        "never": [
            {"id": "huge", "when": "event.data.x > 100", "because": "Too much."},
        ]
    },
    "collaborators": {"escalates_to": "qa@example.com"},
    "examples": [
        {
            "event": {"type": "thing.happened", "data": {"x": 2}},
            "expect": {"wakes": True, "outcome": "do_it", "rule": "due"},
        }
    ],
}


def changed(**fields: Any) -> dict[str, Any]:
    return copy.deepcopy(BASE) | fields


def said(data: object) -> list[str]:
    with pytest.raises(InvalidDocument) as caught:
        check_spec(Document("a.yaml", data))
    return [f"{problem.field}: {problem.message}" for problem in caught.value.problems]


def example(event: dict[str, Any], **expect: Any) -> dict[str, Any]:
    return {"event": {"type": "thing.happened", "data": {"x": 2}} | event, "expect": expect}


def test_every_valid_case_is_read(cases: Path) -> None:
    """The valid answers files are specifications as they stand."""
    for path in sorted((cases / "valid").iterdir()):
        assert read_spec(path).name == path.stem


def test_every_invalid_case_is_refused_with_its_field(cases: Path) -> None:
    """Each invalid answers file is refused, and the message names the file."""
    for path in sorted((cases / "invalid").iterdir()):
        if path.name in FOR_THE_VISION:
            assert read_spec(path).name == "wow-base"
            continue
        with pytest.raises(InvalidDocument) as caught:
            read_spec(path, source=path.name)
        assert caught.value.source == path.name
        assert all(problem.field or problem.line != 0 for problem in caught.value.problems)


def test_a_specification_survives_the_round_trip(cases: Path) -> None:
    """Plain data that a specification gives is the same specification again."""
    for path in sorted((cases / "valid").iterdir()):
        spec = read_spec(path)
        again = check_spec(Document("again", spec.plain()))

        assert again == spec
        assert again.digest == spec.digest


def test_an_example_without_data_has_empty_data() -> None:
    """`data: null` and no data at all mean the same, before and after a round trip."""
    spec = check_spec(Document("a", changed(examples=[example({"data": None}, wakes=False)])))

    assert spec.examples[0].event.data == {}
    assert check_spec(Document("again", spec.plain())).digest == spec.digest


def test_the_published_schema_takes_the_valid_cases(cases: Path) -> None:
    """`waooaw schema agent` agrees with the code on every valid case and on an unknown field."""
    validator = jsonschema_rs.validator_for(agent_schema())

    for path in sorted((cases / "valid").iterdir()):
        assert validator.is_valid(documents.read(path).data), path.name
    assert not validator.is_valid(BASE | {"colour": "blue"})


def test_the_smallest_answers_get_the_contract_s_defaults(cases: Path) -> None:
    """What has a default need not be said."""
    spec = read_spec(cases / "valid" / "wow-heartbeat.yaml")

    assert (spec.title, spec.version, spec.kind) == ("Wow Heartbeat", "0.1.0", "domain")
    assert (spec.package, spec.class_name) == ("wow_heartbeat", "WowHeartbeat")
    assert (spec.otherwise, spec.model) == ("escalate", None)
    assert spec.limits.monthly_usd == 30
    assert check_spec(Document("a", changed(otherwise="model"))).model is not None


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../x",
            "{{ 7*7 }}",
            "a b",
            "A",
            "wow_x",
            "-a",
            "a-",
            "a--b",
            "1a",
            "a\nb",
            'a"b',
            "",
            "ä",
        ),
        *("class", "none", "json", "asyncore", "waooaw", "pytest", "tests", "con", "com1", "true"),
        *("test", "sitecustomize", "pluggy"),
        "a" * 61,
    ],
)
def test_names_that_would_break_something_are_refused(name: str) -> None:
    """A name is a folder, a package, a class, an image and a word in YAML and the shell."""
    assert [line for line in said(changed(name=name)) if line.startswith("name: ")]


@pytest.mark.parametrize("name", ["a", "wow-3d", "a" * 60, "x-class", "match"])
def test_names_that_break_nothing_are_taken(name: str) -> None:
    """Kebab-case up to sixty characters."""
    assert check_spec(Document("a", changed(name=name))).name == name


@pytest.mark.parametrize(
    "name",
    ["if", "a-b", "1a", "", "approve", "handle", "__init__", "\N{KELVIN SIGN}elvin", "a" * 61],
)
def test_skill_names_that_would_break_something_are_refused(name: str) -> None:
    """A skill is an identifier that neither Python nor the runtime uses."""
    data = changed(skills=[*BASE["skills"], {"name": name, "description": "x"}])

    assert any(line.startswith("skills[2].name: ") for line in said(data))


@pytest.mark.parametrize("name", ["str", "print", "größe", "_x", "match"])
def test_skill_names_that_break_nothing_are_taken(name: str) -> None:
    """Names of builtins and letters of any language are identifiers."""
    data = changed(skills=[*BASE["skills"], {"name": name, "description": "x"}])

    assert check_spec(Document("a", data)).skill(name) is not None


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"colour": 1}, "colour: 'colour' is no field of a specification"),
        ({"version": "1.0"}, "version: '1.0' is not a semantic version"),
        ({"version": 1.0}, "version: 1.0 is not text"),
        ({"kind": "boss"}, "kind: 'boss' is not one of the known words"),
        ({"purpose": "  "}, "purpose: '  ' is blank"),
        ({"purpose": "a\x07b"}, "holds the control character U+0007"),
        ({"purpose": "a\u202eb"}, "holds the direction override U+202E"),
        ({"owner": "a\nb"}, "owner: 'a\\nb' spans several lines"),
        ({"owner": ""}, "owner: '' is empty"),
        ({"persona": {"avatar": "javascript:alert(1)"}}, "persona.avatar: "),
        ({"wake": []}, "wake: is empty"),
        ({"wake": "a"}, "wake: 'a' is not a list"),
        ({"wake": [{"topic": "a..b"}]}, "wake[0].topic: 'a..b' has an empty segment"),
        ({"wake": [{"topic": "a", "when": "nope"}]}, "wake[0].when: the condition 'nope'"),
        ({"limits": {"monthly_usd": -1}}, "limits.monthly_usd: -1 is not allowed"),
        ({"limits": {"monthly_usd": True}}, "limits.monthly_usd: True is not a number"),
        ({"limits": {"p95_ms": 0}}, "limits.p95_ms: 0 is not allowed"),
        ({"limits": {"error_rate": 1.5}}, "limits.error_rate: 1.5 is not allowed"),
        ({"otherwise": "approve"}, "otherwise: 'approve' is not one of the known words"),
        ({"model": {"prompt": "../x.md"}}, "model.prompt: '../x.md' is no path inside"),
        ({"model": {"name": "a b"}}, "model.name: 'a b' is no model's name"),
        ({"collaborators": {}}, "collaborators.escalates_to: is missing"),
        ({"boundaries": {"approval": ["x"]}}, "boundaries.approval[0]: 'x' is no skill"),
        ({"schema": "waooaw.agent/2"}, "schema: 'waooaw.agent/2' is not one of the known words"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(fields: dict[str, Any], says: str) -> None:
    """The message names the field and quotes the value."""
    assert any(says in line for line in said(changed(**fields))), said(changed(**fields))


@pytest.mark.parametrize("side", ["input", "output"])
@pytest.mark.parametrize(
    "fields",
    [
        *({"a": "text"}, {"a": 5}, {" ": "string"}, {"a\nb": "string"}, {"x" * 61: "string"}),
        {"type": "array", "properties": {"a": {"type": "string"}}},
        {"type": "object", "properties": {"a": {"type": "text"}}},
        {"type": "object", "properties": {"a": {"type": {"b": 1}}}},
        {"a": ["string"]},
        {"type": "object", "properties": {"x": 5}},
        {"type": "object", "properties": {"x": {}}, "required": "x"},
        {"type": "object", "properties": {"x": {}}, "required": [1]},
        {"type": "object", "properties": {"x": {"$ref": "file:///etc/passwd"}}},
    ],
)
def test_fields_of_a_skill_have_known_types(side: str, fields: dict[str, Any]) -> None:
    """A field has one of six types and a printable name."""
    data = changed(skills=[{"name": "do_it", "description": "x", side: fields}, BASE["skills"][1]])

    assert any(line.startswith(f"skills[0].{side}: ") for line in said(data))


def test_fields_may_bear_any_name_and_come_as_json_schema() -> None:
    """Keywords, spaces and a field called `type` are field names like any other."""
    odd = {"class": "string", "größe in m²": "number", "type": "string", "properties": "object"}
    parts = {"a": {"type": "integer"}, "b": {}, "c": {"type": ["string", "null"]}, "d": True}
    schema = {"type": "object", "properties": {**parts, "e": {"type": ["string", "array"]}}}
    data = changed(
        skills=[
            {"name": "do_it", "description": "x", "input": odd, "output": schema},
            BASE["skills"][1],
        ]
    )

    skill = check_spec(Document("a", data)).skills[0]

    assert set(skill.fields("input")) == set(odd)
    assert skill.fields("output") == {
        "a": FieldType.INTEGER,
        "b": FieldType.OBJECT,
        "c": FieldType.STRING,
        "d": FieldType.OBJECT,
        "e": FieldType.OBJECT,
    }


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ([("a", "true", "nope")], "rules[0].then: 'nope' is neither an outcome nor a skill"),
        ([("a", "true", "approve"), ("a", "true", "reject")], "rules[1].id: 'a' is taken"),
        ([("a", "true", "approve"), ("b", "event.data.x > 1", "reject")], "'b' can never match"),
        ([("a", "1 == 1", "approve"), ("b", "event.data.x > 1", "reject")], "'b' can never match"),
        (
            [("a", "event.data.x > 1", "approve"), ("b", " event.data.x > 1", "reject")],
            "'b' can never match",
        ),
        (
            [("a", 'event.type == "thing.happened"', "approve"), ("b", "true", "reject")],
            "'b' can never match",
        ),
        ([("A b", "true", "approve")], "rules[0].id: 'A b' is no id"),
        ([("a", "__import__('os')", "approve")], "rules[0].when: the condition"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules: list[tuple[str, str, str]], says: str) -> None:
    """Unknown skills, doubles and rules in the shadow of another are found at once."""
    data = changed(rules=[{"id": i, "when": w, "then": t, "because": "So."} for i, w, t in rules])

    assert any(says in line for line in said(data))


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (example({}, wakes=False), "expect.wakes: false contradicts wake"),
        (example({"type": "other.thing"}, wakes=True), "expect.wakes: true contradicts wake"),
        (example({"data": {}}, wakes=True), "does not wake the agent ("),
        (example({}, outcome="reject"), "expect.outcome: 'reject' contradicts the rules"),
        (example({}, rule="odd"), "expect.rule: 'odd' contradicts the rules"),
        (example({}, boundary="huge"), "expect.boundary: 'huge' contradicts the rules"),
        (example({"data": {"x": 1}}, outcome="approve"), "otherwise decides 'escalate'"),
        (example({"data": {"x": 101}}, outcome="do_it"), "boundary 'huge' decides 'escalate'"),
        (example({}, outcome="nope"), "expect.outcome: 'nope' is unknown"),
        (example({}, rule="nope"), "expect.rule: 'nope' is unknown"),
        (example({"data": {"x": 0}}, wakes=False, outcome="reject"), "cannot be expected"),
        (example({"time": "noon"}, wakes=True), "examples[0].event: event attribute time"),
    ],
)
def test_examples_that_contradict_the_rules_are_refused(one: dict[str, Any], says: str) -> None:
    """An example is played through wake, rules and boundaries when the file is read."""
    assert any(says in line for line in said(changed(examples=[one])))


@pytest.mark.parametrize(
    "one",
    [
        example({"data": {"x": 101}}, outcome="escalate", boundary="huge", rule="due"),
        example({"data": {"x": 1}}, outcome="escalate"),
        example({"data": {"x": 0}}, wakes=False),
        example({"id": "e", "source": "/s", "subject": "u", "time": "2026-01-01T00:00:00Z"}),
    ],
)
def test_examples_that_hold_are_taken(one: dict[str, Any]) -> None:
    """What the rules decide may be expected, and less than all of it may be said."""
    assert check_spec(Document("a", changed(examples=[one]))).examples


@pytest.mark.parametrize(
    ("outcome", "approval", "allowed"),
    [
        ("approve", [], True),
        ("do_it", [], True),
        ("send_it", [], False),
        ("send_it", ["send_it"], True),
    ],
)
def test_the_model_may_only_choose_what_it_may_do(
    outcome: str, approval: list[str], allowed: bool
) -> None:
    """An external effect is never a model's to choose, unless a person approves it."""
    data = changed(
        otherwise="model",
        boundaries={"approval": approval},
        examples=[example({"data": {"x": 1}}, outcome=outcome)],
    )

    assert (problems_in(data) == ()) is allowed


def test_problems_of_several_fields_are_told_together_in_file_order() -> None:
    """One run tells everything that is wrong, shape and meaning alike."""
    text = json.dumps(changed(version="one", kind="boss", rules=BASE["rules"] * 2), indent=1)

    with pytest.raises(InvalidDocument) as caught:
        check_spec(documents.parse(text.encode(), source="a.json"))
    fields = [problem.field for problem in caught.value.problems]
    lines = [problem.line or 0 for problem in caught.value.problems]

    assert {"version", "kind", "rules[2].id", "rules[3].id"} <= set(fields)
    assert lines == sorted(lines)


def test_a_partial_answer_is_judged_as_far_as_it_goes() -> None:
    """While the questions are asked, what is missing is no problem, what is wrong is."""
    assert problems_in({}, partial=True) == ()
    assert problems_in({"name": "wow-x", "rules": [{"id": "a"}]}, partial=True) == ()
    assert [p.field for p in problems_in({"name": "X", "kind": "y"}, partial=True)] == [
        "name",
        "kind",
    ]
    wrong = problems_in({"rules": [BASE["rules"][0]]}, partial=True)
    assert [problem.field for problem in wrong] == ["rules[0].then"]


@pytest.mark.parametrize("data", [[], "x", 5, None])
def test_what_is_no_mapping_is_no_specification(data: object) -> None:
    """A list or a word is refused as a whole."""
    assert "is no specification" in said(data)[0]


@pytest.mark.parametrize("avatar", ["https://example.com/a.png", "art/a.png", "\N{ROBOT FACE}"])
def test_avatars_are_addresses_paths_or_pictures(avatar: str) -> None:
    """A marketplace may show it as it is."""
    assert problems_in(changed(persona={"avatar": avatar})) == ()


def test_a_line_may_end_like_a_block_of_yaml() -> None:
    """`title: >` brings a line break along that nobody meant."""
    assert check_spec(Document("a", changed(title="Refund Desk\n"))).title == "Refund Desk"


@pytest.mark.parametrize("prompt", ["prompts/decide.md", "decide.v2.txt", "a/b-c/d_e.md"])
def test_prompts_are_paths_inside_the_package(prompt: str) -> None:
    """A relative path to a text file is taken as it is."""
    data = changed(otherwise="model", model={"prompt": prompt})

    assert problems_in(data) == ()


@pytest.mark.parametrize(
    "prompt",
    ["/etc/x.md", "a/../x.md", "./x.md", "a//x.md", ".x.md", "x.py", "con.md", "__pycache__/x.md"],
)
def test_prompts_never_leave_the_package(prompt: str) -> None:
    """What could name another place, or another kind of file, is refused."""
    assert [problem.field for problem in problems_in(changed(model={"prompt": prompt}))] == [
        "model.prompt"
    ]


def test_a_specification_is_frozen() -> None:
    """What was validated stays as it was."""
    spec = AgentSpec.model_validate(BASE)

    with pytest.raises(ValueError, match="frozen"):
        spec.name = "wow-other"
