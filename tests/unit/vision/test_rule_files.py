"""A file of rules is refused with line and field, or it loads whole."""

from __future__ import annotations

import pytest

from waooaw.errors import InvalidDocument
from waooaw.vision import Subject, parse_rules, rules_on, vision_rules

HEAD = "schema: waooaw.rules/1\nrules:\n"
RULE = """\
  - id: VIS-C900
    title: An agent has a name
    layer: core
    severity: error
    applies_to: spec
    require: spec.name != ""
    message: no name
    why: Because it is called by it.
    fix: give it one
    bad: |
      name: x
    good: |
      name: y
"""
CODE = RULE.replace(
    'applies_to: spec\n    require: spec.name != ""', "applies_to: code\n    FORBID"
)


def refused(text: str) -> tuple[int | None, str, str]:
    with pytest.raises(InvalidDocument) as caught:
        parse_rules(text.encode(), source="rules.yaml")
    problem = caught.value.problems[0]
    assert caught.value.source == "rules.yaml"
    return problem.line, problem.field, problem.message


def test_a_good_file_loads() -> None:
    """What is complete and compiles is a rule."""
    (rule,) = parse_rules((HEAD + RULE).encode(), source="rules.yaml")

    assert (rule.id, rule.title, rule.bad) == ("VIS-C900", "An agent has a name", "name: x\n")


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("    good: |\n      name: y\n", "", 3, "rules[0].good"),
        ("    bad: |\n      name: x\n", "", 3, "rules[0].bad"),
        ("name: x\n", "\n", 12, "rules[0].bad"),
        ("why: Because it is called by it.", "why: ''", 10, "rules[0].why"),
        ("layer: core", "layer: mine", 5, "rules[0].layer"),
        ("severity: error", "severity: fatal", 6, "rules[0].severity"),
        ("applies_to: spec", "applies_to: cows", 7, "rules[0].applies_to"),
        ("id: VIS-C900", "id: whatever", 3, "rules[0].id"),
        ("    fix: give", "    fox: x\n    fix: give", 11, "rules[0].fox"),
        ('spec.name != ""', "spec.name !=", 8, "rules[0].require"),
        ('spec.name != ""', "agent.name", 8, "rules[0].require"),
        ('require: spec.name != ""', "when: spec.name", 3, "rules[0]"),
        ("message: no name", "message: no {nome.x}", 9, "rules[0].message"),
        ("applies_to: spec", "applies_to: code", 8, "rules[0].require"),
        ("applies_to: spec", "applies_to: package", 8, "rules[0].require"),
        ("applies_to: spec", "applies_to: change", 8, "rules[0].require"),
        ("applies_to: spec", "applies_to: action\n    for_each: [rules]", 8, "rules[0].for_each"),
        ("    message", "    detect: secrets\n    message", 3, "rules[0]"),
        ("    message", "    when: '1 +'\n    message", 9, "rules[0].when"),
        ("require: spec", "forbid: [{unreadable: true}]\n    x: spec", 9, "rules[0].x"),
    ],
)
def test_a_mistake_names_its_line_and_field(old: str, new: str, line: int, field: str) -> None:
    """A rule without examples, with an unknown word or a broken condition does not load."""
    assert old in RULE

    found = refused(HEAD + RULE.replace(old, new))

    assert found[:2] == (line, field)


@pytest.mark.parametrize(
    ("forbid", "says"),
    [
        ("forbid: [{}]", "this one has none"),
        ("forbid: [{calls: [a], uses: [b]}]", "this one has uses and calls"),
        ("forbid: [{overrides: [a]}]", "overrides and of belong together"),
        ("forbid: [{imports: [a], where: [{at: 0}]}]", "imports has no arguments"),
        ("forbid: [{calls: [a], where: [{only: [x]}]}]", "no argument is named"),
        ("forbid: [{uses: [a], purpose: x}]", "uses has no purpose"),
        ("forbid: [{calls: [a], where: [{at: 0, matches: '('}]}]", "no regular expression"),
    ],
)
def test_a_pattern_without_a_meaning_is_refused(forbid: str, says: str) -> None:
    """A pattern is of one kind, with what belongs to that kind."""
    _, field, message = refused(HEAD + CODE.replace("FORBID", forbid))

    assert field == "rules[0].forbid[0]"
    assert says in message


def test_patterns_judge_code_only() -> None:
    """A specification is judged by conditions."""
    text = RULE.replace('require: spec.name != ""', "forbid: [{calls: [a]}]")

    assert refused(HEAD + text)[1:] == ("rules[0].forbid", "patterns judge code only")


def test_an_id_is_taken_once() -> None:
    """The second rule of one id is refused, where it stands."""
    line, field, message = refused(HEAD + RULE + RULE)

    assert (line, field, message) == (16, "rules[1].id", "the id VIS-C900 is taken")


def test_another_file_is_no_file_of_rules() -> None:
    """The schema's name says what a file is."""
    assert refused("schema: waooaw.agent/1\nrules: []\n")[1] == "schema"


@pytest.mark.parametrize("subject", [one for one in Subject if one is not Subject.PACKAGE])
def test_every_rule_on_a_subject_stands_in_the_files_that_are_asked(subject: Subject) -> None:
    """A specification, code, a change and an action are judged by a part of the files each."""
    every = {rule.id for rule in vision_rules() if rule.applies_to is subject}

    assert {rule.id for rule in rules_on(subject)} == every


@pytest.mark.parametrize(
    ("follow", "says"),
    [
        ("follow: [{danger: [harm], calls: [a]}]", "'harm' is no danger"),
        ("follow: [{danger: [path], methods: [a], on: '('}]", "no regular expression"),
    ],
)
def test_a_flow_without_a_meaning_is_refused(follow: str, says: str) -> None:
    """What is followed to nowhere, or by no pattern, is a mistake in the file."""
    _, field, message = refused(HEAD + CODE.replace("FORBID", follow))

    assert field == "rules[0].follow[0]"
    assert says in message
