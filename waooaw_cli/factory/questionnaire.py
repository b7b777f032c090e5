"""The questionnaire: one engine for answers that are typed, read from a file, or taken by default.

Pure: it knows no terminal. Whoever talks to a person is an `Asker`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from waooaw.documents import Document, FieldPath
from waooaw.errors import InputError, InvalidDocument, Problem
from waooaw.specfile import check_spec, problems_in
from waooaw_cli.factory.completion import completed, missing
from waooaw_cli.factory.drafts import Draft
from waooaw_cli.factory.paths import parse_path
from waooaw_cli.factory.question_files import Library
from waooaw_cli.factory.questions import FieldType, Question, QuestionField

if TYPE_CHECKING:
    from waooaw_cli.factory.asking import Asker

__all__ = ["gather"]


def gather(
    library: Library,
    *,
    given: Document,
    asker: Asker | None,
    draft: Draft | None = None,
    defaults: bool = False,
) -> Document:
    """Return all answers: what is given, what a person answers, and defaults for the rest.

    Equal answers give equal documents, whichever way they came: the same fields in the order of
    the contract. Whether they make a specification is `check_spec`'s to say; on the way here a
    person's answers were held to it one by one.

    Args:
        library: The questionnaires; the kind of agent chooses one.
        given: What is answered already; it is not asked again.
        asker: Who asks a person; None where there is nobody to ask.
        draft: Where answers are kept against interruption; the caller deletes it when the package
            is in place.
        defaults: Whether to ask nothing that has a default.

    Raises:
        InvalidDocument: An answer is missing and there is nobody to ask, or what is given is no
            good; every problem.
        KeyboardInterrupt: The person stopped; the draft is kept.
    """
    questionnaire = library.of(given.data.get("kind"))
    if asker is None:
        data = completed(questionnaire, given.data)
        document = replace(given, data=data)
        lacking = tuple(missing(questionnaire, data))
        if lacking:
            raise InvalidDocument(given.source, _all_problems(document, lacking))
        return document
    # Only where somebody is asked.
    from waooaw_cli.factory.inquiry import AgentInquiry
    from waooaw_cli.factory.session import Session

    inquiry = AgentInquiry(library)
    session = Session(inquiry, given=given.data, asker=asker, draft=draft, defaults=defaults)
    if session.asks_something:
        _refuse_wrong(given)
        data = session.run()
    else:
        data = given.data
    return replace(given, data=completed(library.of(data.get("kind")), data))


#: What a field can't be judged without; the review judges all together.
_NEEDS: Final = {
    "rules": {"skills"},
    "boundaries": {"skills"},
    "examples": {"wake", "skills", "rules", "otherwise", "boundaries"},
}


def _refuse_wrong(given: Document) -> None:
    """Refuse what is given and wrong before anything is asked."""
    data = {
        name: value
        for name, value in given.data.items()
        if _NEEDS.get(name, set()) <= set(given.data)
    }
    problems = problems_in(data, partial=True)
    if problems:
        raise InvalidDocument(given.source, tuple(_placed(given, problems)))


def _placed(given: Document, problems: tuple[Problem, ...]) -> Iterator[Problem]:
    for problem in problems:
        path: FieldPath = ()
        if problem.field:
            try:
                path = parse_path(problem.field)
            except InputError:  # a field's name with a dot or a bracket in it
                path = ()
        line, column = given.position(path)
        yield replace(problem, line=line, column=column)


def _all_problems(
    document: Document, lacking: tuple[tuple[Question, QuestionField], ...]
) -> tuple[Problem, ...]:
    """Return what is missing, with the question that asks for it, and what is wrong besides."""
    asked = {field.path: _lack(question, field) for question, field in lacking}
    try:
        check_spec(document)
    except InvalidDocument as error:
        found = error.problems
    else:
        found = ()
    others = [one for one in found if one.field not in asked]
    return (*asked.values(), *others)


def _lack(question: Question, field: QuestionField) -> Problem:
    entries = field.type is FieldType.ENTRIES
    first = f"{field.path}[0].{field.parts[0].path}" if entries else field.path
    example = field.parts[0].example if entries else field.example
    return Problem(
        f"is missing (question {question.number}: {question.title})",
        field=field.path,
        expected=f"at least one {field.noun}" if entries else None,
        hint=f"put it in the answers file, or --set {first}={_quoted(example)}",
    )


def _quoted(text: str) -> str:
    return f"'{text}'" if any(mark in text for mark in " ;<>&*(){}") else text or "…"
