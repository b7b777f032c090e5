"""What the questionnaire asks of whoever puts its questions to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from waooaw.errors import Problem
from waooaw_cli.factory.questions import FieldType

__all__ = [
    "Answer",
    "Asker",
    "Back",
    "Choice",
    "Finish",
    "Jump",
    "Prompt",
    "Quit",
    "Reply",
    "Review",
    "ReviewReply",
    "Section",
]


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold one word that may be answered, and what it means."""

    word: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Hold one thing to ask.

    Attributes:
        number: The question's, from 1.
        total: How many questions there are.
        title: The question, such as "Who is it?".
        path: The field that is asked for, as ``rules[0].when``.
        label: What the field is called.
        type: What kind of answer is wanted; `ENTRIES` stands for the menu of a list.
        help: What the field means, in a sentence or two.
        example: An answer that would do; empty where none helps.
        choices: The words to choose from.
        words: Offered for completion beside the choices, and not shown.
        default: What an empty answer stands for; None where it stands for nothing.
        typed: What was answered before, or what is to be mended; to be offered for editing.
        optional: Whether it may be left out by an empty answer.
        entries: For a menu: what the list holds so far, one line for each.
        problem: Why the same is asked again.
    """

    number: int
    total: int
    title: str
    path: str
    label: str
    type: FieldType
    help: str
    example: str = ""
    choices: tuple[Choice, ...] = ()
    words: tuple[str, ...] = ()
    default: str | None = None
    typed: str = ""
    optional: bool = False
    entries: tuple[str, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Hold the answers to one question, as (label, answer) pairs."""

    number: int
    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Review:
    """Hold all answers for a last look.

    Attributes:
        problems: What is still wrong with them.
        finish: What happens when nothing is, after "Enter".
    """

    sections: tuple[Section, ...]
    problems: tuple[str, ...] = ()
    finish: str = "makes the agent"


@dataclass(frozen=True, slots=True)
class Answer:
    """Say what the person typed, as it was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Back:
    """Say that the person wants to go back to the question before."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Say that the person stops here and goes on another day."""


@dataclass(frozen=True, slots=True)
class Jump:
    """Say which question the person wants to answer anew."""

    number: int


@dataclass(frozen=True, slots=True)
class Finish:
    """Say that the answers are right."""


Reply: TypeAlias = Answer | Back | Quit
ReviewReply: TypeAlias = Jump | Finish | Back | Quit


class Asker(Protocol):
    """Put questions to a person. `KeyboardInterrupt` may come out of every method."""

    def ask(self, prompt: Prompt) -> Reply:
        """Ask once; whether the answer is good is not the asker's to say."""
        ...

    def review(self, page: Review) -> ReviewReply:
        """Show all answers and ask what to do with them."""
        ...

    def confirm(self, question: str) -> bool:
        """Ask for a yes or a no, where yes is the default."""
        ...

    def tell(self, message: str) -> None:
        """Say something that needs no answer."""
        ...
