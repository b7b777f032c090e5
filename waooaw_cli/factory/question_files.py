"""Reading `questionnaires/*.yaml`, strictly: every problem with its file and line.

One file holds the questions that every agent is asked; a file per kind extends it and says what is
different.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from waooaw import documents
from waooaw.consistency import nearest
from waooaw.documents import Document, FieldPath, Json
from waooaw.errors import InputError, InvalidDocument
from waooaw.spec import AgentKind
from waooaw_cli.factory.fields import holds_text, known_fields
from waooaw_cli.factory.paths import ABSENT, parse_path, value_at
from waooaw_cli.factory.questions import (
    FieldType,
    Part,
    Question,
    QuestionField,
    Questionnaire,
    QuestionSet,
)

__all__ = ["Library", "load_questionnaire", "load_questions"]

_QUESTIONS = 10


class _QuestionsFile(Part):
    schema_: Literal["waooaw.questions/1"] = Field(alias="schema")
    questions: tuple[Question, ...] = Field(strict=False)


class _Change(Part):
    label: str | None = None
    help: str | None = None
    example: str | None = None
    default: Json = None


class _Addition(Part):
    question: int = Field(ge=1, le=_QUESTIONS)
    field: QuestionField


class _KindFile(Part):
    schema_: Literal["waooaw.questionnaire/1"] = Field(alias="schema")
    kind: AgentKind = Field(strict=False)
    extends: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*\.yaml$")
    about: str
    changes: dict[str, _Change] = Field(default_factory=dict)
    adds: tuple[_Addition, ...] = Field((), strict=False)


class Library:
    """Hold the questionnaires of one folder; each is read when it is first asked for.

    Args:
        folder: Where they are.
        defaults: The recipe's, as in `agent.yaml`. They win over the ones that every kind has, and
            give way to a kind's own.
    """

    def __init__(self, folder: Path, defaults: Mapping[str, Json] | None = None) -> None:
        self._folder = folder
        self._defaults = defaults or {}
        self._read: dict[AgentKind, Questionnaire] = {}

    def of(self, kind: Json) -> Questionnaire:
        """Return the questionnaire for *kind*; for what is no kind, the one for domain agents.

        A wrong kind is the specification's to refuse, with its place in the answers file.

        Raises:
            InputError: The file is missing or broken.
        """
        preset = self._defaults.get("kind")
        # Lists, since what a file holds may not be hashable.
        usual = AgentKind(preset) if preset in list(AgentKind) else AgentKind.DOMAIN
        known = AgentKind(kind) if kind in list(AgentKind) else usual
        if known not in self._read:
            self._read[known] = load_questionnaire(self._folder, known, self._defaults)
        return self._read[known]


def load_questionnaire(
    folder: Path, kind: str, defaults: Mapping[str, Json] | None = None
) -> Questionnaire:
    """Read the questionnaire for *kind* and the file that it extends.

    Args:
        folder: Where both are.
        kind: The file is named after it.
        defaults: The recipe's, as `Library` takes them.

    Raises:
        InvalidDocument: A file is broken; each problem with its file and line.
        InputError: There is no such file or kind.
    """
    if kind not in set(AgentKind):
        raise InputError(f"{kind!r} is no kind of agent", hint=f"known: {', '.join(AgentKind)}")
    document = documents.read(folder / f"{kind}.yaml")
    own = _validated(document, _KindFile)
    if own.kind != kind:
        _fail(document, ("kind",), f"{own.kind.value!r} stands in the file of {kind!r} agents")
    shared = documents.read(folder / own.extends)
    questions = _validated(shared, _QuestionsFile).questions
    _check(shared, questions)
    for path in own.changes:
        known = tuple(_paths(questions))
        if path not in known:
            message = f"{path!r} is no field of {own.extends}"
            _fail(document, ("changes", path), message, nearest(path, known))
    changes = {**own.changes, "kind": _kind_default(own)}
    questions = _preset(questions, defaults or {})
    questions = tuple(_changed(question, changes) for question in questions)
    questions = tuple(_extended(question, own.adds) for question in questions)
    # What the extended file got wrong was told above, so that this is the kind's own doing.
    _check(document, questions)
    asked = {parse_path(path)[0] for path in _paths(questions)}
    unasked = {name: value for name, value in (defaults or {}).items() if name not in asked}
    return Questionnaire(kind=own.kind, about=own.about, questions=questions, unasked=unasked)


def load_questions(file: Path) -> QuestionSet:
    """Read questions that are about no agent; whether their fields are known is the caller's.

    Raises:
        InvalidDocument: The file is broken; each problem with its line.
        InputError: There is no such file.
    """
    return QuestionSet(questions=_validated(documents.read(file), _QuestionsFile).questions)


_File = TypeVar("_File", bound=BaseModel)


def _validated(document: Document, model: type[_File]) -> _File:
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise document.refusal(error) from error


def _fail(document: Document, path: FieldPath, message: str, hint: str | None = None) -> None:
    raise InvalidDocument(document.source, (document.problem(path, message, hint=hint),))


def _kind_default(own: _KindFile) -> _Change:
    given = own.changes.get("kind", _Change())
    return given.model_copy(update={"default": own.kind.value}, deep=False)


def _preset(questions: tuple[Question, ...], defaults: Mapping[str, Json]) -> tuple[Question, ...]:
    """Put a recipe's defaults in the place of the ones that every kind has."""
    presets = {}
    for question in questions:
        for field in question.fields:
            value = value_at(defaults, field.place)
            if value is not ABSENT and not field.required:
                presets[field.path] = _Change(default=value)
    return tuple(_changed(question, presets) for question in questions)


