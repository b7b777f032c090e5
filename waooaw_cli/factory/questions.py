"""The ten questions as data: what a question is, its fields and their kinds of answer.

Nothing in them is ever evaluated: a default is a literal or one of the named derivations, and a
field's condition compares one earlier answer with one value.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from waooaw.documents import FieldPath, Json
from waooaw.spec import AgentKind
from waooaw_cli.factory.paths import parse_path

__all__ = [
    "ChoicesFrom",
    "Derivation",
    "Derived",
    "FieldType",
    "Part",
    "Question",
    "QuestionField",
    "QuestionSet",
    "Questionnaire",
]


class FieldType(StrEnum):
    """Name what kind of answer a field wants.

    `PASSAGE` is text of several lines; `CHOICE` is one word of several, `SEVERAL` any number of
    them; `LIST` is lines of text, `NAMES` words; `DATA` is anything that YAML can say on one line;
    `ENTRIES` repeats a group of fields.
    """

    TEXT = "text"
    PASSAGE = "passage"
    CHOICE = "choice"
    SEVERAL = "several"
    YES_NO = "yes/no"
    NUMBER = "number"
    LIST = "list"
    NAMES = "names"
    DATA = "data"
    ENTRIES = "entries"


class Derivation(StrEnum):
    """Name how a default follows from an earlier answer.

    `TITLE`: wow-refund-desk → Wow Refund Desk. `TOPIC`: a topic pattern → a topic that fits it.
    """

    TITLE = "title"
    TOPIC = "topic"


class Part(BaseModel):
    """Hold a piece of a questionnaire's file; unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, populate_by_name=True, defer_build=True
    )


class Derived(Part):
    """Say which earlier answer a default follows from, and how."""

    source: str = Field(alias="from")
    way: Derivation = Field(alias="as", strict=False)


class ChoicesFrom(Part):
    """Say which earlier entries give the words to choose from."""

    entries: str
    field: str
    where: dict[str, Json] = Field(default_factory=dict)


class QuestionField(Part):
    """Describe one field of the specification that a question asks for.

    Attributes:
        path: The field in the specification; in an entry, below the entry.
        default: What holds where nothing is answered.
        derive: The same, following from an earlier answer.
        suggest: What an empty answer stands for at the prompt, and only there.
        words: Offered for completion where the terminal can, and not shown.
        when: Asked only where these earlier answers are as said, or one of a list that is said; in
            an entry, below the entry.
        noun: What one entry of a list is called.
        at_least: How many entries there have to be.
    """

    path: str
    label: str
    type: FieldType = Field(strict=False)
    help: str
    example: str = ""
    default: Json = None
    derive: Derived | None = None
    suggest: Derived | None = None
    optional: bool = False
    choices: dict[str, str] = Field(default_factory=dict)
    choices_from: ChoicesFrom | None = None
    words: tuple[str, ...] = Field(default=(), strict=False)
    when: dict[str, Json] = Field(default_factory=dict)
    noun: str = "entry"
    at_least: int = 0
    parts: tuple[QuestionField, ...] = Field(default=(), strict=False)

    @property
    def place(self) -> FieldPath:
        """The path, taken apart."""
        return parse_path(self.path)

    @property
    def has_default(self) -> bool:
        """Whether nothing has to be answered, since a literal or an earlier answer stands in."""
        return "default" in self.model_fields_set or self.derive is not None

    @property
    def required(self) -> bool:
        """Whether an answer is needed."""
        if self.type is FieldType.ENTRIES:
            return self.at_least > 0
        return not (self.has_default or self.optional)


class Question(Part):
    """Hold one question and the fields that answer it."""

    number: int
    title: str
    fields: tuple[QuestionField, ...] = Field(min_length=1, strict=False)


class QuestionSet(Part):
    """Hold questions in the order in which they are asked."""

    questions: tuple[Question, ...] = Field(strict=False)

    def fields(self) -> Iterator[tuple[Question, QuestionField]]:
        """Yield every field with its question; not the parts of entries."""
        for question in self.questions:
            for field in question.fields:
                yield question, field


class Questionnaire(QuestionSet):
    """Hold the questions for one kind of agent.

    Attributes:
        about: What agents of this kind are for.
        unasked: The recipe's defaults for fields that no question asks for.
    """

    kind: AgentKind
    about: str
    unasked: dict[str, Json] = Field(default_factory=dict)
