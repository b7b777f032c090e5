"""What follows from answers: defaults, choices, which fields are asked at all, what is missing."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from waooaw.documents import FieldPath, Json
from waooaw.errors import InputError
from waooaw.events import topic_problem
from waooaw.names import agent_name_problem
from waooaw.spec import AgentSpec
from waooaw_cli.factory.asking import Choice
from waooaw_cli.factory.fields import arranged
from waooaw_cli.factory.paths import ABSENT, Absent, parse_path, put, value_at
from waooaw_cli.factory.questions import (
    Derivation,
    Derived,
    FieldType,
    Question,
    QuestionField,
    Questionnaire,
    QuestionSet,
)

__all__ = ["applies", "choices_of", "completed", "default_of", "derived", "missing", "well_shaped"]


def applies(field: QuestionField, answers: Json, holder: Json) -> bool:
    """Tell whether *field* is to be asked at all.

    Args:
        field: A field, or a part of an entry.
        answers: All answers so far.
        holder: What the field's `when` looks at: the entry that a part belongs to, else *answers*.
    """
    for path, wanted in field.when.items():
        value = value_at(holder, parse_path(path))
        if value != wanted and not (isinstance(wanted, list) and value in wanted):
            return False
    chosen = field.type in {FieldType.CHOICE, FieldType.SEVERAL}
    return not chosen or bool(choices_of(field, answers))


def choices_of(field: QuestionField, answers: Json) -> tuple[Choice, ...]:
    """Return the words that may be answered, those of earlier entries included."""
    choices = [Choice(word, says) for word, says in field.choices.items()]
    if (source := field.choices_from) is not None:
        entries = value_at(answers, parse_path(source.entries))
        for entry in entries if isinstance(entries, list) else []:
            word = value_at(entry, parse_path(source.field))
            fits = all(
                value_at(entry, parse_path(path)) == value for path, value in source.where.items()
            )
            if fits and isinstance(word, str):
                says = value_at(entry, ("description",))
                choices.append(Choice(word, says if isinstance(says, str) else ""))
    return tuple(choices)


def default_of(field: QuestionField, answers: Json) -> Json | Absent:
    """Return what holds where *field* is not answered, or `ABSENT`."""
    if "default" in field.model_fields_set:
        return copy.deepcopy(field.default)
    return ABSENT if field.derive is None else derived(field.derive, answers)


def derived(how: Derived, answers: Json) -> Json | Absent:
    """Return what follows from an earlier answer; `ABSENT` where that is not there or no good."""
    value = value_at(answers, parse_path(how.source))
    if not isinstance(value, str):
        return ABSENT
    match how.way:
        case Derivation.TITLE:
            return ABSENT if agent_name_problem(value) else value.replace("-", " ").title()
        case Derivation.TOPIC:
            if topic_problem(value):
                return ABSENT
            return ".".join("any" if part in {"*", "**"} else part for part in value.split("."))


def completed(questionnaire: Questionnaire, answers: Json) -> dict[str, Json]:
    """Return *answers* with every default filled in, fields in the order of the contract.

    What is wrong stays as it is, for the specification to judge.
    """
    data: dict[str, Json] = {
        "schema": AgentSpec.model_fields["schema_"].default,
        "version": AgentSpec.model_fields["version"].default,
        **copy.deepcopy(questionnaire.unasked),
        **copy.deepcopy(answers),
    }
    for _, field in questionnaire.fields():
        _fill(data, field, field.place, data, data)
        entries = value_at(data, field.place)
        if field.type is FieldType.ENTRIES and isinstance(entries, list):
            for index, entry in enumerate(entries):
                for part in field.parts:
                    _fill(data, part, (*field.place, index, *part.place), data, entry)
    ordered: dict[str, Json] = arranged(data)
    return ordered


def _fill(data: Json, field: QuestionField, path: FieldPath, answers: Json, holder: Json) -> None:
    if value_at(data, path) is not ABSENT:
        return
    # An entry's choice may have no words and still a default; a field's condition always counts.
    if not applies(field.model_copy(update={"type": FieldType.TEXT}), answers, holder):
        return
    default = default_of(field, answers)
    if default is not ABSENT:
        try:
            put(data, path, default)
        except InputError:
            return  # something else stands there, which the specification refuses by itself


def missing(
    questionnaire: Questionnaire, answers: Json
) -> Iterator[tuple[Question, QuestionField]]:
    """Yield the fields that have no answer and no default."""
    for question, field in questionnaire.fields():
        if field.required and applies(field, answers, answers):
            value = value_at(answers, field.place)
            if value is ABSENT or (field.type is FieldType.ENTRIES and value == []):
                yield question, field


def well_shaped(questionnaire: QuestionSet, answers: dict[str, Json]) -> bool:
    """Tell whether mappings and lists are where the questionnaire puts them, as it relies on."""
    scratch = copy.deepcopy(answers)
    try:
        for _, field in questionnaire.fields():
            value = value_at(answers, field.place)
            if field.type is not FieldType.ENTRIES:
                put(scratch, field.place, None)
                continue
            if value is not ABSENT and not isinstance(value, list):
                return False
            for index, entry in enumerate(value if isinstance(value, list) else []):
                if not isinstance(entry, dict):
                    return False
                for part in field.parts:
                    put(scratch, (*field.place, index, *part.place), None)
    except InputError:
        return False
    return True
