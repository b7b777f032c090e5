"""The questionnaires that are shipped, and what happens to ones that are broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from places import ROOT
from pydantic import ValidationError

from waooaw.errors import InputError, InvalidDocument
from waooaw.spec import AgentKind
from waooaw_cli.factory.completion import applies
from waooaw_cli.factory.question_files import Library, load_questionnaire, load_questions
from waooaw_cli.factory.questions import FieldType

FOLDER = ROOT / "questionnaires"
WORDS = ("bad", "worse", "good")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "questionnaires"))


@pytest.mark.parametrize("kind", AgentKind)
def test_every_kind_asks_ten_questions(kind: AgentKind) -> None:
    """Each kind of agent has a file, and is its own default kind."""
    questionnaire = load_questionnaire(FOLDER, kind)

    assert [question.number for question in questionnaire.questions] == list(range(1, 11))
    defaults = {field.path: field.default for _, field in questionnaire.fields()}
    assert defaults["kind"] == kind


def test_the_questions_are_the_contracts() -> None:
    """The titles stand in the contract, and so do the fields that have no default."""
    questionnaire = load_questionnaire(FOLDER, "domain")

    assert [question.title for question in questionnaire.questions] == [
        "Who is it?",
        "What is it for?",
        "When does it wake?",
        "What can it do?",
        "What may it decide by itself?",
        "And when no rule fits?",
        "What must it never do?",
        "Whom does it work with?",
        "What may it cost, and how fast must it be?",
        "Show it: an event, and what it must do.",
    ]
    assert [field.path for _, field in questionnaire.fields() if field.required] == [
        "name",
        "owner",
        "purpose",
        "domain",
        "wake",
        "rules",
        "collaborators.escalates_to",
        "examples",
    ]


@pytest.mark.parametrize("kind", AgentKind)
def test_every_field_helps(kind: AgentKind) -> None:
    """Text that has to be invented comes with an example, everything comes with help."""
    for _, field in load_questionnaire(FOLDER, kind).fields():
        for one in (field, *field.parts):
            assert one.help
            invented = one.type in {FieldType.TEXT, FieldType.DATA} and "default" not in (
                one.model_fields_set - {"example"}
            )
            assert one.example or not invented, one.path


def test_a_kind_changes_and_adds() -> None:
    """A kind's file says what is different; the rest is shared."""
    customer = {field.path: field for _, field in load_questionnaire(FOLDER, "customer").fields()}
    coordinator = {
        field.path: field for _, field in load_questionnaire(FOLDER, "coordinator").fields()
    }

    assert customer["persona.tagline"].optional
    assert "persona.tagline" not in coordinator
    assert coordinator["otherwise"].default == "defer"
    assert coordinator["skills"].parts[2].default == "internal"
    assert customer["otherwise"].default == "escalate"


def test_a_recipes_defaults_stand_between() -> None:
    """A recipe's defaults win over the shared ones and give way to a kind's own."""
    recipe = {"limits": {"monthly_usd": 7, "memory_mb": 1024}, "version": "2.0.0", "owner": "x"}
    library = Library(FOLDER, recipe)

    platform = {field.path: field for _, field in library.of("platform").fields()}

    assert platform["limits.monthly_usd"].default == 20
    assert platform["limits.memory_mb"].default == 1024
    assert platform["owner"].required
    assert library.of("domain").unasked == {"version": "2.0.0"}


def test_a_wrong_kind_is_left_to_the_specification() -> None:
    """Whoever names no kind, or one that does not exist, is asked as for a domain agent."""
    library = Library(FOLDER)

    assert library.of("wizard") is library.of(None)
    assert library.of(["x"]).kind is AgentKind.DOMAIN
    assert Library(FOLDER, {"kind": "support"}).of(None).kind is AgentKind.SUPPORT


def test_an_unknown_kind_has_no_file() -> None:
    """Asking for the file of an unknown kind names the known ones."""
    with pytest.raises(InputError, match="no kind of agent") as caught:
        load_questionnaire(FOLDER, "wizard")

    assert "coordinator" in str(caught.value.hint)


