"""One thing to ask a person: a field, a part of an entry, or the menu of a list."""

from __future__ import annotations

from dataclasses import dataclass

from waooaw.documents import FieldPath, Json
from waooaw_cli.factory.paths import ABSENT, drop, put, value_at
from waooaw_cli.factory.questions import Question, QuestionField

__all__ = ["Step", "drop_answer", "label"]


@dataclass(frozen=True, slots=True)
class Step:
    """Hold one thing to ask: a field, a part of an entry, or the menu of a list.

    Attributes:
        path: Where the answer goes; for a menu, where its list is.
        owner: The list that a part belongs to.
    """

    question: Question
    field: QuestionField
    path: FieldPath
    owner: QuestionField | None = None

    @property
    def entry(self) -> FieldPath:
        """Where the entry is that a part belongs to."""
        return self.path[: len(self.owner.place) + 1] if self.owner else ()


def drop_answer(answers: dict[str, Json], step: Step) -> None:
    """Take an answer away, but never the entry that it was the only answer of."""
    entry = value_at(answers, step.entry) if step.owner else ABSENT
    drop(answers, step.path)
    if step.owner and value_at(answers, step.entry) is ABSENT:
        put(answers, step.entry, entry)


def label(step: Step) -> str:
    """Return what a step is called, with the number of its entry."""
    if step.owner is None:
        return step.field.label
    return f"{step.owner.noun.capitalize()} {int(step.entry[-1]) + 1}: {step.field.label}"