def _changed(question: Question, changes: Mapping[str, _Change]) -> Question:
    return question.model_copy(
        update={"fields": tuple(_changed_field(field, "", changes) for field in question.fields)}
    )


def _changed_field(
    field: QuestionField, above: str, changes: Mapping[str, _Change]
) -> QuestionField:
    path = f"{above}{field.path}"
    update: dict[str, Json] = {
        "parts": tuple(_changed_field(part, f"{path}.", changes) for part in field.parts)
    }
    if (change := changes.get(path)) is not None:
        update |= {name: value for name, value in change if name in change.model_fields_set}
    # `default` has to count as set only where it was given, here or there.
    return field.model_copy(update=update)


def _extended(question: Question, adds: tuple[_Addition, ...]) -> Question:
    more = tuple(added.field for added in adds if added.question == question.number)
    return question.model_copy(update={"fields": (*question.fields, *more)})


def _paths(questions: tuple[Question, ...]) -> Iterator[str]:
    for question in questions:
        for field in question.fields:
            yield field.path
            for part in field.parts:
                yield f"{field.path}.{part.path}"


def _check(document: Document, questions: tuple[Question, ...]) -> None:
    """Refuse what is well-formed and can't be asked."""
    numbers = [question.number for question in questions]
    if numbers != list(range(1, _QUESTIONS + 1)):
        _fail(document, ("questions",), f"are not numbered from 1 to {_QUESTIONS}: {numbers}")
    seen: list[str] = []
    for index, question in enumerate(questions):
        for at, field in enumerate(question.fields):
            path: FieldPath = ("questions", index, "fields", at)
            if field.path in seen:
                path = _said(document, field.path) or path
                _fail(document, (*path, "path"), f"{field.path!r} is asked twice")
            _check_field(document, path, field, (), tuple(seen))
            seen.append(field.path)


def _check_field(
    document: Document,
    path: FieldPath,
    field: QuestionField,
    above: FieldPath,
    earlier: tuple[str, ...],
) -> None:
    try:
        place = (*above, *field.place)
    except InputError as error:
        _fail(document, (*path, "path"), error.message, error.hint)
        raise
    known = known_fields(place[:-1]) or ()
    if place[-1] not in known:
        message = f"{field.path!r} is no field of a specification"
        _fail(document, (*path, "path"), message, nearest(str(place[-1]), known))
    name = ".".join(str(part) for part in place if isinstance(part, str))
    path = _said(document, name) or path
    if (problem := _contradiction(field, place)) is not None:
        _fail(document, path, f"{field.path!r} {problem}")
    for name in field.when:
        if name not in earlier:
            _fail(document, (*path, "when"), f"{name!r} is not asked before {field.path!r}")
    inside: list[str] = []
    for index, part in enumerate(field.parts):
        _check_field(document, (*path, "parts", index), part, (*place, 0), tuple(inside))
        inside.append(part.path)


def _said(document: Document, name: str) -> FieldPath | None:
    """Return where a kind's file changes or adds the field called *name*."""
    if ("changes", name) in document.positions:
        return ("changes", name)
    for index, added in enumerate(document.data.get("adds", ())):
        if added["field"]["path"] == name:
            return ("adds", index, "field")
    return None


def _contradiction(field: QuestionField, place: FieldPath) -> str | None:
    """Say why *field* could not be asked, or None."""
    entries = field.type is FieldType.ENTRIES
    if entries != bool(field.parts):
        return "has parts where it repeats entries, and only there"
    chosen = field.type in {FieldType.CHOICE, FieldType.SEVERAL}
    if chosen != (bool(field.choices) or field.choices_from is not None):
        return "has choices where it wants a choice, and only there"
    if field.type in {FieldType.TEXT, FieldType.PASSAGE, FieldType.CHOICE} and not holds_text(
        place
    ):
        return "does not hold text in the specification"
    if "default" in field.model_fields_set and not _fits(field):
        return f"has the default {field.default!r}, which is not {field.type.value}"
    return None


def _fits(field: QuestionField) -> bool:
    value: object = field.default
    match field.type:
        case FieldType.TEXT | FieldType.PASSAGE:
            return isinstance(value, str)
        case FieldType.CHOICE:
            return isinstance(value, str) and (value in field.choices or not field.choices)
        case FieldType.YES_NO:
            return isinstance(value, bool)
        case FieldType.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case FieldType.LIST | FieldType.NAMES | FieldType.SEVERAL:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case FieldType.ENTRIES:
            return value == []
        case FieldType.DATA:
            return True
