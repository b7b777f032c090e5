"""All answers on one page, for a last look before anything is rendered."""

from __future__ import annotations

from waooaw.documents import Json
from waooaw.specfile import problems_in
from waooaw_cli.factory.asking import Review, Section
from waooaw_cli.factory.completion import applies, completed
from waooaw_cli.factory.paths import ABSENT, value_at
from waooaw_cli.factory.questions import FieldType, Question, QuestionField, Questionnaire
from waooaw_cli.factory.replies import reply_text

__all__ = ["review_page", "summary"]


def review_page(questionnaire: Questionnaire, answers: Json) -> Review:
    """Return *answers* by question, defaults included, and everything that is wrong with them."""
    data = completed(questionnaire, answers)
    return Review(
        tuple(_section(question, data) for question in questionnaire.questions),
        tuple(f"{one.field}: {one.message}" for one in problems_in(data)),
    )


def _section(question: Question, data: Json) -> Section:
    lines: list[tuple[str, str]] = []
    for field in question.fields:
        value = value_at(data, field.place)
        if value is ABSENT or not applies(field, data, data):
            continue
        if field.type is FieldType.ENTRIES and isinstance(value, list):
            entries = [summary(field, entry) for entry in value]
            lines += [(f"{field.label} {n}", line) for n, line in enumerate(entries, 1)]
            lines += [] if entries else [(field.label, "none")]
        else:
            lines.append((field.label, reply_text(field, value) or "none"))
    return Section(question.number, question.title, tuple(lines))


def summary(field: QuestionField, entry: Json) -> str:
    """Return an entry on one line."""
    texts = []
    for part in field.parts:
        value = value_at(entry, part.place)
        if value not in (ABSENT, "", [], {}):
            texts.append(reply_text(part, value))
    return " · ".join(texts) or "(empty)"
