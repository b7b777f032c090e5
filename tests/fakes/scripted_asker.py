"""An asker without a person: it answers from a finished set of answers, with slips if wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from waooaw_cli.factory.asking import Answer, Finish, Prompt, Reply, Review, ReviewReply
from waooaw_cli.factory.paths import ABSENT, parse_path, value_at
from waooaw_cli.factory.questions import FieldType, QuestionField, QuestionSet
from waooaw_cli.factory.replies import reply_text

__all__ = ["ScriptedAsker"]


@dataclass
class ScriptedAsker:
    """Answer every prompt with what *answers* says at its path; Enter where it says nothing.

    Attributes:
        answers: What the person has in mind.
        questionnaire: Tells how a field's answer is typed.
        slips: Drawn before each prompt; a reply of it is given first, None means no slip.
        resumes: What is said to "resume?".
    """

    answers: dict[str, Any]
    questionnaire: QuestionSet
    slips: Iterator[Callable[[Prompt], Reply] | None] = field(default_factory=lambda: iter(()))
    reviews: Iterator[ReviewReply] = field(default_factory=lambda: iter(()))
    resumes: bool = True
    prompts: list[Prompt] = field(default_factory=list)
    pages: list[Review] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)

    def ask(self, prompt: Prompt) -> Reply:
        self.prompts.append(prompt)
        slip = next(self.slips, None)
        return slip(prompt) if slip is not None else self.meant(prompt)

    def meant(self, prompt: Prompt) -> Reply:
        path = parse_path(prompt.path)
        value = value_at(self.answers, path)
        if prompt.type is FieldType.ENTRIES:
            wanted = len(value) if isinstance(value, list) else 0
            if len(prompt.entries) > wanted:
                return Answer(f"remove {len(prompt.entries)}")
            if prompt.problem is not None and prompt.entries:
                name = prompt.problem.field
                number = parse_path(name)[len(path)] if name else 0
                return Answer(f"edit {int(number) + 1}")
            return Answer("add" if len(prompt.entries) < wanted else "done")
        return Answer("" if value is ABSENT else reply_text(self._field(path), value))

    def review(self, page: Review) -> ReviewReply:
        self.pages.append(page)
        return next(self.reviews, Finish())

    def confirm(self, question: str) -> bool:
        self.confirmed.append(question)
        return self.resumes

    def tell(self, message: str) -> None:
        self.told.append(message)

    def _field(self, path: tuple[str | int, ...]) -> QuestionField:
        name = ".".join(str(part) for part in path if isinstance(part, str))
        for _, one in self.questionnaire.fields():
            if one.path == name:
                return one
            for part in one.parts:
                if f"{one.path}.{part.path}" == name:
                    return part
        raise LookupError(name)
