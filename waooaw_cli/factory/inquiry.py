"""What a session with a person is about: its questions, and whether answers to them are good."""

from __future__ import annotations

from typing import Protocol

from waooaw.documents import FieldPath, Json
from waooaw.errors import Problem
from waooaw_cli.factory.asking import Review
from waooaw_cli.factory.judging import objection_at, objection_to
from waooaw_cli.factory.overview import review_page
from waooaw_cli.factory.question_files import Library
from waooaw_cli.factory.questions import QuestionSet

__all__ = ["AgentInquiry", "Inquiry"]


class Inquiry(Protocol):
    """Say what is asked, and judge what is answered."""

    def questions(self, answers: dict[str, Json]) -> QuestionSet:
        """Return the questions; they may depend on what is answered already."""
        ...

    def objection_to(
        self, answers: dict[str, Json], path: FieldPath, value: Json
    ) -> Problem | None:
        """Return why *value* can't be the answer at *path*, or None."""
        ...

    def objection_at(self, answers: dict[str, Json], path: FieldPath) -> Problem | None:
        """Return what is wrong with the entries at *path*, or None."""
        ...

    def page(self, answers: dict[str, Json]) -> Review | None:
        """Return all answers for a last look; None where none is wanted."""
        ...


class AgentInquiry:
    """Ask for the specification of an agent; the specification judges.

    Args:
        library: The questionnaires; an answer to "kind" changes which one is in use.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def questions(self, answers: dict[str, Json]) -> QuestionSet:
        """Return the questionnaire for the kind that is answered."""
        return self._library.of(answers.get("kind"))

    def objection_to(
        self, answers: dict[str, Json], path: FieldPath, value: Json
    ) -> Problem | None:
        """Return why *value* can't be the answer at *path*, or None."""
        return objection_to(answers, path, value)

    def objection_at(self, answers: dict[str, Json], path: FieldPath) -> Problem | None:
        """Return what is wrong with the entries at *path*, or None."""
        return objection_at(answers, path)

    def page(self, answers: dict[str, Json]) -> Review:
        """Return all answers, defaults included."""
        return review_page(self._library.of(answers.get("kind")), answers)