def test_a_questionnaire_is_frozen() -> None:
    """Nobody changes the questions while they are asked."""
    questionnaire = load_questionnaire(FOLDER, "domain")

    with pytest.raises(ValidationError):
        questionnaire.about = "x"


@pytest.mark.parametrize(
    ("file", "before", "after", "line", "says"),
    [
        ("ten-questions.yaml", "type: text", "type: prose", 9, "Input should be 'text'"),
        ("ten-questions.yaml", "path: name", "path: nam", 7, "'nam' is no field"),
        ("ten-questions.yaml", "path: name", "path: a..b", 7, "is no path"),
        ("ten-questions.yaml", "path: title", "path: name", 12, "'name' is asked twice"),
        ("ten-questions.yaml", "number: 2", "number: 3", 3, "numbered from 1 to 10"),
        ("ten-questions.yaml", "default: domain", "default: 3", 18, "which is not choice"),
        ("ten-questions.yaml", "default: domain", "default: wizard", 18, "which is not choice"),
        ("ten-questions.yaml", "optional: true", "optionl: true", 73, "Extra inputs"),
        ("ten-questions.yaml", "default: 0.05", "default: much", 181, "which is not number"),
        ("ten-questions.yaml", "{otherwise: model}", "{otherwize: model}", 174, "not asked"),
        ("ten-questions.yaml", "        type: list", "        type: choice", 47, "has choices"),
        ("ten-questions.yaml", "        type: list", "        type: entries", 47, "has parts"),
        ("ten-questions.yaml", "        type: list", "        type: text", 47, "hold text"),
        ("ten-questions.yaml", "default: []", "default: [1]", 47, "which is not list"),
        ("ten-questions.yaml", "default: true", "default: maybe", 297, "which is not yes/no"),
        ("ten-questions.yaml", "Refund Desk\n", "Refund: Desk\n", 16, "mapping values"),
        ("domain.yaml", "kind: domain", "kind: support", 3, "in the file of 'domain' agents"),
        ("domain.yaml", "about:", "abut:", 4, "Extra inputs"),
        ("domain.yaml", "ten-questions.yaml", "../../etc/passwd", 2, "match pattern"),
        ("domain.yaml", "about:", "changes: {nme: {help: x}}\nabout:", 4, "'nme' is no field"),
        ("domain.yaml", "about:", "changes: {title: {default: 1}}\nabout:", 4, "not text"),
        (
            "domain.yaml",
            "about:",
            "adds: [{question: 2, field: {path: owner, label: x, type: text, help: x}}]\nabout:",
            4,
            "'owner' is asked twice",
        ),
    ],
)
def test_a_broken_file_names_file_and_line(
    folder: Path, file: str, before: str, after: str, line: int, says: str
) -> None:
    """What is wrong in a questionnaire is said with its file and line."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")

    with pytest.raises(InvalidDocument) as caught:
        load_questionnaire(folder, "domain")

    assert caught.value.source == str(path)
    assert [one.line for one in caught.value.problems if says in one.message] == [line]


def test_a_missing_file_is_named(folder: Path) -> None:
    """A questionnaire that is not there is an input error with its path."""
    (folder / "ten-questions.yaml").unlink()

    with pytest.raises(InputError, match=r"ten-questions\.yaml: no such file"):
        load_questionnaire(folder, "domain")


def test_a_condition_may_name_several_answers(tmp_path: Path) -> None:
    """A list in `when` is any of them; questions about no agent are read as strictly."""
    file = tmp_path / "some.yaml"
    field = "{path: how, label: How, type: text, help: Say how., when: {state: [bad, worse]}}"
    file.write_text(
        f"schema: waooaw.questions/1\nquestions: [{{number: 1, title: How?, fields: [{field}]}}]\n"
    )
    (question,) = load_questions(file).questions

    assert [applies(question.fields[0], {"state": word}, {"state": word}) for word in WORDS] == [
        True,
        True,
        False,
    ]
    assert not applies(question.fields[0], {}, {})
    file.write_text(file.read_text().replace("label", "lable"))
    with pytest.raises(InvalidDocument, match=r"some\.yaml"):
        load_questions(file)
